"""An explanation says what the linker says, and which value of a signal would have been enough."""

import numpy as np
import pytest

from storage.linking.candidates import likely
from storage.linking.decision import LearnedJudge
from storage.linking.explaining import explain
from storage.linking.linker import LOOSE_SCORE, Linker
from storage.linking.names import Vocabulary
from storage.linking.signals import NAMES_ONLY, WITH_VECTORS, measure
from storage.linking.weights import default_weights
from tests.storage.linking.conftest import BLOG, Trigrams, index_of, reading_of

STALE = "アクメ、オリオンの量産を2027年に延期"


@pytest.mark.parametrize("title", [STALE, "Acme and Borealis", "Gardening weekly"])
@pytest.mark.parametrize("encoder", [None, Trigrams()])
def test_it_gives_the_score_and_the_decision_of_the_linker(
    words: Vocabulary, title: str, encoder: Trigrams | None
) -> None:
    index, news = index_of(words, BLOG, encoder), reading_of(words, title, encoder=encoder)
    linker = Linker(index, lambda _post: "", LearnedJudge(), min_score=LOOSE_SCORE)
    links = {link.post.id: link for link in linker.link(news)}
    found = likely(measure(news, index), index)
    for place, post in enumerate(index.posts):
        told = explain(news, place, index)
        brought_up, among_best, fits, probable = told.checks
        assert brought_up.passed == (place in found) == (post.id in links)
        assert among_best.passed
        assert {share.signal for share in told.signals} == set(WITH_VECTORS if encoder else NAMES_ONLY)
        if post.id in links:
            assert links[post.id].score == pytest.approx(told.score, abs=1e-4)
            assert links[post.id].followup == probable.passed == (told.due >= told.threshold)
            assert fits.passed == (told.score >= 0.02)


def test_the_shares_and_the_base_add_up_to_the_probability(words: Vocabulary) -> None:
    told = explain(reading_of(words, "Acme's Orion"), 0, index_of(words, BLOG))
    weights = default_weights(vectors=False)
    assert told.due == pytest.approx(_logistic(weights.due.base + sum(s.due for s in told.signals)), rel=1e-3)
    assert told.score == pytest.approx(
        _logistic(weights.fits.base + told.by_due + sum(s.fits for s in told.signals)), rel=1e-3
    )
    assert [abs(s.due) for s in told.signals] == sorted((abs(s.due) for s in told.signals), reverse=True)


def test_what_would_be_enough_is_enough(words: Vocabulary) -> None:
    index, news = index_of(words, BLOG), reading_of(words, "Acme's Orion is delayed")
    told = explain(news, 0, index, probability=0.9)
    weights = default_weights(vectors=False)
    assert told.due < told.threshold
    enough = [share for share in told.signals if share.enough is not None]
    row = measure(news, index).at(np.array([0]), weights.signals)
    alone = float(weights.due.sums(row)[0])
    for share in enough:
        row = measure(news, index).at(np.array([0]), weights.signals)
        row[0, weights.signals.index(share.signal)] = share.enough
        lifted = float(weights.due.sums(row)[0])
        assert lifted > alone
        assert _logistic(lifted) >= told.threshold - 1e-6


def test_where_nothing_lacks_nothing_is_asked_for(words: Vocabulary) -> None:
    told = explain(reading_of(words, STALE), 0, index_of(words, BLOG))
    assert all(check.passed for check in told.checks)
    assert all(share.enough is None for share in told.signals)


def test_the_eleventh_best_post_is_told_its_place(words: Vocabulary) -> None:
    index = index_of(
        words, [("アクメのオリオンの量産", "オリオン")] * 11 + [("アクメ", "")] + [("x", "")] * 9
    )
    told = explain(reading_of(words, STALE), 11, index)
    assert [(check.passed, check.found) for check in told.checks[1:2]] == [(False, "number 12")]


def _logistic(value: float) -> float:
    return float(1 / (1 + 2.718281828459045**-value))
