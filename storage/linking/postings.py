"""Which posts have a name, a topic or a word, and where in them: places of posts as arrays.

A blog of 100,000 posts has millions of both, so they are gathered as numbers from the first on.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from storage.linking.words import title_words

Places = NDArray[np.int32]
Numbers = NDArray[np.float32]
Flags = NDArray[np.bool_]

_NOWHERE: Places = np.zeros(0, dtype=np.int32)


class Mention(NamedTuple):
    """A name or topic that a post mentions."""

    name: str
    place: int  # of the post
    in_lead: bool
    times: int  # in title and text


@dataclass(frozen=True, slots=True)
class Mentions:
    """The posts that mention a name or topic, in order of their places."""

    places: Places
    in_title: Flags  # the plain title
    in_lead: Flags
    counts: Numbers

    @property
    def titled(self) -> Places:
        """The posts that have it in their title."""
        return self.places[self.in_title]

    @property
    def leading(self) -> Places:
        """The posts that have it in title or lead."""
        return self.places[self.in_title | self.in_lead]

    def find(self, place: int) -> int | None:
        """Where in the arrays a post stands, if it does."""
        at = int(np.searchsorted(self.places, place))
        return at if at < len(self.places) and self.places[at] == place else None


@dataclass(frozen=True, slots=True)
class Postings:
    """The posts that have a word in title or lead.

    No places are kept of a word that too many posts have, only how many.
    """

    titled: Places
    lead: Places  # those that have it in the lead alone
    frequency: int


class _Gathered:
    """The mentions of one name, as they come."""

    __slots__ = ("counts", "leads", "places")

    def __init__(self) -> None:
        self.places, self.leads, self.counts = array("i"), array("b"), array("i")

    def add(self, place: int, in_lead: bool, count: int) -> None:
        self.places.append(place)
        self.leads.append(in_lead)
        self.counts.append(count)


def mentions_by_name(stored: Iterable[Mention], titled: Iterable[Mapping[str, int]]) -> dict[str, Mentions]:
    """Mentions by name; whether a name stands in the title is asked of `titled`.

    `titled` has for each post, in order of place, how often the names stand in its plain title.
    """
    found: defaultdict[str, _Gathered] = defaultdict(_Gathered)
    for name, place, in_lead, times in stored:
        found[name].add(place, in_lead, times)
    titles: defaultdict[str, _Gathered] = defaultdict(_Gathered)
    for place, names in enumerate(titled):
        for name, count in names.items():
            titles[name].add(place, True, count)
    # Taken out one by one: the numbers of all names are not there twice.
    return {
        name: _mentions(found.pop(name, _Gathered()), titles.pop(name, _Gathered()))
        for name in sorted({*found, *titles})
    }


def _mentions(stored: _Gathered, title: _Gathered) -> Mentions:
    places, in_lead, counts = _columns(stored)
    titled, leading, times = _columns(title)
    # A title without its trimmings may have a name that it had not with them.
    new = ~np.isin(titled, places)
    places = np.concatenate([places, titled[new]])
    order = np.argsort(places)
    return Mentions(
        places[order],
        np.isin(places[order], titled),
        np.concatenate([in_lead, leading[new]])[order],
        np.concatenate([counts, times[new]])[order],
    )


def _columns(gathered: _Gathered) -> tuple[Places, Flags, Numbers]:
    return (
        np.array(gathered.places, dtype=np.int32),
        np.array(gathered.leads, dtype=np.bool_),
        np.array(gathered.counts, dtype=np.float32),
    )


def postings_by_word(
    titles: Iterable[str], leads: Iterable[Iterable[str]], most: float
) -> dict[str, Postings]:
    """Postings by word, from the posts' plain titles and the words of their leads; `most` may have a word."""
    in_title: defaultdict[str, array[int]] = defaultdict(lambda: array("i"))
    in_lead: defaultdict[str, array[int]] = defaultdict(lambda: array("i"))
    for place, (title, lead) in enumerate(zip_longest(titles, leads, fillvalue=())):
        words = title_words(title or "")
        for word in words:
            in_title[word].append(place)
        for word in lead:
            if word not in words:
                in_lead[word].append(place)
    return {
        word: _postings(in_title.pop(word, None), in_lead.pop(word, None), most)
        for word in sorted({*in_title, *in_lead})
    }


def _postings(titled: "array[int] | None", lead: "array[int] | None", most: float) -> Postings:
    frequency = len(titled or ()) + len(lead or ())
    if frequency > most:
        return Postings(_NOWHERE, _NOWHERE, frequency)
    return Postings(_places(titled), _places(lead), frequency)


def _places(places: "array[int] | None") -> Places:
    return np.array(places, dtype=np.int32) if places else _NOWHERE
