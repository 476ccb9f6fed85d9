"""Run as a program: makes digests and sends them, each in a process that kills itself at one of the steps.

The argument is the settings file. Each line of standard input is a time (ISO 8601) and a step, counted from
0: before and after each transaction, and before and after each command to the mail server. For each, a line
with the process's exit code is printed, and how many steps it took, if it came to the end.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiosmtplib.protocol import SMTPProtocol

import storage.followups.due  # noqa: F401 - else each process would load it
from scheduler.jobs.digest import check_delivery, make_digests, send_outbox, write_for
from scheduler.settings import load_settings
from storage.digests.content import Contents
from storage.engine import Database, open_database


class Steps:
    """Counts steps, and ends the process at one of them."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.taken = 0

    def step(self) -> None:
        if self.taken == self.last:
            os.kill(os.getpid(), signal.SIGKILL)
        self.taken += 1

    def around(self, function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """The function, with a step before it and one after it."""

        async def stepping(*args: Any, **kwargs: Any) -> Any:
            self.step()
            result = await function(*args, **kwargs)
            self.step()
            return result

        return stepping


async def main(config: str, now: datetime, last: int) -> int:
    steps = Steps(last)
    settings = load_settings(Path(config))
    with open_database(settings.database_url) as database:
        Database.writing = steps.around(Database.writing)  # type: ignore[method-assign,assignment]
        for command in ("execute_command", "execute_data_command"):
            setattr(SMTPProtocol, command, steps.around(getattr(SMTPProtocol, command)))
        to = [(recipient, now) for recipient in check_delivery(settings)]
        await make_digests(database, settings, to, now=now)
        await send_outbox(database, settings, now=lambda: now, retry_now=False)
    return steps.taken


def serve(config: str) -> None:
    """Run each order in a process of its own, forked from this one, which has loaded all that it takes."""
    settings = load_settings(Path(config))
    to = check_delivery(settings)[0]
    write_for(settings, to, Contents(), datetime.now(UTC))  # templates are compiled once
    for line in sys.stdin:
        now, last = line.split()
        child = os.fork()
        if not child:
            print(asyncio.run(main(config, datetime.fromisoformat(now), int(last))), end=" ", flush=True)  # noqa: T201
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


if __name__ == "__main__":
    serve(sys.argv[1])
