"""Learning which items report one event (`storage.linking.same_event`) from judged pairs of news items.

Besides the pairs that are scored there are more, in `story_pairs.jsonl`, of items of the stream that lie four
days apart at most and are about as near as reports of one event are. They were judged by the same question,
with scored pairs as examples; of 320 scored pairs put among them, readers decided 310 as they had been.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from benchmarks.learning.fitting import logistic
from benchmarks.learning.judged import items_of_stream
from benchmarks.learning.rows import Floats, Ints
from storage.linking.encoder import Encoder, Vectors
from storage.linking.from_file import read_items, stories_of
from storage.linking.index import PostIndex
from storage.linking.names import Vocabulary
from storage.linking.news import NewsVectors, Reading, encode, read_news, with_vectors
from storage.linking.projection import whole_news
from storage.linking.same_event import (
    WITH_VECTORS,
    WITHOUT,
    PairMap,
    SameEvent,
    Worths,
    apart,
    read_report,
    signals,
    unit,
    whole_report,
)
from storage.linking.space import Space, written_in
from storage.linking.stories import WINDOW, StoryShelf

MORE = Path(__file__).with_name("story_pairs.jsonl")
FOLDS = 5
# By cross-validation; a map of full rank is no better.
PENALTY, STEPS, RANK = 1e-4, 40, 32
SHARPNESS = 15.0  # of a softmax over cosines
AMONG = 60  # items, the nearest of its days, that a report is told from
LOOKED_AT = 1_000  # the nearest of all days, to find those
THRESHOLDS = np.round(np.arange(-2.5, 1, 0.1), 1)  # log-odds
NEIGHBOURS = np.full(5, 0.2)  # what a threshold is worth is the mean of its own and of those around it
RIDGE = 1.0  # of the worths, on standardized signals
STEPS_OF_A_NUMBER = 127
NO_MAP = PairMap(np.zeros((0, 0), dtype=np.float32), np.zeros(0, dtype=np.float32))
UNLEARNED = SameEvent(Worths({}, 0, 0), Worths({}, 0, 0), NO_MAP)


@dataclass(frozen=True)
class Pairs:
    """Judged pairs of items, by the items' places."""

    readings: Sequence[Reading]
    one: Ints
    other: Ints
    same: np.ndarray
    scored: np.ndarray  # of each pair: whether it is among those that are scored
    fresh: np.ndarray  # whether no report of its stories is
    stories: Ints  # of each item: those of one event, by judgement, share a number


def read_pairs(evaluation: Path, index: PostIndex, vocabulary: Vocabulary, encoder: Encoder | None) -> Pairs:
    """All judged pairs; items have vectors where there is an encoder."""
    given, more = _lines(evaluation / "stories.jsonl"), _lines(MORE)
    items = {item.id: item for item in read_items(evaluation / "story_items.jsonl")}
    own = set(items)
    others = {row[side] for row in more for side in "ab"} - own
    items |= {item.id: item for item in items_of_stream(evaluation, others)}
    readings = [read_news(item, vocabulary) for item in items.values()]
    if encoder is not None:
        encoded = encode(list(items.values()), encoder, vocabulary.names, index.written)
        readings = [with_vectors(*pair) for pair in zip(readings, encoded, strict=True)]
    place = {item: number for number, item in enumerate(items)}
    rows = [*given, *(row for row in more if not {row["a"], row["b"]} <= own)]
    one, other = (np.array([place[row[side]] for row in rows]) for side in "ab")
    same = np.array([bool(row["same"]) for row in rows])
    stories = np.arange(len(items))
    for first, second in zip(one[same], other[same], strict=True):
        stories[stories == stories[second]] = stories[first]
    return Pairs(
        readings,
        one,
        other,
        same,
        np.arange(len(rows)) < len(given),
        ~np.isin(stories[one], stories[: len(own)]) & ~np.isin(stories[other], stories[: len(own)]),
        stories,
    )


def learn_stories(pairs: Pairs, space: Space | None) -> tuple[Worths, PairMap | None]:
    """What ships, from all pairs; prints how well it tells the scored items apart.

    The threshold is that by which the stories of the scored items come out best, by worths and a map that
    were learned from pairs without them: the middle of a range of thresholds, since single ones are luck. The
    figures are those of these worths too. There is a map where there is a space, that of the posts' openings.
    """
    worths, pair_map = learn(pairs, space, pairs.fresh)
    found = [_told_apart(pairs, space, replace(worths, threshold=tried), pair_map) for tried in THRESHOLDS]
    ways = len(NEIGHBOURS) // 2
    steady = np.convolve([whole for whole, _ in found], NEIGHBOURS, mode="valid")
    best = int(np.argmax(steady)) + ways
    print(f"stories {found[best][0]:.3f}  across {found[best][1]:.3f}, learned from other items", flush=True)
    worths, pair_map = learn(pairs, space, np.ones(len(pairs.one), dtype=bool))
    return replace(worths, threshold=float(THRESHOLDS[best])), pair_map


def _told_apart(
    pairs: Pairs, space: Space | None, worths: Worths, pair_map: PairMap | None
) -> tuple[float, float]:
    """F1 over the scored pairs, as stories are found item by item, and over those across languages."""
    items = sorted({*pairs.one[pairs.scored].tolist(), *pairs.other[pairs.scored].tolist()})
    readings = [pairs.readings[place] for place in items]
    stories = stories_of(readings, space, SameEvent(worths, worths, pair_map or NO_MAP))
    story = [stories.get(reading.item.id, "") for reading in pairs.readings]
    languages = [written_in(reading.item.title, reading.item.language) for reading in pairs.readings]
    scored = zip(*(part[pairs.scored].tolist() for part in (pairs.one, pairs.other, pairs.same)), strict=True)
    rows = [
        (story[one] == story[other], same, languages[one] != languages[other]) for one, other, same in scored
    ]
    return _f1(rows), _f1([row for row in rows if row[2]])


def learn(pairs: Pairs, space: Space | None, learned: np.ndarray) -> tuple[Worths, PairMap | None]:
    """What the pairs tell of which `learned` says that they count.

    The worths are learned with products by maps that have not seen the stories of the pair.
    """
    found, names, pair_map = _signals(pairs), list(WITHOUT), None
    if space is not None:
        names, vectors = list(WITH_VECTORS), [r.vectors for r in pairs.readings if r.vectors]
        whole = np.stack([whole_report(v, space) for v in vectors])
        found["nearness"] = (whole[pairs.one] * whole[pairs.other]).sum(axis=1)
        found["learned"] = np.zeros(len(pairs.one))
        for tested, clear in _folds(pairs, 0):
            pair_map = fit_map(pairs, whole, vectors, learned & clear)
            found["learned"][tested] = _products(pairs, vectors, pair_map)[tested]
        pair_map = fit_map(pairs, whole, vectors, learned)
    rows = np.column_stack([found[name] for name in names])
    worths, base = _worths(rows[learned], pairs.same[learned])
    return Worths(dict(zip(names, np.round(worths, 3).tolist(), strict=True)), round(base, 3), 0.0), pair_map


def fit_map(pairs: Pairs, whole: Vectors, vectors: Sequence[NewsVectors], learned: np.ndarray) -> PairMap:
    """The map whose products, on top of cosines, tell reports of one event from the items nearest to them.

    A softmax over those and the right one, as for projections (`benchmarks.learning.projecting`); of the
    matrix, made symmetric, the directions that matter most are kept.
    """
    read = np.stack([unit(whole_news(v)) for v in vectors])
    asked, among = _among(pairs, whole, learned)
    ours, theirs = read[asked], read[among]
    cosines = SHARPNESS * np.einsum("nd,ncd->nc", whole[asked], whole[among])
    dimensions, count = read.shape[1], len(asked)

    def loss(flat: Floats) -> tuple[float, Floats]:
        added = flat.reshape(dimensions, dimensions).astype(np.float32)
        sums = cosines + np.einsum("nd,ncd->nc", ours @ added, theirs)
        sums -= sums.max(axis=1, keepdims=True)
        shares = np.exp(sums)
        shares /= shares.sum(axis=1, keepdims=True)
        value = -np.log(np.maximum(shares[:, 0], 1e-30)).mean()
        shares[:, 0] -= 1
        slope = ours.T @ np.einsum("nc,ncd->nd", shares, theirs) / count + 2 * PENALTY * added
        return float(value + PENALTY * (added**2).sum()), slope.ravel().astype(float)

    start = np.zeros(dimensions * dimensions)
    options = {"maxiter": STEPS, "maxcor": 6}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x.reshape(
        dimensions, dimensions
    )
    sizes, directions = np.linalg.eigh((found + found.T) / 2 / SHARPNESS)
    kept = np.argsort(-np.abs(sizes))[:RANK]
    reads = (directions[:, kept] * np.sqrt(np.abs(sizes[kept]))).astype(np.float32)
    return PairMap(reads, np.sign(sizes[kept]).astype(np.float32))


def written(learned: Mapping[str, tuple[Worths, PairMap | None]]) -> str:
    """What was learned, by the names of its tables, as JSON; the map in whole numbers, a line a row."""
    tables = [
        f'"{name}": '
        + json.dumps({"base": worths.base, "threshold": worths.threshold, "worths": worths.of}, indent=1)
        for name, (worths, _) in learned.items()
    ]
    pair_map = next(found for _, found in learned.values() if found is not None)
    reads = pair_map.reads
    step = max(float(np.abs(reads).max()), 1e-9) / STEPS_OF_A_NUMBER
    lines = [json.dumps(row, separators=(",", ":")) for row in np.rint(reads / step).astype(int).tolist()]
    signs = json.dumps(pair_map.signs.astype(int).tolist(), separators=(",", ":"))
    tables.append(
        f'"map": {{\n"step": {step:.6g},\n"signs": {signs},\n"reads": [\n' + ",\n".join(lines) + "\n]\n}"
    )
    return "{\n" + ",\n".join(tables) + "\n}\n"


def _lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _signals(pairs: Pairs) -> dict[str, Floats]:
    shelf: StoryShelf[int] = StoryShelf(same_event=UNLEARNED)
    for number, reading in enumerate(pairs.readings):
        shelf.add(number, reading)
    reports = [read_report(reading) for reading in pairs.readings]
    rows = [
        signals(reports[one], reports[other], shelf.rarity)
        for one, other in zip(pairs.one, pairs.other, strict=True)
    ]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _products(pairs: Pairs, vectors: Sequence[NewsVectors], pair_map: PairMap) -> Floats:
    mapped = np.stack([pair_map.mapped(v) for v in vectors])
    return np.asarray((mapped[pairs.one] * pair_map.signs * mapped[pairs.other]).sum(axis=1), dtype=float)


def _folds(pairs: Pairs, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Which pairs are tested, and which have no story of theirs."""
    numbers, story = np.unique(pairs.stories, return_inverse=True)
    fold = np.random.default_rng(seed).integers(0, FOLDS, len(numbers))[story]
    for number in range(FOLDS):
        ours, theirs = fold[pairs.one] == number, fold[pairs.other] == number
        yield ours, ~ours & ~theirs


def _among(pairs: Pairs, whole: Vectors, learned: np.ndarray) -> tuple[Ints, Ints]:
    """Items that have another report, and for each that report and the nearest others of its days."""
    reports = [read_report(reading) for reading in pairs.readings]
    same, known = learned & pairs.same, pairs.stories
    seen = {*pairs.one[learned].tolist(), *pairs.other[learned].tolist()}
    asked, among = [], []
    for first, second in zip(pairs.one[same].tolist(), pairs.other[same].tolist(), strict=True):
        for one, other in ((first, second), (second, first)):
            near = np.argsort(-(whole @ whole[one]), kind="stable").tolist()
            others = [
                place
                for place in near[:LOOKED_AT]
                if place in seen
                and known[place] != known[one]
                and apart(reports[place], reports[one]) <= WINDOW
            ]
            if not others:
                continue
            asked.append(one)
            among.append(np.array([other, *np.resize(others, AMONG)]))
    return np.array(asked), np.stack(among)


def _worths(rows: Floats, same: np.ndarray) -> tuple[Floats, float]:
    """What each signal is worth as measured, and the base."""
    means, spreads = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    weights, base = logistic((rows - means) / spreads, same, RIDGE, [(None, None)] * rows.shape[1])
    worths = weights / spreads
    return worths, base - float(means @ worths)


def _f1(rows: Sequence[tuple[bool, bool, bool]]) -> float:
    """Of pairs with whether they were taken for one event, and whether they are."""
    hits = sum(told and same for told, same, _ in rows)
    return 2 * hits / max(1, sum(told + same for told, same, _ in rows))
