"""Reads pages that list articles."""

from crawler.parsing.document import Contents, Document
from crawler.parsing.listing import parse_listing
from crawler.sources import Source
from crawler.spiders.source import SourceSpider


class ListingSpider(SourceSpider):
    """Sites without a feed."""

    name = kind = "listing"

    def read(self, document: Document, source: Source, encoding: str) -> Contents:
        """The articles that the page links to."""
        return Contents(parse_listing(document, source.links, encoding=encoding))
