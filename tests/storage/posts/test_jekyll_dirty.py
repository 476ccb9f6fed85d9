"""However dirty a file is, it is read as a post or skipped with a reason, and soon."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.linking.names import default_vocabulary
from storage.posts import hugo
from storage.posts.front_matter import MAX_POST_BYTES
from storage.posts.post import Post, Skipped
from tests.storage.posts.conftest import BLOG, FILE, read, reason, source


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + source("title: x"),
        source("title: x").replace(b"\n", b"\r\n"),
        b"\n\n " + source("title: x"),
        source("title: x\0", "bo\0dy"),
    ],
    ids=["bom", "crlf", "blank", "nul"],
)
def test_marks_of_editors_and_nul_bytes_are_taken_off(data: bytes) -> None:
    post = read(data)
    assert (post.title, post.paragraphs) == ("x", ("body",))


def test_a_nul_that_is_written_in_yaml_is_taken_out_of_the_title() -> None:
    assert read(source('title: "a\\0b"')).title == "ab"


@pytest.mark.parametrize(
    "data",
    [b"", b"no front matter", source("- a\n- b"), source("word"), source("5"), source(""), b"---\ntitle: x"],
)
def test_a_file_without_front_matter_is_skipped(data: bytes) -> None:
    assert "no front matter" in reason(data)


@pytest.mark.parametrize(
    "front", ["title: x\na: b: c", "a: 'b", "? [a]\n: b", "\t- x", "a: *b", "<<: 5", "!!binary x: y"]
)
def test_broken_yaml_is_skipped_naming_the_line(front: str) -> None:
    assert "front matter is not YAML (line " in reason(source(front))


@pytest.mark.parametrize(("front", "line"), [("title: x\na: b: c", 3), ("a: *b", 2)])
def test_the_line_that_is_named_is_that_of_the_file(front: str, line: int) -> None:
    assert f"(line {line}: " in reason(source(front))


@pytest.mark.parametrize(
    "front", ["date: 2026-13-45", "a: 2026-01-01T00:00:00+99:00", f"a: {'1' * 5000}", "a: " + "[" * 9000]
)
def test_values_that_yaml_cannot_make_are_skipped(front: str) -> None:
    assert "front matter is not YAML" in reason(source(front))


@pytest.mark.parametrize("front", ["a: !!int ''", "a: !!float ''", "a: !!bool x", "a: !!timestamp x"])
def test_tags_that_do_not_fit_their_values_are_skipped(front: str) -> None:
    assert "front matter is not YAML" in reason(source(front))


@pytest.mark.parametrize("value", [f"0x{'f' * 9000}", "1" + ":59" * 3000])
def test_a_number_that_cannot_be_written_out_is_no_title(value: str) -> None:
    assert read(source(f"title: {value}\nslug: {value}")).title == "orion ships"
    assert isinstance(hugo.Blog(Path("/content")).read(FILE, source(f"? {value}\n: x")), Post)


def test_front_matter_without_end_is_skipped(promptly: None) -> None:
    assert "front matter is longer than" in reason(b"+++\n" + b"a." * 100_000 + b"b = 1\n+++\nbody\n")


@pytest.mark.parametrize("text", ["-", "a-", "A-", "－"])
def test_a_text_of_one_sign_holds_names_as_soon_as_any(promptly: None, text: str) -> None:
    assert not default_vocabulary().names.count(text * 100_000)


def test_a_post_that_says_it_is_not_published_is_skipped() -> None:
    assert "published: false" in reason(source("published: false"))
    assert isinstance(read(source("published: true")), Post)


def test_a_file_that_is_not_utf_8_is_skipped_naming_the_byte() -> None:
    assert "not UTF-8 at byte 4" in reason(b"---\n\xff")
    assert "not UTF-8" in reason("---\ntitle: 題\n---".encode("utf-16"))


def test_a_huge_file_is_skipped() -> None:
    assert "larger than 4 MB" in reason(source("title: x", "x" * MAX_POST_BYTES))


# Ten lists of ten lists and so on: small as YAML and as objects, without end as text.
_BOMB = "a: &a [x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(9)
)


@pytest.mark.usefixtures("promptly")
@pytest.mark.parametrize("key", ["other", "title", "date", "slug", "permalink", "categories", "published"])
def test_a_yaml_bomb_does_not_go_off(key: str) -> None:
    assert BLOG.read(FILE, source(f"{_BOMB}{key}: *j"))


def test_every_post_has_a_title() -> None:
    assert read(source("slug: '---'")).title


def test_a_file_name_that_is_not_utf_8_does_not_raise() -> None:
    assert BLOG.read(os.fsdecode(b"2026-03-04-\xff.md"), source("title: x"))


PIECES = [
    "---\n",
    "title: ",
    "date: ",
    "slug: ",
    "permalink: ",
    "categories: ",
    "published: ",
    "\n",
    "[",
    "]",
    "{",
]
PIECES += [
    "}",
    "- ",
    "&a ",
    "*a",
    "2026",
    "-01",
    "true",
    "false",
    "null",
    "'",
    '"',
    "|\n",
    ">\n",
    "<<: ",
    "? ",
    ": ",
]
PIECES += ["\t", "\r\n", "\0", "\\0", "#", "0x", "1e9", "!x ", "%YAML", "+++\n", "文", ":title", "{\n"]
PIECES += ["!!int ", "!!float ", "!!bool ", "!!timestamp ", "!!set ", "JST", "12:30 "]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=25).map(lambda pieces: "".join(pieces).encode()) | st.binary()
)
def test_any_bytes_are_a_post_or_skipped_with_a_reason(data: bytes) -> None:
    for front in (data, b"---\n" + data, b"---\n" + data + b"\n---\n" + data):
        post = BLOG.read(FILE, front)
        if isinstance(post, Skipped):
            assert post.reason
        else:
            assert post.url.startswith("https://blog.example/")
            assert "\0" not in post.title + post.url + "".join(post.paragraphs)
