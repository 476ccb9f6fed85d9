"""Taking a source's answer: learn if anything changed, read it, hand it to the store."""

import hashlib
import logging
from collections.abc import Awaitable
from dataclasses import dataclass
from http import HTTPStatus

from crawler.failures import Failure, Stopped, failure_of_status
from crawler.fetching.errors import EXPECTED, failure_of_error
from crawler.fetching.fetcher import Fetched, Validators
from crawler.outcome import Answer
from crawler.reading import Reader
from crawler.visits import Ask, Found, Visits

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Taker:
    """Turns fetches of sources into visits.

    Every source that is asked ends in exactly one call of `visits.found`, unless the crawl is stopped first:
    then it stays due.
    """

    reader: Reader
    visits: Visits

    async def take(self, ask: Ask, answer: Awaitable[Fetched]) -> None:
        """Wait for a source's answer, read it and hand it over."""
        try:
            found: Found = await self._read(ask, await answer)
        except Stopped:
            return
        except EXPECTED as error:
            found = failure_of_error(error)
        except Exception as error:
            logger.warning(
                "source %s: %s", ask.source.url, error, exc_info=logger.isEnabledFor(logging.DEBUG)
            )
            found = Failure(f"could not be read ({failure_of_error(error).reason})")
        await self.visits.found(ask, found)

    async def _read(self, ask: Ask, fetched: Fetched) -> Found:
        if fetched.status == HTTPStatus.NOT_MODIFIED:
            if ask.memory.answered_at is None:
                return Failure("HTTP 304 Not Modified, though it was never read before")
            return Answer(fetched)
        if fetched.status != HTTPStatus.OK:
            wait = fetched.headers.get("retry-after")
            return failure_of_status(fetched.status, wait, self.visits.now())
        body_hash = hashlib.blake2b(fetched.body, digest_size=16).hexdigest()
        if body_hash == ask.memory.body_hash:
            return Answer(fetched)
        contents = await self.reader.read(ask.source, fetched, ask.memory.answered_at)
        return Answer(
            fetched,
            None if contents.unchanged else tuple(contents.entries),
            contents.wishes,
            body_hash,
            contents.flaw,
            contents.stands_alone,
            contents.varies,
        )


def validators_of(ask: Ask) -> Validators | None:
    """What a source's server said of the last document it gave."""
    memory = ask.memory
    if memory.validated_url is None:
        return None
    return Validators(memory.validated_url, memory.etag, memory.last_modified)
