"""What the system or the user says to a process by signals."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def stopping_on_signals(stop: asyncio.Event) -> Iterator[None]:
    """Set `stop` at SIGTERM or Ctrl-C; a second one ends the process at once."""

    def told(number: signal.Signals) -> None:
        if stop.is_set():
            os._exit(128 + number)  # what is committed is safe, and what is not will be done again
        stop.set()

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
