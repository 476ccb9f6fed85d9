"""The linker gives an item its links: ten at most, best first, each with a verdict and its reason."""

from storage.linking.candidates import Candidate
from storage.linking.decision import RuleJudge, Verdict
from storage.linking.evidence import Evidence
from storage.linking.linker import LOOSE_SCORE, Linker
from storage.linking.names import NameTable
from tests.storage.linking.conftest import BLOG, index_of, reading_of


class _Yes:
    def judge(self, candidate: Candidate, evidence: Evidence) -> Verdict:
        return Verdict(True, "corrects", f"{candidate.post} {evidence.reason}")


def _linker(table: NameTable, posts: tuple[tuple[str, str], ...] = BLOG) -> Linker:
    index = index_of(table, posts)
    return Linker(index, table, lambda post: posts[post - 1][1], RuleJudge(index), min_score=LOOSE_SCORE)


def test_links_come_best_first_with_a_reason_each(table: NameTable) -> None:
    links = _linker(table).link(reading_of(table, "Acme's Orion meets the export rule", "By Borealis."))
    assert (links[0].post.file, links[0].followup, links[0].kind) == ("1.md", True, "extends")
    assert [link.score for link in links] == sorted((link.score for link in links), reverse=True)
    assert len(links) > 1
    assert all(0.0 < link.score <= 1.0 and link.evidence.reason for link in links)


def test_an_item_has_ten_links_at_most(table: NameTable) -> None:
    linker = _linker(table, (("アクメのオリオン", "オリオン"),) * 12 + (("x", ""),) * 20)
    assert len(linker.link(reading_of(table, "Acme's Orion"))) == 10


def test_links_below_the_least_score_are_not_made(table: NameTable) -> None:
    linker, news = _linker(table), reading_of(table, "Acme's Orion meets the export rule", "By Borealis.")
    scores = [link.score for link in linker.link(news)]
    strict = Linker(linker.index, table, linker.text_of, linker.judge, min_score=scores[0])
    assert len(strict.link(news)) < len(scores)


def test_another_judge_can_stand_in_the_place_of_the_rules(table: NameTable) -> None:
    linker = _linker(table)
    other = Linker(linker.index, table, linker.text_of, _Yes())
    (link, *_) = other.link(reading_of(table, "Acme's Orion"))
    assert (link.followup, link.kind, link.evidence.reason) == (True, "corrects", "1 ")
