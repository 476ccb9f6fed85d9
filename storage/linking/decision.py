"""The decision: does this news make this post stale? One small interface with plain inputs.

Another judge, such as a language model, can stand in the place of `RuleJudge`.
"""

from dataclasses import dataclass
from typing import Protocol

from storage.linking.candidates import Candidate
from storage.linking.evidence import Evidence
from storage.linking.index import PostIndex

# Chosen on judged news for the best F1 of follow-ups; neighbouring values change it by less than 0.01.
MIN_SCORE = 0.2
MIN_TITLE_WEIGHT = 0.2
MIN_RARITY = 0.35
MIN_RARITY_ALONE, MIN_WORDS_ALONE = 0.5, 0.15

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


@dataclass(frozen=True)
class RuleJudge:
    """A follow-up is due when both titles are about the same thing.

    That is: they share two names that are rare enough together; or one rare name, while the post treats a
    second name of the item's title as well; or one very rare name, and words besides.
    """

    index: PostIndex

    def judge(self, candidate: Candidate, evidence: Evidence) -> Verdict:
        """By names in titles alone; what is new is shown, not weighed."""
        rarest = max((self.index.name_rarity(name) for name in candidate.title_names), default=0.0)
        if candidate.score < MIN_SCORE:
            return Verdict(False, BACKGROUND, f"score {candidate.score:.2f} is below {MIN_SCORE:.2f}")
        if not candidate.title_names:
            return Verdict(False, BACKGROUND, "the two titles share no name")
        names = ", ".join(candidate.title_names)
        if len(candidate.title_names) >= 2 and candidate.title_weight >= MIN_TITLE_WEIGHT:
            return Verdict(True, EXTENDS, f"both titles are about {names}")
        if rarest >= MIN_RARITY and len(candidate.treated) >= 2:
            also = ", ".join(name for name in candidate.treated if name not in candidate.title_names)
            return Verdict(True, EXTENDS, f"both titles are about {names}, and the post treats {also}")
        if rarest >= MIN_RARITY_ALONE and candidate.words >= MIN_WORDS_ALONE:
            return Verdict(True, EXTENDS, f"both titles are about {names}, in like words")
        return Verdict(False, BACKGROUND, f"the two titles share only {names}")
