"""Reads pages that list articles."""

from collections.abc import Sequence

from crawler.parsing.document import Document
from crawler.parsing.listing import parse_listing
from crawler.sources import Source
from crawler.spiders.source import SourceSpider
from storage.items import Entry


class ListingSpider(SourceSpider):
    """Sites without a feed."""

    name = kind = "listing"

    def read(self, document: Document, source: Source, encoding: str) -> Sequence[Entry]:
        """The articles that the page links to."""
        return parse_listing(document, source.links, encoding=encoding)
