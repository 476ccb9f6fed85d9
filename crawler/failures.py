"""Why a visit failed: in words for the person who can mend it, and how heavily it counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Literal

from storage.dates import parse_date

# temporary: likely to pass by itself. hard: someone has to mend it. missing: 404. gone: 410, for good.
FailureKind = Literal["temporary", "hard", "missing", "gone"]

_TEMPORARY = frozenset({408, 421, 423, 425, 429})
_WAITING = frozenset({429, 503})  # that may say how long to wait
_ADVICE = {
    401: "; it wants a login",
    403: "; it refuses programs, or this one",
    404: "; check the address",
    410: "; it is gone for good",
}


@dataclass(frozen=True)
class Failure:
    """What went wrong with one visit."""

    reason: str
    kind: FailureKind = "hard"
    retry_after: timedelta | None = None  # that its server asks to be left alone for


class Failed(Exception):  # noqa: N818 - said as it happens
    """What kept a source from being read; the message is the reason."""

    def __init__(self, reason: str, kind: FailureKind = "hard") -> None:
        super().__init__(reason)
        self.failure = Failure(reason, kind)


class FetchFailed(Failed):
    """A fetch that gave no answer to be read."""


class Stopped(Exception):  # noqa: N818 - no error of anyone's
    """The crawl was stopped before the fetch was done."""


def failure_of_status(status: int, retry_after: str | None, now: datetime) -> Failure:
    """What an HTTP status other than 200 and 304 means for a source."""
    try:
        phrase = f"HTTP {status} {HTTPStatus(status).phrase}{_ADVICE.get(status, '')}"
    except ValueError:
        phrase = f"HTTP {status}"
    kind: FailureKind = "hard"
    if status == HTTPStatus.NOT_FOUND:
        kind = "missing"
    elif status == HTTPStatus.GONE:
        kind = "gone"
    elif status in _TEMPORARY or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        kind = "temporary"
    wait = parse_retry_after(retry_after, now) if status in _WAITING else None
    return Failure(phrase, kind, wait)


def parse_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """A Retry-After header, in seconds or as a date (RFC 9110, 10.2.3); none if it says nothing."""
    if not value:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), 366 * 86_400))
    moment = parse_date(value)
    if moment is None or moment.tzinfo is None:
        return None
    return max(moment - now, timedelta(0))
