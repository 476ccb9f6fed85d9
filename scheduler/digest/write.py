"""Writes the digest: what there is to say in, a mail out. Pure: it is given the time."""

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from scheduler.digest.chart import FOLLOWUPS, ITEMS, draw_days
from scheduler.digest.data import digest_json
from scheduler.digest.views import MAX_TROUBLES, Speaker
from scheduler.recipients import Recipient
from storage.digests.content import Contents, Mail
from storage.errors import plain_line
from storage.urls import is_web_url

_ENVIRONMENT = Environment(
    loader=PackageLoader("scheduler.digest"),
    autoescape=select_autoescape(["html.j2"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.tests["web_url"] = is_web_url  # only such addresses become links
BRIEF = 10  # follow-ups that a chat is told
MAX_SUBJECT_TITLE = 60  # characters of a title in the subject


def write_digest(contents: Contents, to: Recipient, *, now: datetime, blog: str, domain: str) -> Mail:
    """The digest for a recipient, in their language and with times of day in their zone.

    A chat gets it as a short text. `blog` is what the blog is called, `domain` ends the Message-ID, which is
    made from the content: the same digest always has the same, so that a second copy is known as one.
    """
    phrases = _phrases()[to.language]
    speaker = Speaker(phrases, to.timezone, now, _names_in(to.language))
    chart = draw_days(contents.days)
    subject = _subject(contents, speaker)
    filled: dict[str, Any] = {
        "language": to.language,
        "p": phrases,
        "subject": subject,
        "date": speaker.day(now),
        "followups": [speaker.followup(number, f) for number, f in enumerate(contents.followups, 1)],
        "more": speaker.say("more_followups", count=contents.more) if contents.more else "",
        "brief": BRIEF,
        "rest": _rest(contents, speaker),
        "ideas": [speaker.idea(idea) for idea in contents.ideas],
        "troubles": [speaker.trouble(trouble) for trouble in contents.troubles[:MAX_TROUBLES]],
        "more_troubles": _more_troubles(contents, speaker),
        "watch": speaker.watch(contents.watch),
        "days": speaker.days(contents.days) if chart else None,
        "colors": [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue, _ in (FOLLOWUPS, ITEMS)],
        "footer": speaker.say("footer", blog=blog or phrases["blog"]),
    }
    text = "digest.brief.j2" if to.kind == "chat" else "digest.txt.j2"
    html = "" if to.kind == "chat" else _ENVIRONMENT.get_template("digest.html.j2").render(filled)
    told = _ENVIRONMENT.get_template(text).render(filled)
    identity = f"{to.name}\n{subject}\n{html}\n{told}".encode()
    return Mail(
        subject,
        html,
        told,
        f"<{hashlib.blake2b(identity, digest_size=16).hexdigest()}@{domain}>",
        digest_json(contents, to, subject=subject, now=now),
        chart if html else None,
    )


@cache
def _phrases() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((Path(__file__).parent / "phrases.toml").read_text(encoding="utf-8"))


def _names_in(language: str) -> Callable[[str], str]:
    """What names are called in a language; the tables are in English."""
    if language == "en":
        return str
    from storage.linking.names import default_vocabulary

    vocabulary = default_vocabulary()
    return lambda name: vocabulary.said_in(name, language)


def _subject(contents: Contents, speaker: Speaker) -> str:
    if contents.followups:
        first = _cut(plain_line(contents.followups[0].post.title), MAX_SUBJECT_TITLE)
        return speaker.count("subject", len(contents.followups), first=first)
    if contents.ideas:
        first = _cut(plain_line(contents.ideas[0].title), MAX_SUBJECT_TITLE)
        return speaker.count("subject_ideas", len(contents.ideas), first=first)
    if contents.troubles:
        return speaker.count("subject_troubles", len(contents.troubles))
    return speaker.say("subject_none", sources=contents.watch.sources)


def _rest(contents: Contents, speaker: Speaker) -> str:
    hidden = len(contents.followups[BRIEF:]) + contents.more
    return speaker.say("rest", count=hidden) if hidden else ""


def _more_troubles(contents: Contents, speaker: Speaker) -> str:
    hidden = contents.still + len(contents.troubles[MAX_TROUBLES:])
    return speaker.count("more_troubles", hidden) if hidden else ""


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
