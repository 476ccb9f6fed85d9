"""`chipwatch followups show`: one of them, with every story and report."""

import click

from scheduler.cli import Front
from scheduler.clock import utc_now
from scheduler.output import followup_json, print_json, why
from storage.errors import plain_line
from storage.followups.followup import Followup
from storage.followups.listing import find_followup


@click.command()
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.pass_obj
def show(front: Front, number: int, as_json: bool) -> None:
    """Show one follow-up in full."""
    settings = front.settings()
    with front.open(settings) as database, database.read() as session:
        followup = find_followup(session, number)
    age = followup.age_days(utc_now(), settings.digest.timezone)
    if as_json:
        print_json(followup_json(followup, age))
    else:
        _tell(followup, age)


def _state(followup: Followup, age: int | None) -> str:
    if followup.status == "snoozed":
        return f"snoozed until {followup.snoozed_until:%Y-%m-%d %H:%M} UTC, {_waited(age)}"
    if followup.settled_at is None:
        return _waited(age)
    said = ": ".join(plain_line(text) for text in (followup.ground, followup.reason) if text)
    reason = f" ({said})" if said else ""
    return f"{followup.status} {followup.settled_at:%Y-%m-%d %H:%M} UTC{reason}"


def _waited(age: int | None) -> str:
    """For how long it has been open, in words: of one that waits."""
    if not age:
        return "open since today"
    return f"open {age} day{'' if age == 1 else 's'}"


def _tell(followup: Followup, age: int | None) -> None:
    click.echo(f"{followup.id}  {plain_line(followup.post.title)}")
    click.echo(f"    {_state(followup, age)}, opened {followup.opened_at:%Y-%m-%d %H:%M} UTC")
    click.echo(f"    {plain_line(followup.post.url)}  ({plain_line(followup.post.file)})")
    if followup.post.rewritten_at is not None and followup.post.rewritten_at > followup.opened_at:
        by = f" (commit {plain_line(followup.post.rewritten_by)})" if followup.post.rewritten_by else ""
        click.echo(f"    the post was updated by {followup.post.rewritten_at:%Y-%m-%d %H:%M} UTC{by}")
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
