"""Reads news sitemaps."""

from collections.abc import Sequence

from crawler.parsing.document import Document
from crawler.parsing.sitemap import parse_sitemap
from crawler.sources import Source
from crawler.spiders.source import SourceSpider
from storage.items import Entry


class SitemapSpider(SourceSpider):
    """News sitemaps, plain or gzipped."""

    name = kind = "sitemap"

    def read(self, document: Document, source: Source, encoding: str) -> Sequence[Entry]:
        """The articles that the sitemap names."""
        return parse_sitemap(document)
