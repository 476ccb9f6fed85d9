"""`chipwatch sources list`: how each source is doing, why, and when it is asked again."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.scheduler.conftest import ALLOWED, Folder, source
from tests.web import WebServer

RSS = "application/rss+xml"
FIELDS = {
    "name",
    "url",
    "kind",
    "language",
    "address",
    "interval",
    "every",
    "every_seconds",
    "items",
    "condition",
    "why",
    "needs_a_person",
    "asked_at",
    "answered_at",
    "newest_at",
    "due_at",
    "due_why",
    "entries",
    "failures",
    "failing_since",
    "error",
    "retired_at",
}


def dated(ages: Sequence[timedelta], now: datetime) -> str:
    """An RSS feed of items of these ages."""
    items = "".join(
        f"<item><title>Acme makes chip {number}</title><link>https://news.example/{number}</link>"
        f"<pubDate>{now - age:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for number, age in enumerate(ages)
    )
    return f"<rss version='2.0'><channel>{items}</channel></rss>"


def hours(*ages: float) -> list[timedelta]:
    return [timedelta(hours=age) for age in ages]


def told(folder: Folder, *options: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(folder.run("sources", "list", "--json", *options).out)
    return rows


def doing(folder: Folder) -> tuple[str, str, bool]:
    (row,) = told(folder)
    return row["condition"], row["why"], row["needs_a_person"]


def watch(folder: Folder, url: str, **more: str) -> None:
    folder.settings(ALLOWED + source("News", url, **more))


def shown(folder: Folder, *options: str) -> list[str]:
    """The rows of the table, each as words."""
    return [" ".join(line.split()) for line in folder.run("sources", "list", *options).out.splitlines()]


def test_a_new_source_is_asked_at_once(folder: Folder, web: WebServer) -> None:
    watch(folder, web.url("/feed"))
    head, row = shown(folder)
    assert head == "name kind every items newest (UTC) next (UTC) state"
    assert row == "News feed 30m 0 - at once new: not asked yet"
    assert doing(folder) == ("new", "not asked yet", False)


def test_one_that_answers_is_well_with_its_next_time(folder: Folder, web: WebServer) -> None:
    watch(folder, web.add("/feed", dated(hours(1, 2), folder.now), content_type=RSS))
    folder.run("crawl")
    assert doing(folder) == ("well", "", False)
    (row,) = told(folder)
    due = datetime.fromisoformat(row["due_at"])
    assert timedelta(minutes=30) <= due - folder.now <= timedelta(minutes=33)
    assert shown(folder)[1] == f"News feed 30m 2 11-24 11:00 {due:%m-%d %H:%M} well"
    assert row["due_why"] == "its interval"
    assert row["asked_at"] == row["answered_at"] == folder.now.isoformat()


def test_a_next_time_that_is_not_its_interval_has_its_reason(folder: Folder, web: WebServer) -> None:
    feed = dated(hours(1, 2), folder.now).replace("<channel>", "<channel><ttl>120</ttl>")
    watch(folder, web.add("/feed", feed, content_type=RSS))
    folder.run("crawl")
    assert ", the feed asks for it well" in shown(folder)[1]
    assert told(folder)[0]["due_why"] == "the feed asks for it"


def test_one_that_fails_says_how_often_in_a_row(folder: Folder, web: WebServer) -> None:
    watch(folder, web.fault("500"))
    folder.run("crawl")
    assert doing(folder) == ("failing", "HTTP 500 Internal Server Error", False)
    folder.run("crawl", "--force")
    folder.run("crawl", "--force")
    assert doing(folder) == ("failing", "3 times in a row: HTTP 500 Internal Server Error", True)
    (row,) = told(folder)
    assert (row["failures"], row["error"]) == (3, "HTTP 500 Internal Server Error")
    assert row["failing_since"] == folder.now.isoformat()
    assert ", longer after each failure failing: 3 times" in shown(folder)[1]
    web.add("/fault/500", dated(hours(1), folder.now), content_type=RSS)
    folder.run("crawl", "--force")
    assert doing(folder) == ("well", "", False)


def test_one_that_asks_for_patience_gets_it_and_says_so(folder: Folder, web: WebServer) -> None:
    watch(folder, web.add("/feed", status=503, headers={"Retry-After": "86400"}))
    folder.run("crawl")
    (row,) = told(folder)
    assert row["due_at"] == (folder.now + timedelta(days=1)).isoformat()
    assert "its server asks to wait (Retry-After)" in shown(folder)[1]


def test_one_that_brings_nothing_any_more_is_silent(folder: Folder, web: WebServer) -> None:
    feed = dated(hours(1, 3, 5, 7, 9), folder.now)
    watch(folder, web.add("/feed", feed, content_type=RSS))
    folder.run("crawl")
    folder.now += timedelta(days=2)
    folder.run("crawl", "--force")
    assert doing(folder)[0] == "well"
    folder.now += timedelta(days=2)
    folder.run("crawl", "--force")
    why = "nothing new for 4 days, where it usually brings something every 2 hours"
    assert doing(folder) == ("silent", why, True)


def test_one_that_brings_ever_less_is_shrinking(folder: Folder, web: WebServer) -> None:
    for count in (10, 11, 10, 4, 3):
        watch(folder, web.add("/feed", dated(hours(*range(1, count + 1)), folder.now), content_type=RSS))
        folder.run("crawl", "--force")
    assert doing(folder) == ("shrinking", "3 entries, where it usually has 10", True)
    assert told(folder)[0]["entries"] == [10, 11, 10, 4, 3]


def test_one_that_is_gone_for_good_is_never_asked_again(folder: Folder, web: WebServer) -> None:
    watch(folder, web.fault("410"))
    folder.run("crawl")
    condition, why, needs = doing(folder)
    assert (condition, needs) == ("retired", True)
    assert why == "HTTP 410 Gone; it is gone for good; take it out of the settings, or give its new address"
    assert " never retired: HTTP 410 Gone" in shown(folder)[1]
    (row,) = told(folder)
    assert (row["due_at"], row["retired_at"]) == (None, folder.now.isoformat())


def test_one_that_is_missing_for_two_weeks_is_dead(folder: Folder, web: WebServer) -> None:
    watch(folder, web.fault("404"))
    folder.run("crawl")
    folder.now += timedelta(days=14)
    folder.run("crawl")
    why = "since 2026-11-24: HTTP 404 Not Found; check the address; give its new address"
    assert doing(folder) == ("dead", why, True)
    assert ", dead: asked once a week" in shown(folder)[1]


def test_one_that_moved_for_good_says_where_to(folder: Folder, web: WebServer) -> None:
    web.add("/new", dated(hours(1), folder.now), content_type=RSS)
    watch(folder, web.redirect("/old", "/new", status=301))
    for _ in range(2):
        folder.run("crawl", "--force")
        assert doing(folder)[0] == "well"
    folder.run("crawl", "--force")
    assert doing(folder) == ("moved", f"to {web.url('/new')}; write that into the settings", True)
    (row,) = told(folder)
    assert (row["url"], row["address"]) == (web.url("/old"), web.url("/new"))
    hits = web.hits("/old")
    folder.run("crawl", "--force")
    assert web.hits("/old") == hits
    watch(folder, web.url("/new"))
    assert doing(folder)[0] == "well"
    assert "unchanged" in folder.run("crawl", "--force").out
    assert (doing(folder)[0], told(folder)[0]["items"]) == ("well", 1)


def test_one_that_is_read_in_part_is_flawed(folder: Folder, web: WebServer) -> None:
    index = "<sitemapindex>{}</sitemapindex>".format(
        "".join(f"<sitemap><loc>{web.url(path)}</loc></sitemap>" for path in ("/one.xml", "/lost.xml"))
    )
    web.add("/one.xml", news_sitemap(), content_type="text/xml")
    watch(folder, web.add("/index.xml", index, content_type="text/xml"), kind="sitemap")
    folder.run("crawl")
    condition, why, needs = doing(folder)
    assert (condition, needs) == ("flawed", True)
    assert why.startswith("1 of 2 sitemaps failed (")


def news_sitemap() -> str:
    return (
        "<urlset xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url>"
        "<loc>https://news.example/a</loc><news:news><news:title>Acme moves</news:title></news:news>"
        "</url></urlset>"
    )


def test_the_interval_is_shown_as_it_has_adapted(folder: Folder, web: WebServer) -> None:
    watch(folder, web.add("/feed", dated(hours(1, 2), folder.now), content_type=RSS))
    for _ in range(3):
        folder.run("crawl", "--force")
        folder.now += timedelta(hours=1)
    (row,) = told(folder)
    assert (row["interval"], row["every"], row["every_seconds"]) == ("30m", "47m", 2812)
    assert shown(folder)[1].startswith("News feed 47m 2 ")


@pytest.mark.parametrize("asked", [False, True])
def test_json_has_stable_names(folder: Folder, web: WebServer, asked: bool) -> None:
    watch(folder, web.fault("404"), language="ja", interval="2h")
    if asked:
        folder.run("crawl")
    (row,) = told(folder)
    assert row.keys() == FIELDS
    assert [row[key] for key in ("name", "url", "kind", "language", "interval")] == [
        "News",
        web.url("/fault/404"),
        "feed",
        "ja",
        "2h",
    ]


def test_trouble_is_only_what_someone_must_look_at(folder: Folder, web: WebServer) -> None:
    good = web.add("/good", dated(hours(1), folder.now), content_type=RSS)
    folder.settings(
        ALLOWED
        + source("Good", good)
        + source("Lost", web.fault("404"))
        + source("Gone", web.fault("410"))
        + source("Later", web.add("/later", dated(hours(1), folder.now), content_type=RSS))
    )
    folder.run("crawl", "Good", "Lost", "Gone")
    assert [row["name"] for row in told(folder)] == ["Good", "Lost", "Gone", "Later"]
    assert [row["name"] for row in told(folder, "--trouble")] == ["Lost", "Gone"]
    rows = [line.split()[0] for line in shown(folder, "--trouble") if " feed " in line]
    assert rows == ["Lost", "Gone"]


def test_no_sources_are_no_error_to_list(folder: Folder) -> None:
    ran = folder.run("sources", "--json")
    assert (ran.code, ran.out) == (0, "[]\n")
    assert told(folder, "--trouble") == []
