"""A real web server on loopback, with plain answers and one resource for each fault that servers have.

    with WebServer() as web:
        feed = web.add("/feed.xml", body, content_type="application/rss+xml", etag='"1"')
        slow = web.fault("silent")      # any name in FAULTS; served at /fault/<name>
        ...                             # fetch `feed` and `slow`, from this process or another one
        assert web.hits("/feed.xml") == 1
        assert "if-none-match" not in web.requests("/feed.xml")[0].headers

It runs on its own thread, so tests may be plain functions, coroutines or start processes. Adding a path
again replaces its answer. A path that was not added, /robots.txt too, answers 404. Nothing sleeps: what
must wait waits for the server to be closed.
"""

import asyncio
import gzip
import threading
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType

# Two items with text enough that a crawl does not look for more at their own addresses, which do not exist.
FEED = (
    b'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Chip news</title>'
    b"<item><title>Foundry starts 2 nm line</title><link>https://news.example/2nm</link>"
    b"<description>%(text)b</description></item>"
    b"<item><title>HBM prices rise again</title><link>https://news.example/hbm</link>"
    b"<description>%(text)b</description></item></channel></rss>"
) % {b"text": b"The plant is said to make its first wafers in the spring. " * 8}


@dataclass(frozen=True)
class Request:
    """A request as it was received; names of headers are in lower case."""

    method: str
    path: str  # with its query
    headers: Mapping[str, str]
    host: str  # the address of ours that was connected to


Reply = Callable[["WebServer", Request], AsyncIterator[bytes]]  # the raw bytes of an answer, head and all


class WebServer:
    """Serves until the `with` block ends, on a free port of each host; hosts are loopback addresses."""

    def __init__(self, *hosts: str) -> None:
        self.hosts = hosts or ("127.0.0.1",)
        self._replies: dict[str, Reply] = {}
        self._requests: list[Request] = []
        self._connections: list[str] = []
        self._ports: dict[str, int] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    def __enter__(self) -> "WebServer":
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()

    def url(self, path: str, host: str | None = None, name: str | None = None) -> str:
        """The address of a path, on the first host unless told; `name` is said in place of its number."""
        host = host or self.hosts[0]
        return f"http://{name or host}:{self._ports[host]}{path}"

    def add(
        self,
        path: str,
        body: bytes | str = b"",
        *,
        status: int = 200,
        content_type: str | None = "text/html; charset=utf-8",
        headers: Mapping[str, str] | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
        encoding: str | None = None,
    ) -> str:
        """Answer a path, and 304 to whoever holds one of the validators; `encoding` is gzip or deflate."""
        data = body.encode() if isinstance(body, str) else body
        if encoding is not None:
            data = gzip.compress(data) if encoding == "gzip" else zlib.compress(data)
        named = {
            "Content-Type": content_type,
            "Content-Encoding": encoding,
            "ETag": etag,
            "Last-Modified": last_modified,
        }
        sent = {name: value for name, value in named.items() if value is not None} | dict(headers or {})

        async def reply(web: WebServer, request: Request) -> AsyncIterator[bytes]:
            fresh = (etag is not None and request.headers.get("if-none-match") == etag) or (
                last_modified is not None and request.headers.get("if-modified-since") == last_modified
            )
            yield answer(b"", 304, sent) if fresh else answer(data, status, sent)

        return self.add_reply(path, reply)

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        """Send whoever asks for a path elsewhere."""
        return self.add(path, status=status, headers={"Location": to})

    def fault(self, name: str, host: str | None = None) -> str:
        """Serve one of `FAULTS`; returns its address."""
        path = f"/fault/{name.replace(' ', '-')}"
        self.add_reply(path, FAULTS[name])
        return self.url(path, host)

    def add_reply(self, path: str, reply: Reply) -> str:
        """Answer a path with whatever bytes `reply` gives; returns its address."""
        self._replies[path] = reply
        return self.url(path)

    def requests(self, path: str | None = None) -> list[Request]:
        """What was asked so far, of one path or of all."""
        return [request for request in list(self._requests) if path in (None, request.path)]

    def hits(self, path: str) -> int:
        """How often a path was asked for."""
        return len(self.requests(path))

    def connections(self, host: str | None = None) -> int:
        """How many connections were made to one of the hosts, whether anything was asked or not."""
        return self._connections.count(host or self.hosts[0])

    async def closed(self, within: float | None = None) -> bool:
        """For replies: wait until the server is closed, or not longer than some seconds; whether it is."""
        try:
            return await asyncio.wait_for(self._closing.wait(), within)
        except TimeoutError:
            return False

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._closing = asyncio.Event()
        servers = [await asyncio.start_server(self._connected, host, 0) for host in self.hosts]
        self._ports = {
            host: server.sockets[0].getsockname()[1] for host, server in zip(self.hosts, servers, strict=True)
        }
        self._started.set()
        await self._closing.wait()
        for server in servers:
            server.close()
        for task in list(self._answering):
            task.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host: str = writer.get_extra_info("sockname")[0]
        self._connections.append(host)
        task = asyncio.current_task()
        assert task is not None
        self._answering.add(task)
        try:
            request = _parsed(await reader.readuntil(b"\r\n\r\n"), host)
            self._requests.append(request)
            async for data in self._replies.get(request.path, _not_found)(self, request):
                writer.write(data)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client has enough, or the server is being closed
        finally:
            self._answering.discard(task)
            writer.close()


def answer(body: bytes = b"", status: int = 200, headers: Mapping[str, str] | None = None) -> bytes:
    """A whole answer; its length is right unless the headers say otherwise."""
    sent = {"Content-Length": str(len(body)), "Connection": "close", **(headers or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{lines}\r\n".encode() + body


def _parsed(head: bytes, host: str) -> Request:
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    method, path, _ = first.split(" ")
    pairs = (line.partition(":") for line in lines)
    return Request(method, path, {name.lower(): value.strip() for name, _, value in pairs}, host)


async def _not_found(web: WebServer, request: Request) -> AsyncIterator[bytes]:
    yield answer(b"nothing here", 404)


def _always(raw: bytes) -> Reply:
    async def reply(web: WebServer, request: Request) -> AsyncIterator[bytes]:
        if raw:
            yield raw

    return reply


def _feed(body: bytes, content_type: str = "application/rss+xml") -> Reply:
    return _always(answer(body, headers={"Content-Type": content_type}))


def _status(status: int) -> Reply:
    return _always(answer(b"<html><body>no</body></html>", status, {"Content-Type": "text/html"}))


def _with_lines(*lines: bytes) -> Reply:
    """The feed, with these header lines as they are."""
    first, _, rest = answer(FEED, headers={"Content-Type": "application/rss+xml"}).partition(b"\r\n")
    return _always(b"\r\n".join([first, *lines, rest]))


def _endless(head: bytes, more: bytes) -> Reply:
    async def reply(web: WebServer, request: Request) -> AsyncIterator[bytes]:
        yield head
        while not web._closing.is_set():
            yield more

    return reply


async def _silent(web: WebServer, request: Request) -> AsyncIterator[bytes]:
    await web.closed()
    yield b""


async def _one_byte_at_a_time(web: WebServer, request: Request) -> AsyncIterator[bytes]:
    yield answer(headers={"Content-Length": str(len(FEED))})
    for byte in FEED:
        yield bytes([byte])
        if await web.closed(within=0.1):
            return


async def _redirect_loop(web: WebServer, request: Request) -> AsyncIterator[bytes]:
    yield answer(status=302, headers={"Location": request.path})


async def _redirect_private(web: WebServer, request: Request) -> AsyncIterator[bytes]:
    yield answer(status=302, headers={"Location": web.url("/private", web.hosts[-1])})


def _packed(*layers: str) -> Reply:
    """Thirty million zeros."""
    body = b"\0" * 30_000_000
    for _ in layers:
        body = gzip.compress(body)
    return _always(answer(body, headers={"Content-Encoding": ", ".join(layers)}))


_CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nTransfer-Encoding: chunked\r\n\r\n"
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
_IN_FEED = FEED.partition(b"?>")[2].replace(b"HBM prices", b"&%s; prices")

# Each answers 200 with a feed but for what its name says.
FAULTS: dict[str, Reply] = {
    **{str(status): _status(status) for status in (404, 410, 429, 500, 503)},
    "301": _always(answer(status=301)),  # and no word of where to
    "redirect loop": _redirect_loop,
    "redirect private": _redirect_private,  # to /private on the last of the hosts
    "silent": _silent,
    "one byte at a time": _one_byte_at_a_time,
    "huge": _endless(answer(headers={"Content-Length": "1000000000"}), b" " * 65_536),
    "gzip bomb": _packed("gzip"),
    "gzip of gzip": _packed("gzip", "gzip"),
    "endless headers": _endless(b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n" * 1000),
    "200 headers": _with_lines(*(b"X-Header-%d: value" % n for n in range(200))),
    "20 kB header": _with_lines(b"Content-Security-Policy: " + b"a" * 20_000),
    "non-UTF-8 header": _with_lines(b"X-Title: caf\xe9 \x83\x65"),
    "header without colon": _with_lines(b"this line is no header"),
    "cut": _always(answer(FEED, headers={"Content-Length": "100000"})),
    "cut chunked": _always(_CHUNKED + b"%x\r\n%b\r\n" % (len(FEED), FEED)),
    "endless chunked": _endless(_CHUNKED, b"10000\r\n" + b" " * 65_536 + b"\r\n"),
    "closed at once": _always(b""),
    "billion laughs": _feed(b"<!DOCTYPE rss [%b]>%b" % (_LAUGHS.encode(), _IN_FEED % b"l9")),
    "external entity": _feed(b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + _IN_FEED % b"x"),
    "truncated": _feed(FEED[: FEED.rindex(b"</title>")]),
    "html": _feed(b"<!doctype html><html><body><h1>News</h1></body></html>", "text/html"),
    "empty": _feed(b""),
    "wrong charset": _feed(
        FEED.replace(b"Foundry", "ファウンドリー".encode()), "text/xml; charset=shift_jis"
    ),
}
