"""Feeds in the encodings of East Asia, with the right word on it, a wrong one, and none."""

from collections.abc import Sequence

import pytest

from storage.entry import Entry
from tests.crawler.conftest import document, item, parsed, rss

TITLES = {
    "shift_jis": "半導体ニュース：新工場が稼働",
    "euc_jp": "半導体ニュース：新工場が稼働",
    "gb18030": "芯片新闻：台积电扩产计划公布",
    "big5": "晶片新聞：台積電擴產計畫公布",
    "euc_kr": "반도체 뉴스: 새 공장 가동",
    "utf-8": "半導体 반도체 芯片 fábrica",
    "utf-16": "半導体 반도체 芯片 fábrica",
}


def entries(encoding: str, declared: str | None, content_type: str) -> Sequence[Entry]:
    """What is read of a feed in an encoding that says another one of itself, and is sent as a third."""
    said = f' encoding="{declared}"' if declared else ""
    feed = rss(item(TITLES[encoding], "/a", "-")).replace('version="1.0"?', f'version="1.0"{said}?', 1)
    return parsed(document(feed.encode(encoding), content_type)).entries


@pytest.mark.parametrize("encoding", TITLES)
@pytest.mark.parametrize("kind", ["application/rss+xml", "text/xml"])
def test_the_feed_itself_says_its_encoding(encoding: str, kind: str) -> None:
    assert [entry.title for entry in entries(encoding, encoding, kind)] == [TITLES[encoding]]


@pytest.mark.parametrize("encoding", TITLES)
def test_only_the_server_says_the_encoding(encoding: str) -> None:
    found = entries(encoding, None, f"application/rss+xml; charset={encoding}")
    assert [entry.title for entry in found] == [TITLES[encoding]]


@pytest.mark.parametrize("encoding", TITLES)
def test_the_feed_is_right_where_the_server_says_utf_8(encoding: str) -> None:
    found = entries(encoding, encoding, "text/xml; charset=utf-8")
    assert [entry.title for entry in found] == [TITLES[encoding]]


@pytest.mark.parametrize("encoding", TITLES)
def test_the_server_is_right_where_the_feed_says_utf_8(encoding: str) -> None:
    found = entries(encoding, "utf-8", f"text/xml; charset={encoding}")
    assert [entry.title for entry in found] == [TITLES[encoding]]


@pytest.mark.parametrize("encoding", ["shift_jis", "gb18030", "euc_kr"])
def test_the_feed_is_right_where_the_server_says_latin_1(encoding: str) -> None:
    found = entries(encoding, encoding, "text/xml; charset=iso-8859-1")
    assert [entry.title for entry in found] == [TITLES[encoding]]


@pytest.mark.parametrize("declared", [None, "utf-8"])
@pytest.mark.parametrize("encoding", ["shift_jis", "gb18030", "euc_kr"])
def test_an_encoding_that_nobody_says_is_found_out(encoding: str, declared: str | None) -> None:
    found = entries(encoding, declared, "application/rss+xml")
    assert [entry.title for entry in found] == [TITLES[encoding]]


def test_a_byte_order_mark_is_no_letter() -> None:
    feed = rss(item("Chips", "/a", "-")).encode("utf-8-sig")
    assert [entry.title for entry in parsed(document(feed)).entries] == ["Chips"]


@pytest.mark.parametrize("charset", ["nonsense", "", "utf-8; charset=shift_jis"])
def test_an_unknown_encoding_does_no_harm(charset: str) -> None:
    found = entries("utf-8", None, f"application/xml; charset={charset}")
    assert [entry.title for entry in found] == [TITLES["utf-8"]]
