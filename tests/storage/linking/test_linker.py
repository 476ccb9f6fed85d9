"""The linker gives an item its links: ten at most, best first, each with a verdict and its reason."""

import gc
import weakref
from dataclasses import dataclass, field

import pytest

from storage.linking.candidates import Candidate
from storage.linking.decision import Decision, LearnedJudge
from storage.linking.encoder import Encoder
from storage.linking.evidence import Evidence
from storage.linking.index import PostIndex
from storage.linking.linker import LOOSE_SCORE, MAX_LINKS, Linker
from storage.linking.names import Vocabulary
from storage.linking.signals import measure
from storage.linking.weights import default_weights, logistic
from tests.storage.linking.conftest import BLOG, Trigrams, index_of, reading_of


@dataclass
class _Yes:
    asked: list[Candidate] = field(default_factory=list)

    def judge(self, candidate: Candidate, evidence: Evidence) -> Decision:
        self.asked.append(candidate)
        return Decision(True, "corrects", f"place {candidate.place}{evidence.reason}")


def _linker(
    words: Vocabulary,
    posts: tuple[tuple[str, str], ...] = BLOG,
    encoder: Encoder | None = None,
) -> Linker:
    index = index_of(words, posts, encoder)
    return Linker(index, lambda post: posts[post - 1][1], LearnedJudge(), min_score=LOOSE_SCORE)


@pytest.mark.parametrize("encoder", [None, Trigrams()])
@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("Acme tapes out its Orion chip", "en"),
        ("アクメ、オリオンの量産を前倒し", "ja"),
        ("阿克梅猎户芯片提前量产", "zh"),
        ("아크메, 오리온 양산 앞당겨", "ko"),
    ],
)
def test_the_post_on_the_chip_comes_first_in_every_language(
    words: Vocabulary, title: str, language: str, encoder: Encoder | None
) -> None:
    news = reading_of(words, title, language=language, encoder=encoder)
    links = _linker(words, encoder=encoder).link(news)
    assert len(links) > 1
    assert links[0].post.file == "1.md"
    assert set(links[0].evidence.title_names) == {"Acme", "Orion"}


@pytest.mark.parametrize("encoder", [None, Trigrams()])
def test_links_come_best_first_with_a_reason_each(words: Vocabulary, encoder: Encoder | None) -> None:
    news = reading_of(words, "Acme's Orion meets the export rule", "By Borealis.", encoder=encoder)
    links = _linker(words, encoder=encoder).link(news)
    scores = [link.score for link in links]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[-1]
    assert all(0.0 <= link.score <= 1.0 and "probable" in link.evidence.reason for link in links)


def test_an_item_has_ten_links_at_most_of_like_posts_the_first(words: Vocabulary) -> None:
    linker = _linker(words, (("アクメのオリオン", "オリオン"),) * 12 + (("x", ""),) * 20)
    links = linker.link(reading_of(words, "Acme's Orion"))
    assert [link.post.id for link in links] == list(range(1, MAX_LINKS + 1))


def test_links_below_the_least_score_are_not_made(words: Vocabulary) -> None:
    linker, news = _linker(words), reading_of(words, "Acme's Orion meets the export rule", "By Borealis.")
    first, second, *_ = (link.score for link in linker.link(news))
    strict = Linker(linker.index, linker.text_of, linker.judge, min_score=(first + second) / 2)
    assert [link.score for link in strict.link(news)] == [first]
    assert Linker(linker.index, linker.text_of, linker.judge, min_score=1.0).link(news) == []


def test_another_judge_can_stand_in_the_place_of_the_learned_one(words: Vocabulary) -> None:
    linker = _linker(words)
    other = Linker(linker.index, linker.text_of, _Yes(), min_score=LOOSE_SCORE)
    (link, *_) = other.link(reading_of(words, "Acme's Orion"))
    assert (link.followup, link.kind, link.evidence.reason) == (True, "corrects", "place 0")


@pytest.mark.parametrize(
    ("posts", "news"), [(Trigrams(), Trigrams()), (Trigrams(), None), (None, Trigrams()), (None, None)]
)
def test_vectors_are_weighed_where_both_sides_have_them(
    words: Vocabulary, posts: Encoder | None, news: Encoder | None
) -> None:
    judge, index = _Yes(), index_of(words, BLOG, posts)
    reading = reading_of(words, "アクメ、オリオンの量産を前倒し", encoder=news)
    Linker(index, lambda _: "", judge, min_score=LOOSE_SCORE).link(reading)
    weights = default_weights(posts is not None and news is not None)
    best = judge.asked[0]
    rows = measure(reading, index).at(index.names["Orion"].titled, weights.signals)
    assert best.threshold == weights.threshold
    due = weights.due.sums(rows)
    fits = weights.fits.sums(weights.standard(rows), due)
    assert (best.score, best.due) == pytest.approx((logistic(fits)[0], logistic(due)[0]))


def test_texts_are_asked_for_by_id_and_only_of_posts_that_are_linked(words: Vocabulary) -> None:
    asked = []

    def text_of(post: int) -> str:
        asked.append(post)
        return BLOG[post - 1][1]

    Linker(index_of(words, BLOG), text_of, LearnedJudge(), min_score=LOOSE_SCORE).link(
        reading_of(words, "カレー特集")
    )
    assert asked == [4]


@pytest.mark.parametrize("encoder", [None, Trigrams()])
def test_a_linker_goes_at_once_with_its_index_when_it_is_not_needed_any_more(
    words: Vocabulary, encoder: Encoder | None
) -> None:
    linker = _linker(words, encoder=encoder)
    assert linker.link(reading_of(words, "Acme tapes out its Orion chip", encoder=encoder))
    index = weakref.ref(linker.index)
    gc.disable()
    try:
        del linker
        assert index() is None
    finally:
        gc.enable()


def test_a_blog_without_posts_has_no_links(words: Vocabulary) -> None:
    linker = Linker(PostIndex([], words, []), lambda _: "", LearnedJudge(), min_score=LOOSE_SCORE)
    assert linker.link(reading_of(words, "Acme's Orion")) == []
