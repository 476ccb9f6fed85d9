"""What digests have told to whom, so that nothing is told twice."""

from collections.abc import Sequence

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from storage.digests.content import Contents, Trouble
from storage.followups.telling import facts_in
from storage.insert import insert_new
from storage.models import (
    DigestRow,
    FollowupPlanRow,
    ToldIdeaRow,
    ToldPlanRow,
    ToldStoryRow,
    ToldTroubleRow,
)


def known_troubles(session: Session, recipient: str) -> set[tuple[int, str]]:
    """The sources in trouble, and the condition of each, that a recipient was told of."""
    told = (
        select(ToldTroubleRow.source_id, ToldTroubleRow.condition)
        .join(DigestRow)
        .where(DigestRow.recipient == recipient)
    )
    return {(source, condition) for source, condition in session.execute(told)}


def mark_told(session: Session, digest: DigestRow, contents: Contents) -> None:
    """Note all that a digest carries as told to its recipient."""
    followups = contents.followups
    insert_new(
        session,
        ToldStoryRow,
        [
            {
                "digest_id": digest.id,
                "followup_id": followup.id,
                "story_id": story.id,
                "said": sorted(facts_in(story.reports)),
            }
            for followup in followups
            for story in followup.stories
        ],
    )
    told = select(FollowupPlanRow.id).where(FollowupPlanRow.followup_id.in_([f.id for f in followups]))
    plans = session.scalars(told).all()
    insert_new(session, ToldPlanRow, [{"digest_id": digest.id, "plan_id": plan} for plan in plans])
    ideas = [{"digest_id": digest.id, "story_id": idea.story_id} for idea in contents.ideas]
    insert_new(session, ToldIdeaRow, ideas)
    insert_new(
        session,
        ToldTroubleRow,
        [
            {"digest_id": digest.id, "source_id": trouble.source_id, "condition": trouble.condition}
            for trouble in contents.troubles
        ],
    )


def forget_over(session: Session, recipient: str, troubles: Sequence[Trouble]) -> None:
    """Forget the troubles that are over: a source that was well in between is told of when it fails again."""
    present = {(trouble.source_id, trouble.condition) for trouble in troubles}
    over = known_troubles(session, recipient) - present
    if over:
        mine = select(DigestRow.id).where(DigestRow.recipient == recipient)
        pairs = tuple_(ToldTroubleRow.source_id, ToldTroubleRow.condition)
        session.execute(
            delete(ToldTroubleRow).where(ToldTroubleRow.digest_id.in_(mine), pairs.in_(sorted(over)))
        )
