"""Rows of judged news: each item's candidates and signals are by the projections that it was given."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from benchmarks.learning.rows import JudgedNews, groups_of, read_rows
from storage.linking.candidates import likely
from storage.linking.names import Vocabulary
from storage.linking.news import NewsItem
from storage.linking.projection import Projection
from storage.linking.signals import measure
from tests.storage.linking.conftest import BLOG, Trigrams, index_of, reading_of
from tests.storage.linking.conftest import words as words

SIGNALS = ("about", "related", "behind_stale")


def _projection(seed: int, dimensions: int) -> Projection:
    rng = np.random.default_rng(seed)
    reads, points = rng.normal(size=(dimensions, 2)), rng.normal(size=(2, dimensions))
    return Projection(reads.astype(np.float32), {}, points.astype(np.float32))


def test_an_items_rows_are_by_its_own_projections(words: Vocabulary) -> None:
    encoder = Trigrams()
    index = index_of(words, BLOG, encoder)
    readings = [reading_of(words, "Acme's Orion", encoder=encoder)] * 2
    grades, yes = np.zeros((2, len(BLOG)), dtype=np.int8), np.ones(2, dtype=bool)
    grades[0, 0], grades[0, 2], grades[1, 1] = 2, 2, 1
    news = JudgedNews(readings, grades, np.arange(2), np.array([True, False]), ~yes)
    dimensions = encoder.passages(["a"]).shape[1]
    own = [dict.fromkeys(("related", "stale"), _projection(seed, dimensions)) for seed in (1, 2)]
    rows = read_rows(news, index, SIGNALS, own)
    for item in (0, 1):
        of_item = rows.items == item
        measured = measure(readings[item], index, own[item])
        places = likely(measured, index)
        assert rows.posts[of_item].tolist() == places.tolist()
        assert np.array_equal(rows.signals[of_item], measured.at(places, SIGNALS))
        assert rows.grades[of_item].tolist() == grades[item, places].tolist()
    assert not np.array_equal(rows.signals[rows.items == 0], rows.signals[rows.items == 1])
    assert 2 not in rows.posts[rows.items == 0]
    assert rows.missed == 1


@pytest.mark.parametrize(("title", "days", "together"), [(0, 10, True), (0, 11, False), (1, 0, False)])
def test_items_alike_a_few_days_apart_are_of_one_matter(title: int, days: int, together: bool) -> None:
    titles = np.eye(2, dtype=np.float32)[[0, title]]
    first = datetime(2026, 11, 1, tzinfo=UTC)
    items = [NewsItem("a", "A", when=first), NewsItem("b", "B", when=first + timedelta(days=days))]
    one, other = groups_of(items, titles)
    assert bool(one == other) is together
    assert len(set(groups_of(items, None).tolist())) == 2
