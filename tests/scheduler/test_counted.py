"""Counts in words."""

import pytest

from scheduler.counted import counted


@pytest.mark.parametrize(
    ("count", "noun", "said"),
    [
        (0, "post", "0 posts"),
        (1, "follow-up", "1 follow-up"),
        (2513, "post", "2,513 posts"),
        (1, "story", "1 story"),
        (3, "story", "3 stories"),
    ],
)
def test_one_is_not_many(count: int, noun: str, said: str) -> None:
    assert counted(count, noun) == said
