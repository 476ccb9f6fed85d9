"""Asking feeds: they are most of all sources, and take the short way from a fetch to the store."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from urllib.parse import urlsplit

from crawler.fetching.fetcher import Fetcher
from crawler.taking import Taker, validators_of
from crawler.visits import Ask


async def ask_feeds(asks: Sequence[Ask], fetcher: Fetcher, taker: Taker) -> None:
    """Ask these feeds, hosts beside each other, and those of one host in turn."""

    async def of_one_host(turn: Sequence[Ask]) -> None:
        for ask in turn:
            await taker.take(ask, fetcher.fetch(ask.memory.address, validators_of(ask)))

    hosts: defaultdict[str, list[Ask]] = defaultdict(list)
    for ask in asks:
        hosts[urlsplit(ask.memory.address).netloc].append(ask)
    async with asyncio.TaskGroup() as group:
        for turn in hosts.values():
            group.create_task(of_one_host(turn))
