"""Collecting news: sources, polite and bounded fetching, feed bytes to items, article pages to text.

Knows HTTP and formats. Does not know what an item means, what posts are, or that there is e-mail.
"""
