"""A blog on the web: what it can be read by, and its pages."""
