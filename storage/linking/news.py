"""A news item as the linker reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from storage.linking.names import NameTable
from storage.linking.words import title_words

TEXT_READ = 20_000  # characters of an item's text that are read for names


@dataclass(frozen=True)
class NewsItem:
    """What the linker is given of an item."""

    id: str
    title: str
    text: str = ""
    language: str = ""
    when: datetime | None = None  # published, or first seen


@dataclass(frozen=True)
class Reading:
    """What an item is about."""

    item: NewsItem
    title_names: Mapping[str, int]
    text_names: Mapping[str, int]
    words: frozenset[str]  # of the title

    @property
    def names(self) -> dict[str, None]:
        """All names, wherever they stand, in order: sums over them come out the same in every process."""
        return dict.fromkeys((*self.title_names, *self.text_names))


def read_news(item: NewsItem, table: NameTable) -> Reading:
    """Find the names and words of an item."""
    return Reading(
        item=item,
        title_names=table.count(item.title),
        text_names=table.count(item.text[:TEXT_READ]),
        words=title_words(item.title),
    )
