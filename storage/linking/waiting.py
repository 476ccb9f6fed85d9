"""Linking what waits: every item that is new or changed gets its links, its story and its follow-ups."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.engine import Database
from storage.linking.queue import any_behind, count_waiting
from storage.linking.report import LinkReport
from storage.models import PostRow

if TYPE_CHECKING:
    from storage.linking.encoder import Encoder
    from storage.linking.names import Vocabulary
    from storage.linking.run import Batches


async def link_waiting(
    database: Database,
    vocabulary: "Callable[[], Vocabulary]",
    encoder: "Callable[[], Encoder | None]" = lambda: None,
    *,
    now: Callable[[], datetime],
    stopped: Callable[[], bool],
    probability: float | None = None,
) -> LinkReport:
    """Link every item that waits for it, a batch a transaction; safe to run twice and to break off.

    Then those of the last 30 days that are behind: a post was imported since, or the settings have changed.
    `probability` is that from which on a follow-up is raised; none for the learned one.
    While there are no posts the items are left waiting, so that the first import finds them. The linker, and
    what `vocabulary` and `encoder` give, are loaded only if there is something to link. All but the writing
    itself is done on a reader's thread, so that a crawl can go on storing what it fetches; the loop answers
    meanwhile (`benchmarks.answering`).
    """
    report = LinkReport()
    set_by = "" if probability is None else str(probability)
    waiting = await database.reading(count_waiting)
    if not waiting and not await database.reading(any_behind, now(), set_by):
        return report
    if not await database.reading(_any_post):
        report.waiting = waiting
        return report
    batches = await database.reading(_batches, database, vocabulary, encoder, report, probability)
    begun = now()
    while not stopped() and (prepared := await database.reading(batches.prepare, begun)):
        await database.writing(batches.save, prepared, now())
    return report


def _batches(
    session: Session,
    database: Database,
    vocabulary: "Callable[[], Vocabulary]",
    encoder: "Callable[[], Encoder | None]",
    report: LinkReport,
    probability: float | None,
) -> "Batches":
    """All that linking needs, imported here: the loop must not wait for the tenth of a second it takes."""
    from storage.linking.decision import LearnedJudge
    from storage.linking.linker import Linker
    from storage.linking.loading import load_index, load_lessons
    from storage.linking.run import Batches

    def text_of(post: int) -> str:
        with database.read() as session:
            return session.scalar(select(PostRow.text).where(PostRow.id == post)) or ""

    encodes = encoder()
    index = load_index(session, vocabulary(), encodes)
    linker = Linker(index, text_of, LearnedJudge(), load_lessons(session, index), probability)
    return Batches(linker, encodes, report, "" if probability is None else str(probability))


def _any_post(session: Session) -> bool:
    return session.scalar(select(PostRow.id).limit(1)) is not None
