"""The daemon as the system runs it: a process that a signal ends in good order, whatever it is doing."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.scheduler.conftest import ALLOWED, Folder, Site

SECONDS = 10


@contextmanager
def daemon(folder: Folder) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "scheduler", "daemon"],
        cwd=folder.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_while_a_source_never_answers(
    folder: Folder, site: Site, number: signal.Signals
) -> None:
    folder.settings(ALLOWED + site.source("Silent", "/silent"))
    with daemon(folder) as process:
        assert site.reached.wait(60)
        process.send_signal(number)
        out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert out == ""
    assert "Traceback" not in err
    assert "destroyed" not in err
    assert err.rstrip().endswith("INFO stopped")


def test_a_second_one_is_refused_in_one_line_that_names_the_first(folder: Folder, site: Site) -> None:
    folder.settings(ALLOWED + site.source("Silent", "/silent"))
    with daemon(folder) as first:
        assert site.reached.wait(60)
        with daemon(folder) as second:
            _, err = second.communicate(timeout=SECONDS)
        first.send_signal(signal.SIGKILL)
        first.communicate()
    assert second.returncode == 1
    assert err == (
        f"chipwatch: another daemon already runs on this database "
        f"(process {first.pid} on {socket.gethostname()}); stop it first\n"
    )


def test_one_that_was_killed_leaves_nothing_that_holds_up_the_next(folder: Folder, site: Site) -> None:
    folder.settings(ALLOWED + site.source("Silent", "/silent"))
    with daemon(folder) as first:
        assert site.reached.wait(60)
        first.kill()
        first.communicate()
    site.reached.clear()
    with daemon(folder):
        assert site.reached.wait(60)


def test_without_sources_it_does_not_start(folder: Folder) -> None:
    ran = folder.run("daemon")
    assert ran.code == 2
    assert ran.err == "chipwatch: there are no sources; add a [[sources]] entry with a name and a url\n"
