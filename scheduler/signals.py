"""What the system or the user says to a process by signals."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

AGAIN = 1.0  # seconds within which a second signal is the same one, as who sends it to a group sends it twice


@contextmanager
def stopping_on_signals(stop: asyncio.Event) -> Iterator[None]:
    """Set `stop` at SIGTERM or Ctrl-C; another one, a second later or more, ends the process at once."""
    loop = asyncio.get_running_loop()
    first = 0.0

    def told(number: signal.Signals) -> None:
        nonlocal first
        if not stop.is_set():
            stop.set()
            first = loop.time()
        elif loop.time() - first >= AGAIN:
            os._exit(128 + number)  # what is committed is safe, and what is not will be done again

    with _handling({number: lambda n=number: told(n) for number in (signal.SIGTERM, signal.SIGINT)}):  # type: ignore[misc]
        yield


@contextmanager
def reloading_on_hangup(reload: Callable[[], None]) -> Iterator[None]:
    """Call `reload` at SIGHUP."""
    with _handling({signal.SIGHUP: reload}):
        yield


@contextmanager
def _handling(handlers: dict[signal.Signals, Callable[[], None]]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)
