"""Inserting what is new: any number of rows, those that are known passed over."""

import pytest
from sqlalchemy import func, select

from storage.engine import Database
from storage.insert import PARAMETERS, insert_new
from storage.models import SourceRow


def rows(start: int, stop: int, name: str = "n") -> list[dict[str, object]]:
    return [
        {"url": f"https://a.example/{number}", "name": name, "kind": "feed", "failures": 0}
        for number in range(start, stop)
    ]


def test_no_rows_are_no_statement(database: Database) -> None:
    with database.write() as session:
        assert insert_new(session, SourceRow, [], [SourceRow.id]) == []


@pytest.mark.parametrize("beside", [-1, 0, 1])
def test_rows_beyond_one_statements_parameters_all_arrive(database: Database, beside: int) -> None:
    count = PARAMETERS // 4 + beside
    with database.write() as session:
        inserted = insert_new(session, SourceRow, rows(0, count), [SourceRow.url])
        assert {url for (url,) in inserted} == {str(row["url"]) for row in rows(0, count)}
        assert session.scalar(select(func.count()).select_from(SourceRow)) == count


def test_more_rows_than_either_database_takes_parameters(database: Database) -> None:
    count = 66_000 // 4
    with database.read() as session:
        assert insert_new(session, SourceRow, rows(0, count)) == []
        assert session.scalar(select(func.count()).select_from(SourceRow)) == count


def test_only_the_new_rows_are_returned_and_the_known_ones_stay_as_they_were(database: Database) -> None:
    with database.write() as session:
        insert_new(session, SourceRow, rows(0, 3, name="old"))
        inserted = insert_new(session, SourceRow, rows(2, 5, name="new"), [SourceRow.url, SourceRow.name])
        assert sorted(inserted) == [("https://a.example/3", "new"), ("https://a.example/4", "new")]
        names = session.scalars(select(SourceRow.name).order_by(SourceRow.url)).all()
        assert names == ["old", "old", "old", "new", "new"]


def test_rows_that_collide_with_each_other_are_inserted_once(database: Database) -> None:
    with database.write() as session:
        both = [*rows(0, 1, name="first"), *rows(0, 1, name="second")]
        assert insert_new(session, SourceRow, both, [SourceRow.name]) == [("first",)]
