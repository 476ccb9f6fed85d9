"""The posts, ready to be found by what they are about."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.linking.words import title_words
from storage.models import MentionRow, PostRow

RARITY_POWER = 1.5  # on judged news 1 and 2 rank worse, if little


@dataclass(frozen=True)
class IndexedPost:
    """A post as the linker sees it."""

    id: int
    file: str
    title: str
    published: datetime | None


@dataclass(frozen=True, slots=True)  # there are hundreds of thousands
class Posting:
    """That a post mentions a name."""

    post: int  # its id
    in_title: bool
    count: int


@dataclass
class PostIndex:
    """Posts by name and by word of the title, with the rarity of each.

    The rarity of what stands in `df` of `n` posts is its inverse document frequency,
    ln((n + 1) / (df + 0.5)), as a share of the highest there is, that of what no post has: 0 to 1, so that
    the linker's thresholds mean the same on a blog of ten posts and on one of ten thousand.
    """

    posts: Mapping[int, IndexedPost]
    by_name: Mapping[str, list[Posting]]
    by_word: Mapping[str, list[int]] = field(init=False)
    word_norms: Mapping[int, float] = field(init=False, repr=False)  # squared, of each post's title words
    title_weights: Mapping[int, float] = field(init=False, repr=False)  # of all names in each post's title
    _of_post: Mapping[int, dict[str, Posting]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        by_word: dict[str, list[int]] = {}
        words_of = {post.id: title_words(post.title) for post in self.posts.values()}
        for post, words in words_of.items():
            for word in words:
                by_word.setdefault(word, []).append(post)
        self.by_word = by_word
        self.word_norms = {post: self.squared_norm(words) for post, words in words_of.items()}
        of_post: dict[int, dict[str, Posting]] = {post: {} for post in self.posts}
        for name, postings in self.by_name.items():
            for posting in postings:
                of_post[posting.post][name] = posting
        self._of_post = of_post
        self.title_weights = {
            post: math.fsum(self.name_weight(name) for name, posting in names.items() if posting.in_title)
            for post, names in of_post.items()
        }

    def names_of(self, post: int) -> Mapping[str, Posting]:
        """The names that a post mentions."""
        return self._of_post[post]

    def name_rarity(self, name: str) -> float:
        """How rare a name is among the posts, 0 to 1."""
        return self._rarity(len(self.by_name.get(name, ())))

    def name_weight(self, name: str) -> float:
        """What a shared name counts: rare names more than in proportion."""
        return float(self.name_rarity(name) ** RARITY_POWER)

    def squared_norm(self, words: Iterable[str]) -> float:
        """The squared length of a title as a vector of its words' rarities; 1 for one without words."""
        return math.fsum(self.word_rarity(word) ** 2 for word in words) or 1.0

    def word_rarity(self, word: str) -> float:
        """How rare a word is among the titles, 0 to 1."""
        return self._rarity(len(self.by_word.get(word, ())))

    def _rarity(self, frequency: int) -> float:
        posts = len(self.posts) + 1
        return max(0.0, math.log(posts / (frequency + 0.5)) / math.log(posts / 0.5))


def load_index(session: Session) -> PostIndex:
    """Read the index from the imported posts."""
    posts = {
        post_id: IndexedPost(post_id, file, title, published)
        for post_id, file, title, published in session.execute(
            select(PostRow.id, PostRow.file, PostRow.title, PostRow.published)
        )
    }
    rows = session.execute(select(MentionRow.name, MentionRow.post_id, MentionRow.in_title, MentionRow.count))
    return PostIndex(
        posts, _grouped((name, Posting(post, title, count)) for name, post, title, count in rows)
    )


def _grouped(pairs: Iterable[tuple[str, Posting]]) -> dict[str, list[Posting]]:
    by_name: dict[str, list[Posting]] = {}
    for name, posting in pairs:
        by_name.setdefault(name, []).append(posting)
    return by_name
