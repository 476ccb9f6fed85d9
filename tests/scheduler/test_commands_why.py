"""`chipwatch why` explains an item and a post, in words and as JSON."""

import json
from pathlib import Path

from storage.engine import open_database
from tests.scheduler.conftest import Folder, add_followup


def _followup(folder: Folder) -> None:
    with open_database(f"sqlite:///{folder.path / 'chipwatch.db'}") as database:
        add_followup(database, post="NVIDIA H200の対中輸出", news=("NVIDIA H200 exports to China resume",))


def _files(folder: Folder) -> tuple[str, str]:
    (found,) = json.loads(folder.run("followups", "--json").out)
    return str(found["stories"][0]["reports"][0]["item_id"]), found["post"]["file"]


def test_a_pair_is_explained_with_its_rules_and_signals(folder: Folder) -> None:
    _followup(folder)
    item, post = _files(folder)
    ran = folder.run("why", item, post)
    assert (ran.code, ran.err) == (0, "")
    for said in ("NVIDIA H200 exports to China resume", post, "Stored: a link", "probable to need an update"):
        assert said in ran.out
    assert ("This calls for a follow-up" in ran.out) != ("What would pass: " in ran.out)
    told = json.loads(folder.run("why", item, post, "--json").out)
    assert told.keys() == {
        *(
            "item",
            "post",
            "followup",
            "stopped",
            "score",
            "due",
            "threshold",
            "by_due",
            "by_others",
            "taught",
        ),
        *("checks", "signals", "evidence", "stored"),
    }
    assert told["followup"] == all(check["passed"] for check in told["checks"])
    assert told["signals"][0].keys() == {"signal", "meaning", "value", "usual", "fits", "due", "enough"}


def test_what_is_not_there_is_one_line_and_an_exit_code(folder: Folder) -> None:
    _followup(folder)
    item, post = _files(folder)
    for wrong in ((item, "x.md"), ("77", post)):
        ran = folder.run("why", *wrong)
        assert ran.code == 2
        assert ran.err.count("\n") == 1
        assert "there is no" in ran.err


def test_titles_cannot_move_the_cursor(folder: Folder, tmp_path: Path) -> None:
    with open_database(f"sqlite:///{folder.path / 'chipwatch.db'}") as database:
        add_followup(database, post="NVIDIA \x1b[31mH200", news=("NVIDIA \x1b[2J H200",))
    assert "\x1b" not in folder.run("why", *_files(folder)).out
