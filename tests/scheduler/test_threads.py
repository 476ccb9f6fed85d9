"""numpy calculates on one thread, so that linking leaves the other cores alone."""

import os
import subprocess
import sys

import pytest

from scheduler.threads import calculate_on_one


def test_the_environment_has_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    calculate_on_one()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    calculate_on_one()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "2"


def test_the_command_line_says_so_before_numpy_is_there() -> None:
    program = (
        "import os, sys, scheduler.cli as cli\n"
        "assert 'numpy' not in sys.modules\n"
        "cli.chipwatch.main = lambda **_: print(os.environ['OPENBLAS_NUM_THREADS'])\n"
        "cli.main()"
    )
    environment = {key: value for key, value in os.environ.items() if key != "OPENBLAS_NUM_THREADS"}
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert (run.stdout.strip(), run.stderr) == ("1", "")
