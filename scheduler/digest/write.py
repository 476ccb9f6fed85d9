"""Writes the digest: follow-ups in, a mail out. Pure: it is given the time."""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from scheduler.novelty import what_changed, what_is_new
from storage.digests import Mail
from storage.errors import plain_line
from storage.followups.followup import DuePlan, Followup, Story
from storage.posts.shown import ShownPost
from storage.urls import is_web_url

_ENVIRONMENT = Environment(
    loader=PackageLoader("scheduler.digest"),
    autoescape=select_autoescape(["html.j2"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.tests["web_url"] = is_web_url  # only such addresses become links
MAX_STORIES = 3  # of a follow-up that are shown in full, the newest
MAX_ALIKE = 5  # posts that say the same and are named, the newest
MAX_SUBJECT_TITLE = 60  # characters of a post's title in the subject


@dataclass(frozen=True)
class StoryView:
    """A story as the digest says it."""

    kind: str
    title: str
    url: str
    reported: str  # first where and when, how many reports in which languages
    why: str
    post_passage: str
    news_passage: str
    new: str
    score: str


@dataclass(frozen=True)
class PlanView:
    """A plan whose time has passed, as the digest says it."""

    sentence: str
    passed: str


@dataclass(frozen=True)
class FollowupView:
    """A follow-up as the digest says it."""

    number: int
    id: int
    title: str
    url: str
    date: str
    age: str
    alike: str  # that other posts say the same, "" if none does
    others: tuple[tuple[str, str], ...]  # of those, newest first: title and address
    stories: tuple[StoryView, ...]
    plans: tuple[PlanView, ...]
    more: str  # that there are more stories or plans, "" if all are shown


def write_digest(
    followups: Sequence[Followup],
    more: int = 0,
    *,
    language: str,
    zone: ZoneInfo,
    now: datetime,
    blog: str,
    domain: str,
) -> Mail:
    """The digest of these follow-ups in a language (`en`, `ja`), with times of day in a zone.

    `more` follow-ups wait for a later digest; it says so. `blog` is what the blog is called, `domain` ends
    the Message-ID, which is made from the content: the same digest always has the same, so that a second
    copy is known as one.
    """
    phrases = _phrases()[language]
    views = [_followup(number, f, phrases, zone, now) for number, f in enumerate(followups, 1)]
    filled: dict[str, Any] = {
        "language": language,
        "p": phrases,
        "followups": views,
        "date": _date(now, phrases, zone),
        "more": phrases["more_followups"].format(count=more) if more else "",
        "footer": phrases["footer"].format(blog=blog or phrases["blog"]),
        "subject": _subject(followups, phrases),
    }
    html = _ENVIRONMENT.get_template("digest.html.j2").render(filled)
    text = _ENVIRONMENT.get_template("digest.txt.j2").render(filled)
    digest = hashlib.blake2b(f"{filled['subject']}\n{html}\n{text}".encode(), digest_size=16).hexdigest()
    return Mail(filled["subject"], html, text, f"<{digest}@{domain}>")


@cache
def _phrases() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((Path(__file__).parent / "phrases.toml").read_text(encoding="utf-8"))


def _subject(followups: Sequence[Followup], phrases: Mapping[str, Any]) -> str:
    if not followups:
        return str(phrases["subject_none"])
    first = _cut(plain_line(followups[0].post.title), MAX_SUBJECT_TITLE)
    pattern = phrases["subject_one" if len(followups) == 1 else "subject"]
    return str(pattern.format(count=len(followups), first=first))


def _followup(
    number: int, followup: Followup, phrases: Mapping[str, Any], zone: ZoneInfo, now: datetime
) -> FollowupView:
    days = (now.astimezone(zone).date() - followup.opened_at.astimezone(zone).date()).days
    age = phrases["open_today"] if days <= 0 else phrases["open_one" if days == 1 else "open_days"]
    published, others, plans = followup.post.published, followup.posts[1:], followup.plans_told
    return FollowupView(
        number=number,
        id=followup.id,
        title=plain_line(followup.post.title),
        url=_address(followup.post),
        date=_date(published, phrases, zone) if published else phrases["undated"],
        age=age.format(days=days),
        alike=_alike(len(others), phrases),
        others=tuple((plain_line(post.title), _address(post)) for post in others[:MAX_ALIKE]),
        stories=tuple(_story(story, phrases, zone) for story in followup.stories[:MAX_STORIES]),
        plans=tuple(_plan(plan, phrases) for plan in plans[:MAX_STORIES]),
        more=" · ".join(
            phrases[phrase].format(count=len(found) - MAX_STORIES)
            for phrase, found in (("more_stories", followup.stories), ("more_plans", plans))
            if len(found) > MAX_STORIES
        ),
    )


def _plan(plan: DuePlan, phrases: Mapping[str, Any]) -> PlanView:
    day = phrases["date"].format(
        day=plan.due.day, month=phrases["months"][plan.due.month - 1], year=plan.due.year
    )
    return PlanView(plain_line(plan.sentence), phrases["plan_passed"].format(date=day))


def _alike(count: int, phrases: Mapping[str, Any]) -> str:
    return str(phrases["alike_one" if count == 1 else "alike"].format(count=count)) if count else ""


def _address(post: ShownPost) -> str:
    return plain_line(post.url if is_web_url(post.url) else post.file)


def _story(story: Story, phrases: Mapping[str, Any], zone: ZoneInfo) -> StoryView:
    best = story.best
    evidence = best.evidence
    changes, new = (list(map(plain_line, of(evidence))) for of in (what_changed, what_is_new))
    return StoryView(
        kind=phrases[story.kind],
        title=plain_line(best.title),
        url=plain_line(best.url),
        reported=_reported(story, phrases, zone),
        why=_why(evidence, phrases),
        post_passage=plain_line(evidence.get("post_passage", "")),
        news_passage=plain_line(evidence.get("news_passage", "")),
        new=" · ".join(
            [*changes, *([phrases["not_in_post"].format(new=phrases["comma"].join(new))] if new else [])]
        ),
        score=phrases["score"].format(score=f"{best.score:.2f}"),
    )


def _reported(story: Story, phrases: Mapping[str, Any], zone: ZoneInfo) -> str:
    coverage = story.coverage
    when = coverage.when.astimezone(zone)
    moment = phrases["moment"].format(
        day=when.day, month=phrases["months"][when.month - 1], hour=f"{when:%H}", minute=f"{when:%M}"
    )
    said = [phrases["first"].format(source=plain_line(coverage.source), moment=moment)]
    if coverage.reports > 1:
        counts = sorted(coverage.languages.items(), key=lambda pair: (-pair[1], pair[0]))
        languages = phrases["comma"].join(f"{plain_line(language)} {count}" for language, count in counts)
        said.append(phrases["reports"].format(count=coverage.reports, languages=languages))
    if story.settled_at is not None:
        said.append(phrases["came_back"].format(date=_date(story.settled_at, phrases, zone)))
    return " · ".join(said)


def _why(evidence: Mapping[str, Any], phrases: Mapping[str, Any]) -> str:
    titles = [plain_line(name) for name in evidence.get("title_names", [])]
    others = [name for name in map(plain_line, evidence.get("names", [])) if name not in titles]
    parts = []
    if titles:
        parts.append(phrases["why_titles"].format(names=phrases["comma"].join(titles)))
    if others:
        parts.append(phrases["why_also"].format(names=phrases["comma"].join(others)))
    if not parts and "names" in evidence:  # it was looked for, and there is none
        parts.append(phrases["why_like"])
    return " ".join(parts)


def _date(moment: datetime, phrases: Mapping[str, Any], zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return str(
        phrases["date"].format(day=local.day, month=phrases["months"][local.month - 1], year=local.year)
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
