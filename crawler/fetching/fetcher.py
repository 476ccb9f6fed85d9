"""One HTTP fetch: bounded, polite, and never from an address that is not allowed."""

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, urljoin, urlsplit

import aiohttp
from aiohttp.connector import AddrInfoType

from crawler.failures import FetchFailed
from crawler.fetching.addresses import PrivateAddressError, is_allowed
from crawler.fetching.options import POLITE, FetchOptions, user_agent
from crawler.fetching.robots import MAX_BYTES, Robots, Rules
from crawler.fetching.traffic import Traffic
from storage.urls import is_web_url

MAX_REDIRECTS = 5
MAX_HEADER_BYTES = 65_536  # one header; real Content-Security-Policies pass 8 kB
MAX_HEADERS = 512
SMALL_RULES = 10_000  # characters of a robots.txt that is read in a few milliseconds
LARGE = 1_000_000  # bytes of a body, unpacked; of larger ones few are read at once, as they lie in memory
LARGE_AT_ONCE = 8
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, text/xml;q=0.9, text/html;q=0.8, "
    "*/*;q=0.5"
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})


@dataclass(frozen=True)
class Validators:
    """What a server said of a document it gave, to be sent back to the same address."""

    url: str
    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        """The conditions of a request."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True)
class Fetched:
    """A server's answer."""

    url: str  # that answered, after redirects
    status: int
    headers: Mapping[str, str]  # names in lower case; of a repeated header the first
    body: bytes
    moved_to: str | None = None  # where permanent redirects alone lead


class Fetcher:
    """Fetches for one crawl; to be used as `async with Fetcher(...) as fetcher`."""

    def __init__(
        self, options: FetchOptions, traffic: Traffic, robots: Robots, now: Callable[[], datetime]
    ) -> None:
        self.options = options
        self.traffic = traffic
        self.robots = robots
        self.now = now
        self._own = [ipaddress.ip_network(text) for text in options.allow_private]
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)
        self._asking: dict[str, asyncio.Lock] = {}  # origins whose robots.txt is being fetched

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(socket_factory=self._socket, limit=0, ttl_dns_cache=300),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": user_agent(self.options), "Accept": ACCEPT},
            timeout=aiohttp.ClientTimeout(total=None),
            trust_env=False,  # behind a proxy only the proxy's address would be checked
            max_line_size=MAX_HEADER_BYTES,
            max_field_size=MAX_HEADER_BYTES,
            max_headers=MAX_HEADERS,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def fetch(
        self, url: str, validators: Validators | None = None, *, leave_slow_hosts: bool = False
    ) -> Fetched:
        """The answer at an address, whatever its status; redirects are followed.

        `validators` are sent to the address that they are of and to no other. With `leave_slow_hosts` a host
        that timed out before in this crawl is not asked. Raises `FetchFailed` or an `aiohttp.ClientError`
        or `TimeoutError` (`crawler.failures` says what each means), and `Stopped`.
        """
        return await self._follow(url, self.options.max_bytes, validators, leave_slow_hosts=leave_slow_hosts)

    async def _follow(
        self,
        url: str,
        max_bytes: int,
        validators: Validators | None = None,
        *,
        leave_slow_hosts: bool = False,
        obeys: bool = True,
    ) -> Fetched:
        """The answer at the end of all redirects; `obeys` says whether robots.txt is asked first."""
        left = self.options.timeout
        moved, for_good = url, True
        asked: set[str] = set()
        while True:
            pause = await self._allowed(url) if obeys else 0.0
            conditions = validators.headers() if validators and validators.url == url else {}
            answer, took = await self._turn(url, conditions, left, max_bytes, pause, leave_slow_hosts)
            left -= took
            target = answer.headers.get("location") if answer.status in _REDIRECTS else None
            if target is None:
                return Fetched(
                    answer.url, answer.status, answer.headers, answer.body, moved if for_good else None
                )
            asked.add(url)
            for_good = for_good and answer.status in _FOR_GOOD
            url = _target(url, target)
            moved = url if for_good else moved
            if url in asked or len(asked) > MAX_REDIRECTS:
                raise FetchFailed("redirects in circles")

    async def _turn(
        self,
        url: str,
        headers: Mapping[str, str],
        seconds: float,
        max_bytes: int,
        pause: float,
        leave_slow_hosts: bool,
    ) -> tuple[Fetched, float]:
        host = _host(urlsplit(url))
        clock = asyncio.get_running_loop().time

        async def ask() -> tuple[Fetched, float]:
            if leave_slow_hosts and host in self.traffic.slow:
                raise FetchFailed("the host was too slow a moment ago", "temporary")
            start = clock()  # waiting for a turn is no slowness of the host's
            try:
                return await self._get(url, headers, seconds, max_bytes), clock() - start
            except TimeoutError:
                self.traffic.slow.add(host)
                raise

        return await self.traffic.take_turn(host, ask, pause=pause)

    async def _get(self, url: str, headers: Mapping[str, str], seconds: float, max_bytes: int) -> Fetched:
        async with (
            asyncio.timeout(max(seconds, 0.001)),
            self._session.get(url, headers=headers, allow_redirects=False) as response,
        ):
            if response.status in _REDIRECTS:
                response.close()  # what it says beside is of no use
                return Fetched(url, response.status, _headers(response), b"")
            if int(response.headers.get("Content-Length") or 0) > max_bytes:
                response.close()
                raise FetchFailed(f"the answer is too large: more than {max_bytes / 1e6:g} MB")
            body = await self._body(response, max_bytes)
            return Fetched(url, response.status, _headers(response), body)

    async def _body(self, response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
        chunks, size = [], 0
        async with contextlib.AsyncExitStack() as room:
            async for chunk in response.content.iter_any():
                if size <= LARGE < size + len(chunk):
                    await room.enter_async_context(self._large)
                size += len(chunk)
                if size > max_bytes:
                    response.close()
                    raise FetchFailed(f"the answer is too large: more than {max_bytes / 1e6:g} MB")
                chunks.append(chunk)
        return b"".join(chunks)

    async def _allowed(self, url: str) -> float:
        """Check the site's robots.txt; returns the seconds to leave its host alone afterwards."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        rules = self.robots.rules(origin, self.now())
        if rules is None:
            async with self._asking.setdefault(origin, asyncio.Lock()):
                rules = self.robots.rules(origin, self.now()) or await self._ask_robots(origin)
        if len(rules.text) <= SMALL_RULES:
            verdict = self.robots.verdict(origin, rules, url)
        else:  # the longest ones take a second
            verdict = await asyncio.to_thread(self.robots.verdict, origin, rules, url)
        if not verdict.allowed:
            raise FetchFailed("robots.txt of the site forbids it")
        return max(self._delay(parts), verdict.pause)

    async def _ask_robots(self, origin: str) -> Rules:
        """The site's rules as they are now; a site that has none to read is open."""
        text = ""
        # What is wrong with the site shows in the fetch itself.
        with contextlib.suppress(FetchFailed, aiohttp.ClientError, TimeoutError):
            answer = await self._follow(f"{origin}/robots.txt", MAX_BYTES, obeys=False)
            if answer.status == HTTPStatus.OK:
                text = answer.body.decode(errors="replace").lstrip("\ufeff").replace("\0", "")
        rules = Rules(text, self.now())
        self.robots.learn(origin, rules)
        return rules

    def _delay(self, parts: SplitResult) -> float:
        if self.options.delay is not None:
            return self.options.delay
        return 0.0 if self._is_own(parts.hostname or "") else POLITE

    def _is_own(self, host: str) -> bool:
        """Whether a host is named by an address of a network that the settings call the user's own."""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._own)

    def _socket(self, info: AddrInfoType) -> socket.socket:
        # The very address about to be connected to: a name that resolves anew cannot get around it.
        family, kind, protocol, _, address = info
        if not is_allowed(str(address[0]), self._own):
            raise PrivateAddressError(str(address[0]))
        return socket.socket(family, kind, protocol)


def _headers(response: aiohttp.ClientResponse) -> dict[str, str]:
    # As they came: the parsed ones cannot be encoded again when a server sent bytes that are not UTF-8.
    return {
        name.decode("latin-1").lower(): value.decode("latin-1")
        for name, value in reversed(response.raw_headers)
    }


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").removeprefix("www.")


def _target(url: str, location: str) -> str:
    """Where a redirect leads. Raises `FetchFailed` if that is not on the web."""
    try:
        target = urljoin(url, location.encode("latin-1").decode(errors="replace").strip())
    except ValueError:
        target = location
    if not is_web_url(target):
        raise FetchFailed(f"redirects to what cannot be fetched ({target[:100]})")
    return target.partition("#")[0]
