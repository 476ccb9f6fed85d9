"""What a visit leaves for the next: pure decisions, no database and no network."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.failures import Failure
from crawler.fetching.fetcher import Fetched
from crawler.health import pace_of_memory
from crawler.outcome import COUNTS, MOVES, Answer, after_answer, after_failure
from crawler.parsing.document import Wishes
from crawler.rhythm import Bounds, has_shrunk, is_silent
from storage.entry import Entry
from storage.items import ItemPage, Stored
from storage.sources import Memory
from tests.conftest import NOW

URL = "https://news.example/feed"
MOVED = "https://new.example/feed"
HOUR = timedelta(hours=1)
FRESH = Memory(URL, 3600, 3600)
KNOWN = replace(
    FRESH,
    asked_at=NOW - HOUR,
    answered_at=NOW - HOUR,
    etag='"1"',
    last_modified="Tue",
    validated_url=URL,
    body_hash="h",
)
ENTRIES = tuple(Entry(f"https://news.example/{n}", f"{n}", published=NOW - n * HOUR) for n in range(8))


def fetched(headers: dict[str, str] | None = None, moved_to: str | None = None) -> Fetched:
    return Fetched(URL, 200, headers or {}, b"", moved_to)


def answer(
    memory: Memory,
    given: Answer,
    new: int = 0,
    days: int = 0,
) -> Memory:
    stored = Stored(tuple(ItemPage(n, "") for n in range(new)), known=8 - new)
    return after_answer(memory, URL, given, stored, Bounds(), NOW + timedelta(days=days))


def fail(memory: Memory, failure: Failure, days: int = 0) -> Memory:
    return after_failure(memory, URL, failure, NOW + timedelta(days=days))


def test_an_answer_keeps_its_validators_and_the_address_that_gave_them() -> None:
    headers = {"etag": '"2"', "last-modified": "Wed"}
    memory = answer(FRESH, Answer(fetched(headers), ENTRIES, body_hash="b"), new=8)
    assert (memory.etag, memory.last_modified, memory.validated_url) == ('"2"', "Wed", URL)
    assert (memory.body_hash, memory.answered_at, memory.error) == ("b", NOW, None)


def test_word_that_nothing_changed_keeps_what_it_leaves_out() -> None:
    memory = answer(KNOWN, Answer(fetched()))
    assert (memory.etag, memory.last_modified, memory.body_hash) == ('"1"', "Tue", "h")
    assert answer(KNOWN, Answer(fetched({"etag": '"1b"'}))).etag == '"1b"'


def test_a_body_without_validators_drops_those_of_the_body_before() -> None:
    memory = answer(KNOWN, Answer(fetched(), (), body_hash="b"))
    assert (memory.etag, memory.last_modified, memory.body_hash) == (None, None, "b")


@pytest.mark.parametrize("more", [{"flaw": "breaks off"}, {"stands_alone": False}])
def test_what_may_not_be_all_is_asked_for_in_whole(more: dict[str, str | bool]) -> None:
    headers = {"etag": '"2"', "last-modified": "Wed"}
    memory = answer(KNOWN, Answer(fetched(headers), ENTRIES, body_hash="b", **more))  # type: ignore[arg-type]
    assert (memory.etag, memory.last_modified, memory.body_hash) == (None, None, None)
    assert memory.error == more.get("flaw")


@pytest.mark.parametrize("value", ["é" * 10, "x" * 2000, "a\nb", ""])
def test_validators_that_cannot_be_sent_are_not_kept(value: str) -> None:
    assert answer(FRESH, Answer(fetched({"etag": value}), ENTRIES, body_hash="b")).etag is None


def test_the_interval_adapts_but_not_by_a_first_visit() -> None:
    all_new = Answer(fetched(), ENTRIES, body_hash="b")
    assert answer(FRESH, all_new, new=8).interval == 3600
    assert answer(KNOWN, all_new, new=8).interval < 3600
    assert answer(KNOWN, all_new, new=1).interval > 3600
    assert answer(KNOWN, Answer(fetched())).interval > 3600


def test_an_answer_ends_a_row_of_failures_and_a_retirement() -> None:
    memory = fail(fail(KNOWN, Failure("HTTP 500", "temporary")), Failure("HTTP 410", "gone"))
    assert (memory.failures, memory.retired_at, memory.due_at) == (2, NOW, None)
    assert not memory.is_due(NOW + timedelta(days=1000))
    memory = answer(memory, Answer(fetched()))
    assert (memory.failures, memory.weight, memory.trouble, memory.failing_since) == (0, 0.0, None, None)
    assert (memory.error, memory.retired_at) == (None, None)


def test_failures_wait_longer_each_time_and_forget_no_validator() -> None:
    memory, waits = KNOWN, []
    for day in range(4):
        memory = fail(memory, Failure("HTTP 500", "temporary"), days=day)
        assert memory.due_at is not None
        waits.append(memory.due_at - NOW - timedelta(days=day))
    assert waits == sorted(waits)
    assert waits[-1] > 2 * waits[0]
    assert (memory.failures, memory.error, memory.etag) == (4, "HTTP 500", '"1"')


def test_tries_by_hand_in_quick_succession_count_once() -> None:
    once = fail(KNOWN, Failure("HTTP 500", "temporary"))
    again = fail(once, Failure("HTTP 500", "temporary"))
    assert (again.weight, again.failures) == (once.weight, 2)
    unchanged = Answer(fetched())
    assert answer(answer(KNOWN, unchanged), unchanged).interval == answer(KNOWN, unchanged).interval


def test_what_a_feed_wishes_holds_while_it_is_unchanged() -> None:
    wishes = Wishes(timedelta(hours=5), frozenset({13}), frozenset({2}))
    memory = answer(FRESH, Answer(fetched(), ENTRIES, wishes, "b"), new=8)
    assert (memory.ttl, memory.skip_hours, memory.skip_days) == (5 * 3600, (13,), (2,))
    unchanged = answer(memory, Answer(fetched()), days=1)
    assert unchanged.due_at is not None
    assert unchanged.due_at - NOW >= timedelta(days=1, hours=5)
    assert unchanged.due_why in ("the feed asks for it", "the feed skips the hours before")
    forgotten = answer(memory, Answer(fetched(), ENTRIES, body_hash="c"))
    assert (forgotten.ttl, forgotten.skip_hours, forgotten.skip_days) == (None, (), ())


def test_fewer_entries_are_remembered_for_long_and_told_though_nothing_changes() -> None:
    memory = answer(FRESH, Answer(fetched(), ENTRIES, body_hash="b"), new=8)
    memory = answer(memory, Answer(fetched(), ENTRIES[:2], body_hash="c"))
    assert not has_shrunk(memory.counts, memory.usual_entries)
    memory = answer(memory, Answer(fetched()))
    assert has_shrunk(memory.counts, memory.usual_entries)
    for n in range(20):
        memory = answer(memory, Answer(fetched(), ENTRIES[:2], body_hash=str(n)))
    assert has_shrunk(memory.counts, memory.usual_entries)


def test_numbers_that_say_nothing_are_not_counted() -> None:
    memory = answer(FRESH, Answer(fetched(), ENTRIES, body_hash="b", varies=True), new=8)
    assert (memory.counts, memory.usual_entries) == ((), None)


def test_a_row_of_404_is_dead_after_two_weeks_and_asked_once_a_week() -> None:
    missing = Failure("HTTP 404", "missing")
    memory = fail(KNOWN, missing)
    memory = fail(memory, missing, days=13)
    assert memory.due_at is not None
    assert memory.due_at < NOW + timedelta(days=15)
    memory = fail(memory, missing, days=14)
    assert (memory.failing_since, memory.due_why) == (NOW, "dead: asked once a week")
    assert memory.due_at == NOW + timedelta(days=21)


def test_another_kind_of_failure_begins_its_own_row() -> None:
    memory = fail(KNOWN, Failure("HTTP 404", "missing"))
    memory = fail(memory, Failure("HTTP 500", "temporary"), days=10)
    memory = fail(memory, Failure("HTTP 404", "missing"), days=14)
    assert memory.failing_since == NOW + timedelta(days=14)


def test_a_permanent_move_is_believed_when_it_was_seen_often_enough() -> None:
    memory, given = KNOWN, Answer(fetched(moved_to=MOVED))
    for seen in range(1, MOVES):
        memory = answer(memory, given)
        assert (memory.address, memory.moving_to, memory.moving_seen) == (URL, MOVED, seen)
    memory = answer(memory, given)
    assert (memory.address, memory.moving_to, memory.moving_seen) == (MOVED, None, 0)


def test_a_move_that_is_taken_back_or_leads_elsewhere_is_not_counted_on() -> None:
    memory = answer(KNOWN, Answer(fetched(moved_to=MOVED)))
    elsewhere = answer(memory, Answer(fetched(moved_to="https://other.example/")))
    assert (elsewhere.moving_to, elsewhere.moving_seen) == ("https://other.example/", 1)
    back = answer(memory, Answer(fetched(moved_to=URL)))
    assert (back.address, back.moving_to, back.moving_seen) == (URL, None, 0)


def test_the_pace_and_the_numbers_of_entries_are_remembered() -> None:
    memory = answer(FRESH, Answer(fetched(), ENTRIES, body_hash="b"), new=8)
    assert (memory.newest_at, memory.usual_gap, memory.longest_gap) == (NOW, 3600, 3600)
    for n in range(20):
        memory = answer(memory, Answer(fetched(), ENTRIES[:n], body_hash=str(n)))
    assert len(memory.counts) == COUNTS
    assert memory.counts[-1] == 8


def test_a_source_without_dates_is_as_new_as_its_last_new_item() -> None:
    undated = tuple(Entry(f"https://news.example/{n}", f"{n}") for n in range(3))
    memory = answer(FRESH, Answer(fetched(), undated, body_hash="b"), new=3)
    assert (memory.newest_at, memory.usual_gap) == (NOW, None)
    later = answer(memory, Answer(fetched(), undated, body_hash="c"), new=0, days=3)
    assert later.newest_at == NOW
    for days in (2, 4, 5):
        memory = answer(memory, Answer(fetched(), undated, body_hash=str(days)), new=1, days=days)
    assert (memory.newest_at, memory.longest_gap) == (NOW + timedelta(days=5), 2 * 86_400)
    assert is_silent(memory.newest_at, pace_of_memory(memory), NOW + timedelta(days=30))


def test_a_date_in_the_future_is_not_the_newest() -> None:
    soon = (Entry("https://news.example/1", "1", published=NOW + HOUR),)
    assert answer(FRESH, Answer(fetched(), soon, body_hash="b"), new=1).newest_at is None
