"""`chipwatch followups`: listed with their reasons, and settled in every way."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from storage.models import FollowupPostRow
from tests.conftest import NOW
from tests.scheduler.conftest import Folder, add_followup


@pytest.fixture
def numbers(folder: Folder) -> list[int]:
    """Two open follow-ups."""
    with folder.database() as database:
        return [
            add_followup(database, post="Acme's chip", news=("Acme moves", "Acme verschiebt")),
            add_followup(database, post="Initech's chip", news=("Initech moves",)),
        ]


def listed(folder: Folder, status: str) -> list[int]:
    return [
        row["id"] for row in json.loads(folder.run("followups", "list", "--status", status, "--json").out)
    ]


def test_the_table_has_the_post_the_news_and_the_reason(folder: Folder, numbers: list[int]) -> None:
    lines = folder.run("followups", "list").out.splitlines()
    assert lines[0].split() == ["id", "score", "age", "post", "news", "why"]
    assert lines[1].split("  ")[0] == str(numbers[0])
    for said in ("0.90", "today", "Acme's chip", "[en] Acme moves", "both titles are about Acme; new: 2027"):
        assert said in lines[1]


def test_the_age_is_told_by_the_days_of_the_digest_while_one_waits(
    folder: Folder, numbers: list[int]
) -> None:
    first = str(numbers[0])
    folder.settings('[digest]\ntimezone = "Asia/Tokyo"\n')
    folder.now = NOW + timedelta(hours=3)  # midnight in Tokyo
    assert folder.run("followups").out.splitlines()[1].split()[:3] == [first, "0.90", "1d"]
    assert "    open 1 day, opened 2026-11-24" in folder.run("followups", "show", first).out
    folder.run("followups", "snooze", first)
    folder.now = NOW + timedelta(days=3)
    assert json.loads(folder.run("followups", "show", first, "--json").out)["age_days"] == 3
    assert "snoozed until 2026-12-01 15:00 UTC, open 3 days, opened" in (
        folder.run("followups", "show", first).out
    )
    folder.run("followups", "done", first)
    assert json.loads(folder.run("followups", "show", first, "--json").out)["age_days"] is None
    assert "    done 2026-11-27" in folder.run("followups", "show", first).out
    table = folder.run("followups", "list", "--status", "all").out.splitlines()
    assert table[0].split()[:4] == ["id", "status", "score", "age"]
    assert table[1].split()[:4] == [first, "done", "0.90", "Acme's"]


def test_a_draft_is_printed_for_the_newest_post(folder: Folder, numbers: list[int]) -> None:
    folder.settings('[blog]\nlanguage = "en"\n')
    ran = folder.run("followups", "draft", str(numbers[0]))
    assert ran.code == 0
    assert ran.out.startswith("## Update, 24 Nov 2026\n\n### More is known: Acme moves\n")
    assert ran.out.count("](https://news.example/") == 2
    assert ran.err.startswith("for 2026-01-")
    assert ran.err.count("\n") == 1


def test_a_draft_names_the_posts_that_say_the_same_apart_from_it(folder: Folder, numbers: list[int]) -> None:
    first, second = numbers
    with folder.database() as database, database.write() as session:
        session.execute(
            update(FollowupPostRow).where(FollowupPostRow.followup_id == second).values(followup_id=first)
        )
    ran = folder.run("followups", "draft", str(first))
    assert ran.out.startswith("## 続報（2026年11月24日）\n")
    assert [line.partition(" 2026-")[0] for line in ran.err.splitlines()] == ["for", "says nearly the same:"]


@pytest.mark.parametrize("command", ["show", "draft"])
def test_a_number_that_is_none_is_told(folder: Folder, numbers: list[int], command: str) -> None:
    ran = folder.run("followups", command, "999")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "chipwatch: there is no follow-up 999; `chipwatch followups` lists them\n"


def test_none_are_told(folder: Folder) -> None:
    assert folder.run("followups").out == "no open follow-ups\n"
    assert folder.run("followups", "list", "--status", "done").out == "no done follow-ups\n"
    assert folder.run("followups", "list", "--status", "all").out == "no follow-ups\n"


def test_one_is_shown_in_full(folder: Folder, numbers: list[int]) -> None:
    out = folder.run("followups", "show", str(numbers[0])).out
    assert out.startswith(f"{numbers[0]}  Acme's chip\n    open since today, opened 2026-11-24 12:00 UTC\n")
    for said in (
        "EXTENDS  [en] Acme moves",
        "[en] Acme verschiebt",
        "Chip Wire, 2026-11-24 12:00 UTC, score 0.90",
        "why   both titles are about Acme; new: 2027",
        "post  In 2026.",
        "news  In 2027.",
    ):
        assert said in out


def test_json_has_stable_names(folder: Folder, numbers: list[int]) -> None:
    shown = json.loads(folder.run("followups", "show", str(numbers[0]), "--json").out)
    assert shown == json.loads(folder.run("followups", "list", "--json").out)[0]
    assert shown.keys() == {
        *(
            "id",
            "status",
            "score",
            "opened_at",
            "age_days",
            "settled_at",
            "snoozed_until",
            "mailed_at",
            "ground",
            "reason",
        ),
        *("post", "alike", "stories", "plans"),
    }
    assert shown["post"].keys() == {"file", "title", "url", "published", "updated", "commit"}
    (story,) = shown["stories"]
    assert story.keys() == {"id", "kind", "added_at", "settled_before", "mailed", "reports"}
    assert story["reports"][0].keys() == {
        *("item_id", "title", "url", "source", "language", "when", "known_since"),
        *("score", "followup", "kind", "evidence"),
    }
    assert shown["opened_at"] == "2026-11-24T12:00:00+00:00"


def shown_title(folder: Folder, number: int) -> str:
    return str(json.loads(folder.run("followups", "show", str(number), "--json").out)["post"]["title"])


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["done"], "done", "done"),
        (["dismiss"], "dismissed", "dismissed"),
        (["dismiss", "--reason", "not ours"], "dismissed", "dismissed"),
        (["snooze", "--for", "12h"], "snoozed", "snoozed until 20"),
        (["snooze"], "snoozed", "snoozed until 20"),
    ],
)
def test_one_is_settled_and_opened_again(
    folder: Folder, numbers: list[int], words: list[str], status: str, said: str
) -> None:
    first, second = numbers
    ran = folder.run("followups", *words, str(first))
    assert ran.code == 0
    assert ran.out.startswith(f"{first} {said}")
    title = shown_title(folder, first)
    assert ran.out.endswith(f": {title}\n")
    assert (listed(folder, "open"), listed(folder, status)) == ([second], [first])
    shown = json.loads(folder.run("followups", "show", str(first), "--json").out)
    assert shown["reason"] == ("not ours" if "--reason" in words else None)
    assert bool(shown["snoozed_until"]) == (status == "snoozed")
    assert folder.run("followups", "reopen", str(first)).out == f"{first} open again: {title}\n"
    assert listed(folder, "open") == [first, second]


def test_several_are_settled_at_once(folder: Folder, numbers: list[int]) -> None:
    ran = folder.run("followups", "done", *map(str, numbers))
    assert ran.out.splitlines() == [f"{n} done: {shown_title(folder, n)}" for n in numbers]
    assert listed(folder, "all") == numbers
    assert listed(folder, "open") == []


def test_one_that_does_not_exist_leaves_the_others_as_they_were(folder: Folder, numbers: list[int]) -> None:
    ran = folder.run("followups", "done", str(numbers[0]), "999")
    assert (ran.code, ran.out) == (2, "")
    assert "there is no follow-up 999" in ran.err
    assert listed(folder, "open") == numbers


def test_a_dismissal_can_say_why(folder: Folder, numbers: list[int]) -> None:
    ran = folder.run(
        "followups", "dismiss", str(numbers[0]), "--because", "not-about", "--reason", "a namesake"
    )
    assert ran.out == f"{numbers[0]} dismissed: Acme's chip\n"
    shown = json.loads(folder.run("followups", "show", str(numbers[0]), "--json").out)
    assert (shown["ground"], shown["reason"]) == ("not-about", "a namesake")
    assert "(not-about: a namesake)" in folder.run("followups", "show", str(numbers[0])).out
    assert folder.run("followups", "dismiss", str(numbers[1]), "--because", "bored").code == 2


def test_verdicts_are_written_as_judgements(folder: Folder, numbers: list[int]) -> None:
    folder.run("followups", "done", str(numbers[0]))
    folder.run("followups", "dismiss", str(numbers[1]))
    ran = folder.run("followups", "judgements", "qrels.jsonl", "--items", "items.jsonl")
    assert ran.out == "wrote 3 judgements of 3 items: qrels.jsonl\n"
    rows = [json.loads(line) for line in (folder.path / "qrels.jsonl").read_text().splitlines()]
    assert [row["grade"] for row in rows] == [2, 2, 0]
    items = [json.loads(line) for line in (folder.path / "items.jsonl").read_text().splitlines()]
    assert {item["id"] for item in items} == {row["item"] for row in rows}
    ran = folder.run("followups", "judgements", "nowhere/qrels.jsonl")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
