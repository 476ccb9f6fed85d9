"""What is wrong with the blog itself, in words that let an editor find and mend it."""
