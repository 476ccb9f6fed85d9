"""The soak: two days of it with a few feeds, and that each check can fail."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from math import ceil
from pathlib import Path

import pytest

from benchmarks.collecting.process import BenchmarkError
from benchmarks.soak.__main__ import COLUMNS, row, summary, without_vectors
from benchmarks.soak.checks import (
    faults_of,
    growth,
    mail_faults,
    memory_faults,
    slope,
    storing_faults,
    telling_faults,
    told_again,
)
from benchmarks.soak.errors import watched_log
from benchmarks.soak.folder import take_posts
from benchmarks.soak.mailbox import Taken
from benchmarks.soak.measures import Sample, Telling, memory
from benchmarks.soak.picture import draw, failing_spans
from benchmarks.soak.plan import DAY, LAST_CALL, hour_of
from benchmarks.soak.watch import Soak
from tests.web import FAULTS, WebServer

POSTS = Path(__file__).parents[2] / "demo" / "blog"
BEGIN = datetime(2026, 11, 24, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEEDS = 5
HEADLINES = (
    "ByteDance moves volume production of its own AI chip at TSMC to the first quarter of 2027",
    "Samsung puts off its 2 nm line in Taylor to 2028",
    "NVIDIA may ship H20 to China again, licence granted",
    "Rapidus begins trial production of 2 nm wafers in Chitose",
)


class LocalNews:
    """Feeds on the tests' own web server, which publish, fail and heal."""

    kinds = ("500", "truncated")

    def __init__(self, web: WebServer) -> None:
        self._web = web
        self._counts = [3] * FEEDS  # entries
        self._struck: dict[int, str] = {}
        self.urls: Sequence[str] = [self._serve(feed) for feed in range(FEEDS)]

    def begins(self) -> datetime:
        return BEGIN

    def publish(self, share: float) -> None:
        for feed in range(ceil(share * FEEDS)):
            self._counts[feed] += 1
            self._serve(feed)

    def strike(self, kind: str, share: float) -> None:
        well = [feed for feed in reversed(range(FEEDS)) if feed not in self._struck]
        for feed in well[: ceil(share * FEEDS)]:
            self._struck[feed] = kind
            self._serve(feed)

    def heal(self) -> None:
        struck = list(self._struck)
        self._struck.clear()
        for feed in struck:
            self._serve(feed)

    def struck(self) -> Collection[str]:
        return [self.urls[feed] for feed in self._struck]

    def published(self, url: str) -> Collection[str]:
        feed = self.urls.index(url)
        return [self._article(feed, number) for number in range(self._counts[feed])]

    def _serve(self, feed: int) -> str:
        if feed in self._struck:
            return self._web.add_reply(f"/{feed}.xml", FAULTS[self._struck[feed]])
        entries = "".join(
            f"<item><title>{escape(HEADLINES[(feed + number) % len(HEADLINES)])}</title>"
            f"<link>{self._article(feed, number)}</link>"
            f"<pubDate>{format_datetime(BEGIN + (number - 2) * HOUR)}</pubDate>"
            f"<description>{'It was said today. ' * 40}</description></item>"
            for number in range(self._counts[feed])
        )
        body = f"<rss version='2.0'><channel><title>News</title>{entries}</channel></rss>"
        etag = f'"{self._counts[feed]}"'
        return self._web.add(f"/{feed}.xml", body, content_type="application/rss+xml", etag=etag)

    @staticmethod
    def _article(feed: int, number: int) -> str:
        return f"https://news-{feed}.example/{number}"


def test_two_days_hold(tmp_path: Path) -> None:
    take_posts(POSTS, tmp_path / "posts", 20)
    seen: list[Sample] = []
    with WebServer() as web, watched_log() as errors, without_vectors():
        soak = Soak(LocalNews(web), tmp_path, 2, seen.append, tick=timedelta(milliseconds=30))
        month = asyncio.run(soak.run())
    assert faults_of(month) == []
    assert errors == []
    assert len(seen) == 2 * DAY / 3
    assert seen[-1].items >= 30
    assert seen[-1].followups > 0
    assert {mail.recipient for mail in month.mails} == {"ja@blog.example", "en@blog.example"}
    assert month.refused > 0
    assert len(month.published) == FEEDS - 2
    assert any(sample.failing == 2 for sample in seen)
    assert any(telling.post for telling in month.tellings)
    assert "3 feeds never failed" in summary(month)


def test_each_hour_the_busy_feeds_publish_and_none_when_the_end_is_near() -> None:
    shares = [hour_of(number, 6, ["500"]).publishes for number in range(6 * DAY)]
    assert shares[0] == 0.0
    assert [number for number, share in enumerate(shares) if share == 1.0] == [DAY, 2 * DAY, 3 * DAY]
    assert set(shares[1:-LAST_CALL]) == {0.06, 1.0}
    assert set(shares[-LAST_CALL:]) == {0.0}
    assert shares[-LAST_CALL - 1] > 0


def test_faults_of_every_kind_take_turns_and_heal() -> None:
    hours = [hour_of(number, 8, ["500", "slow", "404"]) for number in range(8 * DAY)]
    waves = [[kind for kind, _ in hour.strikes] for hour in hours if hour.strikes]
    assert waves == [["500", "slow"], ["404", "500"], ["slow", "404"], ["500", "slow"]]
    assert [number for number, hour in enumerate(hours) if hour.heals] == [2 * DAY, 4 * DAY, 6 * DAY]


SAMPLE = Sample(
    day=0.0,
    seconds=0.0,
    rss=100.0,
    heap=80.0,
    objects=1,
    database=1.0,
    items=0,
    followups=0,
    digests=0,
    failing=0,
)


def samples(*rss: float) -> list[Sample]:
    """One at the end of each day."""
    return [replace(SAMPLE, day=day + 1.0, rss=value) for day, value in enumerate(rss)]


def test_memory_that_grows_is_told_and_one_strange_sample_is_not() -> None:
    flat = [100.0] * 30
    assert memory_faults(samples(*flat), 30) == []
    assert memory_faults(samples(*flat[:15], 400.0, *flat[16:]), 30) == []
    growing = samples(*(100.0 + day for day in range(30)))
    assert growth(growing) == pytest.approx((0.256, 20), abs=0.001)
    assert [line.split(";")[0] for line in memory_faults(growing, 30)] == [
        "memory of the last three days is 25.6% over days 2 to 4",
        "memory grows by 20.0 MB after a third of the days",
    ]
    step = [100.0] * 12 + [108.0] * 18
    assert memory_faults(samples(*step), 30) == []
    assert memory_faults(growing[:5], 5) == []


def test_the_slope_of_one_point_is_none() -> None:
    assert slope([(1.0, 100.0)]) == 0.0


def test_what_is_missing_stored_twice_or_never_published_is_told() -> None:
    feed = "http://a.example/feed"
    published = {feed: ["a/0", "a/1"]}
    assert storing_faults(published, {feed: {"a/0": 1, "a/1": 1}}) == []
    assert storing_faults(published, {}) == [f"{feed}: 2 items are missing, such as a/0"]
    assert storing_faults(published, {feed: {"a/0": 2, "a/1": 1, "b": 1}}) == [
        f"{feed}: 1 items are stored twice, such as a/0",
        f"{feed}: 1 items were not published, such as b",
    ]
    assert storing_faults({}, {}) == ["no feed stayed healthy, so that nothing is known of what is stored"]


def test_mails_that_come_twice_or_too_often_are_told() -> None:
    zones = {"a@blog.example": "Asia/Tokyo"}
    first = Taken("a@blog.example", "<1@x>", datetime(2026, 11, 24, 14, 59, tzinfo=UTC))
    second = Taken("a@blog.example", "<2@x>", datetime(2026, 11, 24, 15, 0, tzinfo=UTC))
    assert mail_faults([first, second], zones, 2) == []  # midnight in Tokyo lies between them
    assert mail_faults([], zones, 2) == ["a@blog.example got 0 digests in 2 days"]
    assert mail_faults([first, first], zones, 1) == [
        "a@blog.example got 2 digests in 1 days",
        "a@blog.example got 2 digests of 2026-11-24",
        "2 mails are called <1@x>",
    ]


def test_a_story_told_twice_is_told_unless_the_digest_says_why() -> None:
    one = Telling(1, "a@blog.example", 7, "post.md")
    others = [replace(one, recipient="b@blog.example", digest=2), replace(one, post="b.md", digest=3)]
    again = replace(one, digest=4, again=True, facts=frozenset({"$5"}))
    assert telling_faults([*others, one, again, replace(one, digest=6, back=True)]) == []
    assert told_again([*others, one, again]) == 1
    assert telling_faults([one, replace(again, again=False)]) == [
        "a@blog.example was told story 7 of post.md again, and digest 4 does not say so"
    ]
    assert telling_faults([replace(again, digest=5), again, one]) == [
        "a@blog.example was told story 7 of post.md again, and digest 5 has nothing new of it"
    ]
    idea = replace(one, post="")
    assert telling_faults([idea, replace(idea, digest=5)]) == [
        "a@blog.example was told story 7 of no post again, and digest 5 does not say so"
    ]


def test_posts_are_spread_over_the_blog(tmp_path: Path) -> None:
    take_posts(POSTS, tmp_path / "some", 3)
    names = sorted(path.name for path in (tmp_path / "some").rglob("*.md"))
    assert len(names) == 3
    assert names[0].startswith("2025-10")
    with pytest.raises(BenchmarkError, match="no posts"):
        take_posts(Path(__file__).parent, tmp_path / "none", 3)


def test_a_day_is_a_row_under_its_columns() -> None:
    header = "  ".join(COLUMNS)
    assert len(row(replace(SAMPLE, day=1.0, items=1234), None)) == len(header)
    own, all_of_it = sorted(memory())
    assert 0 < own < all_of_it


def test_faults_are_shaded_from_when_they_come_to_when_they_heal(tmp_path: Path) -> None:
    failing = [0, 3, 3, 0, 0, 1]
    told = [replace(SAMPLE, day=float(day), failing=count) for day, count in enumerate(failing)]
    assert failing_spans(told) == [(1.0, 3.0), (5.0, 5.0)]
    pytest.importorskip("matplotlib")
    draw(told, tmp_path / "curve.png")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
