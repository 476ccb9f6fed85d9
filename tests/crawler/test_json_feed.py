"""JSON Feed 1.0 and 1.1: what is read of it, and what is none."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsing.document import Wishes
from crawler.parsing.errors import UnreadableError
from crawler.parsing.feed import read_quickly
from storage.entry import Entry
from tests.crawler.conftest import document, parsed

VERSIONS = ("https://jsonfeed.org/version/1", "https://jsonfeed.org/version/1.1")


def feed(*items: object, **said: object) -> str:
    """A JSON Feed of these items."""
    return json.dumps({"version": VERSIONS[1], "title": "News", "items": items, **said})


def only(**item: object) -> Entry:
    """The entry that an item with these fields gives."""
    [entry] = parsed(document(feed(item))).entries
    return entry


@pytest.mark.parametrize("version", VERSIONS)
def test_a_feed_is_read(version: str) -> None:
    item = {
        "id": "tag-1",
        "url": "https://news.example/a",
        "title": "Fab opens in Kumamoto",
        "content_html": "<p>The first wafers</p><p>left the line.</p>",
        "summary": "Wafers.",
        "date_published": "2026-11-24T10:00:00+09:00",
        "date_modified": "2026-11-24T11:00:00+09:00",
    }
    found = parsed(document(feed(item, version=version)))
    assert list(found.entries) == [
        Entry(
            "https://news.example/a",
            "Fab opens in Kumamoto",
            "The first wafers\nleft the line.",
            "en",
            datetime(2026, 11, 24, 1, tzinfo=UTC),
            "tag-1",
        )
    ]
    assert (found.title, found.flaw, found.wishes) == ("News", None, Wishes())


@pytest.mark.parametrize("before", ["\ufeff", "\n  ", "\r\n\t"])
def test_what_stands_before_the_feed_does_no_harm(before: str) -> None:
    assert len(parsed(document(before + feed({"url": "/a", "title": "t"}))).entries) == 1


def test_plain_text_is_no_markup() -> None:
    assert (
        only(url="/a", title="t", content_text="5 < 6 <em>&</em> R&amp;D").text == "5 < 6 <em>&</em> R&amp;D"
    )


def test_a_title_is_cleaned_of_markup_all_the_same() -> None:
    assert only(url="/a", title="R&D at AT&amp;T: 5 < <b>6</b>").title == "R&D at AT&T: 5 < 6"


@pytest.mark.parametrize(
    ("contents", "text"),
    [
        ({"content_html": "<p>Html</p>"}, "Html"),
        ({"content_text": "Text"}, "Text"),
        ({"summary": "Summary"}, "Summary"),
        ({"content_html": "<p>Html</p>", "summary": "A longer summary"}, "A longer summary"),
        ({"content_html": None, "content_text": ["no text"], "summary": "Summary"}, "Summary"),
        ({}, ""),
    ],
)  # fmt: skip
def test_the_longest_text_is_taken(contents: dict[str, object], text: str) -> None:
    assert only(url="/a", title="t", **contents).text == text


@pytest.mark.parametrize(
    ("links", "url"),
    [
        (
            {"url": "https://news.example/a", "external_url": "https://other.example/b"},
            "https://news.example/a",
        ),
        ({"external_url": "https://other.example/b"}, "https://other.example/b"),
        ({"url": "/a"}, "https://news.example/a"),
        ({"url": "", "id": "https://news.example/c"}, "https://news.example/c"),
        ({"id": "https://news.example/c"}, "https://news.example/c"),
    ],
)
def test_an_entry_leads_to_its_address(links: dict[str, object], url: str) -> None:
    assert only(title="t", **links).url == url


@pytest.mark.parametrize(
    "item",
    [
        {"title": "without an address"},
        {"title": "t", "id": "tag-1"},
        {"title": "t", "url": "mailto:desk@news.example"},
        {"url": "/without-any-words"},
        {"url": {"href": "/a"}, "title": "t"},
        "no item",
        7,
        None,
        [],
    ],
)
def test_what_is_no_entry_is_left_out(item: object) -> None:
    found = parsed(document(feed(item, {"url": "/b", "title": "Here"})))
    assert [entry.title for entry in found.entries] == ["Here"]


def test_an_entry_without_a_title_has_its_first_words() -> None:
    assert only(url="/a", content_text="A note.").title == "A note."


@pytest.mark.parametrize(
    ("said", "feed_id"),
    [("tag-1", "tag-1"), (17, "17"), (1.5, "1.5"), (None, None), ("", None), (True, None)],
)
def test_an_id_may_be_a_number_or_missing(said: object, feed_id: str | None) -> None:
    assert only(url="/a", title="t", id=said).feed_id == feed_id


@pytest.mark.parametrize(
    ("dates", "published"),
    [
        ({"date_published": "2026-11-24T10:00:00Z"}, datetime(2026, 11, 24, 10, tzinfo=UTC)),
        ({"date_modified": "2026-11-23T10:00:00Z"}, datetime(2026, 11, 23, 10, tzinfo=UTC)),
        ({"date_published": "2030-01-01T00:00:00Z"}, None),
        ({"date_published": "soon"}, None),
        ({"date_published": 20261124}, datetime(2026, 11, 24, tzinfo=UTC)),
        ({"date_published": 1e400}, None),
        ({}, None),
    ],
)
def test_a_date_is_one_that_can_be_believed(dates: dict[str, object], published: datetime | None) -> None:
    assert only(url="/a", title="t", **dates).published == published


def test_the_language_that_is_declared_helps() -> None:
    found = parsed(document(feed({"url": "/a", "title": "経産省、半導体支援策発表"}, language="ja-JP")))
    assert found.entries[0].language == "ja"


def test_a_feed_that_has_expired_is_asked_for_once_a_year() -> None:
    assert parsed(document(feed(expired=True))).wishes.ttl == timedelta(days=365)
    assert parsed(document(feed(expired=False))).wishes.ttl is None
    assert parsed(document(feed(expired="true"))).wishes.ttl is None


def test_an_empty_feed_is_a_feed() -> None:
    assert list(parsed(document(feed())).entries) == []


def test_no_more_than_a_feed_can_have_is_read() -> None:
    items = [{"url": f"/{n}", "title": "t"} for n in range(20_001)]
    assert len(parsed(document(feed(*items))).entries) == 20_000


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{}", "JSON of another kind"),
        ('{"items": []}', "JSON of another kind"),
        ('{"version": "1.1", "items": []}', "JSON of another kind"),
        ('{"version": ["https://other.example"], "items": []}', "JSON of another kind"),
        (f'{{"version": "{VERSIONS[0]}"}}', "a JSON Feed without items"),
        (f'{{"version": "{VERSIONS[0]}", "items": {{"a": 1}}}}', "a JSON Feed without items"),
        (feed({"url": "/a", "title": "t"})[:-3], "JSON that cannot be read"),
        ("{not JSON}", "JSON that cannot be read"),
        ("{" * 200_000, "JSON that cannot be read"),
        ('{"a":' * 200_000 + "1" + "}" * 200_000, "JSON that cannot be read"),
        ('{"a":' + "[" * 200_000 + "]" * 200_000 + "}", "JSON that cannot be read"),
        ('{"a": ' + "9" * 5_000 + "}", "JSON that cannot be read"),
    ],
)  # fmt: skip
def test_what_is_no_feed_is_named(body: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason) as caught:
        parsed(document(body, "application/json"))
    assert "\n" not in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = "id url external_url title content_html content_text summary date_published date_modified".split()


@given(st.lists(JSON | st.dictionaries(st.sampled_from(FIELDS), JSON), max_size=3), JSON, JSON)
def test_no_values_upset_the_reading(items: list[object], title: object, language: object) -> None:
    found = read_quickly(document(feed(*items, title=title, language=language)))
    assert found is not None
    assert len(found.entries) <= len(items)
