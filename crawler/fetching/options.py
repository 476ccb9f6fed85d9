"""How fetching behaves: the user's part of it."""

from dataclasses import dataclass
from importlib.metadata import version


@dataclass(frozen=True)
class FetchOptions:
    """What the settings say of fetching."""

    contact: str = ""  # an e-mail or web address for the User-Agent
    allow_private: tuple[str, ...] = ()  # networks in CIDR notation
    timeout: float = 20.0  # seconds for one whole fetch, redirects included
    max_bytes: int = 10_000_000  # of one body, unpacked
    concurrency: int = 32  # fetches at once; one host never sees more than one
    delay: float | None = None  # seconds between two fetches from a host; none: POLITE, but 0 on own networks


POLITE = 1.0  # seconds


def user_agent(options: FetchOptions) -> str:
    """Who we are, and how to reach who runs us."""
    contact = f"; +{options.contact}" if options.contact else ""
    return f"chipwatch/{version('chipwatch')} (news monitor{contact})"
