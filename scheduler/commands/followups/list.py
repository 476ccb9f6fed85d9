"""`chipwatch followups list`: which posts need an update, and since when."""

import click

from scheduler.cli import Front
from scheduler.clock import utc_now
from scheduler.output import followup_json, print_followups, print_json
from storage.followups.listing import list_followups
from storage.followups.status import STATUSES


@click.command(name="list")
@click.option(
    "--status", type=click.Choice([*STATUSES, "all"]), default="open", show_default=True, help="Which ones."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def list_(front: Front, status: str, as_json: bool) -> None:
    """List follow-ups, best first."""
    settings = front.settings()
    now, zone = utc_now(), settings.digest.timezone
    with front.open(settings) as database, database.read() as session:
        found = list_followups(session, statuses=STATUSES if status == "all" else (status,))
    if as_json:
        print_json([followup_json(followup, followup.age_days(now, zone)) for followup in found])
    elif not found:
        click.echo("no follow-ups" if status == "all" else f"no {status} follow-ups")
    else:
        rows = [(followup, followup.age_days(now, zone)) for followup in found]
        print_followups(rows, with_status=status == "all")
