"""The decision: does this news make this post stale? One small interface with plain inputs.

Another judge, such as a language model, can stand in the place of `LearnedJudge`.
"""

from dataclasses import dataclass
from typing import Protocol

from storage.linking.candidates import Candidate
from storage.linking.evidence import Evidence

MIN_SCORE = 0.02  # of a link that is kept: a fiftieth of such pairs are related at all
EXTENDS, BACKGROUND = "extends", "background"


@dataclass(frozen=True)
class Verdict:
    """What a judge says of an item and a post."""

    followup: bool
    kind: str  # extends, background
    reason: str  # one sentence: what decided


class Judge(Protocol):
    """Decides on one item and one post."""

    def judge(self, candidate: Candidate, evidence: Evidence) -> Verdict:
        """Whether the post needs a follow-up, and of what kind."""


class LearnedJudge:
    """A follow-up is due when the learned signals say so: see `weights.toml`."""

    def judge(self, candidate: Candidate, evidence: Evidence) -> Verdict:
        """By probability alone; what is new is shown, not weighed."""
        followup = candidate.due >= candidate.threshold
        return Verdict(followup, EXTENDS if followup else BACKGROUND, _reason(candidate, evidence))


def _reason(candidate: Candidate, evidence: Evidence) -> str:
    if evidence.title_names:
        matter = f"both titles are about {', '.join(evidence.title_names)}"
    elif evidence.names:
        matter = f"both name {', '.join(evidence.names[:3])}"
    else:
        matter = "they share no name, only what they say"
    odds = f"{candidate.due:.0%} probable to need an update, from {candidate.threshold:.0%} on it is raised"
    return f"{matter}; {odds}"
