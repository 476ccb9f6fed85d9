"""A post that was updated closes its follow-ups, if it says the news by now; else they stay."""

import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from storage.engine import Database
from storage.followups.due import raise_due_plans
from storage.followups.followup import Followup
from storage.followups.listing import list_followups
from storage.followups.raising import add_posts
from storage.followups.settling import settle
from storage.followups.status import STATUSES
from storage.followups.updating import close_unearned
from storage.linking.names import default_vocabulary
from storage.models import FollowupPlanRow, FollowupRow, LinkRow, PostRow
from storage.posts.importing import ImportReport, import_posts
from storage.posts.jekyll import Blog
from tests.conftest import NOW
from tests.storage.conftest import add_post, add_report, add_story, raise_pairs

LATER = NOW + timedelta(days=1)
FILE = "2026-01-02-bytedance.md"
OLD = "ByteDanceの自社チップの量産は2026年後半の予定です。"


def write(folder: Path, body: str, title: str = "ByteDanceのチップ") -> Path:
    file = folder / FILE
    file.write_text(f"---\ntitle: {title}\ndate: 2026-01-02\n---\n{body}\n", encoding="utf-8")
    return file


def read(database: Database, folder: Path) -> ImportReport:
    return import_posts(database, folder, blog=Blog(), vocabulary=default_vocabulary(), now=LATER)


def called_for(database: Database, folder: Path, body: str = OLD, **evidence: Any) -> int:
    """The post as it was, and a follow-up of it by news with this evidence; its id."""
    write(folder, body)
    import_posts(database, folder, blog=Blog(), vocabulary=default_vocabulary(), now=NOW)
    with database.read() as session:
        post = session.query(PostRow.id).filter(PostRow.file == FILE).scalar()
    story = add_story(database, {post: 0.9})
    with database.write() as session:
        session.execute(update(LinkRow).values(evidence={"reason": "a test", **evidence}))
    (followup,), _ = raise_pairs(database, (post, story))
    return followup


def found(database: Database, followup: int) -> Followup:
    with database.read() as session:
        return list_followups(session, statuses=STATUSES, ids=[followup])[0]


CHANGED: dict[str, Any] = {
    "changes": ["2026年後半 → first quarter of 2027"],
    "new_names": ["TSMC N3"],
    "new_figures": [],
}


@pytest.mark.parametrize(
    ("evidence", "body"),
    [
        (CHANGED, "ByteDanceの自社チップの量産は2027年第1四半期に延びました。"),
        ({"new_figures": ["$5 billion"]}, OLD + "\n\n投資額は50億ドルです。"),
        ({"new_names": ["Samsung Electronics"]}, OLD + "\n\nサムスンも製造します。"),
    ],
)
def test_what_was_new_stands_in_the_post(
    database: Database, tmp_path: Path, evidence: dict[str, Any], body: str
) -> None:
    followup = called_for(database, tmp_path, **evidence)
    write(tmp_path, body)
    assert read(database, tmp_path).closed == [followup]
    settled = found(database, followup)
    assert (settled.status, settled.settled_at, settled.reason) == ("done", LATER, "the post was updated")


@pytest.mark.parametrize(
    "body",
    [
        OLD + "\n\n[続報](https://news.example/{item}?utm_source=x)",
        OLD + '\n\n<a href="http://www.news.example/{item}/">続報</a>。',
    ],
)
def test_a_link_to_the_news_is_enough(database: Database, tmp_path: Path, body: str) -> None:
    followup = called_for(database, tmp_path, **CHANGED)
    item = found(database, followup).stories[0].best.url.rpartition("/")[2]
    write(tmp_path, body.format(item=item))
    assert read(database, tmp_path).closed == [followup]


@pytest.mark.parametrize(
    "body",
    [
        OLD + "\n\n誤字を直しました。",
        OLD + "\n\nTSMC N3で作られます。",  # what changed is another matter than what came with it
        OLD + "\n\n[別の記事](https://news.example/other)",
        OLD + "\n\n© 2027",
    ],
)
def test_another_change_closes_nothing_but_is_told(database: Database, tmp_path: Path, body: str) -> None:
    followup = called_for(database, tmp_path, **CHANGED)
    write(tmp_path, body)
    assert read(database, tmp_path).closed == []
    waits = found(database, followup)
    assert (waits.status, waits.post.rewritten_at) == ("open", LATER)


@pytest.mark.parametrize(
    ("evidence", "before", "after"),
    [
        # It stood there before: another change does not make it an answer.
        (
            CHANGED,
            OLD + "2027年第1四半期には別の製品が出ます。",
            OLD + "2027年第1四半期には別の製品も出ます。",
        ),
        ({"new_figures": ["$5 billion"], "new_names": ["TSMC"]}, OLD, OLD + "関連：TSMC。"),
        ({"new_figures": ["2027"], "new_names": ["TSMC", "Samsung Electronics"]}, OLD, OLD + "© 2027"),
        ({"new_names": ["TSMC", "Samsung Electronics", "SK hynix"]}, OLD, OLD + "関連：TSMC。"),
    ],
)
def test_what_says_it_by_chance_closes_nothing(
    database: Database, tmp_path: Path, evidence: dict[str, Any], before: str, after: str
) -> None:
    followup = called_for(database, tmp_path, body=before, **evidence)
    write(tmp_path, after)
    assert read(database, tmp_path).closed == []
    assert found(database, followup).status == "open"


def test_a_post_that_was_only_read_again_is_not_rewritten(database: Database, tmp_path: Path) -> None:
    followup = called_for(database, tmp_path, **CHANGED)
    import_posts(
        database, tmp_path, blog=Blog("https://blog.example"), vocabulary=default_vocabulary(), now=LATER
    )
    assert found(database, followup).post.rewritten_at is None


def test_a_post_that_another_release_only_reads_otherwise_is_not_rewritten(
    database: Database, tmp_path: Path
) -> None:
    followup = called_for(database, tmp_path, new_names=["ByteDance"])
    with database.write() as session:
        session.execute(update(PostRow).values(text="By dance", names_version="of an earlier release"))
    report = read(database, tmp_path)
    assert (len(report.changed) + report.unchanged, report.closed) == (1, [])
    assert found(database, followup).post.rewritten_at is None


@pytest.mark.parametrize("step", [1, -1])
def test_a_plan_that_posts_share_is_done_when_the_last_of_them_drops_it(
    database: Database, tmp_path: Path, step: int
) -> None:
    files = [tmp_path / f"2026-01-0{n}-bytedance.md" for n in (2, 3)]
    plan, day = "ByteDanceの自社チップの量産は2026年10月の予定です。", "2026-08-01"

    def put(file: Path, body: str) -> list[int]:
        file.write_text(f"---\ntitle: ByteDanceのチップ\ndate: {day}\n---\n{body}\n", encoding="utf-8")
        return read(database, tmp_path).closed

    for file in files:
        put(file, plan)
    with database.write() as session:
        (followup,) = raise_due_plans(session, now=NOW)
    assert len(found(database, followup).posts) == 2
    first, last = files[::step]
    assert put(first, "量産が始まりました。") == []
    assert put(last, "量産が始まりました。") == [followup]
    assert found(database, followup).status == "done"


def test_all_stories_must_be_taken_up(database: Database, tmp_path: Path) -> None:
    followup = called_for(database, tmp_path, **CHANGED)
    post = found(database, followup).post.id
    raise_pairs(database, (post, add_story(database, {post: 0.5})))  # it brings nothing that can be told
    write(tmp_path, "2027年第1四半期に延びました。")
    assert read(database, tmp_path).closed == []


def test_one_of_several_like_posts_leaves_and_the_others_wait(database: Database, tmp_path: Path) -> None:
    followup = called_for(database, tmp_path, **CHANGED)
    other = add_post(database, "Like it")
    add_report(database, found(database, followup).stories[0].id, {other: 0.8})
    with database.write() as session:
        add_posts(session, session.get_one(FollowupRow, followup), [other])
    write(tmp_path, "2027年第1四半期に延びました。")
    assert read(database, tmp_path).closed == []
    assert [post.title for post in found(database, followup).posts] == ["Like it"]


def git(folder: Path, *arguments: str) -> None:
    user = ["-c", "user.name=Editor", "-c", "user.email=editor@blog.example"]
    subprocess.run(["git", *user, *arguments], cwd=folder, check=True, capture_output=True)  # noqa: S603, S607


def test_in_a_git_checkout_it_says_which_commit_did_it(database: Database, tmp_path: Path) -> None:
    followup = called_for(database, tmp_path, **CHANGED)
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "As it was")
    write(tmp_path, "2027年第1四半期に延びました。")
    git(tmp_path, "commit", "-am", "量産の延期を追記")
    read(database, tmp_path)
    reason = found(database, followup).reason or ""
    assert reason.startswith("the post was updated (commit ")
    assert reason.endswith(" 量産の延期を追記)")


def test_what_is_not_committed_yet_names_no_commit(database: Database, tmp_path: Path) -> None:
    followup = called_for(database, tmp_path, **CHANGED)
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "As it was")
    write(tmp_path, "2027年第1四半期に延びました。")
    read(database, tmp_path)
    assert found(database, followup).reason == "the post was updated"


def test_what_the_linker_no_longer_calls_for_is_closed_if_the_post_was_rewritten(
    database: Database, tmp_path: Path
) -> None:
    followup = called_for(database, tmp_path, **CHANGED)
    waits = found(database, followup)
    story = waits.stories[0].id

    def closed() -> list[int]:
        with database.write() as session:
            return close_unearned(session, [story], now=LATER)

    assert closed() == []
    with database.write() as session:
        session.execute(update(LinkRow).values(followup=False))
    assert closed() == []
    write(tmp_path, OLD + "\n\n誤字を直しました。")
    read(database, tmp_path)
    add_report(database, story, {waits.post.id: 0.5}, followup=False)
    assert closed() == [followup]
    assert "says nothing that it does not" in (found(database, followup).reason or "")


def test_a_snoozed_one_that_is_taken_up_sleeps_no_more(database: Database, tmp_path: Path) -> None:
    followup = called_for(database, tmp_path, **CHANGED)
    with database.write() as session:
        settle(session, [followup], "snoozed", now=NOW, snoozed_until=LATER + timedelta(days=7))
    write(tmp_path, "2027年第1四半期に延びました。")
    assert read(database, tmp_path).closed == [followup]
    settled = found(database, followup)
    assert (settled.status, settled.snoozed_until) == ("done", None)


def test_what_the_linker_still_calls_for_waits_though_the_post_was_rewritten(
    database: Database, tmp_path: Path
) -> None:
    followup = called_for(database, tmp_path, **CHANGED)
    write(tmp_path, OLD + "\n\n誤字を直しました。")
    read(database, tmp_path)
    with database.write() as session:
        assert close_unearned(session, [found(database, followup).stories[0].id], now=LATER) == []


def test_what_was_opened_after_the_post_was_rewritten_is_not_closed_by_that(
    database: Database, tmp_path: Path
) -> None:
    followup = called_for(database, tmp_path, **CHANGED)
    with database.write() as session:
        session.execute(update(PostRow).values(rewritten_at=NOW - timedelta(days=1)))
        session.execute(update(LinkRow).values(followup=False))
        assert close_unearned(session, [found(database, followup).stories[0].id], now=LATER) == []


def test_what_no_news_calls_for_waits_for_a_plan_that_the_post_still_says(
    database: Database, tmp_path: Path
) -> None:
    followup = called_for(database, tmp_path, **CHANGED)
    post, story = found(database, followup).post.id, found(database, followup).stories[0].id
    write(tmp_path, OLD + "\n\n誤字を直しました。")
    read(database, tmp_path)
    with database.write() as session:
        session.execute(update(LinkRow).values(followup=False))
        plan = FollowupPlanRow(followup_id=followup, post_id=post, sentence=OLD, due=NOW.date(), added_at=NOW)
        session.add(plan)
        session.flush()
        assert close_unearned(session, [story], now=LATER) == []
        session.delete(plan)
        session.flush()
        assert close_unearned(session, [story], now=LATER) == [followup]
        assert close_unearned(session, [story], now=LATER) == []  # what is settled stays as it was
