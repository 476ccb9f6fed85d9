"""Reads feeds."""

from collections.abc import Sequence

from crawler.parsing.document import Document
from crawler.parsing.feed import parse_feed
from crawler.sources import Source
from crawler.spiders.source import SourceSpider
from storage.items import Entry


class FeedSpider(SourceSpider):
    """RSS, RDF and Atom."""

    name = kind = "feed"

    def read(self, document: Document, source: Source, encoding: str) -> Sequence[Entry]:
        """The feed's entries; the feed's own words on its encoding are weighed by feedparser."""
        return parse_feed(document)
