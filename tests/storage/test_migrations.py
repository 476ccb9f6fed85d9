"""The migrations make exactly the schema that the models say, and keep what a database holds."""

import json
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, inspect, select, text

from storage import migrations
from storage.digests.making import last_scheduled
from storage.digests.outbox import outbox
from storage.engine import Database, open_database
from storage.entry import Entry
from storage.errors import StorageError
from storage.followups.listing import list_followups
from storage.linking.change import facts
from storage.models import Base, FollowupRow, ToldStoryRow
from storage.sources import Memory, SourceSetting, list_sources, register
from tests.conftest import NOW
from tests.storage.conftest import all_items, store

FIRST = "20261124_01"
FOLDER = str(Path(migrations.__file__).parent)
FEED, OTHER = "https://news.example/feed.xml", "https://other.example/?a=1&b=%20"
THEN = "2026-11-24 12:00:00.000000"  # as SQLite has it
ROWS: dict[str, list[dict[str, Any]]] = {
    "source": [
        {"id": 3, "url": FEED, "name": "News", "kind": "feed", "etag": '"1"', "body_hash": "abc"}
        | {"asked_at": THEN, "answered_at": THEN, "due_at": THEN, "failures": 0},
        {"id": 7, "url": OTHER, "name": "其他", "kind": "listing", "failures": 4, "error": "HTTP 500"},
    ],
    "story": [{"id": 2, "first_seen": THEN, "last_seen": THEN}],
    "item": [
        {"id": 5, "source_id": 3, "url": "https://news.example/1?a", "title": "One", "published": THEN}
        | {"canonical_url": "https://news.example/1?a=", "text": "At TSMC.", "language": "en"}
        | {"first_seen": THEN, "moment": THEN, "article_failures": 1, "story_id": 2, "linked_at": THEN},
        {"id": 6, "source_id": 7, "url": "https://other.example/2", "title": "二", "text": ""}
        | {"canonical_url": "https://other.example/2", "language": "zh", "first_seen": THEN}
        | {"moment": THEN, "article_failures": 0},
    ],
    "sighting": [
        {"item_id": 5, "source_id": 3, "feed_id": "news-1", "seen_at": THEN},
        {"item_id": 5, "source_id": 7, "feed_id": None, "seen_at": THEN},
        {"item_id": 6, "source_id": 7, "feed_id": "other-2", "seen_at": THEN},
    ],
    "post": [
        {"id": 4, "file": "a.md", "title": "A", "url": "https://blog.example/a", "text": "What was known."}
        | {"file_hash": "0", "names_version": "0", "imported_at": THEN}
    ],
    "link": [
        {"item_id": 5, "post_id": 4, "score": 0.5, "followup": True, "kind": "extends"}
        | {"evidence": '{"reason": "a test"}', "linked_at": THEN}
    ],
    "followup": [{"id": 1, "post_id": 4, "status": "open", "opened_at": THEN}],
    "followup_story": [{"followup_id": 1, "story_id": 2, "added_at": THEN}],
}


@pytest.fixture
def old_url(database_url: str) -> str:
    """A database of each kind as the first release made it, with a row of everything that may be lost."""
    engine = create_engine(database_url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":  # both come with the present schema
        Path(engine.url.database or "").unlink()
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=ON"))
    utc = THEN if engine.dialect.name == "sqlite" else f"{THEN}+00"
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        upgrade(connection, FIRST)
        for table, rows in ROWS.items():
            for row in rows:
                names, values = ", ".join(row), ", ".join(f":{name}" for name in row)
                given = {name: utc if value == THEN else value for name, value in row.items()}
                connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), given)  # noqa: S608
        if engine.dialect.name == "postgresql":
            for table in ("source", "story", "item", "post", "followup"):
                last = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608
                connection.execute(text(last))
    return database_url


def upgrade(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", FOLDER)
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def rows_of(engine: Engine) -> dict[str, list[dict[str, object]]]:
    """What each table holds of the columns of the first release."""
    found = {}
    with engine.connect() as connection:
        for table, rows in ROWS.items():
            result = connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).mappings()  # noqa: S608
            found[table] = [dict(row) for row in result]
            assert len(found[table]) == len(rows)
    return found


def all_rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """What every table holds, but for the version of the schema."""
    with engine.connect() as connection:
        return {
            table: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {table}"))), key=repr)  # noqa: S608
            for table in inspect(connection).get_table_names()
            if table != "alembic_version"
        }


def test_the_migrated_schema_is_that_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_the_newest_revision_is_known_without_asking_alembic() -> None:
    assert ScriptDirectory(FOLDER).get_current_head() == migrations.HEAD


def test_a_schema_from_the_future_is_refused_in_one_line(database: Database, database_url: str) -> None:
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '29991231_01'"))
    with pytest.raises(StorageError, match="upgrade chipwatch"):
        open_database(database_url)


def test_a_database_of_the_first_release_gets_the_present_schema(old_url: str) -> None:
    with open_database(old_url) as database, database.engine.connect() as connection:
        assert migrations.is_current(connection)
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_every_row_of_the_first_release_is_kept_as_it_was(old_url: str) -> None:
    engine = create_engine(old_url, poolclass=NullPool)
    before = rows_of(engine)
    open_database(old_url).close()
    for table, rows in rows_of(engine).items():
        for row, old in zip(rows, before[table], strict=True):
            kept = {name: value for name, value in old.items() if name != "digest_id"}
            assert {name: row[name] for name in kept} == kept
    assert sum(map(len, before.values())) == 12


def test_a_digest_of_several_recipients_becomes_one_of_each(old_url: str) -> None:
    engine = create_engine(old_url, poolclass=NullPool)
    then = THEN if engine.dialect.name == "sqlite" else f"{THEN}+00"
    with engine.begin() as connection:
        for digest in (1, 2):  # the second told nothing, and went to nobody
            connection.execute(
                text(
                    "INSERT INTO digest (id, scheduled_for, created_at, followups, subject, html, text,"
                    " message_id) VALUES (:id, :then, :then, 1, 's', 'h', 't', '<1@x>')"
                ),
                {"id": digest, "then": then.replace("-24", f"-2{digest}")},
            )
        for recipient, sent in (("a@b.c", then), ("d@e.f", None)):
            connection.execute(
                text(
                    "INSERT INTO delivery (digest_id, recipient, attempts, sent_at) VALUES (1, :r, 1, :sent)"
                ),
                {"r": recipient, "sent": sent},
            )
        connection.execute(text("UPDATE followup_story SET digest_id = 1"))
    with open_database(old_url) as database, database.read() as session:
        assert [mail.recipient for mail in outbox(session)] == ["d@e.f"]
        assert list_followups(session, untold_to="d@e.f") == []
        assert len(list_followups(session, untold_to="new@b.c")) == 1
        assert last_scheduled(session, "a@b.c", NOW) is not None


def test_sources_are_asked_where_they_were_and_start_from_the_usual_interval(old_url: str) -> None:
    with open_database(old_url) as database, database.read() as session:
        news, other = list_sources(session, [FEED, OTHER])
    assert (news.id, news.url, news.items, other.id, other.url, other.items) == (3, FEED, 1, 7, OTHER, 1)
    assert news.memory == Memory(
        FEED, 1800, 1800, etag='"1"', body_hash="abc", asked_at=NOW, answered_at=NOW, due_at=NOW
    )
    assert other.memory == Memory(OTHER, 1800, 1800, failures=4, error="HTTP 500")


def test_items_of_the_first_release_are_no_backlog_and_are_known_again(old_url: str) -> None:
    with open_database(old_url) as database:
        assert [(item.id, item.backlog) for item in all_items(database)] == [(5, False), (6, False)]
        one = Entry("https://news.example/1?a", "One", text="At TSMC.", published=NOW, feed_id="news-1")
        stored = store(database, one, Entry("https://news.example/3", "Three"))
        assert ([new.url for new in stored.new], stored.known, stored.changed) == (
            ["https://news.example/3"],
            1,
            0,
        )


def test_sources_of_the_first_release_and_new_ones_are_registered(old_url: str) -> None:
    settings = [SourceSetting(url, "N", "feed", 1800) for url in (FEED, "https://new.example/", OTHER)]
    with open_database(old_url) as database, database.write() as session:
        known = register(session, settings)
        assert [known[one.url].id for one in settings] == [3, 8, 7]
        assert known["https://new.example/"].memory.counts == ()


def test_what_was_told_counts_as_told_with_all_that_its_reports_say(old_url: str) -> None:
    engine = create_engine(old_url, poolclass=NullPool)
    then = THEN if engine.dialect.name == "sqlite" else f"{THEN}+00"
    evidence = {"new_figures": ["$40 billion"], "changes": ["2026年 → 2027年"]}
    with engine.begin() as connection:
        upgrade(connection, "20261128_01")
        connection.execute(text("UPDATE link SET evidence = :evidence"), {"evidence": json.dumps(evidence)})
        connection.execute(
            text(
                "INSERT INTO digest (id, recipient, created_at, followups, silent, subject, html, text, data,"
                " message_id, attempts) VALUES (8, 'a@b.c', :then, 1, false, 's', 'h', 't', '{}', '<1@x>', 1)"
            ),
            {"then": then},
        )
        connection.execute(text("INSERT INTO told_story VALUES (8, 1, 2)"))
    with open_database(old_url) as database, database.read() as session:
        (said,) = session.scalars(select(ToldStoryRow.said)).all()
        assert said == sorted(facts(evidence))
        assert len(said) == 2
        assert list_followups(session, untold_to="a@b.c") == []


def test_followups_are_kept_with_all_that_hangs_on_them_and_no_number_comes_again(
    old_url: str,
) -> None:
    engine = create_engine(old_url, poolclass=NullPool)
    then = THEN if engine.dialect.name == "sqlite" else f"{THEN}+00"
    with engine.begin() as connection:
        upgrade(connection, "20261128_02")
        for insert in (
            "followup (id, post_id, status, opened_at) VALUES (9, 4, 'done', :then)",
            "followup_post VALUES (9, 4)",
            "followup_story VALUES (9, 2, :then)",
            "followup_plan VALUES (3, 9, 4, 'Acme ships in 2026.', '2026-12-31', :then)",
            "digest (id, recipient, created_at, followups, silent, subject, html, text, data, message_id,"
            " attempts) VALUES (8, 'a@b.c', :then, 1, false, 's', 'h', 't', '{}', '<1@x>', 1)",
            "told_story VALUES (8, 1, 2, '[]'), (8, 9, 2, '[\"$40 billion\"]')",
            "told_plan VALUES (8, 3)",
            "told_idea VALUES (8, 2)",
        ):
            connection.execute(text(f"INSERT INTO {insert}"), {"then": then} if ":then" in insert else {})
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT setval(pg_get_serial_sequence('followup', 'id'), 9)"))
    before = all_rows(engine)
    with open_database(old_url) as database:
        after = all_rows(engine)
        assert {table: after[table] for table in before} == before
        with database.write() as session:
            if engine.dialect.name == "sqlite":
                assert session.execute(text("PRAGMA foreign_key_check")).all() == []
            session.execute(text("DELETE FROM followup WHERE id = 9"))
            session.add(FollowupRow(post_id=4, status="done", opened_at=NOW))
            session.flush()
            assert session.scalars(text("SELECT id FROM followup ORDER BY 1")).all() == [1, 10]
            told = [session.scalar(text(f"SELECT count(*) FROM told_{of}")) for of in ("story", "plan")]  # noqa: S608
            assert told == [1, 0]


def test_a_migration_that_breaks_off_leaves_the_first_release(
    old_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = create_engine(old_url, poolclass=NullPool)
    before = rows_of(engine)

    def migrate_and_break(connection: Connection) -> None:
        migrations.migrate(connection)
        raise StorageError("the power failed")

    with monkeypatch.context() as patch:
        patch.setattr("storage.engine.migrate", migrate_and_break)
        with pytest.raises(StorageError, match="the power failed"):
            open_database(old_url)
    assert rows_of(engine) == before
    open_database(old_url).close()
    assert [len(rows) for rows in rows_of(engine).values()] == [len(rows) for rows in before.values()]
