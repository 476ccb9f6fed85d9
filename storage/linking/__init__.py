"""Linking news to posts: which posts a news item makes stale, and the evidence for it.

`names` finds what a text is about, `index` holds the posts by name and by word, `candidates` compares an
item with them, `decision` says whether a follow-up is due, `evidence` shows the passages, `stories` groups
items that report one event, `run` does all of it for what the store holds.
"""
