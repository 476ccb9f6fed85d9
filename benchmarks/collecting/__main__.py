"""How fast chipwatch collects: side by side with the feed library `reader` and with the raw download.

    python -m benchmarks.collecting FEEDSERVER.py [--corpus STREAM.jsonl.xz] [--feeds 300 --feeds 1000]
        [--passes 20] [--posts FOLDER_OR_TAR] [--reader-python PYTHON] [--json FILE]

FEEDSERVER.py serves a local web of feeds, with the texts of --corpus if given. For each number of feeds, on
the same feeds of one server: a first pass (all is new), a second (nothing is) and a third (5 % of the feeds
have a new entry); then where the time of chipwatch's first pass goes; then many passes in one process.
Linking is measured if --posts gives posts, a folder or a .tar.xz of one. Linux only. Nothing is asserted.
"""

import argparse
import json
import os
import platform
import signal
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.collecting.process import BenchmarkError, measured
from benchmarks.collecting.programs import (
    ROOT,
    Chipwatch,
    Program,
    Work,
    chipwatch,
    make_folder,
    raw,
    reader,
    why_no_reader,
)
from benchmarks.collecting.tables import Figures, comparison, ratios, told_passes, told_ratios, told_stages
from benchmarks.collecting.web import Web, serving

HOW = """\
Each program runs in its own process; which one goes first changes from pass to pass, and all feeds are
fetched once before, so that the server has them ready. Seconds and CPU seconds are those of the work alone:
for chipwatch its command without the time of `chipwatch --help`, for the others what they measure inside.
The peak is that of the whole process. Served is what the server sent as feeds."""
PASSES = {"new": 0.0, "unchanged": 0.0, "5 % new": 0.05}  # share of the feeds that publish before


def in_turn(programs: Sequence[Program], number: int) -> list[Program]:
    """The programs in the order of a pass: each time another one is first."""
    start = number % len(programs)
    return [*programs[start:], *programs[:start]]


def figures_of(work: Work, feeds: int, served: int) -> dict[str, Any]:
    """All that is known of a pass."""
    return {**asdict(work), "feeds_a_second": feeds / work.seconds, "served": served}


def compare(web: Web, programs: Sequence[Program], warm: Program, feeds: int) -> Figures:
    """Make the three passes with each program."""
    figures: Figures = {}
    for number, (name, share) in enumerate(PASSES.items()):
        if share:
            web.publish(share)
        warm.collect()
        figures[name] = {}
        for program in in_turn(programs, number):
            web.reset()
            work = program.collect()
            figures[name][program.name] = figures_of(work, feeds, web.served())
            print(f"{feeds} feeds, {name}: {program.name} took {work.seconds:.1f} s", file=sys.stderr)
    return figures


def measure(options: argparse.Namespace, feeds: int, folder: Path) -> dict[str, Any]:
    """Measure with so many feeds, print the tables, and return all figures."""
    with serving(options.server, feeds, options.corpus) as web:
        urls = web.get("/urls").split()
        listing = folder / "urls"
        listing.write_text("\n".join(urls), encoding="utf-8")
        programs: list[Program] = [Chipwatch(make_folder(folder / "chipwatch", urls))]
        if options.with_reader:
            programs.append(reader(folder, listing, options.reader_python))
        programs.append(raw(folder, listing))

        figures = compare(web, programs, raw(folder, listing, "warm"), feeds)
        found = ratios(figures)
        print(f"\n{feeds} feeds\n\n{comparison(figures)}\n{told_ratios(found)}", flush=True)

        folders = [str(make_folder(folder / "stages", urls))]
        if options.posts is not None:
            folders.append(str(make_folder(folder / "blog", urls)))
            chipwatch(folder / "blog", "posts", "import", str(options.posts))
        stages = worker("stages", *folders)
        print(f"\nA first pass, stage by stage\n\n{told_stages(stages, figures['new'], feeds)}", flush=True)

        many = worker("passes", str(make_folder(folder / "passes", urls)), web.base, str(options.passes))
        print(f"\n{options.passes} passes in one process\n\n{told_passes(many)}", flush=True)
    return {"feeds": feeds, "passes": figures, "ratios": found, "stages": stages, "many_passes": many}


def worker(name: str, *arguments: str) -> Any:
    """What one of this benchmark's other modules prints, run in a process of its own."""
    return json.loads(measured([sys.executable, "-m", f"benchmarks.collecting.{name}", *arguments], ROOT).out)


def at_least_one(text: str) -> int:
    """A whole number from one."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("server", type=Path, metavar="FEEDSERVER")
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--feeds", type=at_least_one, action="append", help="300 and 1000 if not given")
    parser.add_argument("--passes", type=at_least_one, default=20)
    parser.add_argument("--posts", type=Path)
    parser.add_argument("--reader-python", default=sys.executable)
    parser.add_argument("--json", type=Path, dest="out")
    options = parser.parse_args(arguments)
    for name in ("server", "corpus", "posts"):
        path = getattr(options, name)
        if path is not None and not path.exists():
            parser.error(f"there is no {path}")
        setattr(options, name, path and path.resolve())
    if "/" in options.reader_python:
        options.reader_python = str(Path(options.reader_python).absolute())  # resolved it leaves its venv
    return options


def run(options: argparse.Namespace) -> None:
    """Run the benchmark."""
    missing = why_no_reader(options.reader_python)
    options.with_reader = missing is None
    print(HOW if missing is None else f"{missing}\n\n{HOW}", flush=True)
    results: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        if options.posts is not None and options.posts.is_file():
            with tarfile.open(options.posts) as archive:
                archive.extractall(folder / "posts", filter="data")
            options.posts = folder / "posts"
        for feeds in options.feeds or (300, 1000):
            own = folder / str(len(results))
            own.mkdir()
            results.append(measure(options, feeds, own))
    if options.out is not None:
        machine = {"python": platform.python_version(), "cores": os.cpu_count()}
        options.out.write_text(json.dumps({**machine, "results": results}, indent=1), encoding="utf-8")


def main() -> int:
    """Run the benchmark; returns an exit code."""
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that no process is left behind
    try:
        run(options)
    except BenchmarkError as error:
        print(f"collecting: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
