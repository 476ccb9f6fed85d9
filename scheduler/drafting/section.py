"""Writes a follow-up as a section of the post. Pure: it is given the time."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.drafting.markdown import link, text
from scheduler.novelty import what_changed, what_is_new
from storage.followups.followup import Followup, Report, Story

MAX_SOURCES = 5  # reports of a story that are named, the best
MAX_TITLE = 200  # characters
MAX_SENTENCE = 400
MAX_NEW = 8  # figures and names of a story
OTHERWISE = "en"  # for a blog in a language that there are no words for

Phrases = Mapping[str, Any]


def write_section(followup: Followup, *, language: str, zone: ZoneInfo, now: datetime) -> str:
    """The section in Markdown: what is new of each story, newest first, its sources, then passed plans.

    `language` is that of the blog, such as `ja` or `en-GB`; the days are those of the zone. Whatever the
    news and the post hold, the only links are those to its sources, and nothing in it is HTML or Liquid.
    """
    phrases = _phrases(language)
    heading = phrases["heading"].format(date=_date(now.astimezone(zone).date(), phrases))
    blocks = [f"## {heading}"]
    for story in followup.stories:
        blocks += _story(story, phrases, zone)
    blocks += _plans(followup, phrases)
    return "\n\n".join(blocks) + "\n"


@cache
def _all_phrases() -> Mapping[str, Phrases]:
    """Those of the digest, and over them those of a draft."""
    digest, draft = (
        tomllib.loads(files(package).joinpath("phrases.toml").read_text(encoding="utf-8"))
        for package in ("scheduler.digest", "scheduler.drafting")
    )
    return {language: {**digest[language], **draft[language]} for language in draft}


def _phrases(language: str) -> Phrases:
    known = _all_phrases()
    return known.get(language.lower().partition("-")[0], known[OTHERWISE])


def _story(story: Story, phrases: Phrases, zone: ZoneInfo) -> Iterator[str]:
    best, evidence = story.best, story.best.evidence
    title = text(best.title, MAX_TITLE) or text(best.source, MAX_TITLE)
    yield f"### {phrases['story'].format(kind=phrases[story.kind], title=title)}"
    points = [
        phrases[phrase].format(sentence=_quoted(evidence[passage], phrases))
        for phrase, passage in (("said", "post_passage"), ("news", "news_passage"))
        if evidence.get(passage)
    ]
    if new := [text(part, MAX_SENTENCE) for part in what_changed(evidence) + what_is_new(evidence)]:
        points.append(phrases["new"].format(new=phrases["comma"].join(new[:MAX_NEW])))
    if points:
        yield "\n".join(f"- {point}" for point in points)
    sources = [_source(report, phrases, zone) for report in _distinct(story)[:MAX_SOURCES]]
    yield phrases["sources"]
    yield "\n".join(f"- {source}" for source in sources)


def _distinct(story: Story) -> list[Report]:
    """Its reports, best first, without those that a source has brought under the same title before."""
    distinct: dict[tuple[str, str], Report] = {}
    for report in story.reports:
        distinct.setdefault((report.source, report.title), report)
    return list(distinct.values())


def _source(report: Report, phrases: Phrases, zone: ZoneInfo) -> str:
    return str(
        phrases["source"].format(
            link=link(report.title, report.url, MAX_TITLE),
            name=text(report.source, MAX_TITLE),
            date=_date(report.when.astimezone(zone).date(), phrases),
        )
    )


def _plans(followup: Followup, phrases: Phrases) -> Iterator[str]:
    if not followup.plans_told:
        return
    yield f"### {phrases['plans']}"
    yield "\n".join(
        "- " + phrases["plan"].format(sentence=_quoted(plan.sentence, phrases), date=_date(plan.due, phrases))
        for plan in followup.plans_told
    )


def _quoted(sentence: object, phrases: Phrases) -> str:
    return f"{phrases['quote_open']}{text(sentence, MAX_SENTENCE)}{phrases['quote_close']}"


def _date(day: date, phrases: Phrases) -> str:
    return str(phrases["date"].format(day=day.day, month=phrases["months"][day.month - 1], year=day.year))
