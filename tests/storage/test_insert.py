"""Inserting what is new: any number of rows, those that are known passed over, values as the models say."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import StatementError

from storage.engine import Database
from storage.entry import Entry
from storage.errors import StorageError
from storage.insert import PARAMETERS, insert_new, storable
from storage.models import FollowupRow, LinkRow, SightingRow, SourceRow, StoryRow, TrimmedRow
from tests.conftest import NOW
from tests.storage.conftest import add_post, store

TOKYO = timezone(timedelta(hours=9))


def rows(start: int, stop: int, name: str = "n", **other: object) -> list[dict[str, object]]:
    values = {"base": 1800, "interval": 1800, "counts": [], "moving_seen": 0, "failures": 0, "weight": 0.0}
    return [
        {
            "url": f"https://a.example/{number}",
            "address": f"https://a.example/{number}",
            "name": name,
            "kind": "feed",
            **values,
            **other,
        }
        for number in range(start, stop)
    ]


def stored(database: Database, given: list[dict[str, object]]) -> list[SourceRow]:
    """What the rows are once they are stored."""
    with database.write() as session:
        insert_new(session, SourceRow, given)
    with database.read() as session:
        return list(session.scalars(select(SourceRow).order_by(SourceRow.id)))


def test_no_rows_are_no_statement(database: Database) -> None:
    with database.write() as session:
        insert_new(session, SourceRow, [])
        assert session.scalar(select(func.count()).select_from(SourceRow)) == 0


@pytest.mark.parametrize("beside", [-1, 0, 1])
def test_rows_beyond_one_statements_parameters_all_arrive(database: Database, beside: int) -> None:
    count = PARAMETERS // len(rows(0, 1)[0]) + beside
    with database.write() as session:
        insert_new(session, SourceRow, rows(0, count))
        inserted = session.scalars(select(SourceRow.url)).all()
        assert set(inserted) == {str(row["url"]) for row in rows(0, count)}
        assert session.scalar(select(func.count()).select_from(SourceRow)) == count


def test_more_rows_than_either_database_takes_parameters(database: Database) -> None:
    count = 66_000 // len(rows(0, 1)[0])
    with database.read() as session:
        insert_new(session, SourceRow, rows(0, count))
        assert session.scalar(select(func.count()).select_from(SourceRow)) == count


def test_the_known_ones_stay_as_they_were(database: Database) -> None:
    with database.write() as session:
        insert_new(session, SourceRow, rows(0, 3, name="old"))
        insert_new(session, SourceRow, rows(2, 5, name="new"))
        names = session.scalars(select(SourceRow.name).order_by(SourceRow.url)).all()
        assert names == ["old", "old", "old", "new", "new"]


def test_rows_that_collide_with_each_other_are_inserted_once(database: Database) -> None:
    both = [*rows(0, 1, name="first"), *rows(0, 1, name="second")]
    with database.write() as session:
        insert_new(session, SourceRow, both)
        assert session.scalars(select(SourceRow.name)).all() == ["first"]


def test_any_unique_constraint_passes_a_row_over(database: Database) -> None:
    """A sighting has two: of an item by a source, and of a source's id."""
    one, two = store(database, *(_entry(n) for n in (1, 2))).new
    seen: dict[str, object] = {"source_id": 1, "seen_at": NOW}
    with database.write() as session:
        again = [
            {"item_id": one.id, "feed_id": "new", **seen},
            {"item_id": two.id, "feed_id": "id-1", **seen},
        ]
        insert_new(session, SightingRow, again)
        ids = session.scalars(select(SightingRow.feed_id).order_by(SightingRow.item_id)).all()
        assert ids == ["id-1", "id-2"]


def _entry(number: int) -> Entry:
    return Entry(f"https://news.example/{number}", f"Report {number}", feed_id=f"id-{number}")


def test_lists_and_dictionaries_of_json_come_back_as_they_were(database: Database) -> None:
    counts: list[list[int]] = [[], [1], [1, 2, 3], [1], [0, -1]]
    given = [row | {"counts": each} for row, each in zip(rows(0, 5), counts, strict=True)]
    assert [row.counts for row in stored(database, given)] == counts
    post, (item,) = add_post(database), store(database, _entry(1)).new
    evidence = {"reason": "同じ出来事", "score": 0.25, "names": ["A", None], "deep": {"true": True}}
    link = {"item_id": item.id, "post_id": post, "score": 0.5, "followup": True, "kind": "extends"}
    with database.write() as session:
        insert_new(session, LinkRow, [{**link, "evidence": evidence, "linked_at": NOW}])
        assert session.scalars(select(LinkRow.evidence)).all() == [evidence]


def test_numbers_that_are_equal_to_truths_stay_what_they_are(database: Database) -> None:
    given = [
        row | {"counts": each, "weight": weight}
        for row, each, weight in zip(rows(0, 3), ([1], [0], [1]), (1, 0, 1.0), strict=True)
    ]
    found = stored(database, given)
    assert [row.counts for row in found] == [[1], [0], [1]]
    assert [row.weight for row in found] == [1.0, 0.0, 1.0]


def test_times_may_be_missing(database: Database) -> None:
    given = [
        row | {"due_at": due, "asked_at": None}
        for row, due in zip(rows(0, 4), (None, NOW, None, NOW), strict=True)
    ]
    found = stored(database, given)
    assert [row.due_at for row in found] == [None, NOW, None, NOW]
    assert [row.asked_at for row in found] == [None] * 4


def test_times_that_are_equal_in_different_zones_come_back_as_one_moment(database: Database) -> None:
    moments = [NOW, NOW.astimezone(TOKYO), NOW + timedelta(microseconds=1), NOW.astimezone(UTC)]
    given = [row | {"due_at": moment} for row, moment in zip(rows(0, 4), moments, strict=True)]
    found = [row.due_at for row in stored(database, given)]
    assert found == moments
    assert {moment.tzinfo for moment in found if moment is not None} == {UTC}
    with database.read() as session:
        late = select(func.count()).where(SourceRow.due_at <= NOW.astimezone(TOKYO))
        assert session.scalar(late) == 3


@pytest.mark.parametrize("beside", [0, 1], ids=["alone", "beside an aware one of the same words"])
def test_a_time_without_a_zone_is_refused(database: Database, beside: int) -> None:
    naive = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001
    both = [{"first_seen": NOW, "last_seen": NOW}] * beside + [{"first_seen": NOW, "last_seen": naive}]
    with database.write() as session, pytest.raises((ValueError, StatementError), match="without a zone"):
        insert_new(session, StoryRow, both)


def test_what_is_left_out_gets_the_models_default(database: Database) -> None:
    given = rows(0, 3)
    for row in given:
        del row["failures"], row["moving_seen"], row["weight"]
    with database.write() as session:
        insert_new(session, SourceRow, given)
        defaults = select(SourceRow.failures, SourceRow.moving_seen, SourceRow.weight)
        assert session.execute(defaults).all() == [(0, 0, 0.0)] * 3


def test_the_order_of_keys_does_not_matter(database: Database) -> None:
    first, second = rows(0, 2)
    found = stored(database, [first, dict(reversed(second.items()))])
    assert [(row.url, row.kind) for row in found] == [(first["url"], "feed"), (second["url"], "feed")]


def test_a_table_that_gives_no_numbers_takes_rows_too(database: Database) -> None:
    given = [{"key": f"{n % 5}", "trimmed_at": NOW} for n in range(10)]
    with database.write() as session:
        insert_new(session, TrimmedRow, given)
        assert sorted(session.scalars(select(TrimmedRow.key))) == ["0", "1", "2", "3", "4"]


def test_a_constraint_that_is_not_about_being_known_is_an_error(database: Database) -> None:
    def insert() -> None:
        with database.write() as session:
            insert_new(session, FollowupRow, [{"post_id": 12345, "status": "open", "opened_at": NOW}])

    with pytest.raises(StorageError, match=r"(?i)foreign key"):
        insert()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", ""),
        ("As it is: 字, 🙂", "As it is: 字, 🙂"),
        ("\0a\0b\0", "ab"),
        ("a\ud800b", "ab"),
        ("\0\udfff", ""),
        ("\ue000\ufffe", "\ue000\ufffe"),
    ],
)
def test_a_text_is_kept_but_for_what_databases_refuse(database: Database, text: str, kept: str) -> None:
    assert storable(text) == kept
    (row,) = stored(database, rows(0, 1, name=storable(text)))
    assert row.name == kept
