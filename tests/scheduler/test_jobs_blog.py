"""Reading the blog as the settings say: its folder, or through the web."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from crawler.parsing.apart import Apart
from scheduler.jobs.blog import read_blog
from scheduler.jobs.blog_pages import BATCH, TROUBLE
from scheduler.settings import Settings, parse_settings
from storage.engine import Database
from storage.errors import InputError, SourceError
from storage.models import MentionRow, PostRow
from storage.posts.importing import ImportReport
from tests.conftest import NOW
from tests.scheduler.conftest import ALLOWED
from tests.web import Request, WebServer, answer

TEXT = "TSMCは2026年後半に量産を始める予定です。" * 6
LATER = NOW + timedelta(days=8)


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    """The process for slow parsing, which takes a second to start."""
    kept = Apart()
    yield kept
    kept.close()


class Blog:
    """A blog on loopback, and imports of it."""

    stop: asyncio.Event
    loop: asyncio.AbstractEventLoop

    def __init__(self, web: WebServer, database: Database, folder: Path, apart: Apart) -> None:
        self.web, self.database, self.folder, self.apart = web, database, folder, apart
        self.told: list[tuple[int, int | None]] = []

    def settings(self, blog: str) -> Settings:
        """Settings with this section [blog]."""
        return parse_settings(f"[blog]\n{blog}\n{ALLOWED}timeout = '1s'\n", self.folder / "chipwatch.toml")

    def page(self, path: str, text: str = TEXT) -> str:
        """Serve an article."""
        body = f"<!doctype html><title>記事{path}</title><article><h1>記事{path}</h1><p>{text}</p></article>"
        return self.web.add(path, f"<html><body>{body}</body></html>")

    def sitemap(self, *paths: str, lastmod: str = "2026-11-01") -> str:
        """Serve a sitemap of these."""
        said = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
        rows = "".join(f"<url><loc>{self.web.url(path)}</loc>{said}</url>" for path in paths)
        return self.web.add("/sitemap.xml", f"<urlset>{rows}</urlset>", content_type="text/xml")

    def read(
        self, blog: str = "", now: datetime = NOW, where: str | Path | None = None, remove: bool = False
    ) -> ImportReport:
        """Import it once; the sitemap unless the settings say otherwise."""
        self.told.clear()

        async def run() -> ImportReport:
            self.stop, self.loop = asyncio.Event(), asyncio.get_running_loop()
            return await read_blog(
                self.database,
                self.settings(blog or f"url = '{self.web.url('/sitemap.xml')}'"),
                now=lambda: now,
                stop=self.stop,
                where=where,
                remove=remove,
                tell=lambda done, total: self.told.append((done, total)),
                apart=self.apart,
            )

        return asyncio.run(run())

    def posts(self) -> dict[str, str]:
        """What is stored: titles by name."""
        with self.database.read() as session:
            return {row.file: row.title for row in session.scalars(select(PostRow))}


@pytest.fixture
def blog(web: WebServer, database: Database, tmp_path: Path, apart: Apart) -> Blog:
    """A blog without anything."""
    return Blog(web, database, tmp_path, apart)


def test_a_sitemap_is_read_page_by_page_and_what_has_not_changed_is_left_alone(blog: Blog) -> None:
    for path in ("/a/", "/b/"):
        blog.page(path)
    blog.web.add("/about/", "<html><body>Me.</body></html>")
    blog.sitemap("/", "/a/", "/b/", "/about/", "/tag/x/")
    report = blog.read()
    assert (report.by, report.new, report.others) == ("sitemap", ["/a/", "/b/"], 1)
    assert blog.told == [(3, 3)]
    assert blog.posts() == {"/a/": "記事/a/", "/b/": "記事/b/"}
    with blog.database.read() as session:
        assert "TSMC" in session.scalars(select(MentionRow.name)).all()
    assert blog.read(now=LATER).unchanged == 2
    assert (blog.web.hits("/a/"), blog.web.hits("/b/")) == (1, 1)


def test_a_page_is_fetched_again_when_its_lastmod_changes(blog: Blog) -> None:
    blog.page("/a/")
    blog.sitemap("/a/")
    blog.read()
    blog.sitemap("/a/", lastmod="2026-11-02")
    assert blog.read().unchanged == 1
    blog.page("/a/", "延期になりました。" * 20)
    assert blog.read().unchanged == 1  # as its site says
    blog.sitemap("/a/", lastmod="2026-11-03")
    assert blog.read().changed == ["/a/"]
    assert blog.web.hits("/a/") == 3


def test_without_lastmod_a_page_is_looked_at_again_after_a_week(blog: Blog) -> None:
    blog.page("/a/")
    blog.sitemap("/a/", lastmod="")
    blog.read()
    for now, hits in ((NOW + timedelta(days=6), 1), (LATER, 2), (LATER + timedelta(days=6), 2)):
        assert blog.read(now=now).unchanged == 1
        assert blog.web.hits("/a/") == hits


def test_a_post_that_the_sitemap_lacks_is_missing_and_taken_out_when_asked(blog: Blog) -> None:
    for path in ("/a/", "/b/", "/c/"):
        blog.page(path)
    blog.sitemap("/a/", "/b/", "/c/")
    blog.read()
    blog.sitemap("/a/", "/b/", lastmod="2026-11-02")
    blog.web.add("/b/", status=410)
    report = blog.read()
    assert (report.missing, report.removed) == (["/b/", "/c/"], False)
    assert blog.read(remove=True).removed
    assert list(blog.posts()) == ["/a/"]


def test_an_import_that_is_stopped_keeps_what_it_has_and_goes_on(blog: Blog) -> None:
    paths = [f"/{n}/" for n in range(BATCH + 3)]
    for path in paths:
        blog.page(path)
    blog.sitemap(*paths)

    async def reply(web: WebServer, request: Request) -> AsyncIterator[bytes]:
        if web.hits(request.path) == 1:
            blog.loop.call_soon_threadsafe(blog.stop.set)
            await web.closed(within=0.05)
        yield answer(f"<html><body><article><p>{TEXT}</p></article></body></html>".encode())

    blog.web.add_reply(paths[-2], reply)
    report = blog.read()
    assert (report.stopped, report.missing) == (True, [])
    assert len(report.new) in (BATCH + 1, BATCH + 2)
    assert set(blog.posts()) == set(report.new)
    assert len(blog.read().new) == len(paths) - len(report.new)
    assert blog.web.hits(paths[0]) == 1


def test_a_site_that_goes_down_is_left_alone_and_nothing_counts_as_missing(blog: Blog) -> None:
    paths = [f"/{n}/" for n in range(TROUBLE + 5)]
    blog.page(paths[0])
    blog.sitemap(*paths)
    for path in paths[1:]:
        blog.web.add(path, status=503)
    report = blog.read()
    assert report.new == [paths[0]]
    assert report.notes[-1].startswith(f"broken off: {TROUBLE} pages one after the other")
    assert not blog.web.hits(paths[-1])
    assert report.missing == []


def test_a_feed_says_nothing_of_what_is_missing_and_its_teasers_are_read_up(blog: Blog) -> None:
    blog.page("/a/")
    items = "".join(
        f"<item><title>{title}</title><link>{blog.web.url(path)}</link>"
        f"<pubDate>Tue, 24 Nov 2026 11:00:00 GMT</pubDate><description>{text}</description></item>"
        for title, path, text in (("短い", "/a/", "続きは…"), ("全文", "/b/", "本文です。" * 100))
    )
    body = f"<rss version='2.0'><channel><title>B</title>{items}</channel></rss>"
    url = blog.web.add("/feed.xml", body, content_type="application/rss+xml")
    blog.sitemap("/a/")
    blog.read()
    report = blog.read(where=url)
    assert (report.by, report.new, report.changed) == ("feed", ["/b/"], ["/a/"])
    assert blog.posts() == {"/a/": "短い", "/b/": "全文"}
    hits = blog.web.hits("/a/")
    assert blog.read(where=url).unchanged == 2
    assert blog.web.hits("/a/") == hits
    blog.web.add("/feed.xml", body.replace("<item><title>短い", "<x><title>").replace("/a/", "/x/"))
    assert blog.read(where=url).missing == []


def test_wordpress_is_read_whole_and_only_changes_are_taken(blog: Blog) -> None:
    def serve(*posts: tuple[str, str]) -> None:
        rows = [
            {
                "link": blog.web.url(path),
                "title": {"rendered": path},
                "content": {"rendered": f"<p>{text}</p>"},
            }
            for path, text in posts
        ]
        blog.web.add("/wp-json/wp/v2/posts?per_page=100&page=1", json.dumps(rows))

    home = blog.web.add("/", "<html><body>B</body></html>")
    serve(("/a/", "TSMC"), ("/b/", "量産"))
    assert blog.read(where=home).new == ["/a/", "/b/"]
    serve(("/a/", "TSMC"), ("/c/", "新"), ("/d/", ""))
    report = blog.read(where=home)
    assert (report.by, report.new, report.unchanged, report.missing) == ("WordPress", ["/c/"], 1, ["/b/"])


@pytest.mark.parametrize("said", ["path", "both"])
def test_a_folder_comes_before_an_address(blog: Blog, said: str) -> None:
    folder = blog.folder / "posts"
    folder.mkdir()
    (folder / "2026-01-02-a.md").write_text("---\ntitle: A\n---\nTSMC", encoding="utf-8")
    url = "url = 'https://blog.example/'\n" if said == "both" else ""
    settings = f"path = 'posts'\n{url}base_url = 'https://blog.example'"
    assert blog.read(settings) == ImportReport(new=["2026-01-02-a.md"])
    assert blog.told == [(1, 1)]
    assert blog.read(settings, where=folder) == ImportReport(unchanged=1)


def test_without_a_place_or_a_blog_there_it_is_an_error(blog: Blog) -> None:
    with pytest.raises(InputError, match=r"set \[blog\] path or url"):
        blog.read("language = 'ja'")
    with pytest.raises(InputError, match="no such file or folder"):
        blog.read("path = 'nowhere'")
    with pytest.raises(SourceError, match="HTTP 404"):
        blog.read(where=blog.web.url("/nothing"))
