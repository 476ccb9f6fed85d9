"""Housekeeping: what is old and needed no more goes, and the database is made compact."""

import asyncio
from datetime import datetime, timedelta

from scheduler.counted import counted
from scheduler.output import megabytes
from scheduler.settings import Settings
from storage.compacting import compact
from storage.digests.history import trim_digests
from storage.engine import Database
from storage.trimming import trim_items

HOUSEKEEPING = timedelta(days=1)  # between two times


async def keep_house(database: Database, settings: Settings, now: datetime, stop: asyncio.Event) -> str:
    """Trim items and digests that were kept long enough, and compact the database; says what it did."""
    before = now - settings.storage.keep
    trimmed = 0
    while not stop.is_set() and (some := await database.writing(trim_items, before, now)):
        trimmed += some
    await database.writing(trim_digests, before)
    size = await database.between_writes(compact)
    return f"{counted(trimmed, 'item')} trimmed, {megabytes(size.before)} made {megabytes(size.after)}"
