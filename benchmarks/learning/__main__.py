"""Learn the linker's weights from judged news, and say how good they are on items they were not learned from.

    python -m benchmarks.learning POSTS EVAL [--write]

POSTS is the blog's folder, EVAL the folder with items.jsonl, qrels.jsonl, story_items.jsonl, stories.jsonl
and stream.jsonl.xz. Prints the figures of score.py, cross-validated over matters: the items of one matter are
all learned from or all scored, but for the threshold, which is chosen on all; and how well stories are told
apart by what other pairs of reports taught.
With --write what is learned from all items is put in storage/linking/: weights.toml, trees.json,
projections.json and same_event.json. Needs the extras `vectors` and `bench`, and the better part of an hour.
"""

import argparse
import importlib.util
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.learning.fitting import Order, fit_forest, fit_order
from benchmarks.learning.judged import read_grades
from benchmarks.learning.projecting import fit_of_others, fit_projections, items_and_posts, written
from benchmarks.learning.rows import Floats, Ints, Rows, read_judged_news, read_rows
from benchmarks.learning.story_pairs import learn_stories, read_pairs
from benchmarks.learning.story_pairs import written as written_pairs
from storage.engine import Database, open_database
from storage.linking import weights
from storage.linking.encoder import E5
from storage.linking.forest import Tree, read_forest
from storage.linking.loading import load_index
from storage.linking.names import default_vocabulary
from storage.linking.projection import Projection
from storage.linking.signals import NAMES_ONLY, WITH_VECTORS
from storage.posts.encoding import encode_posts
from storage.posts.importing import import_posts
from storage.posts.jekyll import Blog

FOLDS, SEEDS = 5, 3
FIGURES = ("ndcg@5", "p@1", "r@10", "precision", "recall", "f1", "caught", "quiet")
QUIET = 0.915  # share of items without a follow-up that must stay quiet: nine in ten, with something to spare


def folds(groups: Ints, seed: int) -> Iterator[np.ndarray]:
    """Which items are held out, for each fold; `groups` says which are of one matter."""
    order = np.random.default_rng(seed).permutation(np.unique(groups))
    for number in range(FOLDS):
        yield np.isin(groups, order[number::FOLDS])


def crossed(rows: Rows, names: Sequence[str], seed: int) -> tuple[Floats, Floats]:
    """The scores of each row of a scored item, by what was learned without its matter.

    The order is learned from scored items alone: of the others only such posts are judged as a linker put
    first, which tells little of those that it put last. The trees are learned from real ones. For the items
    that the order is learned from, what is due is by trees that have seen others, those that are tested too;
    so it is with the projections that their signals are by.
    """
    order, due = np.zeros(len(rows.grades)), np.zeros(len(rows.grades))
    for held_out in folds(rows.groups, seed):
        tested, learned = (part[rows.items] for part in (held_out & rows.scored, ~held_out & ~rows.invented))
        trees = fit_forest(rows.signals[learned], rows.grades[learned] == 2, names)
        due[tested] = read_forest(trees, names).sums(rows.signals[tested].astype(np.float32))
    _share(rows, due)
    for held_out in folds(rows.groups, seed):
        tested, own = (part[rows.items] for part in (held_out & rows.scored, ~held_out & rows.scored))
        fitted = fit_order(rows.signals[own], due[own], rows.grades[own], rows.items[own])
        order[tested] = fitted.scores(rows.signals[tested], due[tested])
    _share(rows, order)
    return order, due


def _share(rows: Rows, sums: Floats) -> None:
    """Let posts that say the same share, of scored items."""
    for item in np.flatnonzero(rows.scored).tolist():
        own = rows.items == item
        sums[own] = rows.shares[item] @ sums[own]


def links(rows: Rows, files: Sequence[str], order: Floats, due: Floats, threshold: float) -> dict[str, Any]:
    """Links in the form that score.py reads."""
    made: dict[str, Any] = {}
    for number in np.flatnonzero(rows.scored).tolist():
        item, own = rows.item_ids[number], np.flatnonzero(rows.items == number)
        best = own[np.argsort(-order[own], kind="stable")][:10]
        made[item] = [
            {"post": files[rows.posts[row]], "score": order[row], "followup": bool(due[row] >= threshold)}
            for row in best
        ]
    return made


def best_threshold(score: Callable[[float], dict[str, float]], due: Floats, grades: Ints) -> float:
    """Of the thresholds that leave enough items quiet the one with the best F1 and share of items caught.

    F1 alone hardly changes over a wide range, in which two fifths more items are missed at one end.
    """
    tried = np.quantile(due, 1 - np.linspace(0.2, 3, 60) * (grades == 2).mean())
    scored = [(score(threshold), threshold) for threshold in tried]
    return float(max(scored, key=lambda s: (s[0]["quiet"] >= QUIET, s[0]["f1"] + s[0]["caught"]))[1])


def table(name: str, signals: Iterable[str], order: Order, threshold: float) -> str:
    """The weights as TOML."""
    lines = [
        f"[{name}]",
        f"fits = {order.base:.3f}",
        f"threshold = {1 / (1 + np.exp(-threshold)):.3f}",
        f"due = [{order.usual_due:.3f}, {order.by_due:.3f}]  # mean of its log-odds, what one adds to `fits`",
        f"\n[{name}.signals]  # mean, spread, weight in `fits`",
    ]
    columns = zip(signals, order.means, order.spreads, order.weights, strict=True)
    lines += [f"{signal} = [{', '.join(f'{v:.4g}' for v in values)}]" for signal, *values in columns]
    return "\n".join(lines) + "\n"


def forests(trees: Mapping[str, Sequence[Tree]]) -> str:
    """Trees as JSON, one a line."""
    tables = [
        f'"{name}": [\n' + ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in grown) + "\n]"
        for name, grown in trees.items()
    ]
    return "{\n" + ",\n".join(tables) + "\n}\n"


def load_scorer(path: Path) -> Any:
    """The module score.py."""
    spec = importlib.util.spec_from_file_location("score", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} cannot be read")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _score(
    scorer: Any,
    grades: Mapping[str, Mapping[str, int]],
    rows: Rows,
    files: Sequence[str],
    order: Floats,
    due: Floats,
    threshold: float,
) -> dict[str, float]:
    return dict(scorer.figures(grades, links(rows, files, order, due, threshold)))


def learn(database: Database, evaluation: Path) -> dict[str, str]:
    """Print the figures; returns the files that ship, by their names."""
    vocabulary, encoder = default_vocabulary(), E5()
    text, trees, projections, events = "", {}, "", {}
    groups: Ints | None = None
    for name, signals in (("with_vectors", WITH_VECTORS), ("names_only", NAMES_ONLY)):
        by = encoder if name == "with_vectors" else None
        with database.read() as session:
            index = load_index(session, vocabulary, by)
        space = index.vectors.opening.space if index.vectors else None
        print(f"{name}: ", end="")
        events[name] = learn_stories(read_pairs(evaluation, index, vocabulary, by), space)
        news, names = read_judged_news(evaluation, index, vocabulary, by), list(signals)
        # Vectors tell which items are of one matter, for both tables.
        groups = news.groups if groups is None else groups
        news = replace(news, groups=groups)
        of_others: list[Mapping[str, Projection]] = [{}] * len(news.readings)
        if index.vectors is not None:
            judged = items_and_posts(news, index, index.vectors)
            projections = written(fit_projections(judged, np.ones(len(news.readings), dtype=bool)))
            of_others = fit_of_others(judged, folds(groups, 0))
        rows = read_rows(news, index, names, of_others)
        print(f"{name}: {rows.missed} pairs of grade 2 are no candidates")
        fitted, threshold = learn_order(rows, names, [post.file for post in index.posts], evaluation)
        text += "\n" + table(name, signals, fitted, threshold)
        real = ~rows.invented[rows.items]
        trees[name] = fit_forest(rows.signals[real], rows.grades[real] == 2, names)
    return {
        "weights.toml": "# What each signal is worth: python -m benchmarks.learning POSTS EVAL --write\n"
        + text,
        "trees.json": forests(trees),
        "projections.json": projections,
        "same_event.json": written_pairs(events),
    }


def learn_order(
    rows: Rows, names: Sequence[str], files: Sequence[str], evaluation: Path
) -> tuple[Order, float]:
    """The order of posts and the threshold of follow-ups, in log-odds; prints how good they are."""
    grades, scorer = read_grades(evaluation / "qrels.jsonl"), load_scorer(evaluation / "score.py")
    own = rows.scored[rows.items]
    figures, thresholds = [], []
    for seed in range(SEEDS):
        order, due = crossed(rows, names, seed)
        score = partial(_score, scorer, grades, rows, files, order, due)
        thresholds.append(best_threshold(score, due[own], rows.grades[own]))
        figures.append(score(thresholds[-1]))
    print("  ".join(f"{key} {np.mean([f[key] for f in figures]):.3f}" for key in FIGURES), flush=True)
    fitted = fit_order(rows.signals[own], due[own], rows.grades[own], rows.items[own])
    return fitted, float(np.mean(thresholds))


def main() -> int:
    """Import, learn, print; returns an exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("posts", type=Path)
    parser.add_argument("eval", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--database", help="URL of a database to import into, to be kept for the next time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(options.database or f"sqlite:///{folder}/posts.db")
        import_posts(
            database, options.posts, blog=Blog(), vocabulary=default_vocabulary(), now=datetime.now(UTC)
        )
        encode_posts(database, E5())
        files = learn(database, options.eval)
        database.close()
    if options.write:
        for name, text in files.items():
            Path(weights.__file__).with_name(name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
