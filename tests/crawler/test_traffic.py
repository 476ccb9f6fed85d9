"""A turn at each host, and the two steps in which a crawl is stopped."""

import asyncio
from functools import partial

import pytest

from crawler.failures import Stopped
from crawler.fetching.traffic import Traffic

ANSWER = "an answer"


async def begun(*tasks: asyncio.Task[str]) -> None:
    """Let the tasks run until each waits for something."""
    for _ in range(10 * len(tasks)):
        await asyncio.sleep(0)


def test_fetches_at_one_host_take_turns_and_others_do_not_wait() -> None:
    async def run() -> None:
        traffic = Traffic(asyncio.Event())
        under_way: list[str] = []
        answered = asyncio.Event()

        async def fetch(name: str) -> str:
            under_way.append(name)
            await answered.wait()
            return ANSWER

        turns = [("a.example", "first"), ("a.example", "second"), ("b.example", "other")]
        tasks = [asyncio.create_task(traffic.take_turn(host, partial(fetch, name))) for host, name in turns]
        await begun(*tasks)
        assert under_way == ["first", "other"]
        answered.set()
        assert await asyncio.gather(*tasks) == [ANSWER] * 3
        assert under_way == ["first", "other", "second"]

    asyncio.run(run())


def test_a_failed_fetch_passes_its_turn_on() -> None:
    async def run() -> None:
        traffic = Traffic(asyncio.Event())

        async def fail() -> str:
            raise ValueError("broken")

        async def fetch() -> str:
            return ANSWER

        with pytest.raises(ValueError, match="broken"):
            await traffic.take_turn("a.example", fail)
        assert await traffic.take_turn("a.example", fetch) is ANSWER

    asyncio.run(run())


def test_once_stopped_what_waits_is_not_begun_and_what_is_under_way_ends() -> None:
    async def run() -> None:
        traffic = Traffic(asyncio.Event())
        begun_fetches: list[str] = []
        answered = asyncio.Event()

        async def fetch(name: str) -> str:
            begun_fetches.append(name)
            await answered.wait()
            return ANSWER

        first, second = (
            asyncio.create_task(traffic.take_turn("a.example", partial(fetch, name)))
            for name in ("first", "second")
        )
        await begun(first, second)
        traffic.stop.set()
        answered.set()
        assert await first is ANSWER
        with pytest.raises(Stopped):
            await second
        assert begun_fetches == ["first"]

    asyncio.run(run())


def test_given_up_fetches_are_cancelled() -> None:
    async def run() -> None:
        traffic = Traffic(asyncio.Event())
        cancelled: list[bool] = []

        async def fetch() -> str:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.append(True)
                raise
            return ANSWER

        task = asyncio.create_task(traffic.take_turn("a.example", fetch))
        await begun(task)
        traffic.give_up()
        with pytest.raises(Stopped):
            await task
        assert cancelled == [True]

    asyncio.run(run())


def test_no_more_fetches_run_at_once_than_there_is_room_for() -> None:
    async def run() -> int:
        traffic = Traffic(asyncio.Event(), concurrency=2)
        running = most = 0

        async def fetch() -> str:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1
            return ANSWER

        await asyncio.gather(*(traffic.take_turn(f"{n}.example", fetch) for n in range(6)))
        return most

    assert asyncio.run(run()) == 2


def test_a_host_is_left_alone_for_a_pause_and_others_are_not() -> None:
    async def run() -> None:
        traffic = Traffic(asyncio.Event())
        clock = asyncio.get_running_loop().time
        begun_at: list[tuple[str, float]] = []

        async def fetch(name: str) -> str:
            begun_at.append((name, clock()))
            return ANSWER

        turns = [("a.example", "first"), ("a.example", "second"), ("b.example", "other")]
        await asyncio.gather(*(traffic.take_turn(h, partial(fetch, name), pause=0.2) for h, name in turns))
        times = dict(begun_at)
        assert times["second"] - times["first"] >= 0.2
        assert times["other"] - times["first"] < 0.1

    asyncio.run(run())


def test_a_pause_does_not_hold_up_stopping() -> None:
    async def run() -> None:
        traffic = Traffic(asyncio.Event())

        async def fetch() -> str:
            return ANSWER

        await traffic.take_turn("a.example", fetch, pause=3600)
        waiting = asyncio.create_task(traffic.take_turn("a.example", fetch))
        await begun(waiting)
        traffic.stop.set()
        with pytest.raises(Stopped):
            await waiting

    asyncio.run(run())


def test_a_task_that_is_cancelled_by_others_is_cancelled() -> None:
    async def run() -> None:
        traffic = Traffic(asyncio.Event())

        async def fetch() -> str:
            await asyncio.Event().wait()
            return ANSWER

        task = asyncio.create_task(traffic.take_turn("a.example", fetch))
        await begun(task)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())


def test_once_given_up_nothing_begins() -> None:
    async def run() -> None:
        traffic = Traffic(asyncio.Event())
        traffic.give_up()

        async def fetch() -> str:
            return ANSWER

        with pytest.raises(Stopped):
            await traffic.take_turn("a.example", fetch)

    asyncio.run(run())
