"""What must hold at the end of the month, each with a line for what does not. Pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from statistics import median
from zoneinfo import ZoneInfo

from benchmarks.soak.folder import RECIPIENTS
from benchmarks.soak.mailbox import Taken
from benchmarks.soak.measures import Sample, Telling
from benchmarks.soak.watch import Month

SHORTEST = 20  # days: memory rises until the days are filled in which reports of one story are looked for
EARLY = (1.0, 4.0)  # days, from 0, that the last three are compared with
LAST = 3.0  # days
# The days of news that stories are looked for in fill up first; then the room that the first answer of 10 MB
# took is kept. These are steps; what would go on for ever is a slope.
MOST_SHARE = 0.10  # that the last days may be over the early ones
SETTLED = 1 / 3  # of the days, after which there are no more steps
MOST_GROWTH = 5.0  # MB from then to the last day, by the slope


def faults_of(month: Month) -> list[str]:
    """All that does not hold."""
    return [
        *memory_faults(month.samples, month.days),
        *storing_faults(month.published, month.stored),
        *mail_faults(month.mails, RECIPIENTS, month.days),
        *telling_faults(month.tellings),
    ]


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The median of the slopes between all pairs of points (Theil, Sen): few strange ones change little."""
    slopes = [
        (b - a) / (later - earlier) for (earlier, a), (later, b) in combinations(points, 2) if later > earlier
    ]
    return median(slopes) if slopes else 0.0


def growth(samples: Sequence[Sample]) -> tuple[float, float]:
    """The share that memory of the last days is over the early; MB by its slope once it has settled."""
    end = samples[-1].day
    early = median(sample.rss for sample in samples if EARLY[0] <= sample.day <= EARLY[1])
    late = median(sample.rss for sample in samples if sample.day >= end - LAST)
    settled = [(sample.day, sample.rss) for sample in samples if sample.day >= end * SETTLED]
    return late / early - 1, slope(settled) * end * (1 - SETTLED)


def memory_faults(samples: Sequence[Sample], days: int) -> list[str]:
    """Whether memory is flat after the first day; of fewer days than twenty nothing is said."""
    if days < SHORTEST:
        return []
    share, grown = growth(samples)
    found = []
    if share > MOST_SHARE:
        found.append(
            f"memory of the last three days is {share:.1%} over days 2 to 4; {MOST_SHARE:.0%} is allowed"
        )
    if grown > MOST_GROWTH:
        found.append(
            f"memory grows by {grown:.1f} MB after a third of the days; {MOST_GROWTH:.0f} are allowed"
        )
    return found


def storing_faults(
    published: Mapping[str, Collection[str]], stored: Mapping[str, Mapping[str, int]]
) -> list[str]:
    """Whether each address that a feed published is stored once, and nothing else is from that feed."""
    found = [] if published else ["no feed stayed healthy, so that nothing is known of what is stored"]
    for url, addresses in published.items():
        mine = stored.get(url, {})
        missing = [address for address in addresses if not mine.get(address)]
        twice = [address for address, count in mine.items() if count > 1]
        alien = set(mine) - set(addresses)
        for what, which in (
            ("are missing", missing),
            ("are stored twice", twice),
            ("were not published", alien),
        ):
            if which:
                found.append(f"{url}: {len(which)} items {what}, such as {min(which)}")
    return found


def mail_faults(mails: Sequence[Taken], zones: Mapping[str, str], days: int) -> list[str]:
    """Whether each recipient got digests, one a day at most, and none twice."""
    found = []
    for recipient, zone in zones.items():
        mine = [mail for mail in mails if mail.recipient == recipient]
        if not mine or len(mine) > days:
            found.append(f"{recipient} got {len(mine)} digests in {days} days")
        for day, count in Counter(mail.made_at.astimezone(ZoneInfo(zone)).date() for mail in mine).items():
            if count > 1:
                found.append(f"{recipient} got {count} digests of {day}")
    for message_id, count in Counter(mail.message_id for mail in mails).items():
        if count > 1:
            found.append(f"{count} mails are called {message_id}")
    return found


def telling_faults(tellings: Sequence[Telling]) -> list[str]:
    """Whether a story was told again only with a figure or a change more, and the digest says so."""
    faults = []
    told: dict[tuple[str, str, int], frozenset[str]] = {}
    for telling in sorted(tellings, key=lambda one: one.digest):
        key = telling.recipient, telling.post, telling.story
        before = told.get(key)
        if before is not None and not telling.back:
            what = f"{telling.recipient} was told story {telling.story} of {telling.post or 'no post'} again"
            if not telling.again:
                faults.append(f"{what}, and digest {telling.digest} does not say so")
            elif not telling.facts - before:
                faults.append(f"{what}, and digest {telling.digest} has nothing new of it")
        told[key] = telling.facts | (before or frozenset())
    return faults


def told_again(tellings: Sequence[Telling]) -> int:
    """How often a story was told of a post that the same recipient had been told of it before."""
    return len(tellings) - len({(telling.recipient, telling.post, telling.story) for telling in tellings})
