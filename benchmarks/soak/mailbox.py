"""The mail server of the month: it keeps what is needed of each mail, and has a bad hour now and then."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP, Envelope, Session

EVERY, BAD_DAY = 5, 1  # of so many days this one, from 0, is bad
BAD = timedelta(hours=1)  # from the first mail of such a day


@dataclass(frozen=True)
class Taken:
    """What is kept of a mail."""

    recipient: str
    message_id: str
    made_at: datetime  # by its Date


@dataclass
class Mailbox:
    """A handler of aiosmtpd."""

    now: Callable[[], datetime]
    taken: list[Taken] = field(default_factory=list)
    refused: int = 0
    _begin: datetime = field(init=False)
    _bad_from: dict[int, datetime] = field(default_factory=dict)  # by day

    def __post_init__(self) -> None:
        self._begin = self.now()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        """Take a mail, or not for now."""
        now = self.now()
        day = (now - self._begin).days
        if day % EVERY == BAD_DAY and now - self._bad_from.setdefault(day, now) < BAD:
            self.refused += 1
            return "451 try again later"
        assert isinstance(envelope.content, bytes)  # noqa: S101 - it is where decode_data is off
        message = message_from_bytes(envelope.content, policy=policy.default)
        made_at = message["Date"].datetime
        self.taken += [Taken(to, str(message["Message-ID"]), made_at) for to in envelope.rcpt_tos]
        return "250 OK"


@asynccontextmanager
async def mail_server(mailbox: Mailbox) -> AsyncIterator[int]:
    """A mail server on a free port of loopback, on the running loop, for the length of the block."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, loop=loop), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
