"""Posts from the web: what they are called, and when they are read again."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from storage.engine import Database
from storage.linking.names import Vocabulary, read_table
from storage.models import ClaimRow, MentionRow, PostRow
from storage.posts.importing import Found, Import, ImportReport
from storage.posts.post import Post, Skipped
from storage.posts.web import is_still_so, seen_on, web_name, web_post
from tests.conftest import NOW
from tests.storage.posts.conftest import TABLE

HOME = "https://blog.example/feed.xml"
NAME = "/2026/orion/"
LATER = NOW + timedelta(hours=1)


def post(*texts: str, name: str = NAME, title: str = "Acme ships", revision: str = "") -> Found:
    """A post as the web gives it."""
    found = web_post(
        name,
        f"https://blog.example{name}",
        title,
        texts or ("Acme and Orion.", "Acme."),
        published=NOW,
        day=None,
        revision=revision,
    )
    assert isinstance(found, Found)
    return found


def take(
    database: Database, words: Vocabulary, *batch: Found | Skipped, now: datetime = NOW, whole: bool = True
) -> ImportReport:
    """One import of these."""
    under_way = Import(database, words, now)
    under_way.take(batch)
    return under_way.end(whole=whole, remove=False)


def stored(database: Database) -> PostRow:
    with database.read() as session:
        return session.scalars(select(PostRow)).one()


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://blog.example/2026/orion/", "/2026/orion/"),
        ("https://www.blog.example/2026/orion/", "/2026/orion/"),
        ("https://blog.example/?p=12", "/?p=12"),
        ("https://blog.example", "/"),
        ("https://blog.example/%E9%87%8F%E7%94%A3/", "/量産/"),
        ("https://blog.example/a%00b%1b/", "/a%00b%1b/"),
        ("https://blog.example/%ff/", "/%ff/"),
        ("https://other.example/orion/", "https://other.example/orion/"),
    ],
)
def test_a_post_is_called_by_the_path_of_its_address(url: str, name: str) -> None:
    assert web_name(url, HOME) == name


@pytest.mark.parametrize(
    ("revision", "known", "so"),
    [
        ("2026-11-01", None, False),
        ("2026-11-01", "2026-11-01", True),
        ("2026-11-02", "2026-11-01", False),
        ("2026-11-02", "", False),
        ("", None, False),
        ("", "", False),
        ("", "2026-11-23", True),  # its site does not say any more; it did lately
        ("", seen_on(NOW - timedelta(days=6)), True),
        ("", seen_on(NOW - timedelta(days=7)), False),
    ],
)
def test_a_page_is_still_as_it_was(revision: str, known: str | None, so: bool) -> None:
    assert is_still_so(revision, known, NOW) is so


def test_what_a_post_says_is_read_as_from_a_file() -> None:
    found = web_post(
        NAME,
        "https://blog.example/x",
        " Acme \n ships ",
        ["One.", "", "One.", "Two\0.", "--- END ---", "Three."],
        published=NOW,
        day=date(2026, 11, 25),
        revision="",
    )
    assert isinstance(found, Found)
    assert found.read() == Post(
        NAME, "Acme ships", "https://blog.example/x", NOW, ("One.", "Two."), date(2026, 11, 25)
    )


def test_a_post_without_text_is_none_and_one_without_title_is_called_by_its_address() -> None:
    nothing = web_post(NAME, "https://b/", "x", ["", " "], published=None, day=None, revision="")
    assert nothing == Skipped(NAME, "it has no text")
    named = post(title="").read()
    assert isinstance(named, Post)
    assert named.title == "orion"


def test_a_post_is_stored_with_names_and_claims_and_stays_as_it_is(
    database: Database, words: Vocabulary
) -> None:
    found = post("Acme ships in 2027.", revision="2026-11-01")
    assert take(database, words, found).new == [NAME]
    row = stored(database)
    assert (row.file, row.url, row.published) == (NAME, "https://blog.example/2026/orion/", NOW)
    with database.read() as session:
        assert set(session.scalars(select(MentionRow.name))) >= {"Acme"}
        assert session.scalars(select(ClaimRow)).all()
    assert take(database, words, found, now=LATER) == ImportReport(unchanged=1)
    assert stored(database).imported_at == NOW


def test_another_revision_of_the_same_text_is_no_change_but_remembered(
    database: Database, words: Vocabulary
) -> None:
    take(database, words, post(revision="2026-11-01"))
    assert take(database, words, post(revision="2026-11-02"), now=LATER) == ImportReport(unchanged=1)
    assert stored(database).imported_at == NOW
    assert Import(database, words, NOW).revision(NAME) == "2026-11-02"
    assert take(database, words, post("Acme.", revision="2026-11-02"), now=LATER).changed == [NAME]
    assert (stored(database).text, stored(database).imported_at) == ("Acme.", LATER)


def test_what_is_kept_is_not_read_but_for_names_that_are_known_now(
    database: Database, words: Vocabulary
) -> None:
    take(database, words, post(revision="2026-11-01"))

    def keep(vocabulary: Vocabulary) -> ImportReport:
        under_way = Import(database, vocabulary, LATER)
        under_way.keep([NAME])
        return under_way.end(whole=True, remove=False)

    assert keep(words) == ImportReport(unchanged=1)
    wider = Vocabulary(read_table(TABLE + b'en = ["Orion"]\n'), words.topics)
    assert keep(wider) == ImportReport(changed=[NAME])
    assert keep(wider) == ImportReport(unchanged=1)
    assert (stored(database).text, stored(database).published) == ("Acme and Orion.\n\nAcme.", NOW)
    assert Import(database, wider, NOW).revision(NAME) == "2026-11-01"
    with database.read() as session:
        assert "Orion" in session.scalars(select(MentionRow.name)).all()


def found_names(report: ImportReport) -> Sequence[str]:
    return [skipped.file for skipped in report.skipped]


def test_only_the_whole_blog_shows_what_is_missing(database: Database, words: Vocabulary) -> None:
    take(database, words, post(), post(name="/a/"), post(name="/b/"))
    gone = Skipped("/a/", "HTTP 404 Not Found", withdrawn=True)
    down = Skipped("/b/", "HTTP 500")
    assert take(database, words, post(), gone, down, whole=False).missing == []
    report = take(database, words, post(), gone, down)
    assert (report.missing, found_names(report)) == (["/a/"], ["/a/", "/b/"])


def test_texts_that_databases_refuse_are_stored(database: Database, words: Vocabulary) -> None:
    odd = post("x\0y\ud800 Acme.", title="a\0b\ud800", revision="2026\0")
    assert take(database, words, odd).new == [NAME]
    assert (stored(database).title, stored(database).text) == ("ab", "xy Acme.")


def test_the_day_of_a_post_is_that_of_its_moment_if_none_is_told() -> None:
    read = post().read()
    assert isinstance(read, Post)
    assert read.day == datetime(2026, 11, 24, tzinfo=UTC).date()
