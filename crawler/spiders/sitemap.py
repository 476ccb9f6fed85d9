"""Reads news sitemaps."""

from crawler.parsing.document import Contents, Document
from crawler.parsing.sitemap import parse_sitemap
from crawler.sources import Source
from crawler.spiders.source import SourceSpider


class SitemapSpider(SourceSpider):
    """News sitemaps, plain or gzipped."""

    name = kind = "sitemap"

    def read(self, document: Document, source: Source, encoding: str) -> Contents:
        """The articles that the sitemap names."""
        return Contents(parse_sitemap(document))
