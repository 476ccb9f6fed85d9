"""How crawling behaves: the user's part of it."""

from dataclasses import dataclass, field
from datetime import timedelta

from crawler.fetching.options import FetchOptions
from crawler.rhythm import Bounds


@dataclass(frozen=True)
class CrawlOptions:
    """What the settings say of crawling."""

    fetching: FetchOptions = field(default_factory=FetchOptions)
    bounds: Bounds = field(default_factory=Bounds)
    backlog: timedelta = timedelta(days=7)  # age from which a new source's items open no follow-ups
    articles: int = 50  # article pages fetched for their text, a crawl
