"""Parsing in a process of its own: bounded in time and memory, and fetching goes on."""

import asyncio
import os
import signal
import threading
from collections.abc import Iterator

import pytest

from crawler.parsing.apart import Apart
from crawler.parsing.errors import UnreadableError


def process_id() -> int:
    return os.getpid()


def forever() -> None:
    threading.Event().wait()


def too_much() -> int:
    return len(bytearray(10_000_000_000))


def dies() -> None:
    os._exit(7)


def complains() -> None:
    raise UnreadableError("not a feed")


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    """One process for all of these tests."""
    made = Apart(seconds=1)
    yield made
    made.close()


def test_it_is_another_process_and_the_same_each_time(apart: Apart) -> None:
    first = asyncio.run(apart.run(process_id))
    assert first != os.getpid()
    assert asyncio.run(apart.run(process_id)) == first


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (forever, "it takes longer than 1 s to read; refused"),
        (too_much, "it takes too much memory to read; refused"),
        (dies, "it takes too much memory to read; refused"),
        (complains, "not a feed"),
    ],
)
def test_what_goes_wrong_there_is_one_documents_failure(apart: Apart, function: object, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        asyncio.run(apart.run(function))  # type: ignore[arg-type]
    assert str(caught.value) == reason
    assert asyncio.run(apart.run(process_id)) > 0


def test_the_loop_goes_on_meanwhile(apart: Apart) -> None:
    async def run() -> int:
        ticks = 0
        task = asyncio.ensure_future(apart.run(forever))
        while not task.done():
            await asyncio.wait({task}, timeout=0.05)
            ticks += 1
        with pytest.raises(UnreadableError):
            task.result()
        return ticks

    assert asyncio.run(run()) > 5


def test_closing_one_that_was_never_used_is_nothing() -> None:
    Apart().close()


def test_a_process_that_is_ended_from_outside_is_replaced(apart: Apart) -> None:
    first = asyncio.run(apart.run(process_id))
    os.kill(first, signal.SIGKILL)
    while True:  # until that is noticed
        try:
            again = asyncio.run(apart.run(process_id))
        except UnreadableError:
            continue
        break
    assert again != first
