"""`chipwatch crawl`: which sources are asked, which are left alone, and what of a new source is backlog."""

import json
from datetime import timedelta

import pytest

from tests.scheduler.conftest import ALLOWED, Folder, feed, source
from tests.web import WebServer

RSS = "application/rss+xml"


def two(folder: Folder, web: WebServer) -> None:
    """Settings with two feeds; each knows its own again."""
    good = web.add("/good", feed("Acme moves"), content_type=RSS, etag='"1"')
    fine = web.add("/fine", feed("Acme hires"), content_type=RSS, etag='"2"')
    folder.settings(ALLOWED + source("Good", good) + source("Fine", fine, interval="2h"))


def asked(web: WebServer) -> list[str]:
    return sorted(request.path for request in web.requests() if request.path != "/robots.txt")


def test_what_is_not_due_is_left_alone_and_it_says_until_when(
    folder: Folder, web: WebServer, local_time_is_utc: None
) -> None:
    two(folder, web)
    folder.run("crawl")
    ran = folder.run("crawl")
    assert (ran.code, ran.err) == (0, "")
    summary, not_due, _ = ran.out.splitlines()
    assert summary == "0 sources asked: 0 unchanged, 0 failed. Items: 0 new, 0 known. Follow-ups opened: 0."
    told = json.loads(folder.run("sources", "--json").out)
    first = min(row["due_at"] for row in told)
    assert not_due == (
        f"2 sources not due yet; the next one at {first[11:16]}: chipwatch crawl --force asks now"
    )
    assert asked(web) == ["/fine", "/good"]


def test_a_time_on_another_day_is_told_with_its_day(
    folder: Folder, web: WebServer, local_time_is_utc: None
) -> None:
    url = web.add("/good", feed("Acme moves"), content_type=RSS)
    folder.settings(ALLOWED + source("Good", url, interval="3d"))
    folder.run("crawl")
    assert "; the next one at 11-27 " in folder.run("crawl").out


def test_each_is_asked_when_it_is_due(folder: Folder, web: WebServer) -> None:
    two(folder, web)
    folder.run("crawl")
    folder.now += timedelta(minutes=34)  # half an hour and at most a tenth of it
    ran = folder.run("crawl")
    assert ran.out.splitlines()[0] == "Good: unchanged"
    assert "1 source not due yet" in ran.out
    assert asked(web) == ["/fine", "/good", "/good"]
    assert web.requests("/good")[1].headers["if-none-match"] == '"1"'


def test_force_asks_all_and_only_for_what_changed(folder: Folder, web: WebServer) -> None:
    two(folder, web)
    folder.run("crawl")
    ran = folder.run("crawl", "--force")
    assert sorted(ran.out.splitlines()[:2]) == ["Fine: unchanged", "Good: unchanged"]
    assert "not due" not in ran.out
    assert asked(web) == ["/fine", "/fine", "/good", "/good"]
    assert web.requests("/good")[1].headers["if-none-match"] == '"1"'
    assert web.requests("/fine")[1].headers["if-none-match"] == '"2"'


@pytest.mark.parametrize("by", ["Good", "address"])
def test_a_named_source_is_asked_now(folder: Folder, web: WebServer, by: str) -> None:
    two(folder, web)
    folder.run("crawl")
    ran = folder.run("crawl", web.url("/good") if by == "address" else by)
    assert ran.out.splitlines()[0] == "Good: unchanged"
    assert "not due" not in ran.out
    assert asked(web) == ["/fine", "/good", "/good"]


def test_json_says_how_many_are_not_due(folder: Folder, web: WebServer) -> None:
    two(folder, web)
    assert json.loads(folder.run("crawl", "Good", "--json").out)["not_due"] == 0
    told = json.loads(folder.run("crawl", "--json").out)
    assert (told["sources"], told["not_due"], told["failures"]) == (1, 1, [])
    ran = folder.run("crawl", "--json")
    told = json.loads(ran.out)
    assert (ran.code, told["sources"], told["not_due"]) == (0, 0, 2)
    assert json.loads(folder.run("crawl", "--force", "--json").out)["not_due"] == 0


def test_a_source_that_failed_is_left_alone_longer_and_that_is_no_failure_now(
    folder: Folder, web: WebServer
) -> None:
    folder.settings(ALLOWED + source("Lost", web.url("/lost")))
    assert folder.run("crawl").code == 1
    folder.now += timedelta(minutes=34)
    ran = folder.run("crawl")
    assert ran.code == 0
    assert "1 source not due yet" in ran.out


def test_a_source_that_is_gone_for_good_is_never_due_but_can_be_forced(
    folder: Folder, web: WebServer
) -> None:
    folder.settings(ALLOWED + source("Gone", web.fault("410")))
    assert "Gone: failed: HTTP 410 Gone; it is gone for good" in folder.run("crawl").out
    folder.now += timedelta(days=400)
    ran = folder.run("crawl")
    assert ran.code == 0
    assert "not due yet" not in ran.out  # it never will be
    assert web.hits("/fault/410") == 1
    assert folder.run("crawl", "--force").code == 1
    assert web.hits("/fault/410") == 2


def with_backlog(folder: Folder, web: WebServer, more: str = "") -> None:
    """A source whose feed holds a week-old article and one of today."""
    item = "<item><title>Acme {0}</title><link>https://news.example/{0}</link><pubDate>{1}</pubDate></item>"
    old = item.format("old", "Mon, 16 Nov 2026 11:00:00 GMT")
    new = item.format("new", "Tue, 24 Nov 2026 11:00:00 GMT")
    url = web.add("/feed", f"<rss version='2.0'><channel>{old}{new}</channel></rss>", content_type=RSS)
    folder.settings(f"{ALLOWED}{more}{source('News', url)}")


def test_what_a_new_source_has_in_store_is_kept_and_told(folder: Folder, web: WebServer) -> None:
    with_backlog(folder, web)
    ran = folder.run("crawl")
    first, summary, backlog, waiting = ran.out.splitlines()
    assert first == "News: 2 new, 0 known"
    assert "Items: 2 new" in summary
    assert backlog == (
        "Of sources read for the first time, 1 item older than 7d ([crawl] backlog): "
        "kept, but not linked to posts."
    )
    assert waiting.startswith("1 item to be linked")
    assert "backlog" not in folder.run("crawl", "--force").out


@pytest.mark.parametrize(("age", "backlog"), [("7d", 1), ("30d", 0), ("30m", 2)])
def test_the_age_of_backlog_is_a_setting(folder: Folder, web: WebServer, age: str, backlog: int) -> None:
    with_backlog(folder, web, f'backlog = "{age}"\n')
    told = json.loads(folder.run("crawl", "--json").out)
    assert (told["new"], told["backlog"], told["waiting"]) == (2, backlog, 2 - backlog)
