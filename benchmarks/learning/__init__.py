"""Learn what each of the linker's signals is worth, from judged news."""
