"""Which posts say the same: by the words, names and topics of their titles and leads."""

from collections.abc import Iterable

import numpy as np

from storage.linking.index import IN_LEAD, IN_TITLE, PostIndex, weights_in
from storage.linking.postings import Numbers
from storage.linking.words import title_words

# A word or name that a larger share of the posts has makes no two of them alike.
COMMON = 0.1


def alike(place: int, lead: Iterable[str], index: PostIndex, least: float) -> dict[int, float]:
    """The places of posts whose cosine with the one at a place is at least so high, without itself.

    `lead` are the words of its first paragraphs, as the post's row has them.
    """
    cosines = cosines_of(place, lead, index)
    cosines[place] = 0.0
    return {int(other): float(cosines[other]) for other in np.flatnonzero(cosines >= least)}


def cosines_of(place: int, lead: Iterable[str], index: PostIndex) -> Numbers:
    """The cosine of each post with the one at a place, as bags of words, names and topics."""
    products = np.zeros(len(index.posts), dtype=np.float32)
    most = max(2, COMMON * len(index.posts))
    titled = title_words(index.titles[place])
    for word in sorted(titled | set(lead)):
        postings = index.words.get(word)
        if postings is None or postings.frequency > most:
            continue
        weight = index.word_rarity(word) ** 2 * (IN_TITLE if word in titled else IN_LEAD)
        products[postings.titled] += weight * IN_TITLE
        products[postings.lead] += weight * IN_LEAD
    for name, mention in (*index.names.items(), *index.topics.items()):
        at = mention.find(place)
        if at is None or len(mention.leading) > most:
            continue
        weights = weights_in(mention)
        if weights[at]:
            products[mention.places] += weights * weights[at] * index.leading_rarity(name) ** 2
    return np.asarray(products / (index.word_lengths * index.word_lengths[place]), dtype=np.float32)
