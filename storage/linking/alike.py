"""Which posts say the same: by the words, names and topics of their titles and leads."""

import numpy as np

from storage.linking.index import Numbers, PostIndex
from storage.linking.words import title_words

# A word or name that a larger share of the posts has makes no two of them alike.
COMMON = 0.1


def alike(place: int, index: PostIndex, least: float) -> dict[int, float]:
    """The places of posts whose cosine with the one at a place is at least so high, without itself."""
    cosines = cosines_of(place, index)
    cosines[place] = 0.0
    return {int(other): float(cosines[other]) for other in np.flatnonzero(cosines >= least)}


def cosines_of(place: int, index: PostIndex) -> Numbers:
    """The cosine of each post with the one at a place, as bags of words, names and topics."""
    cosines = np.zeros(len(index.posts), dtype=np.float32)
    for word in _words(place, index):
        postings = index.words[word]
        if postings.frequency > max(2, COMMON * len(index.posts)) or not len(postings.places):
            continue
        at = int(np.searchsorted(postings.places, place))
        if at < len(postings.places) and postings.places[at] == place:
            cosines[postings.places] += postings.shares[at] * postings.shares
    return cosines


def _words(place: int, index: PostIndex) -> list[str]:
    names = [f" {name}" for name in (*index.names_of(place), *index.vocabulary.topics.names)]
    words = index.posts[place].lead_words | title_words(index.titles[place])
    return [word for word in (*sorted(words), *names) if word in index.words]
