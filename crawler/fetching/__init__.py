"""Fetching over HTTP: bounded, polite, and never from an address that is not allowed."""
