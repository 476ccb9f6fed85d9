"""A process, and what it used: time, CPU and memory, with all that it waited for."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1024 * 1024


class BenchmarkError(Exception):
    """Something cannot be measured; the message is one line for who runs the benchmark."""


@dataclass(frozen=True)
class Used:
    """What a process printed and used."""

    out: str
    seconds: float
    cpu: float  # seconds
    peak: float  # MB


def measured(command: Sequence[str], folder: Path, ends: Sequence[int] = (0,)) -> Used:
    """Run a command in a folder to its end; it does not outlive an error here.

    Raises `BenchmarkError` if it ends with a code that is not one of `ends`. The peak is never below this
    process's own, which must stay small.
    """
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        start = time.monotonic()
        child = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
        )
        try:
            _, status, used = os.wait4(child.pid, 0)
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)  # it leads a group of its own
            child.wait()
            raise
        seconds = time.monotonic() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if child.returncode not in ends:
            said = (err.read().strip().splitlines() or ["it says nothing"])[-1]
            raise BenchmarkError(f"{' '.join(command)} fails with {child.returncode}: {said}")
        cpu = used.ru_utime + used.ru_stime
        return Used(out.read(), seconds, cpu, used.ru_maxrss * 1024 / MEGABYTE)
