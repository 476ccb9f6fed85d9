"""Paragraphs that stand in a post twice."""

from storage.posts.checking.repeats import find_repeats
from storage.posts.checking.written import Written
from tests.storage.posts.checking.conftest import written


def paragraph(number: int) -> str:
    return f"Paragraph {number} says what it says, and is long enough for it."


def told(*numbers: int) -> list[tuple[int | None, str]]:
    return of(written("\n\n".join(map(paragraph, numbers))))


def of(made: Written) -> list[tuple[int | None, str]]:
    return [(finding.line, finding.said) for finding in find_repeats(made)]


def test_a_section_that_comes_again_is_one_place() -> None:
    assert told(1, 2, 3, 1, 2, 3, 4) == [(11, "3 of 7 paragraphs repeat earlier ones: lines 11-15 as 5-9")]


def test_places_apart_are_told_apart_and_only_the_first_few() -> None:
    assert told(1, 1, 2, 3, 4, 2) == [(7, "2 of 6 paragraphs repeat earlier ones: lines 7 as 5, 15 as 9")]
    ((_, said),) = told(1, 1, 2, 3, 4, 2, 5, 6, 7, 5, 8, 9, 10, 8)
    assert said.startswith("4 of 14 ")
    assert said.endswith(" and 1 more")


def test_a_post_that_says_everything_once_is_clean() -> None:
    assert told(1, 2, 3) == []


def test_headings_buttons_and_code_may_come_again() -> None:
    button = "[An offer that is written out at great length](https://shop.example/a)"
    image = f"![{'x' * 50}](a.png)"
    code = f"```\n{paragraph(1)}\n```"
    for block in ("## Heading", button, image, code):
        assert of(written(f"{block}\n\n{paragraph(2)}\n\n{block}\n")) == []


def test_line_breaks_and_spaces_make_no_difference() -> None:
    text = paragraph(1)
    ((line, _),) = of(written(f"{text}\n\n{text.replace(' says', chr(10) + 'says')}\n"))
    assert line == 7
