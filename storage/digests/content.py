"""What a digest says, before it is put into words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from storage.followups.followup import Coverage, Followup

SHOWN = 3  # stories of a follow-up, and plans, that are told in full, the newest


@dataclass(frozen=True)
class Idea:
    """A story that touches no post: something that the blog has not written about."""

    story_id: int
    title: str  # of the report that came first
    url: str
    language: str
    names: tuple[str, ...]  # that its titles treat
    sources: int  # different ones that report it
    coverage: Coverage


@dataclass(frozen=True)
class Trouble:
    """A source that someone should look at."""

    source_id: int
    name: str
    url: str
    condition: str  # a word, as `chipwatch sources` says it
    why: str  # in English
    facts: Mapping[str, object] = field(default_factory=dict)  # that it is made of


@dataclass(frozen=True)
class Watch:
    """What was watched: proof that silence is not blindness."""

    alive: int = 0  # sources
    silent: int = 0
    blocked: int = 0  # failing, dead, retired or not reading whole
    items: int = 0  # new ones since the digest before

    @property
    def sources(self) -> int:
        """All of them."""
        return self.alive + self.silent + self.blocked


@dataclass(frozen=True)
class Day:
    """One day of the watch."""

    day: date
    items: int  # published then
    followups: int  # opened then


@dataclass(frozen=True)
class Contents:
    """All that one recipient is told by one digest."""

    followups: tuple[Followup, ...] = ()  # best first
    more: int = 0  # follow-ups that wait for the digest after it
    ideas: tuple[Idea, ...] = ()  # most reported first
    troubles: tuple[Trouble, ...] = ()  # that this recipient has not been told of
    still: int = 0  # sources in trouble that were told of before
    watch: Watch = Watch()
    days: tuple[Day, ...] = ()  # the last ones, today last

    @property
    def quiet(self) -> bool:
        """Whether there is no news: nothing that this recipient was not told before."""
        return not (self.followups or self.ideas or self.troubles)


@dataclass(frozen=True)
class Mail:
    """A digest as written, before anyone receives it."""

    subject: str
    html: str  # it shows the chart as cid:chart
    text: str
    message_id: str
    data: Mapping[str, Any]  # the same as JSON
    chart: bytes | None = None  # PNG
