"""Plans of posts whose time has passed: follow-ups that need no news."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from storage.claims.asking import PostClaim, plans_due
from storage.followups.raising import LONG_AGO, add_posts, drop_if_empty, waiting_for
from storage.followups.status import WAITING
from storage.followups.telling import plan_told
from storage.followups.verdicts import evergreen_posts
from storage.models import ClaimRow, FollowupPlanRow, FollowupRow, MentionRow, PostRow

# A plan of a new blog that passed long ago is for `chipwatch claims --passed`, not for the mail.
LOOKED_BACK = timedelta(days=30)


def raise_due_plans(session: Session, *, now: datetime) -> list[int]:
    """Open a follow-up for plans whose last day has passed in the last 30 days, and not before.

    Where `now` is told, by its zone, the day must have passed: a digest of the morning after carries them.
    Posts that plan one thing for one day share it: plans with the same rarest name. What any follow-up has
    had of a post, settled or not, is not raised again; nor is what a post does not say any more. Returns the
    ids of the follow-ups that were opened.
    """
    _withdraw_gone(session)
    today = now.date()
    due = plans_due(session, today - LOOKED_BACK, today - timedelta(days=1))
    wanted = _wanted(session, due) if due else []
    opened: list[int] = []
    for plans in _by_matter(session, wanted) if wanted else ():
        newest = plans[0].post.id
        row = waiting_for(session, newest)
        if row is None:
            row = FollowupRow(post_id=newest, status="open", opened_at=now)
            session.add(row)
            session.flush()
            opened.append(row.id)
            # The others are listed by their plans alone: news of theirs need not be news of this post.
            add_posts(session, row, [newest])
        session.add_all(
            FollowupPlanRow(
                followup_id=row.id, post_id=plan.post.id, sentence=plan.sentence, due=plan.due, added_at=now
            )
            for plan in plans
        )
        session.flush()
    return opened


def _wanted(session: Session, due: Iterable[PostClaim]) -> list[PostClaim]:
    """Those that no follow-up has had, of posts that want them."""
    had = {
        (post, sentence)
        for post, sentence in session.execute(select(FollowupPlanRow.post_id, FollowupPlanRow.sentence))
    }
    unwanted = evergreen_posts(session) | set(session.scalars(select(PostRow.id).where(PostRow.wish != "")))
    return [plan for plan in due if (plan.post.id, plan.sentence) not in had and plan.post.id not in unwanted]


def _by_matter(session: Session, plans: Sequence[PostClaim]) -> list[list[PostClaim]]:
    """The plans that share their day and their rarest name, those of the newest post first."""
    mentions = select(MentionRow.name, func.count()).group_by(MentionRow.name)
    counts = {name: count for name, count in session.execute(mentions)}  # noqa: C416 - rows are no pairs
    groups: defaultdict[tuple[object, str], list[PostClaim]] = defaultdict(list)
    for plan in plans:
        rarest = min(plan.names, key=lambda name: (counts.get(name, 0), name), default="")
        groups[plan.due, rarest].append(plan)
    for group in groups.values():
        group.sort(key=lambda plan: plan.post.published or LONG_AGO, reverse=True)
    return list(groups.values())


def _withdraw_gone(session: Session) -> None:
    """Take back what waits and a post does not say any more, unless it was mailed."""
    says = exists().where(
        ClaimRow.post_id == FollowupPlanRow.post_id, ClaimRow.sentence == FollowupPlanRow.sentence
    )
    waiting = select(FollowupPlanRow).join(FollowupRow).where(FollowupRow.status.in_(WAITING))
    gone = session.scalars(waiting.where(~plan_told(), ~says)).all()
    followups: Collection[int] = {row.followup_id for row in gone}
    for row in gone:
        session.delete(row)
    session.flush()
    for followup in followups:
        drop_if_empty(session, followup)
