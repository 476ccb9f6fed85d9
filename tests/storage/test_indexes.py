"""What is asked every two seconds, or of a year of news, is looked up: no big table is read through."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from storage.digests.ideas import find_ideas
from storage.digests.making import last_scheduled
from storage.digests.outbox import outbox
from storage.engine import Session, open_database
from storage.items import count_items_since
from tests.conftest import NOW

EDITOR = "editor@blog.example"
ASKED: dict[str, Callable[[Session], object]] = {
    "outbox": lambda session: outbox(session, [EDITOR]),
    "last_scheduled": lambda session: last_scheduled(session, EDITOR, NOW),
    "count_items_since": lambda session: count_items_since(session, NOW),
    "find_ideas": lambda session: find_ideas(session, EDITOR, lambda _text: (), most=5, now=NOW),
}


@contextmanager
def planned(engine: Engine) -> Iterator[list[str]]:
    """How SQLite goes about each statement of the block."""
    plans: list[str] = []

    def plan(connection: Any, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        rows = connection.connection.dbapi_connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        plans.extend(row[3] for row in rows)

    event.listen(engine, "before_cursor_execute", plan)
    yield plans
    event.remove(engine, "before_cursor_execute", plan)


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_no_big_table_is_read_through(tmp_path: Path, ask: Callable[[Session], object]) -> None:
    with open_database(f"sqlite:///{tmp_path}/chipwatch.db") as database, database.read() as session:
        session.connection()  # BEGIN has no plan
        with planned(database.engine) as plans:
            ask(session)
    assert any(plan.startswith("SEARCH") for plan in plans)
    assert [plan for plan in plans if plan.startswith(("SCAN item", "SCAN story", "SCAN digest"))] == []


def test_the_outbox_does_not_read_the_days_without_news(tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path}/chipwatch.db") as database, database.read() as session:
        session.connection()
        with planned(database.engine) as plans:
            outbox(session, [EDITOR])
    assert "SEARCH digest USING INDEX ix_digest_waiting (silent=? AND sent_at=?)" in plans
