"""docs/json.md names every field that commands print, and no other."""

import json
import re
from pathlib import Path
from typing import Any

from storage.watch import begin_job, end_job
from tests.conftest import NOW
from tests.scheduler.conftest import Folder, add_followup, mail_settings, source
from tests.scheduler.conftest import folder as folder  # a fixture of that room
from tests.scheduler.test_commands_status import beating, seeded

PAGE = (Path(__file__).parent.parent / "docs" / "json.md").read_text(encoding="utf-8")


def told(heading: str) -> dict[str, str]:
    """The fields of a section, with what is said of each."""
    text = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", text, re.MULTILINE))


def names_all(fields: dict[str, str], values: dict[str, Any]) -> None:
    """The page has these fields, and each field of the objects in them stands in its meaning."""
    assert fields.keys() == values.keys()
    for name, value in values.items():
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, dict) and name not in ("sources", "followups", "alike"):
            assert set(inner) <= set(re.findall(r"`(\w+)`", fields[name])), name


def test_a_follow_up(folder: Folder) -> None:
    seeded(folder)
    (shown,) = json.loads(folder.run("followups", "--json").out)
    names_all(told("A follow-up"), shown)
    report = shown["stories"][0]["reports"][0]
    said = re.findall(r"`(\w+)`", PAGE.partition("A report, best first")[2].partition("\n\n")[0])
    assert set(report) | set(report["evidence"]) <= set(said)


def test_a_digest(folder: Folder) -> None:
    with folder.database() as database:
        add_followup(database)
    folder.run("digest", "--preview", "d.json")
    names_all(told("A digest"), json.loads((folder.path / "d.json").read_text(encoding="utf-8")))


def test_the_status(folder: Folder) -> None:
    folder.settings(mail_settings(25) + source("Chip Wire", "https://news.example/feed"))
    seeded(folder)
    beating(folder)
    with folder.database() as database, database.write() as session:
        begin_job(session, "crawl", now=NOW)
        end_job(session, "crawl", now=NOW)
    names_all(told("The status"), json.loads(folder.run("status", "--json").out))
