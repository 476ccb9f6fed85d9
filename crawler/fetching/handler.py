"""Scrapy on our own fetcher: spiders crawl pages, and how they are fetched is decided in one place."""

from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

if TYPE_CHECKING:
    from crawler.spiders.page import PageSpider


class FetcherHandler(BaseDownloadHandler):
    """Gives spiders what the crawl's `Fetcher` fetches.

    A request's meta may hold `validators` and `leave_slow_hosts` for it; the response's holds `fetched`.
    """

    async def download_request(self, request: Request) -> Response:
        """Fetch; raises what `Fetcher.fetch` raises."""
        spider: PageSpider = self.crawler.spider  # type: ignore[assignment]
        fetched = await spider.fetcher.fetch(
            request.url,
            request.meta.get("validators"),
            leave_slow_hosts=request.meta.get("leave_slow_hosts", False),
        )
        request.meta["fetched"] = fetched
        headers = Headers({name: value.encode("latin-1") for name, value in fetched.headers.items()})
        kind = responsetypes.from_args(headers=headers, url=fetched.url, body=fetched.body)
        return kind(fetched.url, status=fetched.status, headers=headers, body=fetched.body, request=request)


def scrapy_settings(concurrency: int) -> dict[str, Any]:
    """Scrapy's settings. No secret may ever stand here: Scrapy logs what differs from its defaults."""
    handler = f"{__name__}.FetcherHandler"
    return {
        "TWISTED_REACTOR_ENABLED": False,  # one asyncio loop, shared with the daemon
        "REMOTE_CONTROL_ENABLED": False,  # would open a port that executes Python
        "TELNETCONSOLE_ENABLED": False,
        "DOWNLOAD_HANDLERS": {
            "http": handler,
            "https": handler,
            "data": None,
            "file": None,
            "ftp": None,
            "s3": None,
        },
        # Redirects, robots.txt, unpacking, limits and turns are the fetcher's.
        "DOWNLOADER_MIDDLEWARES_BASE": {},
        "EXTENSIONS_BASE": {},
        "HTTPERROR_ALLOW_ALL": True,  # a status is the source's answer, not an exception
        "REFERER_ENABLED": False,
        "CONCURRENT_REQUESTS": concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": concurrency,
        "DOWNLOAD_DELAY": 0,
        "STATS_DUMP": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "MEMUSAGE_ENABLED": False,
    }
