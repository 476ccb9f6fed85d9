"""Evidence: what a person needs to see why an item is linked to a post."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

from storage.linking.candidates import Candidate
from storage.linking.index import PostIndex
from storage.linking.names import NameTable
from storage.linking.news import TEXT_READ, Reading
from storage.linking.words import figures, sentences

PASSAGE = 240  # characters of a passage that are kept
MAX_NEW = 6  # new figures and names that are listed, each
SHOWN_NAMES = 8
POSTS_REMEMBERED = 256


@dataclass(frozen=True)
class Evidence:
    """Why an item is linked to a post."""

    names: tuple[str, ...]  # that both have, rarest first
    title_names: tuple[str, ...]  # of those, the ones in both titles
    post_passage: str  # the post's sentence on the matter, "" if it has none
    news_passage: str  # the news's
    new_figures: tuple[str, ...]  # in the news passage and nowhere in the post, as they stand there
    new_names: tuple[str, ...]  # in the news's title and nowhere in the post
    reason: str = ""  # of the verdict

    def as_json(self) -> dict[str, Any]:
        """Plain data, for a JSON column."""
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()
        }


@dataclass(frozen=True)
class _Sentence:
    text: str
    names: frozenset[str]
    figures: frozenset[str]


@dataclass(frozen=True)
class _Text:
    sentences: Sequence[_Sentence]
    figures: frozenset[str]


@dataclass
class EvidenceFinder:
    """Finds passages; remembers the sentences of the posts it looked at last."""

    index: PostIndex
    table: NameTable
    text_of: Callable[[int], str]  # a post's text by its id
    _post: Callable[[int], _Text] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        def read(post: int) -> _Text:
            return self._read(self.text_of(post))

        self._post = lru_cache(POSTS_REMEMBERED)(read)

    def read_news(self, news: Reading) -> Sequence[_Sentence]:
        """The sentences of an item, its title first."""
        return self._read(f"{news.item.title}\n{news.item.text[:TEXT_READ]}").sentences

    def find(self, candidate: Candidate, news: Reading, told: Sequence[_Sentence]) -> Evidence:
        """The evidence for a candidate; `told` is what `read_news` gave."""
        post = self._post(candidate.post)
        shared = frozenset(candidate.shared)
        ours = self._best(post.sentences, shared, frozenset())
        theirs = self._best(told, shared, ours.names if ours else shared)
        passages = [told[0]] if told else []
        if theirs is not None and theirs not in passages:
            passages.append(theirs)
        new_figures = {
            figure.key: figure.shown
            for sentence in passages
            for figure in figures(sentence.text)
            if figure.key not in post.figures
        }
        known = self.index.names_of(candidate.post)
        return Evidence(
            names=candidate.shared[:SHOWN_NAMES],
            title_names=candidate.title_names,
            post_passage=_cut(ours.text) if ours else "",
            news_passage=_cut((theirs or told[0]).text) if told else "",
            new_figures=tuple(new_figures.values())[:MAX_NEW],
            new_names=tuple(name for name in news.title_names if name not in known)[:MAX_NEW],
        )

    def _best(
        self, among: Sequence[_Sentence], shared: frozenset[str], wanted: frozenset[str]
    ) -> _Sentence | None:
        """The sentence that says most of what is shared; one with a figure before one without."""
        best, most = None, 0.0
        for sentence in among:
            common = sentence.names & shared
            if not common:
                continue
            weight = sum(self.index.name_rarity(name) + 0.01 for name in common)
            weight += 0.5 * len(common & wanted) + (0.3 if sentence.figures else 0.0)
            weight /= 1.0 + max(0, len(sentence.text) - PASSAGE) / PASSAGE
            if weight > most:
                best, most = sentence, weight
        return best

    def _read(self, text: str) -> _Text:
        read = []
        for sentence in dict.fromkeys(sentences(text)):
            names = frozenset(mention.name for mention in self.table.find(sentence))
            read.append(_Sentence(sentence, names, frozenset(f.key for f in figures(sentence))))
        return _Text(read, frozenset().union(*(sentence.figures for sentence in read)))


def _cut(text: str) -> str:
    return text if len(text) <= PASSAGE else text[: PASSAGE - 1].rstrip() + "…"
