"""The built-in judge goes by what is probable, and its reason says what decided."""

from dataclasses import replace

import pytest

from storage.linking.candidates import Candidate
from storage.linking.decision import BACKGROUND, LearnedJudge
from storage.linking.evidence import Evidence
from storage.linking.kinds import CONFIRMS, CONTRADICTS, EXTENDS, SUPERSEDES

EVIDENCE = Evidence((), (), "", "", (), ())
CANDIDATE = Candidate(place=1, score=0.5, due=0.5, threshold=0.25)


def _reason(candidate: Candidate = CANDIDATE, evidence: Evidence = EVIDENCE) -> str:
    return LearnedJudge().judge(candidate, evidence).reason


@pytest.mark.parametrize("threshold", [0.1, 0.25, 0.8])
@pytest.mark.parametrize(
    ("above", "followup", "kind"),
    [(0.01, True, EXTENDS), (0.0, True, EXTENDS), (-0.01, False, BACKGROUND)],
)
def test_a_followup_is_due_from_the_threshold_on(
    threshold: float, above: float, followup: bool, kind: str
) -> None:
    candidate = replace(CANDIDATE, due=threshold + above, threshold=threshold)
    verdict = LearnedJudge().judge(candidate, EVIDENCE)
    assert (verdict.followup, verdict.kind) == (followup, kind)


@pytest.mark.parametrize(
    ("kind", "half_is_enough"),
    [(CONTRADICTS, True), (SUPERSEDES, True), (EXTENDS, False), (CONFIRMS, False)],
)
def test_half_the_odds_are_enough_for_news_that_goes_against_the_post(
    kind: str, half_is_enough: bool
) -> None:
    evidence = replace(EVIDENCE, kind=kind)
    for due, followup in ((0.15, half_is_enough), (0.14, False)):
        verdict = LearnedJudge().judge(replace(CANDIDATE, due=due), evidence)
        assert verdict.followup == followup
        assert ("from 14% on" in verdict.reason) == half_is_enough


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_how_well_the_two_fit_decides_nothing(score: float) -> None:
    candidate = replace(CANDIDATE, score=score)
    assert LearnedJudge().judge(candidate, EVIDENCE) == LearnedJudge().judge(CANDIDATE, EVIDENCE)


@pytest.mark.parametrize("due", [0.9, 0.1])
def test_what_is_new_is_shown_and_not_weighed(due: float) -> None:
    candidate = replace(CANDIDATE, due=due)
    new = replace(EVIDENCE, new_figures=("$40",), new_names=("ZX450",))
    assert LearnedJudge().judge(candidate, new) == LearnedJudge().judge(candidate, EVIDENCE)


def test_the_reason_names_what_both_titles_are_about() -> None:
    evidence = replace(EVIDENCE, names=("Orion", "Acme", "Borealis"), title_names=("Orion", "Acme"))
    assert _reason(evidence=evidence).startswith("both titles are about Orion, Acme; ")


def test_the_reason_names_three_of_the_names_that_both_have_elsewhere() -> None:
    assert _reason(evidence=replace(EVIDENCE, names=tuple("ABCD"))).startswith("both name A, B, C; ")


def test_the_reason_says_that_there_is_no_name_in_both() -> None:
    assert _reason().startswith("they share no name, only what they say; ")


def test_the_reason_says_how_probable_it_is_and_from_where_on_it_is_raised() -> None:
    reason = _reason(replace(CANDIDATE, due=0.123, threshold=0.217))
    assert reason.endswith("; 12% probable to need an update, from 22% on it is raised")
