"""How a source is doing, in a word and a reason."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.health import Health, health_of
from storage.sources import KnownSource, Memory
from tests.conftest import NOW

URL = "https://news.example/feed"
WELL = Memory(URL, 3600, 3600, asked_at=NOW, answered_at=NOW)
DAY = timedelta(days=1)


def health(memory: Memory) -> Health:
    return health_of(KnownSource(1, URL, "News", "feed", memory), NOW)


@pytest.mark.parametrize(
    ("memory", "condition", "why"),
    [
        (Memory(URL, 3600, 3600), "new", "not asked yet"),
        (WELL, "well", ""),
        (replace(WELL, error="breaks off"), "flawed", "breaks off"),
        (
            replace(WELL, trouble="temporary", error="HTTP 500", failures=1, failing_since=NOW),
            "failing",
            "HTTP 500",
        ),
        (
            replace(WELL, trouble="hard", error="HTTP 403", failures=3, failing_since=NOW),
            "failing",
            "3 times in a row: HTTP 403",
        ),
        (
            replace(WELL, trouble="missing", error="HTTP 404", failures=9, failing_since=NOW - 20 * DAY),
            "dead",
            "since 2026-11-04: HTTP 404; give its new address",
        ),
        (
            replace(WELL, trouble="gone", error="HTTP 410", failures=1, retired_at=NOW),
            "retired",
            "HTTP 410; take it out of the settings, or give its new address",
        ),
        (
            replace(WELL, counts=(30, 30, 30, 9, 8), usual_entries=29.6),
            "shrinking",
            "8 entries, where it usually has 30",
        ),
        (
            replace(WELL, counts=(30, 0), usual_entries=30.0),
            "shrinking",
            "0 entries, where it usually has 30",
        ),
        (
            replace(WELL, newest_at=NOW - 9 * DAY, usual_gap=3600 * 5, longest_gap=86_400),
            "silent",
            "nothing new for 9 days, where it usually brings something every 5 hours",
        ),
        (
            replace(WELL, address="https://new.example/feed"),
            "moved",
            "to https://new.example/feed; write that into the settings",
        ),
    ],
)
def test_a_source_is_told_by_a_word_and_a_reason(memory: Memory, condition: str, why: str) -> None:
    found = health(memory)
    assert (found.condition, found.why) == (condition, why)


@pytest.mark.parametrize(
    ("memory", "marked"),
    [
        (WELL, False),
        (Memory(URL, 3600, 3600), False),
        (replace(WELL, trouble="temporary", error="HTTP 500", failures=2), False),
        (replace(WELL, trouble="temporary", error="HTTP 500", failures=3), True),
        (replace(WELL, trouble="hard", error="HTTP 403", failures=1), True),
        (replace(WELL, address="https://new.example/feed"), True),
        (replace(WELL, counts=(30, 0), usual_entries=30.0), True),
        (replace(WELL, counts=(0, 0), usual_entries=0.0), True),
        (replace(WELL, error="breaks off"), True),
    ],
)
def test_what_a_person_must_look_at_is_marked(memory: Memory, marked: bool) -> None:
    assert health(memory).needs_a_person is marked
