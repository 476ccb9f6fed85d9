"""Whatever a source sends, storing it a second time changes nothing, and no two items are one article."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.engine import Database
from storage.entries import store_entries
from storage.entry import Entry
from storage.models import ItemRow, SightingRow
from tests.conftest import NOW
from tests.storage.conftest import OTHER, known_source

LATER = NOW + timedelta(hours=1)

# Few of each, so that they collide; and texts of any kind, as strangers send them.
_addresses = st.sampled_from(
    [
        "https://news.example/1",
        "http://www.news.example/1/?utm_source=rss",
        "https://news.example/1#a",
        "https://news.example/1#b",
        "https://news.example/2",
        "https://news.example/2?page=2",
        "https://news.example/例え",
    ]
)
_texts = st.sampled_from(["", "One", "Two"]) | st.text(st.characters(exclude_categories=[]), max_size=5)
entries = st.lists(
    st.builds(
        Entry,
        url=_addresses,
        title=_texts,
        text=_texts,
        language=st.sampled_from(["", "en", "ja"]),
        published=st.none() | st.just(NOW),
        feed_id=st.none() | st.sampled_from(["", "1", "2", "3"]) | _texts,
    ),
    max_size=6,
)

hostile = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50
)


def state(session: Session) -> list[tuple[object, ...]]:
    """Everything in the tables that storing entries writes."""
    session.expire_all()
    columns = (*ItemRow.__table__.columns, *SightingRow.__table__.columns)
    query = select(*columns).outerjoin(SightingRow, SightingRow.item_id == ItemRow.id)
    return [tuple(row) for row in session.execute(query.order_by(ItemRow.id, SightingRow.source_id))]


@hostile
@given(given=entries, before=st.sampled_from([None, NOW, LATER]))
def test_the_same_entries_again_change_nothing(
    database: Database, given: list[Entry], before: datetime | None
) -> None:
    source_id = known_source(database).id
    with database.read() as session:  # so that nothing is left for the next example
        (first,) = store_entries(session, [(source_id, given, before)], NOW)
        stored = state(session)
        (second,) = store_entries(session, [(source_id, given, before)], LATER)
        assert second.new == ()
        assert (second.known, second.changed) == (len(first.new) + first.known, 0)
        assert state(session) == stored


@hostile
@given(ours=entries, theirs=entries)
def test_another_source_changes_no_item_of_the_first(
    database: Database, ours: list[Entry], theirs: list[Entry]
) -> None:
    first, second = known_source(database), known_source(database, OTHER)
    with database.read() as session:
        store_entries(session, [(first.id, ours, None)], NOW)
        mine = state(session)
        store_entries(session, [(second.id, theirs, None)], LATER)
        source = list(ItemRow.__table__.columns.keys()).index("source_id")
        sighted = len(ItemRow.__table__.columns) + list(SightingRow.__table__.columns.keys()).index(
            "source_id"
        )
        assert [row for row in state(session) if row[source] == row[sighted] == first.id] == mine


@hostile
@given(batches=st.lists(entries, max_size=4))
def test_a_source_that_changes_all_the_time_never_breaks_the_store(
    database: Database, batches: list[list[Entry]]
) -> None:
    source_id = known_source(database).id
    with database.read() as session:
        for batch in batches:
            before = len(set(session.scalars(select(ItemRow.id))))
            (stored,) = store_entries(session, [(source_id, batch, None)], NOW)
            urls = list(session.scalars(select(ItemRow.canonical_url)))
            assert len(urls) == len(set(urls)) == before + len(stored.new)
            assert stored.changed <= stored.known


@hostile
@given(batches=st.lists(st.tuples(entries, entries), max_size=3))
def test_two_sources_that_change_all_the_time_never_break_the_store(
    database: Database, batches: list[tuple[list[Entry], list[Entry]]]
) -> None:
    sources = [known_source(database).id, known_source(database, OTHER).id]
    with database.read() as session:
        for batch in batches:
            before = len(set(session.scalars(select(ItemRow.id))))
            given = [(source, mine, NOW) for source, mine in zip(sources, batch, strict=True)]
            one, two = store_entries(session, given, NOW)
            urls = list(session.scalars(select(ItemRow.canonical_url)))
            assert len(urls) == len(set(urls)) == before + len(one.new) + len(two.new)
            assert not any(url.startswith("moved:") for url in urls)
            for stored, mine in ((one, batch[0]), (two, batch[1])):
                assert len(stored.new) + stored.known <= len(mine)
                assert stored.backlog <= len(stored.new)
