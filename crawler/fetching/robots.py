"""robots.txt (RFC 9309): what a site asks programs to leave alone, read once a day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from protego import Protego

MAX_AGE = timedelta(days=1)  # RFC 9309, 2.4: it should not be believed for longer
MAX_BYTES = 500_000  # RFC 9309, 2.5: at least 500 KiB are to be read
MAX_PAUSE = 30.0  # seconds: a longer Crawl-delay would make a crawl endless
AGENT = "chipwatch"


@dataclass(frozen=True)
class Rules:
    """The robots.txt of a site as it was fetched; empty if it has none."""

    text: str
    fetched_at: datetime


@dataclass(frozen=True)
class Verdict:
    """Whether an address may be fetched, and how long its host wants to be left alone afterwards."""

    allowed: bool
    pause: float = 0.0  # seconds


@dataclass
class Robots:
    """The rules of the sites of one crawl: those remembered, and those that were fetched anew."""

    known: Mapping[str, Rules]  # by origin, such as "https://news.example"
    fresh: dict[str, Rules] = field(default_factory=dict)
    _parsed: dict[str, Protego] = field(default_factory=dict)

    def rules(self, origin: str, now: datetime) -> Rules | None:
        """What is known of a site, unless it is too old to be believed."""
        rules = self.fresh.get(origin) or self.known.get(origin)
        return rules if rules is not None and now - rules.fetched_at < MAX_AGE else None

    def learn(self, origin: str, rules: Rules) -> None:
        """Keep what a site was found to ask for."""
        self.fresh[origin] = rules
        self._parsed.pop(origin, None)

    def verdict(self, origin: str, rules: Rules, url: str) -> Verdict:
        """What the rules say of an address of the site."""
        if not rules.text:
            return Verdict(True)
        parsed = self._of(origin, rules)
        pause = (parsed.crawl_delay(AGENT) or 0.0) if "rawl-delay" in rules.text else 0.0
        return Verdict(parsed.can_fetch(url, AGENT), min(pause, MAX_PAUSE))

    def _of(self, origin: str, rules: Rules) -> Protego:
        if origin not in self._parsed:
            self._parsed[origin] = Protego.parse(rules.text)
        return self._parsed[origin]
