"""Trimming: old items that no follow-up needs are removed, and remembered so that they never come back."""

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from storage.insert import PARAMETERS, insert_new
from storage.models import FollowupStoryRow, ItemRow, PostRow, SightingRow, StoryRow, TrimmedRow
from storage.urls import canonical_url

AT_ONCE = 2_000  # items a transaction: other writers wait no longer than these take


def trimmed_keys(urls: Iterable[str], ids: Iterable[tuple[int, str | None]]) -> set[str]:
    """What an item is remembered by: its canonical URLs, and each source's id of it."""
    keys = {*urls, *(f"{source_id} {feed_id}" for source_id, feed_id in ids if feed_id)}
    return {hashlib.blake2b(key.encode(), digest_size=12).hexdigest() for key in keys}


def trimmed_among(session: Session, keys: Iterable[str]) -> set[str]:
    """Which of these keys belong to items that were trimmed."""
    if session.scalar(select(TrimmedRow.key).limit(1)) is None:
        return set()
    wanted = sorted(set(keys))
    found: set[str] = set()
    for start in range(0, len(wanted), PARAMETERS):
        part = wanted[start : start + PARAMETERS]
        found |= set(session.scalars(select(TrimmedRow.key).where(TrimmedRow.key.in_(part))))
    return found


def trim_items(session: Session, before: datetime, now: datetime) -> int:
    """Remove items first seen before a time whose story calls for no follow-up; at most `AT_ONCE`.

    One that was never linked, and is no backlog, waits for the linker: where there are posts it stays until
    then; where there are none it goes, but is not remembered, so that its feed can bring it again.

    Returns how many it removed; call it again until it says 0.
    """
    needed = exists().where(FollowupStoryRow.story_id == ItemRow.story_id)
    never_linked = ItemRow.linked_at.is_(None) & ItemRow.story_id.is_(None)
    waits = never_linked & select(PostRow.id).exists()
    old = (
        select(ItemRow.id, ItemRow.url, ItemRow.canonical_url, ItemRow.story_id, ItemRow.linked_at)
        # The index is of moments; an item's is not later than it was first seen, but for clocks that are off.
        .where(ItemRow.moment < before + timedelta(days=2), ItemRow.first_seen < before, ~needed, ~waits)
        .limit(AT_ONCE)
    )
    rows = session.execute(old).all()
    if not rows:
        return 0
    ids = [row.id for row in rows]
    # A clock that was ahead for once must not keep news out that no post was ever compared with.
    seen = [row for row in rows if row.linked_at is not None or row.story_id is not None]
    # With its fragment too, which tells it once it is no longer alone on its page.
    urls = [url for row in seen for url in (row.canonical_url, canonical_url(row.url, keep_fragment=True))]
    _remember(session, [row.id for row in seen], urls, now)
    session.execute(delete(ItemRow).where(ItemRow.id.in_(ids)))
    stories = {row.story_id for row in rows if row.story_id is not None}
    empty = ~exists().where(ItemRow.story_id == StoryRow.id)
    session.execute(delete(StoryRow).where(StoryRow.id.in_(stories), empty))
    return len(rows)


def _remember(session: Session, items: Collection[int], urls: Iterable[str], now: datetime) -> None:
    sightings = session.execute(
        select(SightingRow.source_id, SightingRow.feed_id).where(SightingRow.item_id.in_(items))
    )
    keys = trimmed_keys(urls, [(source, feed_id) for source, feed_id in sightings])
    insert_new(session, TrimmedRow, [{"key": key, "trimmed_at": now} for key in sorted(keys)])
