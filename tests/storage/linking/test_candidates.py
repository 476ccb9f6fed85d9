"""The right post comes first, with the signals that speak for it."""

import pytest

from storage.linking.candidates import find_candidates
from storage.linking.index import PostIndex
from storage.linking.names import NameTable
from tests.storage.linking.conftest import BLOG, index_of, reading_of


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("Acme tapes out its Orion chip", "en"),
        ("アクメ、オリオンの量産を前倒し", "ja"),
        ("阿克梅猎户芯片提前量产", "zh"),
        ("아크메, 오리온 양산 앞당겨", "ko"),
    ],
)
def test_the_post_on_the_chip_comes_first_in_every_language(
    table: NameTable, title: str, language: str
) -> None:
    best = find_candidates(reading_of(table, title, language=language), index_of(table, BLOG), 10)[0]
    assert best.post == 1
    assert set(best.title_names) == set(best.shared) == set(best.treated) == {"Acme", "Orion"}


def test_signals_are_shares_and_the_best_comes_first(table: NameTable) -> None:
    news = reading_of(table, "Acme and Borealis meet the export rule", "Orion Orion Orion ZX450")
    found = find_candidates(news, index_of(table, BLOG), 10)
    assert {candidate.post for candidate in found} == {1, 2, 3}
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)
    for candidate in found:
        for share in (candidate.about, candidate.words, candidate.title, candidate.score):
            assert 0.0 <= share <= 1.0


def test_no_more_candidates_than_asked_for_and_ties_in_order_of_posts(table: NameTable) -> None:
    index = index_of(table, [("Acme", "")] * 5)
    assert [c.post for c in find_candidates(reading_of(table, "Acme"), index, 3)] == [1, 2, 3]


def test_a_name_in_the_title_counts_more_than_one_in_the_text(table: NameTable) -> None:
    index = index_of(table, BLOG)
    (in_title,) = (c for c in find_candidates(reading_of(table, "Borealis"), index, 9) if c.post == 3)
    (in_text,) = (c for c in find_candidates(reading_of(table, "x", "Borealis"), index, 9) if c.post == 3)
    assert in_title.score > in_text.score
    assert in_text.title_names == ()


def test_a_name_in_a_posts_title_counts_more_than_many_in_its_text(table: NameTable) -> None:
    index = index_of(table, [("Acme", ""), ("x", "Acme " * 9), ("x", "Acme")])
    about = {
        candidate.post: candidate.about for candidate in find_candidates(reading_of(table, "Acme"), index, 9)
    }
    assert about[1] > about[2] > about[3] > 0.0


def test_a_post_treats_a_name_of_its_title_or_one_it_repeats(table: NameTable) -> None:
    news = reading_of(table, "Acme")
    index = index_of(table, [("Acme", ""), ("x", "Acme, Acme, Acme"), ("x", "Acme, Acme")])
    treated = {candidate.post: candidate.treated for candidate in find_candidates(news, index, 9)}
    assert treated == {1: ("Acme",), 2: ("Acme",), 3: ()}


def test_words_alone_can_make_a_candidate(table: NameTable) -> None:
    (found,) = find_candidates(reading_of(table, "カレー特集"), index_of(table, BLOG), 10)
    assert (found.post, found.shared) == (4, ())
    assert found.words > 0.0 == found.about


def test_shared_names_come_rarest_first(table: NameTable) -> None:
    posts = [("Acme", "Borealis"), ("Acme", ""), ("Acme", "")]
    best = find_candidates(reading_of(table, "Acme", "Borealis"), index_of(table, posts), 1)[0]
    assert best.shared == ("Borealis", "Acme")


def test_news_of_nothing_known_has_no_candidates(table: NameTable) -> None:
    index = index_of(table, BLOG)
    assert find_candidates(reading_of(table, "Gardening weekly"), index, 10) == []
    assert find_candidates(reading_of(table, ""), index, 10) == []


def test_an_empty_index_has_no_candidates(table: NameTable) -> None:
    assert find_candidates(reading_of(table, "Acme Orion"), PostIndex({}, {}), 10) == []
