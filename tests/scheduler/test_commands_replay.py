"""`chipwatch replay` shows what would change, and changes it only when asked."""

import json

import pytest

from tests.conftest import NOW
from tests.scheduler.conftest import Folder, add_followup


@pytest.fixture
def earlier(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> int:
    """A follow-up that the present linker would not raise: its post says nothing of the news."""
    monkeypatch.setattr("scheduler.commands.replay.utc_now", lambda: NOW)
    with folder.database() as database:
        return add_followup(database, post="社員食堂のカレー", news=("Acme moves",))


def test_what_would_be_dropped_is_shown_and_nothing_is_changed(folder: Folder, earlier: int) -> None:
    ran = folder.run("replay")
    assert ran.code == 0
    assert "dropped  社員食堂のカレー  0.90   extends  Acme moves" in ran.out
    assert ran.out.endswith("0 raised, 1 dropped, 0 moved; --apply makes it so\n")
    (change,) = json.loads(folder.run("replay", "--json").out)
    assert change.keys() == {"what", "story_id", "post_id", "post_file", "post_title", "before", "after"}
    assert change["before"].keys() == {"item_id", "title", "score", "kind"}
    assert [found["id"] for found in json.loads(folder.run("followups", "--json").out)] == [earlier]


def test_applied_it_is_so(folder: Folder, earlier: int) -> None:
    ran = folder.run("replay", "--apply")
    assert ran.out.endswith("1 item linked again, 0 follow-ups opened\n")
    assert folder.run("followups").out == "no open follow-ups\n"
    assert "nothing would change" in folder.run("replay").out


def test_a_probability_can_only_be_tried(folder: Folder, earlier: int) -> None:
    assert folder.run("replay", "--probability", "0.9").code == 0
    ran = folder.run("replay", "--probability", "0.9", "--apply")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "[linking]" in ran.err
    for none in ("0", "1.5", "nan", "inf"):
        assert folder.run("replay", "--probability", none).code == 2
    assert folder.run("replay", "--days", "0").code == 2


def test_it_looks_back_as_far_as_it_is_asked(folder: Folder) -> None:
    assert "the last 7 days are linked as they would be now" in folder.run("replay", "--days", "7").out
