"""Why a fetch failed, in words for the person who can mend it."""

import os
from collections.abc import Callable

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

from crawler.fetching.handler import AddressRefused

# By type; the first that fits counts. A function gets the error and its own words.
_REASONS: list[tuple[type[BaseException], Callable[[BaseException, str], str]]] = [
    (
        AddressRefused,
        lambda _, detail: f"refused: {detail}; to allow it, add its network to [crawl] allow_private",
    ),
    (DownloadTimeoutError, lambda _, __: "too slow: not answered in full in time"),
    (CannotResolveHostError, lambda _, __: "the host name cannot be resolved; check the address"),
    (DownloadConnectionRefusedError, lambda error, detail: f"no connection ({_os_error(error) or detail})"),
    (DownloadCancelledError, lambda _, detail: "the answer is too large" if "size" in detail else detail),
    (IgnoreRequest, lambda _, detail: _ignored(detail)),
    (ResponseDataLossError, lambda _, __: "the answer broke off"),
    (UnsupportedURLSchemeError, lambda _, detail: f"not an address that can be fetched ({detail})"),
    (DownloadFailedError, lambda _, detail: f"the answer is not proper HTTP ({detail})"),
]


def reason_of(error: BaseException) -> str:
    """One line on what went wrong, for any exception that a download ends in."""
    detail = " ".join(str(error).split())[:300]
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            return reason(error, detail)
    return f"{type(error).__name__}: {detail}" if detail else type(error).__name__


def _ignored(detail: str) -> str:
    """Scrapy's middlewares all drop a request in the same way and differ in their words only."""
    if "robots.txt" in detail:
        return "robots.txt of the site forbids it"
    if "redirect" in detail.lower():
        return "redirects in circles"
    if "exceed" in detail or "larger" in detail or "size" in detail:
        return "the answer is too large once unpacked"
    return detail


def _os_error(error: BaseException) -> str:
    cause = getattr(error.__cause__, "os_error", None)
    number = getattr(cause, "errno", None)
    return os.strerror(number).lower() if number else str(getattr(cause, "strerror", None) or cause or "")
