"""What a blog is read by."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from crawler.parsing.document import BlogPage
from storage.urls import canonical_url


@dataclass(frozen=True)
class Way:
    """One way to read a blog."""

    by: Literal["WordPress", "sitemap", "feed"]
    address: str  # that is asked
    # The pages, each once, batch by batch; raises `crawler.failures.Failed` where it breaks off.
    batches: AsyncIterator[Sequence[BlogPage]]
    count: int | None = None  # of the pages, if that is known
    whole: bool = True  # whether a post that is not among the pages is gone
    notes: tuple[str, ...] = ()  # what went otherwise on the way, a sentence each

    def after(self, notes: Sequence[str]) -> "Way":
        """The same, with what was noted before."""
        return replace(self, notes=(*notes, *self.notes))


async def at_once(pages: Sequence[BlogPage]) -> AsyncIterator[Sequence[BlogPage]]:
    """Pages that are known from the start, as one batch."""
    yield pages


def distinct(pages: Iterable[BlogPage], seen: set[str]) -> list[BlogPage]:
    """The pages that were not seen before, each once."""
    found = []
    for page in pages:
        url = canonical_url(page.url)
        if url not in seen:
            seen.add(url)
            found.append(page)
    return found
