"""What digests have told of follow-ups, and to whom."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, func, select, union_all
from sqlalchemy.orm import Session

from storage.followups.followup import Report
from storage.linking.change import facts
from storage.models import DigestRow, FollowupPlanRow, FollowupStoryRow, ToldPlanRow, ToldStoryRow


@dataclass(frozen=True)
class Told:
    """What digests have told of some follow-ups."""

    stories: Mapping[tuple[int, int], datetime]  # when each was last told, by ids of follow-up and story
    said: Mapping[tuple[int, int], frozenset[str]]  # of each of these, by all digests
    plans: frozenset[int]
    at: Mapping[int, datetime]  # when one last told something of each follow-up


def story_told() -> ColumnElement[bool]:
    """That a digest carried the story of a `FollowupStoryRow`."""
    return (
        select(ToldStoryRow.digest_id)
        .where(
            ToldStoryRow.followup_id == FollowupStoryRow.followup_id,
            ToldStoryRow.story_id == FollowupStoryRow.story_id,
        )
        .exists()
    )


def plan_told(recipient: str | None = None) -> ColumnElement[bool]:
    """That a digest carried the plan of a `FollowupPlanRow`; one of this recipient, if one is given."""
    told = select(ToldPlanRow.digest_id).where(ToldPlanRow.plan_id == FollowupPlanRow.id)
    if recipient is not None:
        told = told.join(DigestRow).where(DigestRow.recipient == recipient)
    return told.exists()


def facts_in(reports: Iterable[Report]) -> frozenset[str]:
    """The facts that reports have, as `facts` gives them."""
    return frozenset().union(*(facts(report.evidence) for report in reports))


def brings_more(reports: Iterable[Report], said: AbstractSet[str]) -> bool:
    """Whether reports that call for the follow-up have a figure or a change that no digest has said.

    What was said counts, not when: a report is linked after a digest that came after it, and sources change
    commas.
    """
    return not facts_in(report for report in reports if report.followup) <= said


def told_among(session: Session, chosen: Select[int], recipient: str | None = None) -> Told:
    """What was told of the chosen follow-ups, to one recipient or to any."""
    stories = (
        select(ToldStoryRow.followup_id, ToldStoryRow.story_id, DigestRow.created_at, ToldStoryRow.said)
        .join(DigestRow)
        .where(ToldStoryRow.followup_id.in_(chosen))
        .order_by(DigestRow.created_at)
    )
    plans = (
        select(FollowupPlanRow.followup_id, FollowupPlanRow.id, DigestRow.created_at)
        .join(ToldPlanRow, ToldPlanRow.plan_id == FollowupPlanRow.id)
        .join(DigestRow, DigestRow.id == ToldPlanRow.digest_id)
        .where(FollowupPlanRow.followup_id.in_(chosen))
    )
    if recipient is not None:
        stories = stories.where(DigestRow.recipient == recipient)
        plans = plans.where(DigestRow.recipient == recipient)
    both = union_all(
        stories.with_only_columns(ToldStoryRow.followup_id, DigestRow.created_at).order_by(None),
        plans.with_only_columns(FollowupPlanRow.followup_id, DigestRow.created_at),
    ).subquery()
    latest = select(both.c.followup_id, func.max(both.c.created_at)).group_by(both.c.followup_id)
    last: dict[tuple[int, int], datetime] = {}
    all_said: defaultdict[tuple[int, int], frozenset[str]] = defaultdict(frozenset)
    for followup, story, at, said in session.execute(stories):
        last[followup, story] = at
        all_said[followup, story] |= frozenset(said)
    return Told(
        last,
        all_said,
        frozenset(plan for _, plan, _ in session.execute(plans)),
        {followup: at for followup, at in session.execute(latest)},  # noqa: C416 - rows are no pairs
    )


def forget_telling(session: Session, followups: Collection[int]) -> None:
    """Let these follow-ups be told again, to everyone."""
    plans = select(FollowupPlanRow.id).where(FollowupPlanRow.followup_id.in_(followups))
    session.execute(delete(ToldPlanRow).where(ToldPlanRow.plan_id.in_(plans)))
    session.execute(delete(ToldStoryRow).where(ToldStoryRow.followup_id.in_(followups)))
