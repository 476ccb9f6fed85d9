"""A post that comes from the web: what it is called, and when it is another than the one that is stored."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from urllib.parse import unquote, urlsplit

from storage.insert import storable
from storage.posts.importing import Found, version_of
from storage.posts.post import Post, Skipped
from storage.posts.text import lines_said

AGAIN = timedelta(days=7)  # after which a page is looked at again if its site does not say when it changed
_SEEN = "seen "


def web_name(url: str, home: str) -> str:
    """What a post on the web is called: the path of its address; all of it on another site than `home`."""
    parts = urlsplit(url)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    if _host(parts.hostname) != _host(urlsplit(home).hostname):
        path = url
    readable = unquote(path)
    return storable(readable if readable.isprintable() and "\ufffd" not in readable else path)


def is_still_so(revision: str, stored: str | None, now: datetime) -> bool:
    """Whether a post need not be fetched again: by what its site says of it and said when it was stored.

    Of a post that is not stored nothing was said (none). Where a site never says when a page changes, that
    is looked up after a week.
    """
    if stored is None or revision:
        return stored == revision
    try:
        seen = date.fromisoformat(stored.removeprefix(_SEEN))
    except ValueError:
        return False
    return now.date() - seen < AGAIN


def web_post(
    name: str,
    url: str,
    title: str,
    texts: Iterable[str],
    *,
    published: datetime | None,
    day: date | None,
    revision: str,
) -> Found | Skipped:
    """A post as it was read from the web, `texts` its paragraphs in order."""
    said = tuple(map(storable, lines_said(texts)))
    if not said:
        return Skipped(name, "it has no text")
    title = storable(" ".join(title.split())) or name.rstrip("/").rpartition("/")[2] or name
    day = day or (published.date() if published else None)
    post = Post(name, title, storable(url), published, said, day)
    told = "\n".join(("web 1", post.title, post.url, str(published), str(day), *said))
    digest = hashlib.blake2b(told.encode(), digest_size=16).hexdigest()
    return Found(name, version_of(digest, storable(revision)), lambda: post, url)


def seen_on(now: datetime) -> str:
    """The revision of a page whose site says nothing of when it changed."""
    return f"{_SEEN}{now.date()}"


def _host(name: str | None) -> str:
    return (name or "").removeprefix("www.")
