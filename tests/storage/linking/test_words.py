"""Titles fall into words in each of the languages, and texts into sentences."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.linking.words import sentences, title_words


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Acme's new chips ship in 2026", {"acme", "chips", "ship", "2026"}),
        ("The C++ of node-based v1.5", {"c++", "node-based", "v1.5"}),
        ("オリオン・チップの量産", {"オリオン", "チップ", "量産"}),
        ("半導体工場", {"半導", "導体", "体工", "工場"}),
        ("新芯片量产", {"新芯", "芯片", "片量", "量产"}),
        ("반도체 공장", {"반도", "도체", "공장"}),
        ("Ｎｏｖａのﾁｯﾌﾟ", {"nova", "チップ"}),
        ("の、！…", set()),
        ("", set()),
    ],
)
def test_a_title_has_its_words(title: str, words: set[str]) -> None:
    assert title_words(title) == words


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One is here. Two v1.5 is. three too.", ["One is here.", "Two v1.5 is. three too."]),
        ('Yes? "No." 3 came! Then', ["Yes?", '"No." 3 came!', "Then"]),
        ("一文目。二文目！三文目？四", ["一文目。", "二文目！", "三文目？", "四"]),
        ("第一句。第二句。", ["第一句。", "第二句。"]),
        ("첫째다.\n둘째다!", ["첫째다.", "둘째다!"]),
        ("a line\n\n  another  \n", ["a line", "another"]),
        (" \n ", []),
    ],
)
def test_a_text_has_its_sentences(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


@settings(deadline=None)
@given(st.text(st.characters()))
def test_any_text_has_words_without_blanks_and_sentences_in_order(text: str) -> None:
    assert all(word and not any(char.isspace() for char in word) for word in title_words(text))
    place = 0
    for sentence in sentences(text):
        assert sentence == sentence.strip() != ""
        place = text.index(sentence, place) + len(sentence)


@settings(deadline=None)
@given(st.text(st.characters()))
def test_sentences_lose_nothing_but_white_space(text: str) -> None:
    def black(of: str) -> str:
        return "".join(of.split())

    assert black("".join(sentences(text))) == black(text)
