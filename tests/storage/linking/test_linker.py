"""The linker gives an item its links: ten at most, best first, each with a verdict and its reason."""

from storage.linking.candidates import Candidate
from storage.linking.decision import RuleJudge, Verdict
from storage.linking.evidence import Evidence
from storage.linking.linker import LOOSE_SCORE, Linker
from storage.linking.names import Vocabulary
from tests.storage.linking.conftest import BLOG, index_of, reading_of


class _Yes:
    def judge(self, candidate: Candidate, evidence: Evidence) -> Verdict:
        return Verdict(True, "corrects", f"{candidate.post} {evidence.reason}")


def _linker(words: Vocabulary, posts: tuple[tuple[str, str], ...] = BLOG) -> Linker:
    index = index_of(words, posts)
    return Linker(index, words, lambda post: posts[post - 1][1], RuleJudge(index), min_score=LOOSE_SCORE)


def test_links_come_best_first_with_a_reason_each(words: Vocabulary) -> None:
    links = _linker(words).link(reading_of(words, "Acme's Orion meets the export rule", "By Borealis."))
    assert (links[0].post.file, links[0].followup, links[0].kind) == ("1.md", True, "extends")
    assert [link.score for link in links] == sorted((link.score for link in links), reverse=True)
    assert len(links) > 1
    assert all(0.0 < link.score <= 1.0 and link.evidence.reason for link in links)


def test_an_item_has_ten_links_at_most(words: Vocabulary) -> None:
    linker = _linker(words, (("アクメのオリオン", "オリオン"),) * 12 + (("x", ""),) * 20)
    assert len(linker.link(reading_of(words, "Acme's Orion"))) == 10


def test_links_below_the_least_score_are_not_made(words: Vocabulary) -> None:
    linker, news = (
        _linker(words),
        reading_of(words, "Acme's Orion meets the export rule", "By Borealis."),
    )
    scores = [link.score for link in linker.link(news)]
    strict = Linker(linker.index, words, linker.text_of, linker.judge, min_score=scores[0])
    assert len(strict.link(news)) < len(scores)


def test_another_judge_can_stand_in_the_place_of_the_rules(words: Vocabulary) -> None:
    linker = _linker(words)
    other = Linker(linker.index, words, linker.text_of, _Yes())
    (link, *_) = other.link(reading_of(words, "Acme's Orion"))
    assert (link.followup, link.kind, link.evidence.reason) == (True, "corrects", "1 ")
