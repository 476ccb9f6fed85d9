"""A plain title is what a post is about, without what its blog puts on many titles."""

from hypothesis import given
from hypothesis import strategies as st

from storage.linking.titles import plain_titles

HABIT = "、その真意はどこにあるのか"


def test_an_ending_that_many_titles_share_is_taken_off() -> None:
    matters = ["アクメのオリオン量産", "ボレアリスの北工場", "輸出規制の行方とは", "冬の散歩道の雪"]
    assert plain_titles([matter + HABIT for matter in matters]) == matters


def test_an_ending_of_its_own_stays() -> None:
    titles = ["Acme delays the Orion chip", "Borealis opens a northern factory"]
    assert plain_titles(titles) == titles


def test_the_year_in_front_and_what_stands_in_brackets_are_taken_off() -> None:
    assert plain_titles(["2026年アクメのオリオン（NVIDIA・LLM）"]) == ["アクメのオリオン"]


@given(st.lists(st.text(max_size=60), max_size=20))
def test_every_title_has_a_plain_one_that_is_empty_only_if_it_was(titles: list[str]) -> None:
    plain = plain_titles(titles)
    assert len(plain) == len(titles)
    assert all(text or not title for text, title in zip(plain, titles, strict=True))
