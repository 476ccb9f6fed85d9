"""Reading the blog: its files, or its pages through the web."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from crawler.parsing.apart import Apart
from scheduler.settings import Settings
from storage.engine import Database
from storage.errors import InputError
from storage.linking.names import default_vocabulary
from storage.posts.blog import find_blog
from storage.posts.importing import Import, ImportReport, import_posts

Tell = Callable[[int, int | None], None]


async def read_blog(
    database: Database,
    settings: Settings,
    *,
    now: Callable[[], datetime],
    stop: asyncio.Event,
    where: Path | str | None = None,
    remove: bool = False,
    tell: Tell = lambda _done, _total: None,
    apart: Apart | None = None,
) -> ImportReport:
    """Import what is new or changed of the blog: of the folder or address `where`, else as the settings say.

    Work that holds the processor or the database runs on threads. `tell` gets the posts looked at and their
    number if it is known. When `stop` is set, what is in hand is finished and saved; the next import goes on
    from there. Posts that are gone are taken out only with `remove`. `apart` is the process for slow parsing,
    if the caller keeps one. Raises `InputError` if there is nothing at the path or no place is known, and
    `SourceError` if the address gives no blog.
    """
    place = where or settings.posts or settings.blog.url
    if place is None:
        raise InputError("where are the posts? Give a PATH or a URL, or set [blog] path or url")
    vocabulary = await asyncio.to_thread(default_vocabulary)
    if isinstance(place, Path):
        loop = asyncio.get_running_loop()

        def progress(done: int, total: int) -> None:
            loop.call_soon_threadsafe(tell, done, total)

        return await asyncio.to_thread(
            lambda: import_posts(
                database,
                place,
                blog=find_blog(place, settings.blog.base_url),
                vocabulary=vocabulary,
                now=now(),
                remove=remove,
                progress=progress,
                stopped=stop.is_set,
            )
        )
    from scheduler.jobs.blog_pages import read_pages  # what fetches and reads pages takes a second to load

    under_way = await asyncio.to_thread(Import, database, vocabulary, now())
    options = settings.crawling
    whole = await read_pages(under_way, database, options, place, now=now, stop=stop, tell=tell, apart=apart)
    return await asyncio.to_thread(under_way.end, whole=whole, remove=remove)


async def encode_new(database: Database) -> int:
    """Make the vectors of new and changed posts, if the extra is there; how many it made."""

    def encode() -> int:
        from storage.linking.encoder import default_encoder
        from storage.posts.encoding import encode_posts

        encoder = default_encoder()
        return 0 if encoder is None else encode_posts(database, encoder)

    return await asyncio.to_thread(encode)
