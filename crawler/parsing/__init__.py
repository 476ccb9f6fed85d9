"""Bytes to entries: feeds, listing pages, news sitemaps, and the text of article pages."""
