"""Logging for the command line and the daemon: plain lines on standard error, or JSON; never a secret."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, Literal

from storage.errors import plain_line
from storage.hiding import hide_secrets

Format = Literal["plain", "json"]


class _OneLine(logging.Formatter):
    """A line a record, but for tracebacks: what a server says must not pass for a record of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return hide_secrets(plain_line(super().formatMessage(record)))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        lines = super().formatException(ei).splitlines()
        return "\n".join(f"  {hide_secrets(plain_line(line))}" for line in lines)


class _Json(logging.Formatter):
    """A JSON object a line: `time` (UTC), `level`, `logger`, `message`, and `traceback` if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": hide_secrets(plain_line(record.getMessage())),
        }
        if record.exc_info:
            said["traceback"] = hide_secrets(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False)


def configure_logging(*, verbose: bool, daemon: bool, style: Format = "plain") -> None:
    """The daemon tells what it does; a command stays silent but for its own output.

    What goes wrong with a source is told as its result, so that libraries speak up only for `verbose`.
    """
    handler = logging.StreamHandler(sys.stderr)
    plain = _OneLine("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S")
    handler.setFormatter(plain if style == "plain" else _Json())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    ours = logging.DEBUG if verbose else logging.INFO if daemon else logging.ERROR
    for name in ("scheduler", "crawler", "storage"):
        logging.getLogger(name).setLevel(ours)
    libraries = logging.WARNING if verbose else logging.CRITICAL
    for name in (
        "scrapy",
        "apscheduler",
        "trafilatura",
        "htmldate",
        "aiohttp",
        "asyncio",
        "twisted",
    ):
        logging.getLogger(name).setLevel(libraries)
    # What it says of a URL that it cannot read holds the token; what went wrong is told without it.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
