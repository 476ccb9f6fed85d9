"""How fetching behaves, and the Scrapy settings that make it so."""

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any


@dataclass(frozen=True)
class FetchOptions:
    """The user's part of it."""

    contact: str = ""  # an e-mail or web address for the User-Agent
    allow_private: tuple[str, ...] = ()  # networks in CIDR notation
    timeout: float = 20.0  # seconds for one whole fetch
    max_bytes: int = 10_000_000  # of one body, on the wire and again unpacked
    concurrency: int = 32  # fetches at once; one host never sees more than one
    articles: int = 50  # article pages fetched for their text, a crawl


def user_agent(options: FetchOptions) -> str:
    """Who we are, and how to reach who runs us."""
    contact = f"; +{options.contact}" if options.contact else ""
    return f"chipwatch/{version('chipwatch')} (news monitor{contact})"


def scrapy_settings(options: FetchOptions) -> dict[str, Any]:
    """Scrapy's settings. No secret may ever stand here: Scrapy logs what differs from its defaults."""
    handler = "crawler.fetching.handler.HttpHandler"
    return {
        "TWISTED_REACTOR_ENABLED": False,  # one asyncio loop, shared with the daemon
        "REMOTE_CONTROL_ENABLED": False,  # would open a port that executes Python
        "TELNETCONSOLE_ENABLED": False,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_HANDLERS": {
            "http": handler,
            "https": handler,
            "data": None,
            "file": None,
            "ftp": None,
            "s3": None,
        },
        "CHIPWATCH_ALLOW_PRIVATE": list(options.allow_private),
        "USER_AGENT": user_agent(options),
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": "chipwatch",
        "COOKIES_ENABLED": False,
        "REFERER_ENABLED": False,  # a feed's address may hold a secret; other hosts are not told it
        "HTTPPROXY_ENABLED": False,  # behind a proxy only the proxy's address would be checked
        "REDIRECT_MAX_TIMES": 5,
        "RETRY_ENABLED": False,  # a source that failed is asked again at its next turn
        "METAREFRESH_ENABLED": False,
        "HTTPERROR_ALLOW_ALL": True,  # a status is the source's answer, not an exception
        "DOWNLOAD_TIMEOUT": options.timeout,
        "DOWNLOAD_MAXSIZE": options.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "CONCURRENT_REQUESTS": options.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": options.concurrency,  # Traffic lets one through at a time
        "DOWNLOAD_DELAY": 0,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "application/atom+xml, application/rss+xml, text/xml;q=0.9, text/html;q=0.8, */*;q=0.5",
        },
        "STATS_DUMP": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "MEMUSAGE_ENABLED": False,
    }
