"""What an editor's verdicts are worth to the linker: judgements of earlier news taken as verdicts on later.

    python -m benchmarks.verdicts POSTS EVAL [--database URL]

POSTS is the blog's folder, EVAL the folder with items.jsonl and qrels.jsonl. For each judged pair whose post
has earlier judgements: the share that needs an update, by the grade and the likeness of the likest earlier
news; and the weights, in log-odds beside those of the linker (names and words alone), that explain it best.
storage/linking/lessons.py has rounded, smaller ones: one editor errs more often than several judges.
"""

import argparse
import sys
import tempfile
from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from benchmarks.learning.judged import read_grades
from benchmarks.learning.rows import Floats
from storage.engine import Database, open_database
from storage.linking.from_file import read_items
from storage.linking.lessons import HALF, Lessons
from storage.linking.loading import load_index
from storage.linking.names import default_vocabulary
from storage.linking.news import Reading, read_news
from storage.linking.signals import measure
from storage.linking.weights import default_weights, logistic
from storage.posts.importing import import_posts
from storage.posts.jekyll import Blog

SAID = {2: "done (grade 2)", 1: "nothing new (grade 1)", 0: "not about (grade 0)"}
BANDS = (0.0, 0.02, 0.1, 0.2, 0.4, 1.01)  # of likeness
PENALTY = 0.05


def read_pairs(database: Database, evaluation: Path) -> tuple[Floats, Floats]:
    """A row a pair: log-odds of an update, then likeness of the likest news of grade 0, 1, 2; and grades."""
    vocabulary = default_vocabulary()
    with database.read() as session:
        index = load_index(session, vocabulary)
    grades = read_grades(evaluation / "qrels.jsonl")
    places = {post.file: place for place, post in enumerate(index.posts)}
    everywhere, weights = np.arange(len(index.posts), dtype=np.int32), default_weights(vectors=False)
    lessons = Lessons(index, [])
    earlier: defaultdict[str, list[tuple[Reading, int]]] = defaultdict(list)
    rows, own = [], []
    beginning = datetime.min.replace(tzinfo=UTC)
    for item in sorted(read_items(evaluation / "items.jsonl"), key=lambda i: i.when or beginning):
        judged = {post: grade for post, grade in grades.get(item.id, {}).items() if post in places}
        news = read_news(item, vocabulary)
        due = logistic(weights.due.sums(measure(news, index).at(everywhere, weights.signals)))
        for post, grade in judged.items():
            likest = [0.0, 0.0, 0.0]
            for other, given in earlier[post]:
                likest[given] = max(likest[given], lessons.likeness(other, news))
            if earlier[post]:
                probable = float(due[places[post]])
                rows.append([np.log(probable / (1 - probable)), *likest])
                own.append(grade)
        for post, grade in judged.items():
            earlier[post].append((news, grade))
    return np.array(rows), np.array(own)


def fitted(rows: Floats, stale: Floats) -> tuple[Floats, float]:
    """Base, weight of the linker's log-odds, and of each grade's likeness; and the loss."""
    near = rows[:, 1:] / (rows[:, 1:] + HALF)
    known = np.column_stack([np.ones(len(rows)), rows[:, 0], near])

    def loss(weights: Floats) -> tuple[float, Floats]:
        sums = known @ weights
        value = (np.logaddexp(0, sums) - stale * sums).sum() + PENALTY * weights[1:] @ weights[1:]
        slope = known.T @ (1 / (1 + np.exp(-sums)) - stale)
        return value, slope + 2 * PENALTY * np.concatenate([[0], weights[1:]])

    found = minimize(loss, np.zeros(known.shape[1]), jac=True, method="L-BFGS-B")
    return found.x, float(found.fun)


def main() -> int:
    """Print the table; returns an exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("posts", type=Path)
    parser.add_argument("eval", type=Path)
    parser.add_argument("--database", help="URL of a database to import into, to be kept for the next time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(options.database or f"sqlite:///{folder}/posts.db")
        vocabulary = default_vocabulary()
        import_posts(database, options.posts, blog=Blog(), vocabulary=vocabulary, now=datetime.now(UTC))
        rows, grades = read_pairs(database, options.eval)
        database.close()
    stale = (grades == 2).astype(float)
    print(f"{len(rows)} pairs with earlier verdicts on their post; {stale.mean():.1%} need an update")
    for grade, said in SAID.items():
        likest = rows[:, 1 + grade]
        for low, high in pairwise(BANDS):
            band = (likest >= low) & (likest < high) & (likest > 0)
            if band.any():
                share = f"{band.sum():5}  {stale[band].mean():.1%}"
                print(f"{said:22} likeness {low:.2f}–{min(high, 1):.2f}  {share}")
    without = rows.copy()
    without[:, 1:] = 0
    (weights, loss), (_, before) = fitted(rows, stale), fitted(without, stale)
    print(f"done {weights[4]:+.1f}  nothing new {weights[3]:+.1f}  not about {weights[2]:+.1f}", end="")
    print(f"  (log loss {loss:.0f}, without them {before:.0f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
