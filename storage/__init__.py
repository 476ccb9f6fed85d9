"""The store: items, stories, posts, links and follow-ups, and what decides between them.

Knows the database and the texts in it. Knows nothing of HTTP, of feeds or of e-mail, and no clock but the
time it is handed.
"""
