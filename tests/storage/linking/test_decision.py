"""Each rule of the built-in judge, on both sides of its threshold, with the reason it gives."""

from dataclasses import replace

import pytest

from storage.linking.candidates import Candidate
from storage.linking.decision import RuleJudge, Verdict
from storage.linking.evidence import Evidence
from storage.linking.index import IndexedPost, PostIndex, Posting

# On a blog of a hundred posts: in how many each stands, and so how rare it is.
POSTS = {"rare": 1, "seldom": 12, "common": 60}  # 0.79, 0.39, 0.10
INDEX = PostIndex(
    {n: IndexedPost(n, f"{n}.md", "", None) for n in range(100)},
    {name: [Posting(n, True, 1) for n in range(count)] for name, count in POSTS.items()},
)
EVIDENCE = Evidence((), (), "", "", (), ())
CANDIDATE = Candidate(
    post=1,
    about=0.5,
    words=0.0,
    title=0.5,
    shared=(),
    title_names=(),
    title_weight=0.0,
    treated=(),
    score=0.5,
)


def _verdict(**signals: object) -> Verdict:
    return RuleJudge(INDEX).judge(replace(CANDIDATE, **signals), EVIDENCE)  # type: ignore[arg-type]


def test_the_names_are_as_rare_as_the_rules_below_need() -> None:
    assert INDEX.name_rarity("rare") >= 0.5 > INDEX.name_rarity("seldom") >= 0.35
    assert INDEX.name_rarity("common") < 0.35


def test_a_low_score_decides_before_all_else() -> None:
    signals = {"title_names": ("rare", "seldom"), "title_weight": 1.0}
    verdict = _verdict(score=0.19, **signals)
    assert (verdict.followup, verdict.kind) == (False, "background")
    assert verdict.reason == "score 0.19 is below 0.20"
    assert _verdict(score=0.2, **signals).followup


def test_titles_without_a_common_name_call_for_nothing() -> None:
    assert _verdict(shared=("rare",), treated=("rare", "seldom"), words=0.9) == Verdict(
        False, "background", "the two titles share no name"
    )


def test_two_names_in_both_titles_that_weigh_enough_call_for_a_followup() -> None:
    assert _verdict(title_names=("seldom", "common"), title_weight=0.2) == Verdict(
        True, "extends", "both titles are about seldom, common"
    )


def test_two_common_names_in_both_titles_are_not_enough() -> None:
    assert _verdict(title_names=("common", "general"), title_weight=0.19) != Verdict(True, "extends", "")
    index = PostIndex(INDEX.posts, {**INDEX.by_name, "general": INDEX.by_name["common"]})
    verdict = RuleJudge(index).judge(
        replace(CANDIDATE, title_names=("common", "general"), title_weight=0.06), EVIDENCE
    )
    assert verdict == Verdict(False, "background", "the two titles share only common, general")


@pytest.mark.parametrize(("name", "followup"), [("seldom", True), ("common", False)])
def test_one_name_calls_for_a_followup_if_it_is_rare_and_the_post_treats_another(
    name: str, followup: bool
) -> None:
    verdict = _verdict(title_names=(name,), title_weight=0.1, treated=(name, "other"))
    assert verdict.followup is followup
    assert (verdict.reason == f"both titles are about {name}, and the post treats other") is followup


@pytest.mark.parametrize(
    ("name", "words", "followup"),
    [("rare", 0.15, True), ("rare", 0.14, False), ("seldom", 0.9, False)],
)
def test_one_name_alone_must_be_very_rare_and_come_with_like_words(
    name: str, words: float, followup: bool
) -> None:
    verdict = _verdict(title_names=(name,), title_weight=0.5, treated=(name,), words=words)
    assert verdict.followup is followup
    expected = (
        f"both titles are about {name}, in like words" if followup else f"the two titles share only {name}"
    )
    assert verdict.reason == expected
