"""What speaks for an item and a post belonging together: one number a signal, for every post at once.

Nearly all are sums over arrays of posts, so that an item is held against a hundred thousand posts as one is
held against ten. What each is worth is learned (`weights.toml`); here it is only measured.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from storage.linking.encoder import Vectors
from storage.linking.index import IN_LEAD, IN_TITLE, PostIndex, weights_in
from storage.linking.names import family
from storage.linking.nearness import PostVectors
from storage.linking.news import NewsVectors, Reading
from storage.linking.postings import Numbers, Places
from storage.linking.projection import Projection, default_projections, pointed

# A mention in an item's text counts less than one in its title; in full if it is repeated.
NEWS_TEXT, NEWS_TEXT_FULL = 0.4, 2
POST_TEXT, POST_TEXT_HALF = 0.5, 3  # mentions in a post's text that count half of what many would
# What an item without names would have to be about: keeps one common name from being all of it.
UNNAMED = 0.12
UNTOPICAL = 0.3
TREATED = 3  # a post treats a name that stands in its title, or so often in its text
TOPIC_FULL = 5  # mentions of a topic that make it a post's own
WORD_IN_TEXT = 0.3  # next to one in the item's title
NAMED, NAMED_IN_TEXT, MAKER = 2.0, 0.7, 1.0  # next to a word of the item's title, 1
ANY = 0.05
LEAST = 0.02  # the rarity of a name that every post has, to projections
HALF = np.float32(0.5)  # of the arrays' own type
LEARNED_ON = 2_500  # posts of the blog that the weights were learned on

PRODUCTS = {"product", "rule", "place", "person"}

# Each signal and what it is.
NAMES_ONLY = {
    "about": "share of what the item names, by rarity, that the post treats",
    "title_share": "share of what the post's title names, by rarity, that the item's title names",
    "title_names": "the weight of the names in both titles",
    "products": "the rarity of the products, rules, plants and people in both titles",
    "families": "the rarity of products of which both titles have a generation, be it another",
    "same_product": "families, where the item also names what the post's title names",
    "makers": "the rarity of the makers that both titles are about, through their products too",
    "treated": "names of the item's title that the post treats",
    "missing": "share of the item's title names, by rarity, that the post does not have",
    "named": "names in the item's title",
    "topics": "topics of both titles, by rarity, as a share of all in either",
    "places": "the rarity of the places that the item has and the post's title",
    "subjects": "the rarity of the subjects that the item has and the post's title",
    "topics_in_text": "share of the item's topics, by rarity, that the post goes into",
    "covered": "share of what the item's title names and treats that the post's title and lead have",
    "shared_words": "share of the item's words, by rarity, that the post's title and lead have",
    "words": "cosine of the two as bags of words, names and topics",
    "rank_about": "how many posts are more about what it names, as a logarithm",
    "rank_words": "how many posts have more of its words, as a logarithm",
    "apology": "the post is a text generator's apology",
}
WITH_VECTORS = {
    **NAMES_ONLY,
    "title_title": "nearness of the item's title and the post's title, a cosine",
    "title_opening": "nearness of the item's title and the post's opening",
    "opening_opening": "nearness of the two openings",
    "title_paragraphs": "nearness of the item's title and the post's first two paragraphs, on average",
    "title_paragraph": "nearness of the item's title and the nearer of those paragraphs",
    "opening_paragraphs": "nearness of the item's opening and those paragraphs, on average",
    "rank_opening": "how many posts have a nearer opening, as a logarithm",
    "rank_raw": "how many posts are nearer before languages are evened out, as a logarithm",
    "same_matter": "title_paragraphs, where the item also names what the post's title names",
    "behind": "how much nearer the nearest post of all is",
    "related": "how far the item points to the post, as learned from related posts",
    "behind_related": "how much farther it points to another candidate",
    "stale": "how far the item points to the post, as learned from posts that needed an update",
    "behind_stale": "how much farther it points to another candidate in that way",
}


@dataclass(frozen=True)
class Signals:
    """The signals of an item, most of them as arrays over all posts."""

    of: Mapping[str, Numbers]
    ranked: Mapping[str, Numbers]  # what the posts are ranked by, for the signals that are ranks
    nearness: Numbers  # mean cosine of title and opening, zeros without vectors
    pointing: Numbers | None  # how far the item points, by the projection `related`, to openings alone
    closer: Callable[[Places], Mapping[str, Numbers]] = lambda _places: {}  # those of the posts asked for

    def at(self, places: Places, names: Iterable[str]) -> Numbers:
        """A row a post, a column a signal."""
        closer = self.closer(places)

        def column(name: str) -> Numbers:
            if name in self.ranked:
                return _ranks(self.ranked[name], places)
            return closer[name] if name in closer else self.of[name][places]

        return np.column_stack([column(name) for name in names]).astype(np.float32)


def measure(news: Reading, index: PostIndex, projections: Mapping[str, Projection] | None = None) -> Signals:
    """All signals of an item; those of vectors only if both sides have them.

    Without `projections` they are those that ship.
    """
    of = {**_by_names(news, index), **_by_topics(news, index), **_by_words(news, index)}
    of["apology"] = index.failed
    of["same_product"] = of["title_share"] * of["families"]
    ranked = {"rank_about": of["about"], "rank_words": of["words"]}
    vectors, posts = news.vectors, index.vectors
    if vectors is None or posts is None or not index.posts:
        return Signals(of, ranked, _zeros(index), None)
    named = rare_names(news, index)
    ways = default_projections() if projections is None else projections
    directions = {name: way.direction(vectors, named) for name, way in ways.items()}
    near = _by_openings(vectors, posts, directions["related"])
    nearness, pointing = near.pop("nearness"), near.pop("pointing")
    # Posts that have nothing of an item are ranked by nearness, not by their order.
    ranked["rank_about"] = of["about"] + np.float32(1e-6) * nearness
    ranked |= {"rank_opening": near["opening_opening"], "rank_raw": near.pop("raw")}
    closer = partial(_by_passages, vectors, posts, of["title_share"], directions)
    return Signals({**of, **near}, ranked, nearness, pointing, closer)


def _by_names(news: Reading, index: PostIndex) -> dict[str, Numbers]:
    about, shared, products, treated, makers = (_zeros(index) for _ in range(5))
    has = _zeros(index)
    total = UNNAMED
    rarities = {name: index.name_rarity(name) for name in news.names}
    of_title = sum(rarities[name] for name in news.title_names) + 0.1
    for name in news.names:
        weight = index.name_weight(name)
        in_title = name in news.title_names
        worth = weight if in_title else weight * NEWS_TEXT * min(1.0, news.text_names[name] / NEWS_TEXT_FULL)
        total += worth
        mention = index.names.get(name)
        if mention is None:
            continue
        places, counts = mention.places, mention.counts
        in_text = POST_TEXT * counts / (counts + POST_TEXT_HALF)
        about[places] += worth * np.where(mention.in_title, 1.0, in_text)
        if in_title:
            shared[mention.titled] += weight
            treated[places[mention.in_title | (counts >= TREATED)]] += 1
            has[places] += rarities[name]
            entry = index.vocabulary.names.names.get(name)
            if entry is None or entry.kind in PRODUCTS:  # a model number outside the table is a product
                products[mention.titled] += rarities[name]
    for name in _with_makers(news, index):
        if name in index.makers:
            makers[index.makers[name]] += index.name_rarity(name)
    families = _zeros(index)
    for stem in sorted({stem for name in news.title_names if (stem := family(name))}):
        if stem in index.families:
            families[index.families[stem]] += index.family_rarity(stem)
    return {
        "about": np.minimum(1.0, about / total),
        "title_share": shared / (index.title_weights + np.float32(UNNAMED)),
        "title_names": shared,
        "products": products,
        "families": families,
        "makers": makers,
        "treated": treated,
        "missing": (np.float32(of_title - 0.1) - has) / np.float32(of_title),
        "named": np.full(len(index.posts), len(news.title_names), dtype=np.float32),
    }


def _with_makers(news: Reading, index: PostIndex) -> list[str]:
    entries = [index.vocabulary.names.names.get(name) for name in news.title_names]
    return sorted({*news.title_names, *(entry.of for entry in entries if entry and entry.of)})


def _by_topics(news: Reading, index: PostIndex) -> dict[str, Numbers]:
    both, places, subjects, gone_into, covered = (_zeros(index) for _ in range(5))
    of_title = sum(index.topic_rarity(topic) for topic in news.title_topics) + UNTOPICAL
    for topic in news.topics:
        mention = index.topics.get(topic)
        if mention is None:
            continue
        rarity = index.topic_rarity(topic)
        kind = index.vocabulary.topics.names[topic].kind
        if kind in ("place", "topic"):
            (places if kind == "place" else subjects)[mention.titled] += rarity
        if topic in news.title_topics:
            both[mention.titled] += rarity
            gone_into[mention.places] += rarity * np.minimum(1.0, mention.counts / TOPIC_FULL)
    wanted = [*news.title_names, *news.title_topics]
    for name in wanted:
        found = index.names.get(name) or index.topics.get(name)
        if found is not None:
            covered[found.leading] += index.rarity_anywhere(name) + ANY
    most = sum(index.rarity_anywhere(name) + ANY for name in wanted) + UNTOPICAL
    return {
        "topics": both / (np.float32(of_title) + index.topic_weights - both),
        "places": places,
        "subjects": subjects,
        "topics_in_text": gone_into / np.float32(of_title),
        "covered": covered / np.float32(most),
    }


def _by_words(news: Reading, index: PostIndex) -> dict[str, Numbers]:
    shared, cosine = _zeros(index), _zeros(index)
    total = length = 0.0
    for word in sorted(news.words | news.text_words):
        rarity = index.word_rarity(word)
        worth = rarity**2 * (1.0 if word in news.words else WORD_IN_TEXT)
        total += worth
        value = rarity * ((word in news.words) + NEWS_TEXT * (word in news.text_words))
        length += value**2
        if word in index.words:
            postings = index.words[word]
            shared[postings.titled] += worth
            shared[postings.lead] += worth
            cosine[postings.titled] += IN_TITLE * rarity * value
            cosine[postings.lead] += IN_LEAD * rarity * value
    for name, weight in _named(news, index).items():
        rarity = index.leading_rarity(name)
        value = weight * rarity
        length += value**2
        mention = index.names.get(name) or index.topics.get(name)
        if mention is not None:
            cosine[mention.places] += np.float32(rarity * value) * weights_in(mention)
    return {
        "shared_words": shared / np.float32(total + 0.5 / 80),
        "words": cosine / (np.float32(max(length, 1e-9) ** 0.5) * index.word_lengths),
    }


def _named(news: Reading, index: PostIndex) -> dict[str, float]:
    weights = dict.fromkeys((*news.title_names, *news.title_topics), NAMED)
    for maker in _with_makers(news, index):
        weights.setdefault(maker, MAKER)
    for name in (*news.text_names, *news.text_topics):
        weights[name] = weights.get(name, 0.0) + NAMED_IN_TEXT
    return weights


def rare_names(news: Reading, index: PostIndex) -> dict[str, float]:
    """An item's names, their makers and its topics with what each counts: the rarer, the more."""
    return {
        name: weight * max(index.leading_rarity(name), LEAST) for name, weight in _named(news, index).items()
    }


def _by_openings(news: NewsVectors, posts: PostVectors, related: Vectors) -> dict[str, Numbers]:
    openings = posts.opening.space
    title_opening, opening_opening, as_given, pointing = posts.opening.along(
        openings.of_news(news.title),
        openings.of_news(news.opening),
        posts.opening.as_given(news.raw),
        openings.even.T @ related,
    )
    nearness = (title_opening + opening_opening) * HALF
    return {
        "title_opening": title_opening,
        "opening_opening": opening_opening,
        "raw": posts.opening.given(news.raw, as_given),
        "behind": nearness.max() - nearness,
        "nearness": nearness,
        "pointing": pointing,
    }


def _by_passages(
    news: NewsVectors,
    posts: PostVectors,
    title_share: Numbers,
    directions: Mapping[str, Vectors],
    places: Places,
) -> dict[str, Numbers]:
    """What candidates are told apart by; to find them, openings are enough."""
    (title_title,) = posts.title.near(places, posts.title.space.of_news(news.title))
    (title_first, opening_first), (title_second, opening_second) = (
        passages.near(places, passages.space.of_news(news.title), passages.space.of_news(news.opening))
        for passages in posts.paragraphs
    )
    title_paragraphs = (title_first + title_second) * HALF
    related, stale = pointed(posts, places, [directions["related"], directions["stale"]])
    return {
        "title_title": title_title,
        "title_paragraphs": title_paragraphs,
        "title_paragraph": np.maximum(title_first, title_second),
        "opening_paragraphs": (opening_first + opening_second) * HALF,
        "same_matter": title_share[places] * title_paragraphs,
        "related": related,
        "behind_related": related.max() - related,
        "stale": stale,
        "behind_stale": stale.max() - stale,
    }


def _ranks(values: Numbers, places: Places) -> Numbers:
    """ln(1 + the number of posts with a higher value); on a small blog as if there were more of each."""
    higher = len(values) - np.searchsorted(np.sort(values), values[places], side="right")
    scaled = higher * max(1.0, LEARNED_ON / max(1, len(values)))
    return np.asarray(np.log1p(scaled), dtype=np.float32)


def _zeros(index: PostIndex) -> Numbers:
    return np.zeros(len(index.posts), dtype=np.float32)
