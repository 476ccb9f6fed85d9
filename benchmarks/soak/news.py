"""The news of the month: a web of feeds that can be told to publish, to fail and to heal."""

import json
import re
from collections.abc import Collection, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Protocol
from urllib.request import urlopen

from benchmarks.collecting.web import Web

ARTICLE = re.compile(r"http://[\d.:]+/article/\d+/(\d+)")


class News(Protocol):
    """Feeds, each known by its address."""

    @property
    def urls(self) -> Sequence[str]:
        """Their addresses."""
        ...

    @property
    def kinds(self) -> Sequence[str]:
        """The faults that it knows."""
        ...

    def begins(self) -> datetime:
        """When the newest of the entries came out that stand in the feeds before any other is published."""
        ...

    def publish(self, share: float) -> None:
        """Give a share of the feeds, always the same ones, an entry an hour younger than their last."""
        ...

    def strike(self, kind: str, share: float) -> None:
        """Let a share of the feeds fail from now on."""
        ...

    def heal(self) -> None:
        """Let no feed fail any more."""
        ...

    def struck(self) -> Collection[str]:
        """The feeds that fail now."""
        ...

    def published(self, url: str) -> Collection[str]:
        """The addresses of all that a feed has published since there is one; it must not fail now."""
        ...


class ServedNews:
    """Those of the feed server, which numbers the articles of each feed from 0."""

    kinds = (
        "500",
        "slow",
        "404",
        "truncated",
        "503",
        "html",
        "301",
        "huge",
        "429",
        "entities",
        "loop",
        "gzipbomb",
        "410",
    )

    def __init__(self, web: Web) -> None:
        self._web = web

    @cached_property
    def urls(self) -> Sequence[str]:
        """Their addresses, in the order of their numbers."""
        return self._web.get("/urls").split()

    def begins(self) -> datetime:
        """As the first feed says."""
        with urlopen(self.urls[0], timeout=60) as answer:  # noqa: S310 - our own server
            return parsedate_to_datetime(answer.headers["Last-Modified"])

    def publish(self, share: float) -> None:
        """As the server chooses."""
        self._web.publish(share)

    def strike(self, kind: str, share: float) -> None:
        """As the server chooses among those that are well."""
        self._web.fault(kind, share)

    def heal(self) -> None:
        """All of them."""
        self._web.fault("none")

    def struck(self) -> Collection[str]:
        """Those that the server names."""
        return [self.urls[int(number)] for number in json.loads(self._web.get("/faults"))]

    def published(self, url: str) -> Collection[str]:
        """All articles up to the newest that stands in the feed."""
        with urlopen(url, timeout=60) as answer:  # noqa: S310 - our own server
            found = {int(match[1]): match[0] for match in ARTICLE.finditer(answer.read().decode())}
        newest = max(found)
        base = found[newest].removesuffix(str(newest))
        return [f"{base}{number}" for number in range(newest + 1)]
