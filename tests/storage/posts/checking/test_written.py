"""A post's lines and blocks, by their numbers in the file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.posts.checking.written import Block, Written
from storage.posts.post import Post
from tests.storage.posts.checking.conftest import written


def test_blocks_are_parted_by_blank_lines_and_code() -> None:
    made = written("one\ntwo\n\n  \nthree\n```\ncode\n\n---END---\n```\nfour")
    assert list(made.blocks()) == [Block(5, 6, "one two"), Block(9, 9, "three"), Block(15, 15, "four")]


def test_the_front_matter_is_told_apart_and_has_the_title() -> None:
    made = written("one")
    assert [(line.number, line.front) for line in made.lines()] == [
        *((number, True) for number in (1, 2, 3, 4)),
        (5, False),
    ]
    assert made.title_line() == 2


def test_a_fence_ends_with_a_mark_of_its_own_kind() -> None:
    assert [line.text for line in written("~~~\n```\n~~~\nout").lines() if not line.front] == ["out"]


@given(st.text(alphabet="a`~- \n", max_size=60))
def test_blocks_lie_in_the_file_in_order(body: str) -> None:
    last = 4
    for block in written(body).blocks():
        assert last < block.first <= block.last
        last = block.last


@pytest.mark.parametrize(
    "front",
    ["---\ntitle: A\n---", "+++\ntitle = 'A'\n+++", '{\n  "title": "A"\n}'],
    ids=["YAML", "TOML", "JSON"],
)
def test_front_matter_in_each_notation_is_no_text(front: str) -> None:
    post = Post("a.md", "A", "", None, ())
    found = Written(post, f"{front}\n\nThe text.\n")
    assert found.title_line() == 2
    assert [(block.first, block.text) for block in found.blocks()] == [(5, "The text.")]
