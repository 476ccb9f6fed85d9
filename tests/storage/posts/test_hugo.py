"""Posts of a Hugo site are read from their files: front matter of each kind, bundles, addresses."""

from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.engine import Database
from storage.errors import InputError
from storage.linking.names import Vocabulary
from storage.posts import jekyll
from storage.posts.blog import find_blog
from storage.posts.hugo import Blog
from storage.posts.importing import ImportReport, import_posts
from storage.posts.post import Post, Skipped
from tests.conftest import NOW

FILE = "posts/orion-ships.md"


def toml(front: str, body: str = "body") -> bytes:
    """A post's bytes, from its front matter."""
    return f"+++\n{front}\n+++\n{body}\n".encode()


def site(**more: Any) -> Blog:
    """A Hugo site with these settings."""
    return Blog(Path("/site/content"), "https://blog.example", **more)


def read(front: str, name: str = FILE, **more: Any) -> Post:
    """Read what is a post."""
    post = site(**more).read(name, toml(front))
    assert isinstance(post, Post), post
    return post


def lay(folder: Path, *names: str, front: str = "title = 'Acme ships'") -> None:
    """Write files of a site; each says something else."""
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(toml(front, f"Acme, as {name} says."))


def test_a_post_is_read_with_all_it_has() -> None:
    front = "title = 'オリオン'\ndate = 2026-03-05T08:00:00+09:00\nfollowup = 'evergreen'\n[params]\nx = 1"
    assert site().read(FILE, toml(front, "# One\n\n{{< figure src='a.png' >}}two\n\ntwo")) == Post(
        FILE,
        "オリオン",
        "https://blog.example/posts/orion-ships/",
        datetime(2026, 3, 4, 23, tzinfo=UTC),
        ("One", "two"),
        date(2026, 3, 5),
        "evergreen",
    )


@pytest.mark.parametrize(
    ("front", "published", "day"),
    [
        ("date = 2026-03-05T08:00:00Z", datetime(2026, 3, 5, 8, tzinfo=UTC), 5),
        ("date = 2026-03-05T08:00:00", datetime(2026, 3, 4, 23, tzinfo=UTC), 5),
        ("date = 2026-03-05 08:00:00", datetime(2026, 3, 4, 23, tzinfo=UTC), 5),
        ("date = 2026-03-05", datetime(2026, 3, 4, 15, tzinfo=UTC), 5),
        ("date = '2026-03-05'", datetime(2026, 3, 4, 15, tzinfo=UTC), 5),
        ("publishDate = 2026-03-05", datetime(2026, 3, 4, 15, tzinfo=UTC), 5),
        ("lastmod = 2026-04-06\ndate = 2026-03-05", datetime(2026, 3, 4, 15, tzinfo=UTC), 5),
        ("lastmod = 2026-03-06", datetime(2026, 3, 5, 15, tzinfo=UTC), 6),
    ],
)
def test_dates_are_those_of_toml_in_the_zone_of_the_site(front: str, published: datetime, day: int) -> None:
    post = read(front, zone=ZoneInfo("Asia/Tokyo"))
    assert (post.published, post.day) == (published, date(2026, 3, day))


@pytest.mark.parametrize(
    "front",
    [
        "x = 1",
        "date = 08:00:00",
        "date = 2026",
        "date = [2026-03-05]",
        "date = 0001-01-01T00:00:00Z",  # Hugo's own for a date that is none
        "date = 1969-12-31T23:59:59Z",
        "date = 9999-12-31T23:59:59Z",
    ],
)
def test_without_a_date_that_of_the_file_name_counts(front: str) -> None:
    assert read(front).published is None
    assert read(front, "posts/2026-03-05-orion.md").published == datetime(2026, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "front", "path"),
    [
        (FILE, "x = 1", "/posts/orion-ships/"),
        (FILE, "slug = 'Other One'", "/posts/other-one/"),
        (FILE, "url = '/away/x.html'", "/away/x.html"),
        (FILE, "url = '//other.example/x'", "/other.example/x"),
        ("posts/2026/Orion Ships.md", "x = 1", "/posts/2026/orion-ships/"),
        ("posts/orion/index.md", "x = 1", "/posts/orion/"),
        ("posts/量産.md", "x = 1", "/posts/%E9%87%8F%E7%94%A3/"),
        ("about.md", "x = 1", "/about/"),
    ],
)
def test_the_address_follows_the_sections_and_the_file_or_its_folder(
    name: str, front: str, path: str
) -> None:
    assert read(front, name).url == f"https://blog.example{path}"


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("/:year/:month/:slug/", "/2026/03/orion/"),
        ("/:year/:month/:day/:slugorfilename", "/2026/03/05/file"),
        ("/:sections[1:]/:filename/", "/chips/file/"),
        ("/:sections[0]/:title/", "/posts/orion/"),
        ("/:section/:yearday/:monthname/:weekdayname/:contentbasename/", "/posts/64/march/thursday/file/"),
        ("/p/:nothing/", "/p/:nothing/"),
    ],
)
def test_permalinks_are_those_of_the_section(pattern: str, path: str) -> None:
    front = "title = 'Orion'\ndate = 2026-03-05"
    post = read(front, "posts/chips/file.md", permalinks={"posts": pattern})
    assert post.url == f"https://blog.example{path}"
    assert read(front, "notes/file.md", permalinks={"posts": pattern}).url.endswith("/notes/file/")


def test_ugly_addresses_end_in_html() -> None:
    assert read("x = 1", ugly=True).url == "https://blog.example/posts/orion-ships.html"


def test_a_language_that_the_file_name_ends_in_stands_before_the_path() -> None:
    both = frozenset({"ja", "en"})
    assert read("x = 1", "posts/orion.en.md", languages=both).url == "https://blog.example/posts/orion/"
    assert read("x = 1", "posts/orion.ja.md", languages=both).url == "https://blog.example/ja/posts/orion/"
    assert read("x = 1", "posts/x/index.ja.md", languages=both).url == "https://blog.example/ja/posts/x/"
    assert read("x = 1", "posts/v1.ja.md").url == "https://blog.example/posts/v1.ja/"
    inside = read("x = 1", "posts/orion.md", languages=both, plain_language="")
    assert inside.url == "https://blog.example/posts/orion/"


@pytest.mark.parametrize("reader", [site(), jekyll.Blog()])
@pytest.mark.parametrize(
    "data",
    [
        toml("draft = true"),
        b"---\ndraft: true\n---\nx",
        b'{\n"draft": true\n}\nx',
        toml("published = false"),
        b"---\npublished: false\n---\nx",
    ],
)
def test_a_draft_is_not_published(reader: Blog | jekyll.Blog, data: bytes) -> None:
    skipped = reader.read(FILE, data)
    assert isinstance(skipped, Skipped)
    assert skipped.withdrawn


@pytest.mark.parametrize("reader", [site(), jekyll.Blog()])
@pytest.mark.parametrize(
    "data",
    [
        b"---\ntitle: x\n---\nbody\n",
        toml("title = 'x'"),
        toml("title = 'x'").replace(b"\n", b"\r\n"),
        b'{\n  "title": "x"\n}\nbody',
        b'{\r\n  "title": "x",\r\n  "params": {"a": 1}\r\n}\r\nbody',
    ],
    ids=["yaml", "toml", "toml crlf", "json", "json crlf"],
)
def test_front_matter_is_of_three_kinds_for_every_engine(reader: Blog | jekyll.Blog, data: bytes) -> None:
    post = reader.read(FILE, data)
    assert isinstance(post, Post)
    assert (post.title, post.paragraphs) == ("x", ("body",))


@pytest.mark.parametrize(
    ("data", "kind"),
    [(toml("title = "), "TOML"), (toml("a = 1\na = 2"), "TOML"), (b'{\n"a": x\n}\n', "JSON")],
)
def test_broken_front_matter_is_named(data: bytes, kind: str) -> None:
    skipped = site().read(FILE, data)
    assert isinstance(skipped, Skipped)
    assert skipped.reason.startswith(f"front matter is not {kind} (")


@pytest.mark.parametrize("name", ["hugo.toml", "config.toml", "config/_default/hugo.toml"])
def test_a_site_is_known_by_its_settings(tmp_path: Path, name: str) -> None:
    lay(tmp_path / "content", "posts/a.md", "posts/sub/b.md")
    config = tmp_path / name
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(
        "baseURL = 'https://a.example/blog/'\ntimeZone = 'Asia/Tokyo'\nuglyURLs = true\n"
        "[permalinks.page]\nPosts = '/:year/:slug/'\n[params]\nmainSections = ['posts']\n[languages.ja]\n"
    )
    wanted = Blog(
        tmp_path / "content",
        "https://a.example/blog/",
        {"posts": "/:year/:slug/"},
        True,
        frozenset({"posts"}),
        frozenset({"ja"}),
        "en",
        ZoneInfo("Asia/Tokyo"),
    )
    for path in (tmp_path, tmp_path / "content", tmp_path / "content/posts", tmp_path / "content/posts/a.md"):
        assert find_blog(path, "") == wanted
    found = find_blog(tmp_path, "https://set.example")
    assert isinstance(found, Blog)
    assert found.base_url == "https://set.example"


def test_settings_may_be_yaml_or_json(tmp_path: Path) -> None:
    for name, text in (
        ("hugo.yaml", "baseurl: https://a.example"),
        ("hugo.json", '{"baseURL": "https://b"}'),
    ):
        folder = tmp_path / name
        lay(folder / "content", "posts/a.md")
        (folder / name).write_text(text)
        assert isinstance(find_blog(folder, ""), Blog)
        assert find_blog(folder, "").read(FILE, toml("x = 1")).url.startswith("https://")  # type: ignore[union-attr]


def test_another_programs_config_makes_no_hugo_site(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[tool]")
    assert find_blog(tmp_path, "") == jekyll.Blog()
    (tmp_path / "_config.yml").write_text("url: https://a.example")
    (tmp_path / "hugo.toml").write_text("")
    assert find_blog(tmp_path, "") == jekyll.Blog("https://a.example")


@pytest.mark.parametrize("name", ["_config.yml", "hugo.yaml", "hugo.json"])
@pytest.mark.parametrize(
    "text",
    [
        '{"date": 2026-02-30}',
        '{"a": !!timestamp x}',
        '{"a": ' + "[" * 9000,
        '{"baseurl": ' + "9" * 5000 + "}",
    ],
    ids=["day", "tag", "nest", "number"],
)
def test_broken_settings_of_a_blog_are_named(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=rf"{name}: not (YAML|JSON) \("):
        find_blog(tmp_path, "")


# Ten lists of ten lists and so on: small as YAML, without end as text.
_NEST = "a: &a [x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{inner}'] * 10)}]\n" for inner, name in pairwise("abcdefghij")
)


@pytest.mark.parametrize("name", ["_config.yml", "hugo.yaml"])
@pytest.mark.parametrize("value", ["*j", f"0x{'f' * 9000}"])
def test_a_value_that_is_no_text_is_none(promptly: None, tmp_path: Path, name: str, value: str) -> None:
    keys = "".join(f"{key}: {value}\n" for key in ("url", "baseurl", "permalink", "contentdir", "timezone"))
    (tmp_path / name).write_text(_NEST + keys + "mainsections: [*j]\n")
    blog = find_blog(tmp_path, "")
    assert isinstance(blog, Blog | jekyll.Blog)
    assert blog.base_url == ""


def test_half_a_character_in_a_permalink_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "hugo.json").write_text('{"permalinks": {"posts": "/:slug\\ud800/"}}')
    post = find_blog(tmp_path, "").read("posts/a.md", toml("title = 'Acme ships'"))
    assert isinstance(post, Post)
    assert post.url == "/acme-ships/"


@pytest.mark.parametrize("place", ["loop", "loop/posts", "a" * 300, "a\0b"])
def test_a_path_that_is_none_is_a_mistake(tmp_path: Path, place: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(InputError, match="cannot be read"):
        find_blog(tmp_path / place, "")


def test_posts_are_those_in_the_sections_and_each_bundle_is_one(tmp_path: Path) -> None:
    (tmp_path / "hugo.toml").write_text("")
    content = tmp_path / "content"
    posts = ["notes/c.md", "posts/2026/a.md", "posts/a.md", "posts/x/index.md", "posts/y/index.md"]
    lay(content, *posts, "about.md", "_index.md", "posts/_index.md", "posts/x/part.md", "me/index.md")
    blog = find_blog(tmp_path, "")
    for path in (tmp_path, content):
        assert [blog.name(file) for file in blog.find(path)] == posts
    assert [blog.name(file) for file in blog.find(content / "posts")] == posts[1:]
    (tmp_path / "hugo.toml").write_text("[params]\nmainSections = ['notes']")
    assert [blog.name(f) for f in find_blog(tmp_path, "").find(tmp_path)] == posts[:1]


def test_a_site_without_sections_has_its_posts_beside_one_another(tmp_path: Path) -> None:
    (tmp_path / "hugo.toml").write_text("")
    lay(tmp_path / "content", "a.md", "b/index.md")
    blog = find_blog(tmp_path, "")
    assert [blog.name(file) for file in blog.find(tmp_path)] == ["a.md", "b/index.md"]


def test_a_folder_of_bundles_without_settings_is_read_too(tmp_path: Path) -> None:
    lay(tmp_path, "x/index.md", "y/index.md")
    blog = jekyll.Blog()
    assert [blog.name(file) for file in blog.find(tmp_path)] == ["x/index.md", "y/index.md"]
    post = blog.read("2026-03-04-orion/index.md", toml("x = 1"))
    assert isinstance(post, Post)
    assert (post.title, post.url) == ("orion", "/2026/03/04/orion.html")


def test_the_hash_changes_with_the_file_and_with_the_site() -> None:
    sites = [site(), site(ugly=True), site(permalinks={"a": "b"}), site(zone=ZoneInfo("Asia/Tokyo"))]
    assert len({blog.hash(data) for data in (b"a", b"b") for blog in sites}) == 8
    assert site().hash(b"a") != jekyll.Blog("https://blog.example").hash(b"a")


def test_a_hugo_site_is_imported_and_only_what_changed_is_read_again(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    (tmp_path / "hugo.toml").write_text("baseURL = 'https://blog.example'")
    lay(tmp_path / "content", "posts/a/index.md", "posts/b/index.md")

    def run() -> ImportReport:
        blog = find_blog(tmp_path, "")
        return import_posts(database, tmp_path, blog=blog, vocabulary=words, now=NOW)

    assert run() == ImportReport(new=["posts/a/index.md", "posts/b/index.md"])
    lay(tmp_path / "content", "posts/b/index.md", front="title = 'Other'")
    assert run() == ImportReport(changed=["posts/b/index.md"], unchanged=1)
    lay(tmp_path / "content", "posts/b/index.md", front="draft = true")
    assert run().missing == ["posts/b/index.md"]


PIECES = [
    *("+++\n", "{\n", "}\n", "title", "date", "slug", "url", "draft", " = ", '"', "'", '"""', "[", "]", "[["),
    *(
        "]]",
        "{",
        "}",
        ", ",
        "\n",
        "2026-03-05",
        "T08:00:00",
        "Z",
        "1e9",
        "0x",
        "true",
        "nan",
        "inf",
        "\\u0000",
    ),
    *("\\u0000", "\\ud800", ".", "#", "文", ":year", ": ", "null", "9" * 30, "\r\n", "\0", "-", "+09:00"),
]


@given(
    st.lists(st.sampled_from(PIECES), max_size=25).map(lambda pieces: "".join(pieces).encode()) | st.binary()
)
def test_any_bytes_are_a_post_or_skipped_with_a_reason(data: bytes) -> None:
    for front in (data, b"+++\n" + data + b"\n+++\n" + data, b"{\n" + data + b"\n}\n" + data):
        post = site(permalinks={"posts": "/:year/:slug/:title"}).read(FILE, front)
        if isinstance(post, Skipped):
            assert post.reason
        else:
            assert post.url.startswith("https://blog.example/")
            (post.title + post.url + "".join(post.paragraphs)).encode()
            assert "\0" not in post.title + post.url


@pytest.mark.usefixtures("promptly")
@pytest.mark.parametrize(
    "data", [toml("a = " + "[" * 100_000), toml("\n".join(f"a{n}.b.c.d = 1" for n in range(3_000)))]
)
def test_a_hostile_nest_is_no_trouble(data: bytes) -> None:
    assert site().read(FILE, data)
