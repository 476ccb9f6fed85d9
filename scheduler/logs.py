"""Logging for the command line and the daemon: plain lines on standard error."""

import logging
import sys
from typing import Any

from storage.errors import plain_line


class _OneLine(logging.Formatter):
    """A line a record, but for tracebacks: what a server says must not pass for a record of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return plain_line(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        return "\n".join(f"  {plain_line(line)}" for line in super().formatException(ei).splitlines())


def configure_logging(*, verbose: bool, daemon: bool) -> None:
    """The daemon tells what it does; a command stays silent but for its own output.

    What goes wrong with a source is told as its result, so that libraries speak up only for `verbose`.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    ours = logging.DEBUG if verbose else logging.INFO if daemon else logging.ERROR
    for name in ("scheduler", "crawler", "storage"):
        logging.getLogger(name).setLevel(ours)
    libraries = logging.WARNING if verbose else logging.CRITICAL
    for name in ("scrapy", "apscheduler", "trafilatura", "htmldate", "aiohttp", "asyncio", "twisted"):
        logging.getLogger(name).setLevel(libraries)
