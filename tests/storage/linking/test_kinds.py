"""What kind of change news makes to a post."""

import pytest

from storage.linking.kinds import (
    CONFIRMS,
    CONTRADICTS,
    EXTENDS,
    SUPERSEDES,
    Comparison,
    change_words,
    kind_of,
    newer_names,
    one_subject,
    rivals,
)
from storage.linking.names import Vocabulary


def compared(title: str, **given: object) -> Comparison:
    values: dict[str, object] = {
        "post": "オリオンの量産は2026年後半を目指す。",
        "new_names": (),
        "new_figures": (),
        "said": 0.0,
    }
    return Comparison(title=title, **{**values, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "title",
    [
        *("Acme delays Orion", "Acme to scrap its plant", "アクメ、オリオンの量産を延期", "工場の建設を断念"),
        *("猎户芯片量产推迟", "阿克梅叫停建廠", "아크메, 오리온 양산 연기"),
    ],
)
def test_what_is_undone_contradicts(title: str) -> None:
    assert kind_of(compared(title)) == CONTRADICTS


def test_what_is_undone_of_another_subject_contradicts_nothing() -> None:
    assert kind_of(compared("Borealis delays its chip", one_subject=False)) == EXTENDS


@pytest.mark.parametrize(
    ("ours", "theirs", "one"),
    [
        (["Acme", "Orion"], ["Orion"], True),
        (["Acme"], ["Acme", "Orion"], True),  # news may name the product that a post leaves open
        (["Orion"], ["Acme"], False),  # no name is shared
        (["Acme", "Orion"], ["Acme", "Nova-5"], False),
        (["Acme", "ZX450"], ["Acme", "ZX450"], True),  # a model number outside the table
        (["Acme", "ZX450"], ["Acme", "ZX451"], False),
        (["Acme", "Export rule"], ["Borealis", "Export rule"], False),  # a rival's
        (["Orion", "Borealis"], ["Acme", "Orion"], True),  # its maker counts too
        ([], ["Acme"], False),
    ],
)
def test_one_subject_has_a_thing_and_a_maker_in_common(
    words: Vocabulary, ours: list[str], theirs: list[str], one: bool
) -> None:
    assert one_subject(ours, theirs, words.names.names) is one
    assert one_subject(theirs, ours, words.names.names) is one


def test_what_the_post_says_itself_is_no_contradiction() -> None:
    assert kind_of(compared("アクメ、オリオンを再び延期", post="オリオンの量産は延期された。")) == EXTENDS


def test_a_time_that_moved_contradicts() -> None:
    assert kind_of(compared("Orion in 2027", moved=["2026年後半 → 2027"])) == CONTRADICTS


def test_a_later_generation_supersedes_and_an_earlier_or_other_one_does_not() -> None:
    known = ["Nova-5", "Acme"]
    assert newer_names(known, ["Nova-5.2"]) == ["Nova-5 → Nova-5.2"]
    assert newer_names(known, ["Nova-4", "Vega-7", "Acme 9"]) == []
    assert kind_of(compared("Acme shows Nova-5.2", newer=["Nova-5 → Nova-5.2"])) == SUPERSEDES
    assert kind_of(compared("A successor to Nova-5")) == SUPERSEDES


def test_rivals_tell_of_different_makers(words: Vocabulary) -> None:
    table = words.names.names
    assert rivals(["Orion"], ["Borealis", "Nova-5"], table)
    assert not rivals(["Orion"], ["Acme", "Borealis"], table)
    assert not rivals(["Nova-5"], ["Borealis"], table), "nobody is known to make it"


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        *(("Acme begins production of Orion", CONFIRMS), ("オリオンの量産を開始", CONFIRMS)),
        *(("猎户正式量产", CONFIRMS), ("오리온 양산 돌입", CONFIRMS), ("Why Orion matters", EXTENDS)),
    ],
)
def test_what_came_true_confirms_what_the_post_could_only_expect(title: str, kind: str) -> None:
    assert kind_of(compared(title, expects=True)) == kind
    assert kind_of(compared(title)) == EXTENDS


def test_news_that_the_post_says_already_is_of_no_kind() -> None:
    assert kind_of(compared("オリオンの量産", said=0.8)) == ""
    assert kind_of(compared("オリオンの量産", said=0.79)) == EXTENDS
    for new in ({"new_figures": ["5%"]}, {"new_names": ["N3"]}):
        assert kind_of(compared("オリオンの量産", said=1.0, **new)) == EXTENDS


def test_each_later_name_is_told_with_the_latest_before_it() -> None:
    assert newer_names(["GPT-4", "GPT-5"], ["GPT-5.4", "Claude 5"]) == ["GPT-5 → GPT-5.4"]
    assert newer_names(["HBM4"], ["HBM4"]) == []


@pytest.mark.parametrize("title", ["Relaunchesque", "Bedelayed", "Redelays"])
def test_a_latin_word_is_not_found_inside_another(title: str) -> None:
    words = change_words()
    assert not words.reversed.search(title)
    assert not words.fulfilled.search(title)
