"""Digests: what is new for a recipient, recorded before it is handed over, and the outbox."""
