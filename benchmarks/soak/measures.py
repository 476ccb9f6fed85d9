"""What is looked at while the month goes by: the process, by /proc as Linux has it, and the store."""

import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchmarks.collecting.process import MEGABYTE
from storage.linking.change import facts
from storage.models import DigestRow, FollowupRow, ItemRow, SourceRow

KILOBYTES = 1024


@dataclass(frozen=True)
class Sample:
    """How things stood at one moment."""

    day: float  # since the begin
    seconds: float  # of real time since then
    rss: float  # MB that the process holds
    heap: float  # MB of them that are its own, not mapped from files
    objects: int  # blocks of memory that Python has handed out
    database: float  # MB of files
    items: int
    followups: int  # ever opened
    digests: int  # that were taken by the mail server
    failing: int  # feeds that fail now


def memory() -> tuple[float, float]:
    """MB that this process holds, and MB of them that are its own."""
    lines = (
        line.partition(":") for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    )
    values = {key: value.split()[0] for key, _, value in lines if key in ("VmRSS", "RssAnon")}
    return (int(values["VmRSS"]) * KILOBYTES / MEGABYTE, int(values["RssAnon"]) * KILOBYTES / MEGABYTE)


def database_size(folder: Path) -> float:
    """MB of the database in a folder, with its log."""
    return sum(file.stat().st_size for file in folder.glob("chipwatch.db*")) / MEGABYTE


def counts(session: Session) -> tuple[int, int]:
    """Items, and follow-ups of every status."""
    return (
        session.scalar(select(func.count()).select_from(ItemRow)) or 0,
        session.scalar(select(func.count()).select_from(FollowupRow)) or 0,
    )


def take(session: Session, folder: Path, *, day: float, since: float, digests: int, failing: int) -> Sample:
    """A sample; `since` is the `time.monotonic()` of the begin."""
    items, followups = counts(session)
    rss, heap = memory()
    return Sample(
        day=day,
        seconds=time.monotonic() - since,
        rss=rss,
        heap=heap,
        objects=sys.getallocatedblocks(),
        database=database_size(folder),
        items=items,
        followups=followups,
        digests=digests,
        failing=failing,
    )


def stored_addresses(session: Session) -> dict[str, Counter[str]]:
    """How often each address of an item is stored, by the feed that brought it first."""
    stored: dict[str, Counter[str]] = {}
    for url, address in session.execute(select(SourceRow.url, ItemRow.url).join(ItemRow)):
        stored.setdefault(url, Counter())[address] += 1
    return stored


@dataclass(frozen=True)
class Telling:
    """A story that a digest tells."""

    digest: int  # its id
    recipient: str
    story: int  # its id
    post: str = ""  # that it calls for an update of; none for an idea
    back: bool = False  # the digest says that the editor settled or snoozed it before
    again: bool = False  # the digest says that an earlier one told of the post
    facts: frozenset[str] = frozenset()  # figures and changes that its reports have


def tellings(session: Session) -> list[Telling]:
    """All that the digests say, by what is kept of them."""
    told = []
    for row in session.scalars(select(DigestRow).where(DigestRow.silent.is_(False)).order_by(DigestRow.id)):
        for followup in row.data["followups"]:
            post = followup["post"]["file"]
            until, mailed = followup["snoozed_until"], followup["mailed_at"]
            woken, again = until is not None and (mailed is None or mailed < until), mailed is not None
            for story in followup["stories"]:
                back = woken or story["settled_before"] is not None
                said = frozenset().union(*(facts(report["evidence"]) for report in story["reports"]))
                told.append(Telling(row.id, row.recipient, story["id"], post, back, again, said))
        told += [Telling(row.id, row.recipient, idea["story_id"]) for idea in row.data["ideas"]]
    return told
