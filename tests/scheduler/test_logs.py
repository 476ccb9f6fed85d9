"""Logging: a command is silent, the daemon tells what it does, `--verbose` tells all."""

import logging
from collections.abc import Iterator

import pytest

from scheduler.logs import configure_logging

OURS, THEIRS = logging.getLogger("scheduler.daemon"), logging.getLogger("scrapy.core.engine")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers[:] = before
    for name in ("scheduler", "crawler", "storage", "scrapy", "apscheduler", "asyncio"):
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.mark.parametrize(
    ("verbose", "daemon", "told"),
    [
        (False, False, ["ours ERROR"]),
        (False, True, ["ours INFO", "ours WARNING", "ours ERROR"]),
        (
            True,
            False,
            [
                *("ours DEBUG", "ours INFO", "ours WARNING", "ours ERROR"),
                *("theirs WARNING", "theirs ERROR"),
            ],
        ),
    ],
)
def test_who_is_heard(
    capsys: pytest.CaptureFixture[str], verbose: bool, daemon: bool, told: list[str]
) -> None:
    configure_logging(verbose=verbose, daemon=daemon)
    for logger, name in ((OURS, "ours"), (THEIRS, "theirs")):
        for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
            logger.log(level, "%s %s", name, logging.getLevelName(level))
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split(" ", 3)[3] for line in err.splitlines()] == told


def test_a_line_has_time_level_and_message(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(verbose=False, daemon=True)
    configure_logging(verbose=False, daemon=True)
    OURS.info("watching")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(" INFO watching")
    assert len(line.removesuffix(" INFO watching")) == len("2026-11-24 12:00:00")


def test_a_message_cannot_forge_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(verbose=False, daemon=True)
    OURS.warning("source News: %s", "no\n2026-11-24 12:00:00 INFO \x1b[31mstopped")
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "\x1b" not in err
