"""The posts that an item may be about: what is not among them is never linked."""

from dataclasses import dataclass

import numpy as np

from storage.linking.index import PostIndex
from storage.linking.postings import Numbers, Places
from storage.linking.signals import Signals

# Candidates each way. On judged news 96 % of the related posts are among them, and all but three of 244 that
# need an update; without those that the item points to it was 93 % and all but six, of a sixth more.
BY_ALL, BY_NAMES, BY_VECTORS, BY_POINTING = 40, 20, 10, 40
BY_ALL_WITHOUT, BY_NAMES_WITHOUT = 60, 30  # where there are no vectors


@dataclass(frozen=True)
class Candidate:
    """A post, how well it fits, and whether it needs an update."""

    place: int  # in the index
    score: float  # how well it fits, 0 to 1
    due: float  # how probable it is that the item makes it stale, 0 to 1
    threshold: float  # from here on `due` calls for a follow-up
    taught: float = 0.0  # what verdicts on the post have added to the log-odds of `due`


def likely(signals: Signals, index: PostIndex) -> Places:
    """The places of the posts that are worth a closer look, in order of place."""
    if not index.posts:
        return np.zeros(0, dtype=np.int32)
    by_names = signals.of["about"] + 0.5 * signals.of["words"] + 0.3 * signals.of["title_share"]
    by_all = 0.5 * _standard(by_names) + _standard(signals.of["words"]) + _standard(signals.nearness)
    ways = [(by_all, BY_ALL_WITHOUT), (by_names, BY_NAMES_WITHOUT)]
    if signals.pointing is not None:
        ways = [
            (by_all, BY_ALL),
            (by_names, BY_NAMES),
            (signals.nearness, BY_VECTORS),
            (signals.pointing, BY_POINTING),
        ]
    found = {place for values, count in ways for place in _top(values, count)}
    # A post that has nothing of an item and lies away from it stays out, wherever that item points.
    something = (by_names > 0) | (signals.of["shared_words"] > 0) | (signals.nearness > 0)
    return np.array(sorted(place for place in found if something[place]), dtype=np.int32)


def _top(values: Numbers, count: int) -> list[int]:
    if len(values) <= count:
        return list(range(len(values)))
    return [int(place) for place in np.argpartition(-values, count)[:count]]


def _standard(values: Numbers) -> Numbers:
    spread = values.std()
    return (values - values.mean()) / spread if spread > 0 else np.zeros_like(values)
