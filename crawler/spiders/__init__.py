"""Scrapy spiders for pages: what lists articles, sitemaps, and articles themselves."""
