"""What the front door's tests share: a folder to run commands in, a small web site, a mail server."""

import asyncio
import itertools
import logging
import shutil
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from scheduler.cli import main
from scheduler.digest.write import write_digest
from scheduler.recipients import Recipient
from scheduler.settings import Settings, load_settings
from storage.digests.content import Contents, Mail
from storage.engine import Database, open_database
from storage.entries import store_entries
from storage.entry import Entry
from storage.followups.raising import Call, raise_followups
from storage.models import ItemRow, LinkRow, PostRow, StoryRow
from storage.sources import SourceSetting, register
from tests.conftest import NOW
from tests.scheduler.running import log as log  # a fixture of several modules
from tests.web import WebServer

with warnings.catch_warnings(action="ignore"):
    import trafilatura  # noqa: F401 - on its first import urllib3 warns that it cannot do SOCKS

ALLOWED = '[crawl]\nallow_private = ["127.0.0.0/8"]\n'
TIMED = (
    "claims",
    "crawl",
    "followups.draft",
    "followups.list",
    "followups.settle",
    "followups.show",
    "posts.import_",
    "sources.add",
    "sources.check",
    "sources.list",
    "status",
)  # commands that ask what time it is
HOSTILE = "<script>alert(1)</script> \"q\" 's' & \x1b[31mred\x1b[0m \x9b2J\nBcc: evil@example.org\u202egnp"

_number = itertools.count(1)


def add_followup(
    database: Database, *, post: str = "A post", post_url: str = "", news: tuple[str, ...] = ("Some news",)
) -> int:
    """A post with an open follow-up by one story that is reported under each title; returns its id."""
    number = next(_number)
    with database.write() as session:
        url = "https://news.example/feed"
        source = register(session, [SourceSetting(url, "Chip Wire", "feed", 1800)])[url]
        row = PostRow(
            file=f"2026-01-{number}.md",
            title=post,
            url=post_url or f"https://blog.example/{number}.html",
            published=NOW - timedelta(days=30),
            text="A passage.",
            file_hash="",
            names_version="",
            imported_at=NOW,
        )
        story = StoryRow(first_seen=NOW, last_seen=NOW)
        session.add_all([row, story])
        session.flush()
        entries = [
            Entry(f"https://news.example/{number}/{n}", title, language="en", published=NOW)
            for n, title in enumerate(news)
        ]
        for item in store_entries(session, [(source.id, entries, None)], NOW)[0].new:
            linked = session.get_one(ItemRow, item.id)
            linked.story_id, linked.linked_at = story.id, NOW
            evidence = {"reason": "both titles are about Acme", "names": ["Acme"], "title_names": ["Acme"]}
            evidence |= {"post_passage": "In 2026.", "news_passage": "In 2027.", "new_figures": ["2027"]}
            session.add(
                LinkRow(
                    item_id=item.id,
                    post_id=row.id,
                    score=0.9,
                    followup=True,
                    kind="extends",
                    evidence=evidence,
                    linked_at=NOW,
                )
            )
        session.flush()
        opened, _ = raise_followups(session, [Call(row.id, story.id)], now=NOW)
    return opened[0]


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


@dataclass
class Folder:
    """A chipwatch folder, and the command line in it."""

    path: Path
    patch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    now: datetime = NOW  # what time it is to those commands

    def settings(self, text: str) -> Settings:
        """Write the settings file; returns it read."""
        file = self.path / "chipwatch.toml"
        file.write_text(text, encoding="utf-8")
        return load_settings(file)

    def run(self, *arguments: str) -> Ran:
        """Run `chipwatch ARGUMENTS` in the folder."""
        self.patch.setattr(sys, "argv", ["chipwatch", *arguments])
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self.capsys.readouterr()
        return Ran(int(ended.value.code or 0), out, err)

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The folder's database, as the commands use it."""
        with open_database(load_settings(self.path / "chipwatch.toml").database_url) as database:
            yield database


@pytest.fixture
def folder(
    tmp_path: Path, empty_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Folder]:
    """Empty settings and an empty database in a folder of their own, which is the working folder too."""
    monkeypatch.chdir(tmp_path)
    if not (tmp_path / "chipwatch.db").exists():  # the test's own, by another fixture
        shutil.copy(empty_file, tmp_path / "chipwatch.db")
    before = logging.getLogger().handlers[:]
    made = Folder(tmp_path, monkeypatch, capsys)
    made.settings("")
    for name in TIMED:
        monkeypatch.setattr(import_module(f"scheduler.commands.{name}"), "utc_now", lambda: made.now)
    yield made
    logging.getLogger().handlers[:] = before


@pytest.fixture
def unwritable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest for bad@b.c meets a fault that nobody thought of."""

    def write(contents: Contents, to: Recipient, **more: Any) -> Mail:
        if to.name == "bad@b.c":
            raise OverflowError("date value out of range")
        return write_digest(contents, to, **more)

    monkeypatch.setattr("scheduler.jobs.digest.write_digest", write)


@pytest.fixture
def local_time_is_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times are told by the machine's own clock; here that shows UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def feed(*titles: str) -> bytes:
    """An RSS feed of articles with these titles, long enough that no article page is asked for."""
    items = "".join(
        f"<item><title>{escape(title)}</title><link>https://news.example/{quote(title)}</link>"
        "<pubDate>Tue, 24 Nov 2026 11:00:00 GMT</pubDate>"
        f"<description>{'A long text. ' * 40}</description></item>"
        for title in titles
    )
    return f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>".encode()


def source(name: str, url: str, **more: str) -> str:
    """A `[[sources]]` entry."""
    keys = {"name": name, "url": url, **more}
    return "[[sources]]\n" + "".join(f'{key} = "{value}"\n' for key, value in keys.items())


@dataclass
class Site:
    """A web site on loopback: what `pages` holds is served, `/silent` not before it has `ended`."""

    pages: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    reached: threading.Event = field(default_factory=threading.Event)  # `/silent` was asked for
    ended: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def source(self, name: str, path: str, **more: str) -> str:
        """A `[[sources]]` entry for a page."""
        return source(name, self.url + path, **more)


@pytest.fixture
def site() -> Iterator[Site]:
    """A web site that sources can be pointed to."""
    made = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            if self.path == "/silent":
                made.reached.set()
                made.ended.wait()
                if self.path not in made.pages:
                    return
            body = made.pages.get(self.path, b"")
            self.send_response(200 if body else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    made.ended.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def web() -> Iterator[WebServer]:
    """A web site with headers, redirects and faults."""
    with WebServer() as served:
        yield served


@dataclass
class Mailbox:
    """A mail server's handler: keeps what it takes, refuses what it is told to."""

    refused: set[str] = field(default_factory=set)  # recipients
    refuse_data: str = ""
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuse_data:
            return self.refuse_data
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.raw.append(envelope.content)
        self.mails += [(recipient, message) for recipient in envelope.rcpt_tos]
        return "250 OK"


class _Server(Controller):
    """aiosmtpd's server on whatever port is free."""

    def _trigger_server(self) -> None:
        # The base class now connects to the port it was given; which one that became is known only here.
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def mail_server(handler: Mailbox, **options: Any) -> Iterator[int]:
    """A real mail server on a free port of loopback; gives the port."""
    server = _Server(handler, hostname="127.0.0.1", port=0, ready_timeout=30, **options)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


@pytest.fixture
def mailbox() -> Mailbox:
    """What a mail server takes."""
    return Mailbox()


def mail_settings(port: int, *to: str, more: str = "") -> str:
    """Settings that mail to these recipients through a server on loopback."""
    addresses = ", ".join(f'"{address}"' for address in to or ("editor@blog.example",))
    return (
        f'[digest]\nto = [{addresses}]\nat = "07:30"\ntimezone = "Asia/Tokyo"\n'
        f'[mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
        f'from = "chipwatch@blog.example"\n{more}'
    )
