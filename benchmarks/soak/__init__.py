"""A month of news in minutes: whether the daemon stays small, loses nothing and tells nothing twice."""
