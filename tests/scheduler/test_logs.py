"""Logging: a command is silent, the daemon tells what it does, `--verbose` tells all."""

import asyncio
import json
import logging
from collections.abc import Iterator
from datetime import datetime

import pytest

from scheduler.delivery.chat import send_chat
from scheduler.logs import Format, configure_logging
from storage.digests.content import Mail
from storage.errors import SettingsError

OURS, THEIRS = logging.getLogger("scheduler.daemon"), logging.getLogger("scrapy.core.engine")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers[:] = before
    for name in ("scheduler", "crawler", "storage", "scrapy", "apscheduler", "apprise", "asyncio"):
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


def test_as_json_a_line_is_an_object(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(verbose=False, daemon=True, style="json")
    OURS.warning("source %s: \x1b[31mno\nmore", "資料")
    try:
        raise LookupError("https://me:s3cret@news.example/")
    except LookupError:
        OURS.exception("a job failed")
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert (first["level"], first["logger"], first["message"]) == (
        "WARNING",
        OURS.name,
        "source 資料: [31mno more",
    )
    assert datetime.fromisoformat(first["time"]).tzinfo is not None
    assert "LookupError: https://***@news.example/" in second["traceback"]


@pytest.mark.parametrize("style", ["plain", "json"])
def test_no_secret_is_logged(capsys: pytest.CaptureFixture[str], style: Format) -> None:
    configure_logging(verbose=True, daemon=True, style=style)
    try:
        raise LookupError("postgresql://chip:s3cret@db/watch")
    except LookupError:
        OURS.exception("https://news.example/feed?api_key=%s", "s3cret")
    assert "s3cret" not in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_chat_services_token_is_not_told_even_when_all_is(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(verbose=True, daemon=True)
    mail = Mail("Digest", "", "Hello", "<1@blog.example>", {})
    with pytest.raises(SettingsError, match="the URL of chat slack 1a2b3c4d is none"):
        asyncio.run(send_chat(mail, "chat slack 1a2b3c4d", "slack://T1JJ3T3L2/s3cret"))
    assert "s3cret" not in "".join(capsys.readouterr())
