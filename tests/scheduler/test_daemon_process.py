"""The daemon as the system runs it: a process that a signal ends in good order, whatever it is doing."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.scheduler.conftest import ALLOWED, Folder, Site

SECONDS = 10


@contextmanager
def daemon(folder: Folder, *options: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "scheduler", *options, "daemon"],
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
        process.send_signal(number)  # as a supervisor does that tells the process and its group
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


@contextmanager
def service_manager(folder: Folder, patch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """A service manager's socket; gives a function that waits until it was told something."""
    address = str(folder.path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        listener.settimeout(60)
        patch.setenv("NOTIFY_SOCKET", address)

        def told(words: str) -> None:
            while words not in listener.recv(4096).decode():
                pass

        yield told


def test_the_service_manager_hears_of_it_and_a_hangup_reads_the_settings_again(
    folder: Folder, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.settings(ALLOWED + site.source("Silent", "/silent"))
    with service_manager(folder, monkeypatch) as told, daemon(folder) as process:
        told("READY=1")
        told("WATCHDOG=1")
        folder.settings(ALLOWED + site.source("Silent", "/silent") + site.source("Other", "/other"))
        process.send_signal(signal.SIGHUP)
        told("RELOADING=1")
        told("READY=1")
        (folder.path / "chipwatch.toml").write_text("[crawl]\nconcurency = 3\n")
        process.send_signal(signal.SIGHUP)
        told("RELOADING=1")
        told("READY=1")
        assert folder.run("status", "--alive").code != 0  # the file is wrong for others, not for the daemon
        process.send_signal(signal.SIGTERM)
        told("STOPPING=1")
        _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert "INFO the settings were read again" in err
    assert "INFO watching 2 sources" in err
    assert "ERROR the settings stay as they were: " in err
    assert "did you mean concurrency?" in err


def test_its_log_may_be_json_and_never_holds_a_secret(folder: Folder, site: Site) -> None:
    secret = site.source("Keyed", "/feed?api_key=s3cret").replace("http://", "http://me:s3cret@")
    folder.settings(ALLOWED + secret)
    with daemon(folder, "--verbose", "--log-format", "json") as process:
        assert process.stderr is not None
        lines: list[dict[str, str]] = []
        while not lines or "source Keyed" not in lines[-1]["message"]:
            lines.append(json.loads(process.stderr.readline()))
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=SECONDS)
    assert {"time", "level", "logger", "message"} <= lines[0].keys()
    assert "s3cret" not in json.dumps(lines) + rest
