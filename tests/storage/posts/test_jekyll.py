"""Posts of a Jekyll blog are read from their files, by the front matter and the file's name."""

from datetime import UTC, date, datetime

import pytest

from storage.posts.jekyll import Blog
from storage.posts.post import Post
from tests.storage.posts.conftest import BLOG, FILE, read, source


def test_a_post_is_read_with_all_it_has() -> None:
    data = source(
        "title: オリオン\ndate: 2026-03-05 08:00:00 +0900\ncategories: AI News", "# One\n\ntwo\n\ntwo"
    )
    assert read(data) == Post(
        FILE,
        "オリオン",
        "https://blog.example/ai/news/2026/03/05/orion-ships.html",
        datetime(2026, 3, 4, 23, tzinfo=UTC),
        ("One", "two"),
        date(2026, 3, 5),  # in the blog's own zone
    )


def test_what_front_matter_leaves_out_comes_from_the_file_name() -> None:
    post = read(source("layout: post"))
    assert (post.title, post.published) == ("orion ships", datetime(2026, 3, 4, tzinfo=UTC))
    assert read(source("layout: post"), "about.md").published is None


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("2026-11-24", datetime(2026, 11, 24, tzinfo=UTC)),
        ("2026-11-24 09:30", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
        ("2026-11-24T09:30:00Z", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
        ("2026-11-24 09:30:00 +0900", datetime(2026, 11, 24, 0, 30, tzinfo=UTC)),
        ("'24 Nov 2026'", datetime(2026, 11, 24, tzinfo=UTC)),
        ("20261124", datetime(2026, 11, 24, tzinfo=UTC)),
        ("2026年11月24日 9時30分", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_in_any_notation(date: str, published: datetime) -> None:
    assert read(source(f"date: {date}")).published == published


@pytest.mark.parametrize(
    "date",
    [
        "",
        "''",
        "soon",
        "2026-13-45 x",
        "[2026]",
        "true",
        ".nan",
        "0001-01-01 00:00 +1000",
        "0001-01-01",
        "9999-12-31 23:59",
        "2026年13月1日",
    ],
)
def test_a_date_that_is_none_gives_way_to_that_of_the_file_name(date: str) -> None:
    assert read(source(f"date: {date}")).published == datetime(2026, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize("date", ["2026", "March", "'12:30'"])
def test_half_a_date_is_not_filled_in_from_the_clock(date: str) -> None:
    assert read(source(f"date: {date}")).published == datetime(2026, 3, 4, tzinfo=UTC)


def test_a_zone_may_be_named_by_its_letters() -> None:
    assert read(source("date: 2026-11-24 09:30 JST")).published == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("title", "line"),
    [("2026", "2026"), ("1.50", "1.5"), ("'a\n  b'", "a b"), ("null", "orion ships"), ("''", "orion ships")],
)
def test_a_title_is_a_line_of_text_whatever_it_was(title: str, line: str) -> None:
    assert read(source(f"title: {title}")).title == line


@pytest.mark.parametrize(
    ("front", "path"),
    [
        ("slug: other", "/2026/03/04/other.html"),
        ("permalink: /x/:title/", "/x/orion-ships/"),
        ("permalink: /a b/ü/", "/a%20b/%C3%BC/"),
        ("category: News", "/news/2026/03/04/orion-ships.html"),
        ("categories: [AI Chips, 5]", "/ai-chips/5/2026/03/04/orion-ships.html"),
        ("categories: {a: b}", "/2026/03/04/orion-ships.html"),
        ("permalink: //other.example/x", "/other.example/x"),
    ],
)
def test_front_matter_decides_the_address_on_the_blog(front: str, path: str) -> None:
    assert read(source(front)).url == BLOG.base_url + path
    assert read(source(front), blog=Blog()).url == path


def test_a_blog_in_a_folder_of_its_site_keeps_the_folder() -> None:
    assert (
        read(source("slug: x"), blog=Blog("https://a.example/blog/", "none")).url
        == "https://a.example/blog/x.html"
    )


def test_the_hash_changes_with_the_file_and_with_the_blog() -> None:
    hashes = {blog.hash(data) for data in (b"a", b"b") for blog in (Blog(), BLOG, Blog(permalink="none"))}
    assert len(hashes) == 6
    assert BLOG.hash(b"a") in hashes
