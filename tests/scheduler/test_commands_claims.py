"""`chipwatch claims`: what the posts say of a name, as a table and as JSON."""

import json
from datetime import UTC, datetime

import pytest

from scheduler.commands.claims import ROWS
from tests.scheduler.conftest import Folder

POSTS = {
    "2026-01-02-a.md": (
        "HBM4の話",
        "SKハイニックスはHBM4を2026年後半に量産する予定です。\n\nHBM4は2TB/sだ。",
    ),
    "2026-03-04-b.md": ("Qualcommの話", "クアルコムは2026年前半にMZ700を出荷する計画だ。"),
    "2026-05-06-c.md": ("高通", "高通は強い。HBM4も強い。"),
    "2026-06-07-d.md": ("MZ990", "MZ990は500ドルだ。"),
}


@pytest.fixture
def blog(folder: Folder) -> Folder:
    """A folder whose posts are imported."""
    write(folder, POSTS)
    return folder


def write(folder: Folder, posts: dict[str, tuple[str, str]]) -> None:
    """Write posts and import them."""
    (folder.path / "posts").mkdir(exist_ok=True)
    for file, (title, text) in posts.items():
        (folder.path / "posts" / file).write_text(f"---\ntitle: {title}\n---\n{text}\n", encoding="utf-8")
    assert folder.run("posts", "import", "posts", "--no-vectors").code == 0


def test_a_table_tells_what_the_posts_say_of_a_name(blog: Folder) -> None:
    ran = blog.run("claims", "HBM4")
    assert (ran.code, ran.err) == (0, "")
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert lines == [
        "HBM4: mentioned by 2 posts; 1 of them makes 2 claims, 1 plan among them, 0 of which passed",
        "",
        "date plan file claim",
        "2026-01-02 by 2026-12-31 2026-01-02-a.md SKハイニックスはHBM4を2026年後半に量産する予定です。",
        "2026-01-02 2026-01-02-a.md HBM4は2TB/sだ。",
        "",
        "1 post without a claim of it:",
        "date file title",
        "2026-05-06 2026-05-06-c.md 高通",
    ]


@pytest.mark.parametrize("alias", ["高通", "クアルコム", "qualcomm", "퀄컴", "ＱＵＡＬＣＯＭＭ"])
def test_a_name_is_asked_for_in_any_script(blog: Folder, alias: str) -> None:
    told = json.loads(blog.run("claims", alias, "--json").out)
    assert (told["name"], told["posts"]) == ("Qualcomm", 2)
    assert [claim["post"]["file"] for claim in told["claims"]] == ["2026-03-04-b.md"]
    assert [post["file"] for post in told["without_claims"]] == ["2026-05-06-c.md"]


def test_json_has_all_of_a_claim(blog: Folder) -> None:
    (claim,) = json.loads(blog.run("claims", "クアルコム", "--json").out)["claims"]
    assert claim == {
        "post": {
            "file": "2026-03-04-b.md",
            "title": "Qualcommの話",
            "url": "/2026/03/04/b.html",
            "published": "2026-03-04T00:00:00+00:00",
        },
        "sentence": "クアルコムは2026年前半にMZ700を出荷する計画だ。",
        "names": ["Qualcomm", "MZ700"],
        "figures": [{"shown": "2026年前半", "key": "2026-H1", "kind": "time"}],
        "plan": True,
        "due": "2026-06-30",
        "passed": True,
    }


def test_a_model_number_outside_the_table_is_found(blog: Folder) -> None:
    assert "MZ990は500ドルだ。" in blog.run("claims", "mz990").out


def test_plans_and_passed_plans_of_a_name(blog: Folder) -> None:
    assert "2TB/s" not in blog.run("claims", "HBM4", "--plans").out
    assert "none of the claims is a plan that passed" in blog.run("claims", "HBM4", "--passed").out
    assert "none of the claims is a plan\n" in blog.run("claims", "MZ990", "--plans").out
    assert "passed 2026-06-30" in blog.run("claims", "qualcomm", "--passed").out


def test_plans_of_all_names(blog: Folder) -> None:
    def due(option: str) -> list[str]:
        return [claim["due"] for claim in json.loads(blog.run("claims", option, "--json").out)]

    assert due("--plans") == ["2026-06-30", "2026-12-31"]
    assert due("--passed") == ["2026-06-30"]
    assert "クアルコム" in blog.run("claims", "--passed").out


def test_without_a_name_all_names_are_counted(blog: Folder) -> None:
    lines = [line.split() for line in blog.run("claims").out.splitlines()]
    assert lines[0] == ["posts", "claims", "plans", "passed", "name"]
    assert ["2", "2", "1", "0", "HBM4"] in lines
    assert ["2", "1", "1", "1", "Qualcomm"] in lines
    told = json.loads(blog.run("claims", "--json", "--limit", "1").out)
    assert told == [{"name": "HBM4", "posts": 2, "claims": 2, "plans": 1, "passed": 0}]


def test_a_limit_leaves_the_rest_to_be_asked_for(folder: Folder) -> None:
    text = "\n\n".join(f"HBM4を{n}社が買った。" for n in range(2, ROWS + 12))
    write(folder, {"2026-01-02-a.md": ("HBM4", text)})
    assert folder.run("claims", "HBM4").out.endswith("10 more claims: --limit shows them\n")
    assert folder.run("claims", "HBM4", "--limit", "2").out.endswith("48 more claims: --limit shows them\n")
    assert "more" not in folder.run("claims", "HBM4", "--limit", "99").out
    assert len(json.loads(folder.run("claims", "HBM4", "--json").out)["claims"]) == ROWS + 10


def test_an_unknown_name_is_one_line_with_the_nearest(blog: Folder) -> None:
    ran = blog.run("claims", "クアルコン")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert "did you mean Qualcomm" in ran.err


def test_a_known_name_that_no_post_mentions(blog: Folder) -> None:
    ran = blog.run("claims", "英伟达")
    assert (ran.code, ran.out) == (0, "no post mentions NVIDIA\n")
    told = json.loads(blog.run("claims", "英伟达", "--json").out)
    assert told == {"name": "NVIDIA", "posts": 0, "claims": [], "without_claims": []}


def test_a_name_that_is_mentioned_without_a_claim(folder: Folder) -> None:
    write(folder, {"2026-05-06-c.md": POSTS["2026-05-06-c.md"]})
    ran = folder.run("claims", "HBM4")
    assert ran.out.startswith("HBM4: mentioned by 1 post; none of them makes a claim of it\n\ndate ")
    assert "2026-05-06-c.md" in ran.out


def test_before_the_first_import_there_is_nothing(folder: Folder) -> None:
    assert folder.run("claims").out == "no post mentions a name yet: chipwatch posts import PATH\n"
    assert folder.run("claims", "--plans").out == "the posts have no plans\n"
    assert folder.run("claims", "--passed").out == "no plan in the posts has passed\n"


def test_a_sentence_cannot_move_the_cursor(folder: Folder) -> None:
    write(folder, {"2026-01-02-a.md": ("HBM4", "HBM4は\x1b[2J\x9b31m 3社\u202eに売れた。")})
    for ran in (folder.run("claims", "HBM4"), folder.run("claims", "HBM4", "--json")):
        assert "社" in ran.out
        assert not any(char in ran.out for char in "\x1b\x9b\u202e")
    ran = folder.run("claims", "\x1b[2J\nHBM")
    assert "\x1b" not in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(("zone", "passed"), [("Asia/Tokyo", True), ("UTC", False)])
def test_a_plans_time_is_over_by_the_days_of_the_digest(blog: Folder, zone: str, passed: bool) -> None:
    blog.settings(f'[digest]\ntimezone = "{zone}"')
    blog.now = datetime(2026, 12, 31, 20, tzinfo=UTC)  # in Tokyo the new year has begun
    (plan,) = [
        claim for claim in json.loads(blog.run("claims", "HBM4", "--json").out)["claims"] if claim["plan"]
    ]
    assert plan["passed"] is passed
