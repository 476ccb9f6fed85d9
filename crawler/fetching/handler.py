"""Scrapy's aiohttp download handler with the checks that it leaves to its user.

Leans on private parts of Scrapy (`_aiohttp`) and aiohttp (`_socket_factory`, `_max_field_size`,
`_max_headers`); both have their minor versions pinned, and tests/crawler/test_fetching.py holds each part.
"""

import ipaddress
import socket
from typing import TYPE_CHECKING

from aiohttp import ClientResponse
from aiohttp.connector import AddrInfoType
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadConnectionRefusedError, DownloadTimeoutError, IgnoreRequest
from scrapy.http import Headers, Request, Response
from scrapy.utils.httpobj import urlparse_cached

from crawler.fetching.addresses import PrivateAddressError, is_allowed

if TYPE_CHECKING:
    from crawler.spiders.article import ArticleSpider
    from crawler.spiders.source import SourceSpider

MAX_HEADER_BYTES = 65_536  # one header; real Content-Security-Policies pass 8 kB
MAX_HEADERS = 512


class AddressRefused(IgnoreRequest):
    """The connection would have gone to an address that is not allowed."""


class HttpHandler(AiohttpDownloadHandler):
    """Connects to allowed addresses only, bounds headers, and can let go of what it is fetching."""

    experimental = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        allowed = [ipaddress.ip_network(text) for text in crawler.settings.getlist("CHIPWATCH_ALLOW_PRIVATE")]

        def public_socket(info: AddrInfoType) -> socket.socket:
            # The very address about to be connected to: a name that resolves anew cannot get around it.
            family, kind, protocol, _, address = info
            if not is_allowed(str(address[0]), allowed):
                raise PrivateAddressError(str(address[0]))
            return socket.socket(family, kind, protocol)

        connector = self._session.connector
        assert connector is not None  # noqa: S101 - the session was made with one
        connector._socket_factory = public_socket  # type: ignore[attr-defined]
        self._session._max_field_size = MAX_HEADER_BYTES
        self._session._max_headers = MAX_HEADERS

    @staticmethod
    def _extract_headers(response: ClientResponse) -> Headers:
        # The parsed headers cannot be encoded again when a server sent bytes that are not UTF-8.
        return Headers(list(response.raw_headers))

    async def download_request(self, request: Request) -> Response:
        """Fetch when it is this host's turn, unless the crawl is being stopped."""
        spider: SourceSpider | ArticleSpider = self.crawler.spider  # type: ignore[assignment]
        host = urlparse_cached(request).hostname or ""

        async def fetch() -> Response:
            if spider.leaves_slow_hosts and host in spider.traffic.slow:
                raise DownloadTimeoutError("the host was too slow a moment ago")
            try:
                return await self._fetch(request)
            except DownloadTimeoutError:
                spider.traffic.slow.add(host)
                raise

        return await spider.traffic.take_turn(host, fetch)

    async def _fetch(self, request: Request) -> Response:
        try:
            return await super().download_request(request)
        except DownloadConnectionRefusedError as error:
            cause = str(getattr(error.__cause__, "os_error", ""))
            # A name with several addresses reports their errors as one text.
            if "is a private address" in cause:
                raise AddressRefused(cause) from error
            raise
