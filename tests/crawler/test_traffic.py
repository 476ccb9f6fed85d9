"""A turn at each host, and the two steps in which a crawl is stopped."""

import asyncio
from functools import partial

import pytest
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response

from crawler.fetching.traffic import Traffic

ANSWER = Response("https://news.example/")


async def begun(*tasks: asyncio.Task[Response]) -> None:
    """Let the tasks run until each waits for something."""
    for _ in range(10 * len(tasks)):
        await asyncio.sleep(0)


def test_fetches_at_one_host_take_turns_and_others_do_not_wait() -> None:
    async def run() -> None:
        traffic = Traffic(asyncio.Event())
        under_way: list[str] = []
        answered = asyncio.Event()

        async def fetch(name: str) -> Response:
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

        async def fail() -> Response:
            raise ValueError("broken")

        async def fetch() -> Response:
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

        async def fetch(name: str) -> Response:
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
        with pytest.raises(DownloadCancelledError, match="stopped"):
            await second
        assert begun_fetches == ["first"]

    asyncio.run(run())


def test_given_up_fetches_are_cancelled() -> None:
    async def run() -> None:
        traffic = Traffic(asyncio.Event())
        cancelled: list[bool] = []

        async def fetch() -> Response:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.append(True)
                raise
            return ANSWER

        task = asyncio.create_task(traffic.take_turn("a.example", fetch))
        await begun(task)
        traffic.giving_up.set()
        with pytest.raises(DownloadCancelledError, match="stopped"):
            await task
        assert cancelled == [True]

    asyncio.run(run())


def test_no_more_fetches_run_at_once_than_there_is_room_for() -> None:
    async def run() -> int:
        traffic = Traffic(asyncio.Event(), concurrency=2)
        running = most = 0

        async def fetch() -> Response:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1
            return ANSWER

        await asyncio.gather(*(traffic.take_turn(f"{n}.example", fetch) for n in range(6)))
        return most

    assert asyncio.run(run()) == 2
