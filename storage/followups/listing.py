"""Reading follow-ups with everything that is shown of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from sqlalchemy import Select, Subquery, func, select, union
from sqlalchemy.orm import Session, aliased

from storage.errors import InputError
from storage.followups.coverage import coverage_of
from storage.followups.followup import DuePlan, Followup, Report, Story
from storage.followups.status import LARGEST_ID, STATUSES, WAITING
from storage.followups.telling import Told, brings_more, plan_told, told_among
from storage.models import (
    FollowupPlanRow,
    FollowupPostRow,
    FollowupRow,
    FollowupStoryRow,
    ItemRow,
    LinkRow,
    PostRow,
    SourceRow,
)
from storage.posts.shown import ShownPost

Chosen = Select[int]  # ids


def list_followups(
    session: Session,
    *,
    statuses: Collection[str] = ("open",),
    ids: Collection[int] | None = None,
    untold_to: str | None = None,
    awake_at: datetime | None = None,
) -> list[Followup]:
    """Follow-ups with everything that is shown of them, best first.

    `ids` narrows them to those; `untold_to` to stories and plans that no digest of this recipient
    has carried, whose digests alone count then as telling; `awake_at` to snoozed ones whose time has come.
    """
    query = select(FollowupRow).where(FollowupRow.status.in_(statuses))
    if ids is not None:
        query = query.where(FollowupRow.id.in_([number for number in ids if 0 < number <= LARGEST_ID]))
    if awake_at is not None:
        query = query.where(FollowupRow.snoozed_until <= awake_at)
    rows = session.scalars(query).all()
    # Asked for again in each statement: the ids themselves may be more than a statement can take.
    chosen = query.with_only_columns(FollowupRow.id)
    posts = _posts(session, chosen)
    told = told_among(session, chosen, untold_to)
    stories = _stories(session, chosen, posts, told=told, untold_to=untold_to)
    plans = _plans(session, chosen, told=told, untold_to=untold_to)
    followups = [
        Followup(
            id=row.id,
            status=row.status,
            opened_at=row.opened_at,
            settled_at=row.settled_at,
            snoozed_until=row.snoozed_until,
            ground=row.ground,
            reason=row.reason,
            posts=tuple(posts[row.id]),
            stories=tuple(stories[row.id]),
            plans=tuple(plans[row.id]),
            told_at=told.at.get(row.id),
        )
        for row in rows
        if stories[row.id] or plans[row.id] or ids is not None  # asked for by its number it is shown
    ]
    return sorted(followups, key=lambda f: (-f.score, f.id))


def find_followup(session: Session, number: int) -> Followup:
    """One follow-up, whatever its status; raises `InputError` if there is none of that number."""
    found = list_followups(session, statuses=STATUSES, ids=[number])
    if not found:
        raise InputError(f"there is no follow-up {number}; `chipwatch followups` lists them")
    return found[0]


def _members(chosen: Chosen) -> Subquery:
    """The posts of the follow-ups, by id, whether a story or a plan brought them in."""
    return union(
        *(
            select(table.followup_id, table.post_id).where(table.followup_id.in_(chosen))
            for table in (FollowupPostRow, FollowupPlanRow)
        )
    ).subquery()


def _posts(session: Session, chosen: Chosen) -> defaultdict[int, list[ShownPost]]:
    """The posts of each follow-up, newest first."""
    members = _members(chosen)
    columns = (PostRow.id, PostRow.file, PostRow.title, PostRow.url, PostRow.published)
    query = (
        select(members.c.followup_id, *columns, PostRow.rewritten_at, PostRow.rewritten_by)
        .join(PostRow, PostRow.id == members.c.post_id)
        .order_by(PostRow.published.desc().nulls_last(), PostRow.id.desc())
    )
    posts: defaultdict[int, list[ShownPost]] = defaultdict(list)
    for followup, *post in session.execute(query):
        posts[followup].append(ShownPost(*post))
    return posts


def _plans(
    session: Session, chosen: Chosen, *, told: Told, untold_to: str | None
) -> defaultdict[int, list[DuePlan]]:
    query = (
        select(FollowupPlanRow)
        .where(FollowupPlanRow.followup_id.in_(chosen))
        .order_by(FollowupPlanRow.due.desc(), FollowupPlanRow.id)
    )
    if untold_to is not None:
        query = query.where(~plan_told(untold_to))
    plans: defaultdict[int, list[DuePlan]] = defaultdict(list)
    for row in session.scalars(query):
        plans[row.followup_id].append(
            DuePlan(row.post_id, row.sentence, row.due, row.added_at, row.id in told.plans)
        )
    return plans


def _stories(
    session: Session,
    chosen: Chosen,
    posts: Mapping[int, Sequence[ShownPost]],
    *,
    told: Told,
    untold_to: str | None,
) -> defaultdict[int, list[Story]]:
    query = select(FollowupStoryRow).where(FollowupStoryRow.followup_id.in_(chosen))
    members = session.scalars(query).all()
    of = {m.followup_id: [post.id for post in posts[m.followup_id]] for m in members}
    stories_of = query.with_only_columns(FollowupStoryRow.story_id)
    pairs = {(post, member.story_id) for member in members for post in of[member.followup_id]}
    reports = _reports(session, pairs, stories_of, chosen)
    coverage, settled = coverage_of(session, stories_of), _settled(session, chosen)
    stories: defaultdict[int, list[Story]] = defaultdict(list)
    for member in members:
        settled_at = settled.get((member.followup_id, member.story_id))
        told_at = told.stories.get((member.followup_id, member.story_id))
        mine = list(_once(reports[post, member.story_id] for post in of[member.followup_id]))
        said = told.said[member.followup_id, member.story_id] if told_at is not None else None
        found = _best_first(mine, settled_at, said)
        if found and (untold_to is None or said is None or brings_more(mine, said)):
            stories[member.followup_id].append(
                Story(
                    member.story_id,
                    member.added_at,
                    told_at is not None,
                    tuple(found),
                    coverage[member.story_id],
                    settled_at,
                )
            )
    for found_of in stories.values():
        found_of.sort(key=lambda story: (story.best.when, story.id), reverse=True)
    return stories


def _settled(session: Session, chosen: Chosen) -> dict[tuple[int, int], datetime]:
    """When the editor last settled a story for a post, before it came back: by follow-up and story."""
    posts, earlier, earlier_posts = (
        aliased(FollowupPostRow),
        aliased(FollowupStoryRow),
        aliased(FollowupPostRow),
    )
    query = (
        select(FollowupStoryRow.followup_id, FollowupStoryRow.story_id, func.max(FollowupRow.settled_at))
        .join(earlier, earlier.story_id == FollowupStoryRow.story_id)
        .join(FollowupRow, FollowupRow.id == earlier.followup_id)
        .join(posts, posts.followup_id == FollowupStoryRow.followup_id)
        .join(
            earlier_posts,
            (earlier_posts.followup_id == earlier.followup_id) & (earlier_posts.post_id == posts.post_id),
        )
        .where(
            FollowupStoryRow.followup_id.in_(chosen),
            earlier.followup_id != FollowupStoryRow.followup_id,
            FollowupRow.status.not_in(WAITING),
            FollowupRow.settled_at <= FollowupStoryRow.added_at,
        )
        .group_by(FollowupStoryRow.followup_id, FollowupStoryRow.story_id)
    )
    return {(followup, story): when for followup, story, when in session.execute(query) if when}


def _once(by_post: Iterable[Sequence[Report]]) -> Iterable[Report]:
    """Each item once: with the newest post that it calls for an update of, if there is one."""
    best: dict[int, Report] = {}
    for report in (report for reports in by_post for report in reports):
        known = best.get(report.item_id)
        if known is None or report.followup > known.followup:
            best[report.item_id] = report
    return best.values()


def _best_first(
    reports: Iterable[Report], settled_at: datetime | None, said: AbstractSet[str] | None
) -> list[Report]:
    """Those that call for the follow-up, and of these what the editor does not know yet, come first.

    `settled_at` is when the editor last settled the story, `said` what digests have said of it. Of several
    changes the latest one leads.
    """

    def order(report: Report) -> tuple[bool, bool, float, datetime, int]:
        known = settled_at is not None and report.known_since <= settled_at
        known = known or (said is not None and not brings_more([report], said))
        return not report.followup, known, -report.score, report.when, report.item_id

    ordered = sorted(reports, key=order)
    changing = [report for report in ordered if report.followup and report.evidence.get("changes")]
    latest = max(changing, key=lambda report: (report.when, report.item_id), default=None)
    if latest is not None and ordered[0] in changing and ordered[0].when < latest.when:
        ordered.remove(latest)
        ordered.insert(0, latest)
    return ordered


def _reports(
    session: Session, pairs: Collection[tuple[int, int]], stories: Chosen, chosen: Chosen
) -> defaultdict[tuple[int, int], list[Report]]:
    """The linked items of each (post, story)."""
    item = (ItemRow.id, ItemRow.title, ItemRow.url, ItemRow.language, ItemRow.story_id)
    known_since = func.coalesce(ItemRow.changed_at, ItemRow.first_seen)
    query = (
        select(*item, ItemRow.moment, known_since, SourceRow.name, LinkRow)  # without their texts
        .join(LinkRow, LinkRow.item_id == ItemRow.id)
        .join(SourceRow, SourceRow.id == ItemRow.source_id)
        .where(ItemRow.story_id.in_(stories), LinkRow.post_id.in_(select(_members(chosen).c.post_id)))
    )
    found: defaultdict[tuple[int, int], list[Report]] = defaultdict(list)
    for number, title, url, language, story, when, since, source, link in session.execute(query):
        pair = (link.post_id, story or 0)
        if pair in pairs:
            found[pair].append(
                Report(
                    item_id=number,
                    title=title,
                    url=url,
                    source=source,
                    language=language,
                    when=when,
                    known_since=since,
                    score=link.score,
                    followup=link.followup,
                    kind=link.kind,
                    evidence=link.evidence,
                )
            )
    return found
