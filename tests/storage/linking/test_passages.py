"""Of a post its title, its opening and its first two paragraphs of prose are read, and no more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.linking.passages import (
    OPENING,
    OPENING_PARAGRAPHS,
    PARAGRAPH,
    PARAGRAPHS_LOOKED_AT,
    PLACES,
    PROSE,
    TITLE,
    passage_hash,
    passages,
)

HEADING = "What is new"


def _prose(letter: str, size: int = PROSE + 1) -> str:
    return letter * size


def test_title_opening_and_two_paragraphs_are_read() -> None:
    a, b, c = map(_prose, "abc")
    assert passages("Title", [a, b, c]) == ["Title", f"Title\n{a} {b} {c}", a, b]


def test_headings_are_passed_over() -> None:
    a, b = map(_prose, "ab")
    assert passages("Title", [HEADING, a, HEADING, b]) == ["Title", f"Title\n{a} {b}", a, b]


def test_only_what_is_longer_than_a_heading_is_prose() -> None:
    longest, shortest = _prose("h", PROSE), _prose("p", PROSE + 1)
    assert passages("Title", [longest, shortest])[2:] == [shortest, ""]


@pytest.mark.parametrize("texts", [[], [HEADING], [""]])
def test_a_post_without_prose_has_its_title_alone(texts: list[str]) -> None:
    title, opening, *rest = passages("Title", texts)
    assert (title, opening.strip(), rest) == ("Title", "Title", ["", ""])


def test_long_paragraphs_are_cut() -> None:
    a, b = _prose("a", 500), _prose("b", 500)
    assert passages("Title", [a, b]) == [
        "Title",
        "Title\n" + "a" * OPENING,
        "a" * PARAGRAPH,
        "b" * PARAGRAPH,
    ]


def test_the_opening_ends_before_prose_that_comes_late() -> None:
    late = _prose("x")
    assert passages("Title", [HEADING] * (OPENING_PARAGRAPHS - 1) + [late])[1] == f"Title\n{late}"
    assert passages("Title", [HEADING] * OPENING_PARAGRAPHS + [late])[1:3] == ["Title", late]


def test_a_title_is_read_no_further_than_a_headline_goes() -> None:
    title, opening, *_ = passages("x" * 100_000, [_prose("y")])
    assert title == "x" * TITLE
    assert opening.startswith(f"{title}\ny")


def test_a_post_of_nothing_has_no_passage() -> None:
    assert passages("", []) == [""] * PLACES


def test_prose_far_down_is_not_looked_for() -> None:
    late = _prose("x")
    assert passages("Title", [HEADING] * (PARAGRAPHS_LOOKED_AT - 1) + [late])[2] == late
    assert passages("Title", [HEADING] * PARAGRAPHS_LOOKED_AT + [late])[2] == ""


@given(st.text(max_size=60), st.lists(st.text(max_size=300), max_size=20))
def test_every_post_has_a_passage_at_each_place_and_none_is_long(title: str, texts: list[str]) -> None:
    read = passages(title, texts)
    assert len(read) == PLACES
    assert read[0] == title
    assert len(read[1]) <= len(title) + 1 + OPENING
    assert all(len(text) <= PARAGRAPH for text in read[2:])
    assert all(not text or any(of.startswith(text) for of in texts) for text in read[2:])


def test_a_hash_tells_texts_apart() -> None:
    assert len({passage_hash(text) for text in ("", "a", "A", "a ", "ア")}) == 5


def test_a_hash_is_the_same_in_every_process_and_release() -> None:
    # It is stored: with another one, every vector of every blog would be made again.
    assert passage_hash("アクメ") == "c11b5473f7184e41"
