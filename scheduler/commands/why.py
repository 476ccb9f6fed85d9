"""`chipwatch why`: one item and one post, and all that speaks for their being linked or against it."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from scheduler.cli import Front
from scheduler.novelty import what_changed, what_is_new
from scheduler.output import print_json, print_table
from storage.errors import plain_line

if TYPE_CHECKING:
    from storage.linking.asking import Answer


@click.command()
@click.argument("item")
@click.argument("post")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def why(front: Front, item: str, post: str, as_json: bool) -> None:
    """Explain ITEM (id or URL) and POST (file name, URL or id), linked or not: signals, weights, rules."""
    from storage.linking.asking import ask
    from storage.linking.encoder import default_encoder
    from storage.linking.names import default_vocabulary

    settings = front.settings()
    with front.open(settings) as database, database.read() as session:
        answer = ask(
            session,
            item,
            post,
            default_vocabulary(),
            default_encoder(),
            probability=settings.linking.probability,
        )
        if as_json:
            print_json(_json(answer))
        else:
            _tell(answer)


def _json(answer: "Answer") -> dict[str, Any]:
    item, post, told = answer.item, answer.post, answer.explanation
    return {
        "item": {"id": item.id, "title": item.title, "url": item.url, "moment": item.moment},
        "post": {"id": post.id, "file": post.file, "title": post.title, "url": post.url},
        "followup": answer.stopped is None,
        "stopped": answer.stopped.rule if answer.stopped else None,
        "score": told.score,
        "due": told.due,
        "threshold": told.threshold,
        "by_due": told.by_due,
        "by_others": told.by_others,
        "taught": told.taught,
        "checks": [asdict(check) for check in answer.checks],
        "signals": [asdict(share) for share in told.signals],
        "evidence": answer.evidence.as_json(),
        "stored": asdict(answer.stored) if answer.stored else None,
    }


def _tell(answer: "Answer") -> None:
    item, post, stopped = answer.item, answer.post, answer.stopped
    click.echo(f"item  [{item.language or '?'}] {plain_line(item.title)}")
    click.echo(f"      {item.moment:%Y-%m-%d %H:%M} UTC  {plain_line(item.url)}  (id {item.id})")
    click.echo(f"post  {plain_line(post.title)}")
    click.echo(f"      {plain_line(post.file)}  (id {post.id})")
    if stopped is None:
        click.echo("\nThis calls for a follow-up: every rule is passed.")
    else:
        click.echo(f"\nNo follow-up. What stops it: {stopped.rule}; it has: {stopped.found}.")
        click.echo(f"What would pass: {stopped.needed}.")
    if answer.stored is None:
        click.echo("Stored: no link." if item.linked_at else "Stored: nothing; the item has not been linked.")
    else:
        stored = answer.stored
        raised = "a follow-up" if stored.followup else "no follow-up"
        when = f"{stored.linked_at:%Y-%m-%d %H:%M} UTC"
        click.echo(f"Stored: a link with score {stored.score:.2f}, {raised}, {stored.kind}, made {when}.")
    click.echo(f"\npost  {plain_line(answer.evidence.post_passage) or '(nothing on the matter)'}")
    click.echo(f"news  {plain_line(answer.evidence.news_passage)}")
    evidence = answer.evidence.as_json()
    new = what_changed(evidence) + what_is_new(evidence)
    click.echo(f"new   {plain_line(', '.join(new)) or '(nothing)'}\n")
    print_table(
        ["rule", "passed", "has", "needed"],
        [[c.rule, "yes" if c.passed else "NO", c.found, c.needed] for c in answer.checks],
    )
    click.echo(f"\nSo probable an update adds {answer.explanation.by_due:+.2f} to how well the post fits.")
    if answer.explanation.by_others:
        click.echo(
            f"Posts that say the same add {answer.explanation.by_others:+.2f} to the log-odds of an update."
        )
    if answer.explanation.taught:
        click.echo(f"Your verdicts on this post add {answer.explanation.taught:+.2f} to them.")
    click.echo(
        "\nWhat each signal adds to how well the post fits, and to how probable an update is, in log-odds;\n"
        "`enough` is what it would have to be to raise a follow-up alone, all else being equal.\n"
    )
    print_table(
        ["signal", "is", "usual", "fits", "update", "enough", "meaning"],
        [
            [
                share.signal,
                f"{share.value:.2f}",
                f"{share.usual:.2f}",
                f"{share.fits:+.2f}",
                f"{share.due:+.2f}",
                "" if share.enough is None else f"{share.enough:.2f}",
                share.meaning,
            ]
            for share in answer.explanation.signals
        ],
    )
