"""What the daemon's log must not have."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


class _Errors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep errors, and whatever comes with a traceback, in a line."""
        if record.levelno >= logging.ERROR or record.exc_info:
            why = f": {record.exc_info[1]!r}" if record.exc_info else ""
            self.lines.append(f"{record.getMessage()}{why}")


@contextmanager
def watched_log() -> Iterator[list[str]]:
    """Errors that are logged in the block, by whatever is not silenced."""
    root, errors = logging.getLogger(), _Errors()
    root.addHandler(errors)
    try:
        yield errors.lines
    finally:
        root.removeHandler(errors)
