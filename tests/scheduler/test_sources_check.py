"""`chipwatch sources check`: each source tried once, what it gives told, nothing stored."""

import json

import pytest

from storage.sources import list_sources
from tests.scheduler.conftest import ALLOWED, HOSTILE, Folder, feed, source
from tests.web import WebServer

RSS = "application/rss+xml"


def test_a_line_a_source_and_how_many_give_something(folder: Folder, web: WebServer) -> None:
    good = web.add("/good", feed("Acme moves its production", "Acme hires"), content_type=RSS)
    folder.settings(ALLOWED + source("Good", good) + source("Lost", web.fault("404")))
    ran = folder.run("sources", "check")
    assert (ran.code, ran.err) == (1, "")
    *lines, summary = ran.out.splitlines()
    assert sorted(lines) == [
        "Good: 2 entries in en, newest 2026-11-24: Acme moves its production",
        "Lost: failed: HTTP 404 Not Found; check the address",
    ]
    assert summary == "2 sources tried: 1 give something, 1 failed."


def test_all_well_is_exit_code_0(folder: Folder, web: WebServer) -> None:
    folder.settings(ALLOWED + source("Good", web.add("/good", feed("Acme moves"), content_type=RSS)))
    ran = folder.run("sources", "check")
    assert ran.code == 0
    assert ran.out.endswith("1 source tried: 1 give something, 0 failed.\n")


def test_only_the_named_ones_are_tried(folder: Folder, web: WebServer) -> None:
    good = web.add("/good", feed("Acme moves"), content_type=RSS)
    folder.settings(ALLOWED + source("Good", good) + source("Lost", web.fault("404")))
    assert folder.run("sources", "check", "Good", good).out.count("Good: ") == 1
    assert web.hits("/fault/404") == 0
    ran = folder.run("sources", "check", "Goood")
    assert (ran.code, ran.err) == (2, "chipwatch: no source is named 'Goood'; did you mean 'Good'?\n")
    assert folder.run("sources", "check", "gOOD").code == 0


def test_nothing_is_stored_and_a_crawl_finds_all_new(folder: Folder, web: WebServer) -> None:
    good = web.add("/good", feed("Acme moves"), content_type=RSS, etag='"1"')
    folder.settings(ALLOWED + source("Good", good))
    folder.run("sources", "check")
    folder.run("sources", "check")
    assert "if-none-match" not in web.requests("/good")[1].headers
    with folder.database() as database, database.read() as session:
        assert list_sources(session, [good]) == []
    assert folder.run("crawl").out.startswith("Good: 1 new, 0 known\n")


def test_json_has_stable_names(folder: Folder, web: WebServer) -> None:
    titles = [f"Acme makes chip number {number}" for number in range(5)]
    folder.settings(
        ALLOWED
        + source("Good", web.add("/good", feed(*titles), content_type=RSS))
        + source("Lost", web.fault("404"), kind="listing")
    )
    ran = folder.run("sources", "check", "--json")
    assert ran.code == 1
    assert json.loads(ran.out) == [
        {
            "name": "Good",
            "url": web.url("/good"),
            "kind": "feed",
            "entries": 5,
            "languages": ["en"],
            "newest_at": "2026-11-24T11:00:00+00:00",
            "titles": titles[:3],
            "moved_to": None,
            "flaw": None,
            "failure": None,
        },
        {
            "name": "Lost",
            "url": web.url("/fault/404"),
            "kind": "listing",
            "entries": 0,
            "languages": [],
            "newest_at": None,
            "titles": [],
            "moved_to": None,
            "flaw": None,
            "failure": "HTTP 404 Not Found; check the address",
        },
    ]


def test_where_a_source_has_moved_for_good_is_told(folder: Folder, web: WebServer) -> None:
    web.add("/new", feed("Acme moves"), content_type=RSS)
    folder.settings(
        ALLOWED
        + source("Old", web.redirect("/old", "/new", status=301))
        + source("Elsewhere", web.redirect("/now", "/new", status=302))
    )
    ran = folder.run("sources", "check")
    assert ran.code == 0
    assert f"Old: 1 entries in en, newest 2026-11-24; moved to {web.url('/new')}: Acme moves" in ran.out
    assert "Elsewhere: 1 entries in en, newest 2026-11-24: Acme moves" in ran.out


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("html", "not a feed but a web page"),
        ("empty", "empty"),
        ("closed at once", "the connection was closed without an answer"),
        ("huge", "the answer is too large: more than 10 MB"),
        ("redirect loop", "redirects in circles"),
    ],
)
def test_each_way_to_fail_is_told_and_ends_nothing(
    folder: Folder, web: WebServer, fault: str, said: str
) -> None:
    good = web.add("/good", feed("Acme moves"), content_type=RSS)
    folder.settings(ALLOWED + source("Bad", web.fault(fault)) + source("Good", good))
    ran = folder.run("sources", "check")
    assert (ran.code, ran.err) == (1, "")
    (line,) = (line for line in ran.out.splitlines() if line.startswith("Bad: failed: "))
    assert said in line
    assert "Good: 1 entries" in ran.out


def test_a_private_address_is_refused_here_too(folder: Folder, web: WebServer) -> None:
    folder.settings(source("Home", web.url("/feed")))
    ran = folder.run("sources", "check")
    assert ran.code == 1
    assert "127.0.0.1 is a private address" in ran.out
    assert web.connections() == 0


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_nothing_a_stranger_wrote_reaches_the_terminal_as_it_is(
    folder: Folder, web: WebServer, options: tuple[str, ...]
) -> None:
    folder.settings(ALLOWED + source("Good", web.add("/good", hostile_feed(), content_type=RSS)))
    out = folder.run("sources", "check", *options).out
    assert "evil@example.org" in out
    assert all(line.isprintable() for line in out.splitlines())


def hostile_feed() -> bytes:
    """Titles of what XML can hold of it."""
    return feed("".join(char for char in HOSTILE if char >= " " or char == "\n"))


def test_without_sources_there_is_nothing_to_try(folder: Folder) -> None:
    ran = folder.run("sources", "check")
    assert ran.code == 2
    assert ran.err == "chipwatch: there are no sources; add a [[sources]] entry with a name and a url\n"
