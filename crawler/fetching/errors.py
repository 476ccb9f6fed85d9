"""What the exceptions of a fetch mean."""

import os
from collections.abc import Callable

import aiohttp

from crawler.failures import Failed, Failure
from crawler.fetching.addresses import PrivateAddressError


def _untrusted(error: BaseException, detail: str) -> Failure:
    cause = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
    return Failure(f"its certificate is not to be trusted ({getattr(cause, 'verify_message', '') or detail})")


def _unconnected(error: BaseException, detail: str) -> Failure:
    # A name with several addresses reports their errors as one text.
    cause = getattr(error, "os_error", None)
    if isinstance(cause, PrivateAddressError) or "is a private address" in str(cause):
        return Failure(f"refused: {cause}; to allow it, add its network to [crawl] allow_private")
    return Failure(f"no connection ({_os_error(error) or detail})", "temporary")


def _os_error(error: BaseException) -> str:
    cause = getattr(error, "os_error", None) or error
    number = getattr(cause, "errno", None)
    if number and number > 0:
        return os.strerror(number).lower()
    return str(getattr(cause, "strerror", None) or "")


# By type; the first that fits counts. A function gets the error and its own words.
_MEANINGS: list[tuple[type[BaseException], Callable[[BaseException, str], Failure]]] = [
    (TimeoutError, lambda _, __: Failure("too slow: not answered in full in time", "temporary")),
    (
        aiohttp.ClientConnectorDNSError,
        lambda _, __: Failure("the host name cannot be resolved; check the address", "temporary"),
    ),
    (aiohttp.ClientConnectorCertificateError, _untrusted),
    (aiohttp.ClientSSLError, _untrusted),
    (aiohttp.ClientConnectorError, _unconnected),
    (UnicodeError, lambda _, detail: Failure(f"not an address that can be fetched ({detail})")),
    (aiohttp.InvalidURL, lambda _, detail: Failure(f"not an address that can be fetched ({detail})")),
    (aiohttp.ClientPayloadError, lambda _, __: Failure("the answer broke off", "temporary")),
    (
        aiohttp.ServerDisconnectedError,
        lambda _, __: Failure("the connection was closed without an answer", "temporary"),
    ),
    (
        aiohttp.ClientOSError,
        lambda error, detail: Failure(f"the connection broke ({_os_error(error) or detail})", "temporary"),
    ),
    (aiohttp.ClientError, lambda _, detail: Failure(f"the answer is not proper HTTP ({detail})")),
]


# What fetching and reading may end in without anyone being surprised.
EXPECTED = (Failed, aiohttp.ClientError, TimeoutError)


def failure_of_error(error: BaseException) -> Failure:
    """What an exception of fetching or reading means; one line, whatever it was."""
    if isinstance(error, Failed):
        return error.failure
    detail = " ".join(str(error).split())[:300]
    for kind, meaning in _MEANINGS:
        if isinstance(error, kind):
            return meaning(error, detail)
    return Failure(f"{type(error).__name__}: {detail}" if detail else type(error).__name__)
