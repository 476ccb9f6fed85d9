"""`chipwatch followups`: the posts that need an update."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from crawler.sources import parse_duration
from scheduler.cli import Front
from scheduler.clock import utc_now
from scheduler.output import followup_json, print_followups, print_json, why, write_lines
from storage.errors import InputError, plain_line
from storage.followups.followup import Followup
from storage.followups.listing import list_followups
from storage.followups.settling import settle
from storage.followups.status import GROUNDS, STATUSES, Ground, Status


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_context
def followups(context: click.Context, as_json: bool) -> None:
    """The posts that need an update, and why. Without a command: list the open ones."""
    context.default_map = {"list": {"as_json": as_json}}  # the word may stand before or after
    if context.invoked_subcommand is None:
        context.invoke(list_, status="open", as_json=as_json)


@followups.command(name="list")
@click.option(
    "--status", type=click.Choice([*STATUSES, "all"]), default="open", show_default=True, help="Which ones."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def list_(front: Front, status: str, as_json: bool) -> None:
    """List follow-ups, best first."""
    settings = front.settings()
    with front.open(settings) as database, database.read() as session:
        found = list_followups(session, statuses=STATUSES if status == "all" else (status,))
    if as_json:
        print_json([followup_json(followup) for followup in found])
    elif not found:
        click.echo("no follow-ups" if status == "all" else f"no {status} follow-ups")
    else:
        print_followups(found, with_status=status == "all")


@followups.command()
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.pass_obj
def show(front: Front, number: int, as_json: bool) -> None:
    """Show one follow-up in full."""
    settings = front.settings()
    with front.open(settings) as database, database.read() as session:
        found = list_followups(session, statuses=STATUSES, ids=[number])
    if not found:
        raise InputError(f"there is no follow-up {number}; `chipwatch followups` lists them")
    if as_json:
        print_json(followup_json(found[0]))
    else:
        _tell(found[0])


def _state(followup: Followup) -> str:
    if followup.snoozed_until is not None:
        return f"snoozed until {followup.snoozed_until:%Y-%m-%d %H:%M} UTC"
    if followup.settled_at is None:
        return followup.status
    said = ": ".join(plain_line(text) for text in (followup.ground, followup.reason) if text)
    reason = f" ({said})" if said else ""
    return f"{followup.status} {followup.settled_at:%Y-%m-%d %H:%M} UTC{reason}"


def _tell(followup: Followup) -> None:
    click.echo(f"{followup.id}  {plain_line(followup.post.title)}")
    click.echo(f"    {_state(followup)}, opened {followup.opened_at:%Y-%m-%d %H:%M} UTC")
    click.echo(f"    {plain_line(followup.post.url)}  ({plain_line(followup.post.file)})")
    for post in followup.posts[1:]:
        click.echo(f"    says the same: {plain_line(post.title)}  ({plain_line(post.file)})")
    for plan in followup.plans_told:
        click.echo("")
        click.echo(f"    DUE  a plan whose time passed on {plan.due}")
        click.echo(f"        post  {plain_line(plan.sentence)}")
    for story in followup.stories:
        if story.settled_at is not None:
            click.echo("")
            click.echo(f"    came back: settled on {story.settled_at:%Y-%m-%d}, and news since says more")
        for report in story.reports:
            click.echo("")
            click.echo(f"    {report.kind.upper()}  [{report.language or '?'}] {plain_line(report.title)}")
            when = f"{report.when:%Y-%m-%d %H:%M} UTC"
            click.echo(f"        {plain_line(report.source)}, {when}, score {report.score:.2f}")
            click.echo(f"        {plain_line(report.url)}")
            click.echo(f"        why   {plain_line(why(report.evidence))}")
            click.echo(f"        post  {plain_line(report.evidence.get('post_passage', ''))}")
            click.echo(f"        news  {plain_line(report.evidence.get('news_passage', ''))}")


def _settle(
    front: Front,
    numbers: Sequence[int],
    status: Status,
    said: str,
    *,
    until: datetime | None = None,
    ground: Ground | None = None,
    reason: str | None = None,
) -> None:
    settings = front.settings()
    with front.open(settings) as database, database.write() as session:
        settle(session, numbers, status, now=utc_now(), snoozed_until=until, ground=ground, reason=reason)
    for number in numbers:
        click.echo(f"{number} {said}")


@followups.command()
@click.argument("numbers", type=int, nargs=-1, required=True)
@click.pass_obj
def done(front: Front, numbers: Sequence[int]) -> None:
    """Mark follow-ups as done: the posts are updated."""
    _settle(front, numbers, "done", "done")


@followups.command()
@click.argument("numbers", type=int, nargs=-1, required=True)
@click.option(
    "--because",
    "ground",
    type=click.Choice(GROUNDS),
    help="What the linker is to learn: the news is not about the post, it adds nothing to it, or the post is "
    "evergreen and only to come up when it is contradicted.",
)
@click.option("--reason", help="In your own words, for the record.")
@click.pass_obj
def dismiss(front: Front, numbers: Sequence[int], ground: Ground | None, reason: str | None) -> None:
    """Dismiss follow-ups: a story comes back for these posts only with something new."""
    _settle(front, numbers, "dismissed", "dismissed", ground=ground, reason=reason)


@followups.command()
@click.argument("numbers", type=int, nargs=-1, required=True)
@click.option("--for", "wait", default="7d", show_default=True, help="How long: 12h, 7d.")
@click.pass_obj
def snooze(front: Front, numbers: Sequence[int], wait: str) -> None:
    """Put follow-ups off; they come back in a later digest."""
    try:
        length = parse_duration(wait)
    except ValueError as error:
        raise InputError(f"--for {error}") from error
    until = utc_now() + length
    _settle(front, numbers, "snoozed", f"snoozed until {until:%Y-%m-%d %H:%M} UTC", until=until)


@followups.command()
@click.argument("numbers", type=int, nargs=-1, required=True)
@click.pass_obj
def reopen(front: Front, numbers: Sequence[int]) -> None:
    """Open follow-ups again."""
    _settle(front, numbers, "open", "open again")


@followups.command()
@click.argument("qrels", type=click.Path(path_type=Path))
@click.option("--items", type=click.Path(path_type=Path), help="Write the judged items there, for `link`.")
@click.pass_obj
def judgements(front: Front, qrels: Path, items: Path | None) -> None:
    """Write your verdicts to QRELS as judgements: JSON lines with item, post and grade (2, 1, 0)."""
    from storage.linking.judgements import judged

    settings = front.settings()
    with front.open(settings) as database, database.read() as session:
        found = judged(session)
    write_lines(qrels, found.pairs)
    if items is not None:
        write_lines(items, found.items)
    click.echo(f"wrote {len(found.pairs)} judgements of {len(found.items)} items: {qrels}")
