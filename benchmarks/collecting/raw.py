"""The raw download: every feed is fetched as fast as a client may, and nothing is read.

    python -m benchmarks.collecting.raw URLS VALIDATORS

URLS is a file with an address a line, VALIDATORS one with the ETags of the last time, read and written.
Prints the seconds and CPU seconds of the work as JSON.
"""

import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

AT_ONCE = 64


@dataclass(frozen=True)
class Downloaded:
    """What a server gave."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes


async def download(
    urls: Iterable[str], take: Callable[[str, Downloaded], None], etags: Mapping[str, str]
) -> None:
    """Fetch these addresses, 64 at once and a host's in turn, and hand each answer over as it comes."""
    hosts: defaultdict[str, list[str]] = defaultdict(list)
    for url in urls:
        hosts[urlsplit(url).netloc].append(url)
    turns = asyncio.Semaphore(AT_ONCE)

    async def of_one_host(session: aiohttp.ClientSession, turn: Iterable[str]) -> None:
        for url in turn:
            conditions = {"If-None-Match": etags[url]} if url in etags else {}
            async with turns, session.get(url, headers=conditions) as response:
                body = await response.read()
                headers = {name.lower(): value for name, value in response.headers.items()}
                take(url, Downloaded(response.status, headers, body))

    connector = aiohttp.TCPConnector(limit=AT_ONCE, limit_per_host=1)
    async with aiohttp.ClientSession(connector=connector) as session, asyncio.TaskGroup() as group:
        for turn in hosts.values():
            group.create_task(of_one_host(session, turn))


def main() -> None:
    """Fetch all once."""
    urls = Path(sys.argv[1]).read_text(encoding="utf-8").split()
    validators = Path(sys.argv[2])
    etags = json.loads(validators.read_text(encoding="utf-8")) if validators.exists() else {}
    fresh: dict[str, str] = {}
    failed = 0

    def take(url: str, answer: Downloaded) -> None:
        nonlocal failed
        failed += answer.status not in (200, 304)
        fresh[url] = answer.headers.get("etag", "")

    start, cpu = time.perf_counter(), time.process_time()
    asyncio.run(download(urls, take, etags))
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    validators.write_text(json.dumps(fresh), encoding="utf-8")
    print(json.dumps({"seconds": seconds, "cpu": cpu, "new": None, "failed": failed}))


if __name__ == "__main__":
    main()
