"""What orders posts and what tells the stale ones are learned from judged pairs, and written to be read."""

import json
import lzma
import tomllib
from ctypes.util import find_library
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.learning import judged
from benchmarks.learning.__main__ import best_threshold, crossed, folds, forests, table
from benchmarks.learning.fitting import fit_forest, fit_order
from benchmarks.learning.judged import hashed, read_judged
from benchmarks.learning.rows import Rows
from storage.linking.forest import read_forest
from storage.linking.weights import read_weights

# The wheel of LightGBM leaves it to the system.
growing = pytest.mark.skipif(not find_library("gomp"), reason="LightGBM needs libgomp")
SIGNALS = ("good", "bad", "copy", "noise")


def _rows(items: int = 60, posts: int = 20) -> Rows:
    """Grades follow from `good` less `bad`; `copy` is nearly `good`."""
    rng = np.random.default_rng(1)
    good, bad, noise = rng.normal(size=(3, items * posts))
    copy = good + rng.normal(scale=0.1, size=items * posts)
    matters = good - bad
    grades = (matters > 1.5).astype(int) + (matters > 3)
    return Rows(
        np.column_stack([good, bad, copy, noise]),
        grades,
        np.repeat(np.arange(items), posts),
        np.tile(np.arange(posts), items),
        np.arange(items) // 2,
        [str(n) for n in range(items)],
        0,
        [np.eye(posts, dtype=np.float32)] * items,
        np.arange(items) < items // 2,
        np.arange(items) >= items - 10,
    )


@growing
def test_what_is_learned_orders_posts_and_tells_the_stale_ones() -> None:
    rows = _rows()
    trees = fit_forest(rows.signals, rows.grades == 2, SIGNALS)
    due = read_forest(trees, SIGNALS).sums(rows.signals.astype(np.float32))
    fitted = fit_order(rows.signals, rows.signals[:, 3], rows.grades, rows.items)
    for scores in (fitted.scores(rows.signals, rows.signals[:, 3]), due):
        assert scores[rows.grades == 2].min() > np.quantile(scores[rows.grades == 0], 0.95)
    assert abs(fitted.weights[3]) < 0.2 * abs(fitted.weights[1])
    assert abs(fitted.by_due) < 0.2 * abs(fitted.weights[1])


def test_what_is_due_orders_posts_too() -> None:
    rows = _rows()
    due = rows.signals[:, 0] - rows.signals[:, 1] - 4
    fitted = fit_order(rows.signals[:, 3:], due, rows.grades, rows.items)
    assert fitted.by_due > 0
    assert fitted.usual_due == pytest.approx(-4, abs=0.1)
    scores = fitted.scores(rows.signals[:, 3:], due)
    assert scores[rows.grades == 2].min() > np.quantile(scores[rows.grades == 0], 0.95)


@growing
def test_the_same_trees_grow_from_the_same_rows() -> None:
    rows = _rows()
    assert fit_forest(rows.signals, rows.grades == 2, SIGNALS) == fit_forest(
        rows.signals, rows.grades == 2, SIGNALS
    )


@growing
def test_only_items_that_are_scored_get_scores_and_not_by_what_they_taught() -> None:
    rows = _rows()
    order, due = crossed(rows, SIGNALS, seed=0)
    scored = rows.scored[rows.items]
    assert (order[~scored] == 0).all()
    assert (due[~scored] == 0).all()
    stale = rows.grades[scored] == 2
    for scores in (order[scored], due[scored]):
        assert np.median(scores[stale]) > np.quantile(scores[~stale], 0.9)


def test_judgements_to_learn_from_alone_are_of_the_stream_or_invented_and_never_of_scored_items(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def item(name: str) -> str:
        return json.dumps({"id": name, "title": name.title()}) + "\n"

    (tmp_path / "items.jsonl").write_text(item("scored") + item("unjudged"))
    (tmp_path / "qrels.jsonl").write_text('{"item": "scored", "post": "a.md", "grade": 2}\n')
    with lzma.open(tmp_path / "stream.jsonl.xz", "wt") as stream:
        stream.writelines(map(item, ("scored", "more", "else")))
    rows = [
        {"item": "scored", "grades": {hashed("b.md"): 2}},
        {"item": "more", "grades": {hashed("b.md"): 1, "0": 2}},
    ]
    (tmp_path / "judgements.jsonl").write_text("\n".join(map(json.dumps, rows)))
    made_up = {"id": "made up", "title": "Up", "text": "And up", "grades": {hashed("a.md"): 2}}
    (tmp_path / "invented.jsonl").write_text(json.dumps(made_up) + "\n")
    monkeypatch.setattr(judged, "MORE", tmp_path / "judgements.jsonl")
    monkeypatch.setattr(judged, "INVENTED", tmp_path / "invented.jsonl")
    found = read_judged(tmp_path, ["a.md", "b.md"])
    ids = [[item.id for item in items] for items in (found.scored, found.more, found.invented)]
    assert ids == [["scored"], ["more"], ["made up"]]
    assert found.grades == {"scored": {"a.md": 2}, "more": {"b.md": 1}, "made up": {"a.md": 2}}


@growing
def test_invented_items_do_not_teach_how_rare_an_update_is() -> None:
    rows = _rows()
    often = np.where(rows.invented[rows.items], 2, rows.grades)
    order, due = crossed(rows, SIGNALS, seed=0)
    same, as_due = crossed(replace(rows, grades=often), SIGNALS, seed=0)
    assert (same == order).all()
    assert (as_due == due).all()


def test_items_of_one_matter_are_on_one_side_of_every_split() -> None:
    rows = _rows()
    scored = np.zeros(len(rows.groups), dtype=int)
    for held_out in folds(rows.groups, seed=0):
        assert all(len(set(held_out[rows.groups == group])) == 1 for group in np.unique(rows.groups))
        scored += held_out
    assert (scored == 1).all()


def test_the_threshold_is_the_best_of_those_that_leave_enough_quiet() -> None:
    due, grades = np.linspace(-1, 1, 101), np.array([0] * 90 + [2] * 11)

    def score(threshold: float) -> dict[str, float]:
        return {"quiet": 1.0 if threshold > 0.7 else 0.5, "f1": 0.5, "caught": 1.0 - threshold}

    assert 0.7 < best_threshold(score, due, grades) < 0.75


def test_of_two_thresholds_that_catch_as_much_the_one_with_the_better_f1_is_taken() -> None:
    due, grades = np.linspace(-1, 1, 101), np.array([0] * 90 + [2] * 11)

    def score(threshold: float) -> dict[str, float]:
        return {"quiet": 1.0, "f1": 1.0 - abs(threshold - 0.8), "caught": 0.5}

    assert best_threshold(score, due, grades) == pytest.approx(0.8, abs=0.02)


@growing
def test_what_is_written_is_what_is_read() -> None:
    rows = _rows()
    due = rows.signals[:, 0] - 4
    fitted = fit_order(rows.signals, due, rows.grades, rows.items)
    trees = fit_forest(rows.signals, rows.grades == 2, SIGNALS)
    written = json.loads(forests({"of_a_test": trees, "other": [0.5]}))
    assert written == {"of_a_test": trees, "other": [0.5]}
    weights = read_weights(
        tomllib.loads(table("of_a_test", SIGNALS, fitted, 0.0))["of_a_test"], written["of_a_test"]
    )
    assert weights.signals == SIGNALS
    assert weights.threshold == 0.5
    standard = weights.standard(rows.signals.astype(np.float32))
    assert weights.fits.sums(standard, due.astype(np.float32)) == pytest.approx(
        fitted.scores(rows.signals, due), abs=0.05
    )
