"""The programs that are compared, each with its own store, and each in a process of its own."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.collecting.process import BenchmarkError, Used, measured

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Work:
    """One pass of one program over all feeds."""

    seconds: float
    cpu: float  # seconds
    peak: float  # MB, of the whole process
    new: int | None  # items; none for a program that reads none
    failed: int  # feeds
    reason: str = ""  # why the first of them failed
    startup: float = 0.0  # seconds that were taken off
    startup_cpu: float = 0.0  # CPU seconds that were taken off


class Program(Protocol):
    """What is measured."""

    @property
    def name(self) -> str:
        """As it is called in the tables."""
        ...

    def collect(self) -> Work:
        """Ask all feeds once."""
        ...


def without_startup(whole: Used, idle: Used, new: int, failures: Sequence[str]) -> Work:
    """A command's work: what it used, less what its `--help` uses."""
    seconds, cpu = max(whole.seconds - idle.seconds, 0.001), max(whole.cpu - idle.cpu, 0.0)
    reason = failures[0] if failures else ""
    return Work(seconds, cpu, whole.peak, new, len(failures), reason, idle.seconds, idle.cpu)


@dataclass(frozen=True)
class Chipwatch:
    """chipwatch's own command, in a folder made by `make_folder`."""

    folder: Path
    name: str = "chipwatch"

    def collect(self) -> Work:
        """Crawl once, then see how long it takes to start."""
        whole = chipwatch(self.folder, "crawl", "--force", "--json", ends=(0, 1))  # 1: all sources failed
        idle = chipwatch(self.folder, "--help")
        try:
            found = json.loads(whole.out)
        except ValueError as error:
            raise BenchmarkError(f"chipwatch crawl --json printed no JSON: {whole.out[:200]!r}") from error
        return without_startup(whole, idle, found["new"], [one["reason"] for one in found["failures"]])


@dataclass(frozen=True)
class Script:
    """A script that measures its own work and prints it as JSON."""

    name: str
    command: Sequence[str]

    def collect(self) -> Work:
        """Run it once."""
        used = measured(self.command, ROOT)
        return Work(peak=used.peak, **json.loads(used.out))


def chipwatch(folder: Path, *arguments: str, ends: Sequence[int] = (0,)) -> Used:
    """Run a chipwatch command in a folder."""
    return measured([sys.executable, "-m", "scheduler", *arguments], folder, ends)


def make_folder(folder: Path, urls: Sequence[str]) -> Path:
    """A fresh chipwatch folder that reads these feeds."""
    chipwatch(folder.parent, "init", str(folder))
    lines = ["[crawl]", 'allow_private = ["127.0.0.0/8"]', ""]
    for number, url in enumerate(urls):
        lines += ["[[sources]]", f'name = "feed {number}"', f'url = "{url}"', ""]
    (folder / "chipwatch.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder


def raw(folder: Path, listing: Path, name: str = "raw") -> Script:
    """The download alone, which remembers what it has in the folder."""
    validators = folder / f"{name}.json"
    return Script(name, [sys.executable, "-m", "benchmarks.collecting.raw", str(listing), str(validators)])


def reader(folder: Path, listing: Path, python: str) -> Script:
    """The library `reader`, run by an interpreter that has it."""
    script = Path(__file__).with_name("reader_library.py")
    return Script("reader", [python, "-P", str(script), str(folder / "reader.sqlite"), str(listing)])


def why_no_reader(python: str) -> str | None:
    """Why `reader` cannot be measured with this interpreter; none if it can."""
    try:
        measured([python, "-c", "import reader"], ROOT)
    except (BenchmarkError, OSError) as error:
        return (
            f"reader is left out: {python} cannot import it ({str(error).rpartition(': ')[2]}); "
            "pip install 'chipwatch[bench]', or name an interpreter that has it by --reader-python"
        )
    return None
