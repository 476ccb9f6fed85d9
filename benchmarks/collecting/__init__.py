"""How fast and how lightly news is collected, beside another feed reader and the bare download."""
