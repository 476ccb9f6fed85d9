"""What speaks for two items reporting one event, and what that is worth."""

from datetime import timedelta

import numpy as np
import pytest

from storage.linking.names import Vocabulary
from storage.linking.news import NewsVectors
from storage.linking.same_event import (
    WITH_VECTORS,
    WITHOUT,
    PairMap,
    Worths,
    default_same_event,
    read_report,
    signals,
    whole_report,
)
from storage.linking.space import space_of
from tests.conftest import NOW
from tests.storage.linking.conftest import reading_of


def _signals(words: Vocabulary, one: str, other: str, text: str = "", hours: int = 0) -> dict[str, float]:
    first = reading_of(words, one)
    second = reading_of(words, other, text, when=NOW + timedelta(hours=hours))
    return signals(read_report(first), read_report(second), lambda kind, text: {"Orion": 3.0}.get(text, 1.0))


def test_names_count_by_rarity_and_as_many_as_are_shared(words: Vocabulary) -> None:
    found = _signals(words, "Acme and Borealis wait", "アクメとオリオン")
    assert found["names"] == pytest.approx(1 / 5)
    assert found["shared_names"] == 1
    assert found["languages_differ"] == 1
    assert _signals(words, "Roses", "Frost")["names"] == 0


def test_topics_words_and_time_are_told(words: Vocabulary) -> None:
    found = _signals(words, "Factory in Northland burns", "Factory in Northland rebuilt", hours=-36)
    assert found["shared_topics"] == 2
    assert found["words"] == pytest.approx(2 / 3)
    assert (found["days"], found["languages_differ"], found["texts"]) == (1.5, 0, 0)
    undated = read_report(reading_of(words, "Frost", when=None))
    assert signals(undated, read_report(reading_of(words, "Frost")), lambda _kind, _text: 1.0)["days"] == 0


def test_figures_are_compared_in_titles_and_in_titles_with_openings(words: Vocabulary) -> None:
    found = _signals(words, "Frost costs $22.5 billion", "Growers count losses", "They lost $22.5 billion.")
    assert (found["figures"], found["figures_anywhere"], found["figures_told"]) == (0, 1, 0)
    found = _signals(words, "Frost costs $22.5 billion and 30%", "被害は225億ドル、40%")
    assert (found["figures"], found["figures_anywhere"], found["figures_told"]) == (0.5, 0.5, 2)


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("Mill cuts 2,000 jobs", "工場、2000人を削減", 1),
        ("Mill cuts 2,000 jobs", "Mill to shed 2,000 jobs", 1),
        ("Frost of 2026", "2026年の霜", 0),
    ],
)
def test_a_year_alone_is_no_figure_but_so_many_people_are(
    words: Vocabulary, one: str, other: str, share: float
) -> None:
    assert _signals(words, one, other)["figures"] == share


def test_every_signal_that_ships_is_told_and_none_besides(words: Vocabulary) -> None:
    found = {*_signals(words, "Roses", "Frost"), "nearness", "learned"}
    learned = default_same_event()
    assert set(learned.with_vectors.of) == set(WITH_VECTORS)
    assert set(learned.names_only.of) == set(WITHOUT)
    assert found == set(WITH_VECTORS) | set(WITHOUT)
    for worths in (learned.with_vectors.of, learned.names_only.of):
        assert min(worths[name] for name in ("names", "shared_names", "figures_anywhere")) > 0
        assert max(worths[name] for name in ("numbers_differ", "days")) < 0


def test_worths_add_up_to_log_odds_beyond_those_needed() -> None:
    worths = Worths({"names": 2.0, "days": -0.5}, base=-1.0, threshold=-0.25)
    assert worths.beyond({"names": 0.5, "days": 3.0, "else": 9.0}) == pytest.approx(-1.25)


def test_a_map_speaks_for_and_against(words: Vocabulary) -> None:
    reads = np.zeros((384, 2), dtype=np.float32)
    reads[0, 0] = reads[1, 1] = 0.5
    learned = PairMap(reads, np.array([1, -1], dtype=np.float32))
    vectors = [np.eye(384, dtype=np.float32)[place] for place in (0, 1)]
    one, other = (learned.mapped(NewsVectors(vector, vector, vector)) for vector in vectors)
    assert learned.product(one, one) == pytest.approx(0.25)
    assert learned.product(other, other) == pytest.approx(-0.25)
    assert learned.product(one, other) == 0


def test_title_and_opening_are_one_vector_of_length_1() -> None:
    space = space_of(np.zeros((0, 384), dtype=np.float32), "en")
    title, opening = np.eye(384, dtype=np.float32)[:2]
    whole = whole_report(NewsVectors(title, opening, opening), space)
    assert np.linalg.norm(whole) == pytest.approx(1)
    nothing = np.zeros(384, dtype=np.float32)
    assert not whole_report(NewsVectors(nothing, nothing, nothing), space).any()
