"""Reads feeds."""

from crawler.parsing.document import Contents, Document
from crawler.parsing.feed import parse_feed
from crawler.sources import Source
from crawler.spiders.source import SourceSpider


class FeedSpider(SourceSpider):
    """RSS, RDF and Atom."""

    name = kind = "feed"

    def read(self, document: Document, source: Source, encoding: str) -> Contents:
        """The feed's entries; its encoding is found out from its bytes."""
        return parse_feed(document)
