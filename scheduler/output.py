"""What commands print: tables for people, JSON for scripts, never a stranger's control characters."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scheduler.counted import counted
from scheduler.novelty import what_changed, what_is_new
from storage.errors import InputError, plain_line

if TYPE_CHECKING:
    from storage.followups.followup import Followup
    from storage.posts.shown import ShownPost

PIPED_WIDTH = 160  # columns of a table that no terminal sets a width for


def _plain(unknown: object) -> str:
    if isinstance(unknown, (datetime, date)):
        return unknown.isoformat()
    raise TypeError(f"{type(unknown).__name__} has no JSON form")


def plain_json(value: object) -> Any:
    """The value as JSON would give it back: dates in ISO 8601, lists for tuples."""
    return json.loads(json.dumps(value, default=_plain))


def print_json(value: object) -> None:
    """One JSON value; dates in ISO 8601."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=_plain)
    # JSON itself escapes only what is below U+0020; terminals obey more than that.
    click.echo("".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text))


def write_lines(file: Path, values: Iterable[object]) -> None:
    """Write JSON lines; raises `InputError` if the file cannot be written."""
    text = "".join(f"{json.dumps(value, ensure_ascii=False)}\n" for value in values)
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}") from error


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table as wide as the terminal; the last column takes what is left."""
    from rich.console import Console  # commands that print no table need not wait for it
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPED_WIDTH)
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold", ratio=1 if column == columns[-1] else None)
    for row in rows:
        table.add_row(*(Text(plain_line(cell)) for cell in row))
    console.print(table)


def row_counts(rows: Mapping[str, int]) -> str:
    """What a database holds, of its rows by table."""
    told = {"source": "source", "item": "item", "post": "post", "followup": "follow-up", "digest": "digest"}
    return ", ".join(counted(rows[table], noun) for table, noun in told.items())


def megabytes(size: int) -> str:
    """A number of bytes as people say it."""
    return f"{size / 1e6:,.1f} MB"


def followup_json(followup: "Followup", age_days: int | None) -> dict[str, Any]:
    """A follow-up with stable field names; its age is given, for it depends on the day."""
    return {
        "id": followup.id,
        "status": followup.status,
        "score": followup.score,
        "opened_at": followup.opened_at,
        "age_days": age_days,
        "settled_at": followup.settled_at,
        "snoozed_until": followup.snoozed_until,
        "ground": followup.ground,
        "reason": followup.reason,
        "mailed_at": followup.told_at,
        "post": _post_json(followup.post),
        "alike": [_post_json(post) for post in followup.posts[1:]],
        "stories": [
            {
                "id": story.id,
                "kind": story.kind,
                "added_at": story.added_at,
                "settled_before": story.settled_at,
                "mailed": story.told,
                "reports": [asdict(report) for report in story.reports],
            }
            for story in followup.stories
        ],
        "plans": [
            {"sentence": plan.sentence, "due": plan.due, "mailed": plan.told} for plan in followup.plans
        ],
    }


def _post_json(post: "ShownPost") -> dict[str, Any]:
    return {
        "file": post.file,
        "title": post.title,
        "url": post.url,
        "published": post.published,
        "updated": post.rewritten_at,
        "commit": post.rewritten_by,
    }


def print_followups(followups: "Iterable[tuple[Followup, int | None]]", *, with_status: bool) -> None:
    """A table of follow-ups, each with its age, the newest of its stories, or its plan, and the reason."""
    rows: list[list[object]] = []
    for followup, age in followups:
        score, news, reason = _best_of(followup)
        status = [followup.status] if with_status else []
        posts = len(followup.posts) - 1
        title = f"{followup.post.title} (+{posts} alike)" if posts else followup.post.title
        rows.append([followup.id, *status, score, _age(age), title, news, reason])
    print_table(["id", *(["status"] if with_status else []), "score", "age", "post", "news", "why"], rows)


def _age(days: int | None) -> str:
    """The age of one that waits: "today", "3d"."""
    return "" if days is None else f"{days}d" if days else "today"


def _best_of(followup: "Followup") -> tuple[str, str, str]:
    """Its score, its newest story, or else its plan, and the reason for it."""
    if not followup.stories:
        plan = followup.plans[0]
        return "", plan.sentence, f"a plan whose time passed on {plan.due}"
    best = followup.stories[0].best
    more = f" (+{len(followup.stories) - 1} more)" if len(followup.stories) > 1 else ""
    return f"{followup.score:.2f}", f"[{best.language or '?'}] {best.title}{more}", why(best.evidence)


def why(evidence: dict[str, Any]) -> str:
    """The evidence in one line."""
    new = what_changed(evidence) + what_is_new(evidence)
    reason = str(evidence.get("reason", ""))
    return f"{reason}; new: {', '.join(new)}" if new else reason
