"""What a service manager hears, on a real socket of each kind, and what it does not."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scheduler import service
from scheduler.service import notify, reloading


@contextmanager
def listening(address: str) -> Iterator[socket.socket]:
    """A service manager's socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        listener.settimeout(5)
        yield listener


@pytest.mark.parametrize("abstract", [False, True])
def test_each_state_arrives_as_one_message(tmp_path: Path, abstract: bool) -> None:
    name = f"chipwatch-{os.getpid()}" if abstract else str(tmp_path / "notify")
    environment = {"NOTIFY_SOCKET": f"@{name}" if abstract else name}
    with listening(f"\0{name}" if abstract else name) as manager:
        notify("READY=1\nSTATUS=watching 3 sources, 半導体", environment)
        notify(reloading(5_000_999), environment)
        assert manager.recv(999).decode() == "READY=1\nSTATUS=watching 3 sources, 半導体"
        assert manager.recv(999) == b"RELOADING=1\nMONOTONIC_USEC=5000"


def test_without_a_service_manager_nothing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    notify("READY=1", {})
    notify("READY=1", {"NOTIFY_SOCKET": ""})
    assert caplog.text == ""


@pytest.mark.parametrize(
    "address", ["/nowhere/notify", "relative", "@no-one-listens", "/" + "x" * 200, "a\0b"]
)
def test_one_that_cannot_be_reached_is_logged_and_stops_nothing(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING", "scheduler")  # another test's command may have made it silent
    notify("READY=1\nSTATUS=well", {"NOTIFY_SOCKET": address})
    assert "the service manager was not told READY=1: " in caplog.text


def test_one_that_does_not_read_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(service, "PATIENCE", 0.001)
    caplog.set_level("WARNING", "scheduler")
    with listening(str(tmp_path / "notify")):
        for _ in range(2000):
            notify("WATCHDOG=1", {"NOTIFY_SOCKET": str(tmp_path / "notify")})
            if caplog.records:
                break
    assert "was not told WATCHDOG=1" in caplog.text
