"""What tells reports of one event is learned from judged pairs, and written to be read."""

import json
import lzma
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.learning import story_pairs
from benchmarks.learning.story_pairs import Pairs, learn, learn_stories, read_pairs, written
from storage.linking.names import Vocabulary
from storage.linking.same_event import PairMap, Worths
from tests.storage.linking.conftest import BLOG, Trigrams, index_of
from tests.storage.linking.conftest import words as words

MATTERS = ("frost ruins the apple harvest", "goalkeeper saves two penalties", "museum opens a new wing")


def _item(number: int, matter: str, day: int) -> dict[str, str]:
    words = matter.split()
    words[0], words[-1] = words[-1], words[0]
    title = matter if number % 2 else " ".join(words)
    return {"id": f"n{number}", "title": f"Day {day}: {title}", "lang": "en", "date": f"2026-03-{day:02}"}


@pytest.fixture
def evaluation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Scored pairs of the first items, and more of the others; each matter is told twice on a day."""

    def items() -> Iterator[dict[str, str]]:
        for number in range(48):
            yield _item(number, MATTERS[number // 2 % 3], 1 + number // 6)

    rows = list(items())

    def pairs(start: int, end: int) -> str:
        lines = [
            json.dumps({"a": rows[one]["id"], "b": rows[other]["id"], "same": int(one // 2 == other // 2)})
            for one in range(start, end)
            for other in range(one + 1, min(end, one + 6))
        ]
        return "\n".join(lines) + "\n"

    (tmp_path / "story_items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows[:18]))
    (tmp_path / "stories.jsonl").write_text(pairs(0, 18))
    with lzma.open(tmp_path / "stream.jsonl.xz", "wt") as stream:
        stream.writelines(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "more.jsonl").write_text(pairs(12, 48))
    monkeypatch.setattr(story_pairs, "MORE", tmp_path / "more.jsonl")
    monkeypatch.setattr(story_pairs, "AMONG", 4)
    monkeypatch.setattr(story_pairs, "STEPS", 3)
    monkeypatch.setattr(story_pairs, "THRESHOLDS", np.arange(-6, 4.5, 0.5) + 0.25)
    monkeypatch.setattr(story_pairs, "FOLDS", 2)
    return tmp_path


@pytest.fixture(params=[True, False], ids=["vectors", "names"])
def pairs(request: pytest.FixtureRequest, words: Vocabulary, evaluation: Path) -> Pairs:
    """The judged pairs, with vectors and without."""
    encoder = Trigrams() if request.param else None
    return read_pairs(evaluation, index_of(words, BLOG, encoder), words, encoder)


def test_pairs_of_scored_items_alone_are_no_further_ones(pairs: Pairs) -> None:
    ids = [reading.item.id for reading in pairs.readings]
    told = [(ids[one], ids[other]) for one, other in zip(pairs.one, pairs.other, strict=True)]
    assert len(set(told)) == len(told)
    own = set(ids[:18])
    assert list(pairs.fresh) == [not own & set(pair) for pair in told]  # no story is in both
    assert {set(pair) <= own for pair, scored in zip(told, pairs.scored, strict=True) if scored} == {True}


def test_stories_follow_from_the_pairs_of_one_event(pairs: Pairs) -> None:
    by_story: dict[int, set[str]] = {}
    for reading, story in zip(pairs.readings, pairs.stories, strict=True):
        by_story.setdefault(int(story), set()).add(reading.item.id)
    assert {"n0", "n1"} in by_story.values()
    assert {len(items) for items in by_story.values()} == {2}


def test_what_is_learned_tells_stories_apart(
    words: Vocabulary, pairs: Pairs, capsys: pytest.CaptureFixture[str]
) -> None:
    vectors = pairs.readings[0].vectors is not None
    index = index_of(words, BLOG, Trigrams() if vectors else None)
    worths, pair_map = learn_stories(pairs, index.vectors.opening.space if index.vectors else None)
    figure = float(capsys.readouterr().out.split()[1])
    assert figure > 0.6
    assert (pair_map is not None) is vectors
    assert worths.of["nearness" if vectors else "words"] > 0
    assert worths.of["days"] < 0
    assert worths.threshold in story_pairs.THRESHOLDS


def test_only_the_pairs_that_count_teach(words: Vocabulary, evaluation: Path) -> None:
    pairs = read_pairs(evaluation, index_of(words, BLOG), words, None)
    upside_down = replace(pairs, same=np.where(pairs.scored, ~pairs.same, pairs.same))
    assert learn(upside_down, None, pairs.fresh) == learn(pairs, None, pairs.fresh)
    assert learn(upside_down, None, ~pairs.fresh) != learn(pairs, None, ~pairs.fresh)


def test_a_map_is_learned_from_items_of_the_pairs_that_count_alone(
    words: Vocabulary, evaluation: Path
) -> None:
    index = index_of(words, BLOG, Trigrams())
    pairs = read_pairs(evaluation, index, words, Trigrams())
    assert index.vectors is not None
    counted = {*pairs.one[pairs.fresh].tolist(), *pairs.other[pairs.fresh].tolist()}
    elsewhere = [
        reading
        if place in counted or reading.vectors is None
        else replace(reading, vectors=replace(reading.vectors, title=-reading.vectors.title))
        for place, reading in enumerate(pairs.readings)
    ]
    one = learn(pairs, index.vectors.opening.space, pairs.fresh)
    other = learn(replace(pairs, readings=elsewhere), index.vectors.opening.space, pairs.fresh)
    assert one[1] is not None
    assert other[1] is not None
    assert np.array_equal(one[1].reads, other[1].reads)


def test_what_is_written_is_what_is_read() -> None:
    worths = Worths({"names": 1.5, "days": -0.25}, -2.0, -0.5)
    pair_map = PairMap(np.array([[1.27, -0.5], [0.1, 0.0]], dtype=np.float32), np.array([1.0, -1.0]))
    table = json.loads(written({"names_only": (worths, None), "with_vectors": (worths, pair_map)}))
    assert table["names_only"] == {"base": -2.0, "threshold": -0.5, "worths": {"names": 1.5, "days": -0.25}}
    assert table["map"]["signs"] == [1, -1]
    assert np.array(table["map"]["reads"]) * table["map"]["step"] == pytest.approx(pair_map.reads, abs=0.01)
