"""`chipwatch claims`: what the posts say of a name, and what they say will happen."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from scheduler.cli import Front
from scheduler.clock import utc_now
from scheduler.output import print_json, print_table
from scheduler.settings import Settings
from storage.errors import plain_line

if TYPE_CHECKING:
    from storage.claims.asking import PostClaim
    from storage.posts.shown import ShownPost

ROWS = 40  # of a table where no --limit is given; JSON has all
FEW = 5  # posts without a claim that are shown below the claims


@click.command()
@click.argument("name", required=False)
@click.option("--plans", is_flag=True, help="Only what is said to happen by a time.")
@click.option("--passed", is_flag=True, help="Only plans whose time is over.")
@click.option("--limit", type=click.IntRange(min=1), help=f"At most so many; {ROWS} in a table without it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
@click.pass_obj
def claims(
    front: Front, name: str | None, plans: bool, passed: bool, limit: int | None, as_json: bool
) -> None:
    """Say what your posts claim of NAME, an alias in any language; without it, of how much they claim."""
    most = limit if limit is not None or as_json else ROWS
    if name is not None:
        _of_name(front, name, plans, passed, most, as_json)
    elif plans or passed:
        _plans(front, passed, most, as_json)
    else:
        _overview(front, most, as_json)


def _today(settings: Settings) -> date:
    """The day where the digest is read: by it a plan's time is over."""
    return utc_now().astimezone(settings.digest.timezone).date()


def _of_name(front: Front, word: str, plans: bool, passed: bool, most: int | None, as_json: bool) -> None:
    from storage.claims.asking import claims_of, find_name, posts_mentioning
    from storage.linking.names import default_vocabulary

    settings = front.settings()
    today = _today(settings)
    with front.open(settings) as database, database.read() as session:
        name = find_name(session, default_vocabulary(), word)
        posts = posts_mentioning(session, name)
        found = claims_of(session, name)
    claiming = {claim.post.id for claim in found}
    silent = [post for post in posts if post.id not in claiming]
    chosen = [c for c in found if (c.plan or not plans) and (not passed or c.passed(today))]
    if as_json:
        print_json(
            {
                "name": name,
                "posts": len(posts),
                "claims": [_claim(claim, today) for claim in chosen[:most]],
                "without_claims": [_post(post) for post in silent],
            }
        )
        return
    if not posts:
        click.echo(f"no post mentions {plain_line(name)}")
        return
    click.echo(f"{plain_line(name)}: mentioned by {_many(len(posts), 'post')}; {_sum(found, today)}\n")
    if chosen:
        _tell_claims(chosen, most, today)
    elif found:
        click.echo(f"none of the claims is a plan{' that passed' if passed else ''}")
    if silent:
        shown = silent[:most]
        if found:
            shown = silent[:FEW]
            click.echo(f"\n{_many(len(silent), 'post')} without a claim of it:")
        print_table(["date", "file", "title"], [(_day(post), post.file, post.title) for post in shown])
        _tell_rest(len(silent), len(shown), "posts", "--json" if found else "--limit")


def _sum(claims: "Sequence[PostClaim]", today: date) -> str:
    """How much is claimed, in words."""
    if not claims:
        return "none of them makes a claim of it"
    posts = len({claim.post.id for claim in claims})
    plans, passed = (sum(map(kind, claims)) for kind in (lambda c: c.plan, lambda c: c.passed(today)))
    return (
        f"{posts:,} of them {'makes' if posts == 1 else 'make'} {_many(len(claims), 'claim')}, "
        f"{_many(plans, 'plan')} among them, {passed:,} of which passed"
    )


def _plans(front: Front, passed: bool, most: int | None, as_json: bool) -> None:
    from storage.claims.asking import plans_due, plans_of_all

    settings = front.settings()
    today = _today(settings)
    with front.open(settings) as database, database.read() as session:
        found = plans_due(session, date.min, today - timedelta(days=1)) if passed else plans_of_all(session)
    if as_json:
        print_json([_claim(claim, today) for claim in found[:most]])
    elif not found:
        click.echo("no plan in the posts has passed" if passed else "the posts have no plans")
    else:
        _tell_claims(found, most, today)


def _overview(front: Front, most: int | None, as_json: bool) -> None:
    from storage.claims.asking import count_names
    from storage.linking.names import default_vocabulary

    settings = front.settings()
    today = _today(settings)
    with front.open(settings) as database, database.read() as session:
        counts = count_names(session, default_vocabulary(), today)
    if as_json:
        print_json([asdict(count) for count in counts[:most]])
    elif not counts:
        click.echo("no post mentions a name yet: chipwatch posts import PATH")
    else:
        print_table(
            ["posts", "claims", "plans", "passed", "name"],
            [(c.posts, c.claims, c.plans, c.passed, c.name) for c in counts[:most]],
        )
        _tell_rest(len(counts), len(counts[:most]), "names", "--limit")


def _tell_claims(claims: "Sequence[PostClaim]", most: int | None, today: date) -> None:
    shown = claims[:most]
    print_table(
        ["date", "plan", "file", "claim"],
        [(_day(claim.post), _plan(claim, today), claim.post.file, claim.sentence) for claim in shown],
    )
    _tell_rest(len(claims), len(shown), "claims", "--limit")


def _tell_rest(there: int, shown: int, what: str, option: str) -> None:
    if there > shown:
        click.echo(f"{there - shown:,} more {what}: {option} shows them")


def _plan(claim: "PostClaim", today: date) -> str:
    if claim.due is None:
        return "yes" if claim.plan else ""
    return f"{'passed' if claim.passed(today) else 'by'} {claim.due}"


def _day(post: "ShownPost") -> str:
    return f"{post.published:%Y-%m-%d}" if post.published else ""


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _post(post: "ShownPost") -> dict[str, Any]:
    return {"file": post.file, "title": post.title, "url": post.url, "published": post.published}


def _claim(claim: "PostClaim", today: date) -> dict[str, Any]:
    return {
        "post": _post(claim.post),
        "sentence": claim.sentence,
        "names": claim.names,
        "figures": [asdict(figure) for figure in claim.figures],
        "plan": claim.plan,
        "due": claim.due,
        "passed": claim.passed(today),
    }
