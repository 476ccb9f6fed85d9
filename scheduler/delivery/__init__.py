"""Handing digests over: by mail, to chat services, as files."""
