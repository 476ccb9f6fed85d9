"""Asking a source again: what did not change costs one round trip, what did gives only what is new."""

from datetime import timedelta

from crawler.sources import Source
from storage.engine import Database
from tests.conftest import NOW
from tests.crawler.conftest import feed, item, items, remembered, rss, visit
from tests.web import WebServer

XML = "application/rss+xml"
DATE = "Tue, 24 Nov 2026 08:00:00 GMT"
LATER = NOW + timedelta(hours=1)
ONE = rss(item("One", "/1"))


def test_validators_are_sent_back_and_a_304_is_unchanged(database: Database, web: WebServer) -> None:
    source = feed(web.add("/feed", ONE, content_type=XML, etag='W/"abc"', last_modified=DATE))
    visit(database, source)
    report = visit(database, source, now=LATER)
    assert (report.unchanged, report.new, report.failed) == (1, 0, ())
    first, second = web.requests("/feed")
    assert not {"if-none-match", "if-modified-since"} & first.headers.keys()
    assert second.headers["if-none-match"] == 'W/"abc"'
    assert second.headers["if-modified-since"] == DATE
    known = remembered(database, source)
    assert (known.etag, known.last_modified) == ('W/"abc"', DATE)
    assert known.answered_at == LATER


def test_a_304_without_validators_keeps_the_old_ones(sqlite: Database, web: WebServer) -> None:
    source = feed(web.add("/feed", ONE, content_type=XML, etag='"1"'))
    visit(sqlite, source)
    web.add("/feed", status=304, content_type=None)
    assert visit(sqlite, source).unchanged == 1
    assert remembered(sqlite, source).etag == '"1"'


def test_the_same_bytes_are_unchanged_without_any_validator(database: Database, web: WebServer) -> None:
    source = feed(web.add("/feed", ONE, content_type=XML))
    visit(database, source)
    # Read again they would be a failure: it is the bytes that count, so they are not.
    web.add("/feed", ONE, content_type="text/html")
    visit(database, source)
    assert visit(database, source).unchanged == 1
    assert web.hits("/feed") == 3


def test_the_same_bytes_are_not_read_again(sqlite: Database, web: WebServer) -> None:
    url = web.add("/news", "<html><h2><a href='/1'>One</a></h2></html>")
    source = Source(name="News", url=url, kind="listing", links="h2 a")
    visit(sqlite, source)
    counts = remembered(sqlite, source).counts
    assert visit(sqlite, source).unchanged == 1
    assert counts == (1,)


def test_a_page_is_read_anew_with_another_selector(sqlite: Database, web: WebServer) -> None:
    page = "<html><h2><a href='/1'>One</a></h2><h3><a href='/2'>Two</a></h3></html>"
    url = web.add("/news", page, etag='"1"')
    visit(sqlite, Source(name="News", url=url, kind="listing", links="h2 a"))
    report = visit(sqlite, Source(name="News", url=url, kind="listing", links="h3 a"))
    assert (report.new, report.unchanged) == (1, 0)
    assert "if-none-match" not in web.requests("/news")[1].headers


def test_a_source_of_another_kind_is_read_anew(sqlite: Database, web: WebServer) -> None:
    url = web.add("/feed", ONE, content_type=XML, etag='"1"')
    visit(sqlite, feed(url))
    (found,) = visit(sqlite, Source(name="News", url=url, kind="sitemap")).visits
    assert found.failure == 'not a sitemap but a feed; give kind = "feed"'
    assert "if-none-match" not in web.requests("/feed")[1].headers


def test_a_changed_feed_gives_only_what_is_new(database: Database, web: WebServer) -> None:
    source = feed(web.add("/feed", ONE, content_type=XML, etag='"1"'))
    visit(database, source)
    web.add("/feed", rss(item("Two", "/2"), item("One", "/1")), content_type=XML, etag='"2"')
    (found,) = visit(database, source, now=LATER).visits
    assert (found.new, found.known, found.changed, found.unchanged) == (1, 1, 0, False)
    assert [(row.title, row.first_seen) for row in items(database)] == [("One", NOW), ("Two", LATER)]
    assert remembered(database, source).etag == '"2"'


def test_a_failure_forgets_no_validator(sqlite: Database, web: WebServer) -> None:
    source = feed(web.add("/feed", ONE, content_type=XML, etag='"1"'))
    visit(sqlite, source)
    web.add("/feed", status=503, etag='"error"', content_type=XML)
    assert len(visit(sqlite, source).failed) == 1
    web.add("/feed", ONE, content_type=XML, etag='"1"')
    assert visit(sqlite, source).unchanged == 1


def test_a_feed_that_broke_off_is_asked_for_in_whole(database: Database, web: WebServer) -> None:
    whole = rss(item("One", "/1"), item("Two", "/2"))
    source = feed(
        web.add("/feed", whole[: whole.index("Two")], content_type=XML, etag='"1"', last_modified=DATE)
    )
    (found,) = visit(database, source).visits
    assert (found.new, found.failure) == (1, None)
    assert found.flaw is not None
    assert remembered(database, source).error == found.flaw
    web.add("/feed", whole, content_type=XML, etag='"1"', last_modified=DATE)
    (found,) = visit(database, source).visits
    assert (found.new, found.known, found.flaw) == (1, 1, None)
    assert remembered(database, source).error is None
    assert not {"if-none-match", "if-modified-since"} & web.requests("/feed")[1].headers.keys()


def test_validators_that_cannot_be_sent_are_not_kept(sqlite: Database, web: WebServer) -> None:
    source = feed(web.add("/feed", ONE, content_type=XML, etag="é" * 10, last_modified="x" * 2000))
    visit(sqlite, source)
    known = remembered(sqlite, source)
    assert (known.etag, known.last_modified) == (None, None)
