"""The benchmark of collecting: its pure parts, and that it leaves no process behind."""

import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmarks.collecting.__main__ import figures_of, in_turn, parse
from benchmarks.collecting.process import BenchmarkError, Used, measured
from benchmarks.collecting.programs import Work, why_no_reader, without_startup
from benchmarks.collecting.tables import comparison, ratios, table, told_passes, told_ratios, told_stages


@dataclass(frozen=True)
class Named:
    name: str

    def collect(self) -> Work:
        return Work(1.0, 1.0, 1.0, None, 0)


def work(seconds: float, new: int | None = 30) -> dict[str, Any]:
    return figures_of(Work(seconds, 0.5, 80.0, new, 0, "", 0.4, 0.3), 100, 2_000_000)


def figures() -> dict[str, dict[str, dict[str, Any]]]:
    return {"new": {"reader": work(2.0), "raw": work(0.1, None), "chipwatch": work(0.5)}}


def test_a_table_has_its_first_column_to_the_left_and_all_others_to_the_right() -> None:
    assert table([["a", "number"], ["longer", "1"], ["b", ""]]) == "a       number\nlonger       1\nb"


def test_each_program_is_first_in_turn_and_none_is_left_out() -> None:
    programs = [Named("a"), Named("b"), Named("c")]
    orders = ["".join(program.name for program in in_turn(programs, number)) for number in range(3)]
    assert orders == ["abc", "bca", "cab"]


def test_the_comparison_has_a_row_for_each_program_and_pass() -> None:
    lines = comparison(figures()).splitlines()
    assert lines[1].split() == ["new", "chipwatch", "200", "0.50", "0.50", "80", "2.0", "30", "0"]
    assert lines[2].split() == ["new", "raw", "1000", "0.10", "0.50", "80", "2.0", "-", "0"]


def test_failures_are_told_with_the_first_reason() -> None:
    found = figures()
    found["new"]["chipwatch"] |= {"failed": 2, "reason": "it was asleep"}
    assert comparison(found).splitlines()[-1] == "feeds failed, the first because: it was asleep"


def test_ratios_are_to_reader() -> None:
    assert ratios(figures()) == {"new": 4.0}
    assert told_ratios({"new": 4.0}) == "chipwatch/reader: new 4.00 (target 5)"


def test_without_reader_there_is_no_ratio() -> None:
    assert ratios({"new": {"chipwatch": work(0.5), "raw": work(0.1)}}) == {}
    assert told_ratios({}) == "chipwatch/reader: not measured"


def test_start_up_is_taken_off_and_nothing_takes_less_than_no_time() -> None:
    found = without_startup(Used("", 2.0, 1.5, 80.0), Used("", 0.5, 0.25, 40.0), 3, [])
    assert (found.seconds, found.cpu, found.peak, found.startup) == (1.5, 1.25, 80.0, 0.5)
    assert without_startup(Used("", 0.5, 0.2, 80.0), Used("", 0.6, 0.3, 40.0), 3, []).seconds > 0


def test_stages_are_told_in_seconds_and_for_a_feed() -> None:
    spent = {"seconds": 0.2, "cpu": 0.1}
    stages = {"settings": spent, "parse": spent, "store": spent, "link": None}
    told = told_stages(stages, figures()["new"], 100).splitlines()
    assert told[4].split() == ["parse", "0.20", "0.10", "2.00", "1.00"]
    assert told[6].split()[-4:] == ["1.10", "1.10", "11.00", "11.00"]
    assert told[-1] == "link: not measured: no posts given"


def test_linking_is_told_for_an_item() -> None:
    spent = {"seconds": 0.2, "cpu": 0.1}
    linking = {"loading": spent, "link": spent, "linked": 20, "lag": 7.0, "items": 300, "waiting": 40}
    told = told_stages({"settings": spent, "parse": spent, "store": spent, **linking}, figures()["new"], 100)
    assert "0.20 s for 20 items, 10.0 ms an item" in told
    assert told.endswith("300 items 40 are to be linked: 0.4 s")


def test_of_many_passes_the_first_every_fifth_and_the_last_are_told() -> None:
    passes = [
        {"number": n, "kind": "new", "seconds": 1.0, "new": 1, "failed": 0, "rss": 80.0, "lag": float(n)}
        for n in range(1, 13)
    ]
    told = told_passes(passes).splitlines()
    assert [line.split()[0] for line in told[1:-1]] == ["1", "5", "10", "12"]
    assert "1 ms in the first pass, 12 ms in later ones (target 100 ms)" in told[-1]
    assert "no later ones" in told_passes(passes[:1])


def test_a_process_is_measured(tmp_path: Path) -> None:
    used = measured([sys.executable, "-c", "print('done')"], tmp_path)
    assert used.out == "done\n"
    assert used.seconds > 0
    assert used.peak > 1


def test_a_process_that_fails_is_named_with_its_last_words(tmp_path: Path) -> None:
    failing = [sys.executable, "-c", "import sys; print('no luck', file=sys.stderr); sys.exit(3)"]
    with pytest.raises(BenchmarkError, match="fails with 3: no luck"):
        measured(failing, tmp_path)
    assert measured(failing, tmp_path, ends=(0, 3)).out == ""


def test_a_process_does_not_outlive_an_error(tmp_path: Path) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    start = time.monotonic()
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(KeyboardInterrupt):
            measured([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - start < 30


def test_a_missing_reader_is_one_clear_line() -> None:
    line = why_no_reader("/nowhere/python")
    assert line is not None
    assert "--reader-python" in line
    assert "\n" not in line


def test_options_that_name_nothing_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse([str(tmp_path / "feedserver.py")])
    assert "there is no" in capsys.readouterr().err
    (tmp_path / "feedserver.py").touch()
    with pytest.raises(SystemExit):
        parse([str(tmp_path / "feedserver.py"), "--feeds", "0"])
    options = parse([str(tmp_path / "feedserver.py"), "--feeds", "3", "--feeds", "5"])
    assert options.feeds == [3, 5]
