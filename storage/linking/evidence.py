"""Evidence: what a person needs to see why an item is linked to a post."""

import math
from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field
from functools import cached_property, lru_cache, partial
from itertools import accumulate
from typing import Any

from storage.claims.comparing import moved_times
from storage.linking.figures import figures, kinds, numbers
from storage.linking.index import PostIndex
from storage.linking.kinds import EXTENDS, Comparison, kind_of, makers, newer_names, one_subject, rivals
from storage.linking.names import Name, normal
from storage.linking.news import TEXT_READ, Reading
from storage.linking.words import sentences

PASSAGE = 240  # characters of a passage that are kept
MAX_NEW = 6  # new figures and names that are listed, each
SHOWN_NAMES = 8
POSTS_REMEMBERED = 256
LEAD = 4  # sentences at the start of an item that say what it is about, its title included


@dataclass(frozen=True)
class Evidence:
    """Why an item is linked to a post."""

    names: tuple[str, ...]  # that both have, rarest first
    title_names: tuple[str, ...]  # of those, the ones in both titles
    post_passage: str  # the post's sentence on the matter; its first if none shares a name with the news
    news_passage: str  # the news's
    new_figures: tuple[str, ...]  # in the news passage and nowhere in the post, as they stand there
    new_names: tuple[str, ...]  # in the news's title and nowhere in the post
    changes: tuple[str, ...] = ()  # what the post has and what the news has instead, "GPT-5 → GPT-5.4"
    kind: str = EXTENDS  # of change that the news makes to the post; "" where it adds nothing
    reason: str = ""  # of the verdict

    def as_json(self) -> dict[str, Any]:
        """Plain data, for a JSON column."""
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()
        }


@dataclass(frozen=True)
class Sentence:
    """A sentence and the names in it."""

    text: str
    names: frozenset[str]

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Of its figures; asked for only where it shares a name with news."""
        return kinds(self.text)


@dataclass
class _Post:
    sentences: Sequence[Sentence]
    text: str  # in normal form

    @cached_property
    def lowered(self) -> str:
        return self.text.lower()

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Found when first asked for: most news brings no figure to compare."""
        return numbers(self.text)


@dataclass
class EvidenceFinder:
    """Finds passages; remembers the sentences of the posts it looked at last."""

    index: PostIndex
    text_of: Callable[[int], str]  # a post's text by its id
    _post: Callable[[int], _Post] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Not a method: a finder that its own memory held would go, with the index, only when Python looks for
        # cycles.
        self._post = lru_cache(POSTS_REMEMBERED)(partial(_read_post, self.index, self.text_of))

    def read_news(self, news: Reading) -> Sequence[Sentence]:
        """The sentences of an item, its title first."""
        return _read(f"{news.item.title}\n{news.item.text[:TEXT_READ]}", self.index)[0]

    def find(self, place: int, news: Reading, told: Sequence[Sentence]) -> Evidence:
        """The evidence for the post at a place; `told` is what `read_news` gave."""
        post = self._post(place)
        known = {name for name in news.names if self.index.has_name(name, place)}
        common = sorted(known, key=lambda n: (-self.index.name_rarity(n), n))
        title_names = tuple(n for n in common if n in news.title_names and self.index.has_in_title(n, place))
        shared = frozenset(common)
        measured = kinds(" ".join(sentence.text for sentence in told[:LEAD]))
        subject = frozenset(title_names) or shared
        ours = self._best(post.sentences, shared, subject, measured) or next(iter(post.sentences), None)
        theirs = self._best(told, shared, subject, measured, lead=LEAD)
        passages = [told[0]] if told else []
        if theirs is not None and theirs not in passages:
            passages.append(theirs)
        new_figures = {
            figure.key: figure.shown
            for sentence in passages
            for figure in figures(normal(sentence.text))
            if figure.key not in post.numbers
        }
        titled = self._titled(place)
        plan, speaking = self._plan(place, titled, news, passages)
        said = plan or (ours.text if ours else "")
        new_names = tuple(name for name in news.title_names if name not in known)[:MAX_NEW]
        compared = Comparison(
            post=f"{self.index.titles[place]}\n{said}",
            title=news.item.title,
            new_names=new_names,
            new_figures=tuple(new_figures.values())[:MAX_NEW],
            said=self._said(news, post),
            expects=bool(plan),
            one_subject=one_subject(titled, news.title_names, self._names),
            newer=() if rivals(titled, news.title_names, self._names) else newer_names(titled, new_names),
            moved=self._moved(place, news, plan, speaking, post) if plan else (),
        )
        return Evidence(
            names=tuple(common[:SHOWN_NAMES]),
            title_names=title_names,
            post_passage=_cut(said),
            news_passage=_cut(speaking[-1] if plan else (theirs or told[0]).text) if told else "",
            new_figures=tuple(compared.new_figures),
            new_names=new_names,
            changes=(*compared.moved, *compared.newer),
            kind=kind_of(compared),
        )

    def _plan(
        self, place: int, titled: Collection[str], news: Reading, passages: Sequence[Sentence]
    ) -> tuple[str, Sequence[str]]:
        """The post's plan that the news speaks of too, by an event such as a launch, and where it does."""
        for plan in self.index.plans.get(place, ()):
            named = self.index.vocabulary.names.count(plan).keys()
            subject = named | makers(titled, self._names) if named else titled
            if not one_subject(subject, news.title_names, self._names):
                continue
            events = self._events(plan)
            told = [one.text for one in passages if events & self._events(one.text)]
            if told:
                return plan, told
        return "", ()

    @property
    def _names(self) -> Mapping[str, Name]:
        return self.index.vocabulary.names.names

    def _titled(self, place: int) -> Collection[str]:
        """The names in a post's title, without topics."""
        topics = self.index.vocabulary.topics.names
        return [name for name in self.index.title_names.get(place, ()) if name not in topics]

    def _moved(
        self, place: int, news: Reading, plan: str, told: Sequence[str], post: "_Post"
    ) -> Sequence[str]:
        """The time of a plan that the news gives otherwise, "2026年後半 → 2027 Q1"."""
        published, when = self.index.posts[place].published, news.item.when
        events = self._events(plan)
        others = [self.index.titles[place], *(one.text for one in post.sentences if one.text != plan)]
        return moved_times(
            normal(plan),
            published.date() if published else None,
            [normal(text) for text in told],
            when.date() if when else None,
            beside=(normal(text) for text in others if events & self._events(text)),
        )

    def _events(self, text: str) -> AbstractSet[str]:
        """What is told to happen, such as a launch."""
        topics = self.index.vocabulary.topics
        return {topic for topic in topics.count_known(text) if topics.names[topic].kind == "event"}

    def _said(self, news: Reading, post: "_Post") -> float:
        """The share of what an item's title says, by rarity of words, that a post says; 1 for no words."""
        rarities = {word: self.index.word_rarity(word) for word in sorted(news.words)}
        said = math.fsum(rarity for word, rarity in rarities.items() if word in post.lowered)
        return said / (math.fsum(rarities.values()) or 1.0) if rarities else 1.0

    def _best(
        self,
        among: Sequence[Sentence],
        shared: frozenset[str],
        subject: frozenset[str],
        measured: frozenset[str],
        lead: int = 0,
    ) -> Sentence | None:
        """The sentence that says most of what is shared, its subject first, in figures of the same kinds."""
        best, most = None, 0.0
        for place, sentence in enumerate(among):
            common = sentence.names & shared
            if not common:
                continue
            weight = math.fsum(self.index.name_rarity(name) for name in common) / 2 + len(common & subject)
            weight += min(2, len(measured & sentence.kinds)) + (0.5 if place < lead else 0.0)
            weight /= 1.0 + max(0, len(sentence.text) - PASSAGE) / PASSAGE
            if weight > most:
                best, most = sentence, weight
        return best


def _read_post(index: PostIndex, text_of: Callable[[int], str], place: int) -> _Post:
    post = index.posts[place]
    read, text = _read(text_of(post.id), index)
    return _Post(read, f"{normal(post.title)}\n{text}")


def _read(text: str, index: PostIndex) -> tuple[list[Sentence], str]:
    """The sentences of a text, and all of them in normal form."""
    texts = list(dict.fromkeys(sentences(text)))
    normals = [normal(sentence) for sentence in texts]
    starts = list(accumulate((len(sentence) + 1 for sentence in normals), initial=0))
    names: list[set[str]] = [set() for _ in texts]
    # One search over all of them: a search has a cost of its own.
    joined = "\n".join(normals)
    for mention in index.vocabulary.names.find_in_normal(joined):
        names[bisect_right(starts, mention.start) - 1].add(mention.name)
    read = [Sentence(sentence, frozenset(found)) for sentence, found in zip(texts, names, strict=True)]
    return read, joined


def _cut(text: str) -> str:
    return text if len(text) <= PASSAGE else text[: PASSAGE - 1].rstrip() + "…"
