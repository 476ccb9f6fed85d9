"""The jobs: what the daemon does when it is due, and the command line at once."""
