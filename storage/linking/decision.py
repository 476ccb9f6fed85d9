"""The decision: does this news make this post stale? One small interface with plain inputs.

Another judge, such as a language model, can stand in the place of `LearnedJudge`.
"""

from dataclasses import dataclass
from typing import Protocol

from storage.linking.candidates import Candidate
from storage.linking.evidence import Evidence
from storage.linking.kinds import CONTRADICTS, SUPERSEDES
from storage.posts.wish import NEVER

MIN_SCORE = 0.02  # of a link that is kept: a fiftieth of such pairs are related at all
BACKGROUND = "background"
AGAINST_POST = (CONTRADICTS, SUPERSEDES)  # what brings even an evergreen post up
# Of the threshold's odds, what is enough for news of such a kind: a plan that was put off makes a post stale
# however little else is like it. Of 49 judged pairs above this that news supersedes 47 needed an update.
LESS = 0.5


@dataclass(frozen=True)
class Decision:
    """What a judge says of an item and a post."""

    followup: bool
    kind: str  # contradicts, supersedes, extends, confirms; background
    reason: str  # one sentence: what decided


class Judge(Protocol):
    """Decides on one item and one post."""

    def judge(self, candidate: Candidate, evidence: Evidence) -> Decision:
        """Whether the post needs a follow-up, and of what kind."""


def needed_for(threshold: float, kind: str) -> float:
    """How probable an update must be for news of that kind to raise a follow-up."""
    if kind not in AGAINST_POST:
        return threshold
    return threshold * LESS / (1 - threshold + threshold * LESS)


class LearnedJudge:
    """A follow-up is due when the learned signals say so (`weights.toml`) and the news adds something."""

    def judge(self, candidate: Candidate, evidence: Evidence) -> Decision:
        """By probability first; news that says nothing that the post does not opens nothing."""
        enough = needed_for(candidate.threshold, evidence.kind)
        reason = _reason(candidate, evidence, enough)
        if candidate.due < enough:
            return Decision(False, BACKGROUND, reason)
        if not evidence.kind:
            return Decision(False, BACKGROUND, f"it says nothing that the post does not ({reason})")
        return Decision(True, evidence.kind, reason)


def heeding(decision: Decision, wish: str) -> Decision:
    """A decision, in view of what is wanted of the post's follow-ups."""
    if not decision.followup or not wish:
        return decision
    if wish == NEVER:
        return Decision(False, BACKGROUND, f"the post wants no follow-ups ({decision.reason})")
    if decision.kind in AGAINST_POST:
        return decision
    return Decision(False, BACKGROUND, f"an evergreen post, and it is not contradicted ({decision.reason})")


def _reason(candidate: Candidate, evidence: Evidence, enough: float) -> str:
    if evidence.title_names:
        matter = f"both titles are about {', '.join(evidence.title_names)}"
    elif evidence.names:
        matter = f"both name {', '.join(evidence.names[:3])}"
    else:
        matter = "they share no name, only what they say"
    odds = f"{candidate.due:.0%} probable to need an update, from {enough:.0%} on it is raised"
    taught = f" (verdicts on the post count {candidate.taught:+.1f})" if candidate.taught else ""
    return f"{matter}; {odds}{taught}"
