"""An import reads what is new or changed, leaves the rest alone, and goes on where it was broken off."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from storage.claims.wording import default_wordings
from storage.engine import Database
from storage.errors import InputError
from storage.linking.names import Vocabulary, read_table
from storage.models import FollowupRow, LinkRow, MentionRow, PostRow
from storage.posts.importing import BATCH, LEAD, ImportReport, import_posts
from storage.posts.jekyll import Blog
from storage.posts.post import Skipped
from tests.conftest import NOW
from tests.storage.posts.conftest import BLOG, TABLE, link_news, write

LATER = NOW + timedelta(hours=1)


def _import(
    database: Database,
    path: Path,
    words: Vocabulary,
    *,
    blog: Blog = BLOG,
    now: datetime = NOW,
    remove: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> ImportReport:
    return import_posts(
        database, path, blog=blog, vocabulary=words, now=now, remove=remove, progress=progress
    )


def _rows(database: Database) -> list[tuple[Any, ...]]:
    with database.read() as session:
        posts = session.execute(select(PostRow.__table__).order_by(PostRow.id)).all()
        mentions = session.execute(
            select(MentionRow.__table__).order_by(MentionRow.post_id, MentionRow.name)
        ).all()
    return [tuple(row) for row in [*posts, *mentions]]


def _files(database: Database) -> dict[str, PostRow]:
    with database.read() as session:
        return {row.file: row for row in session.scalars(select(PostRow))}


def _mentions(database: Database, file: str) -> dict[str, tuple[bool, bool, int]]:
    """Each name and topic of a post: whether its title has it, its first paragraphs, and how often."""
    with database.read() as session:
        rows = session.scalars(select(MentionRow).join(PostRow).where(PostRow.file == file))
        return {row.name: (row.in_title, row.in_lead, row.count) for row in rows}


def test_a_new_post_is_stored_with_its_mentions(database: Database, posts: Path, words: Vocabulary) -> None:
    write(posts, "2026-01-02-a.md", body="Acme and ZX450.\n\nAgain, Acme.\n\nAcme and ZX450.")
    assert _import(database, posts, words) == ImportReport(new=["2026-01-02-a.md"])
    row = _files(database)["2026-01-02-a.md"]
    assert (row.title, row.url) == ("Acme ships", "https://blog.example/2026/01/02/a.html")
    assert (row.text, row.imported_at) == ("Acme and ZX450.\n\nAgain, Acme.", NOW)
    assert row.names_version == f"{words.version}-{default_wordings().version}"
    assert (row.lead_words, row.failed) == ("acme again zx450", False)
    assert _mentions(database, "2026-01-02-a.md") == {
        "Acme": (True, True, 3),
        "ZX450": (False, True, 1),
        "shipment": (True, False, 1),  # a topic
    }


def test_only_the_first_paragraphs_say_what_a_post_is_about(
    database: Database, posts: Path, words: Vocabulary
) -> None:
    lead = [f"Point {n}." for n in range(LEAD - 1)]
    write(posts, "2026-01-02-a.md", title="News", body="\n\n".join([*lead, "Acme.", "ZX450 ships.", "ZX450"]))
    _import(database, posts, words)
    assert _mentions(database, "2026-01-02-a.md") == {
        "Acme": (False, True, 1),
        "ZX450": (False, False, 2),
        "shipment": (False, False, 1),
    }
    found = _files(database)["2026-01-02-a.md"].lead_words.split()
    assert "acme" in found
    assert "zx450" not in found


def test_a_text_generators_apology_is_imported_as_failed_until_it_is_mended(
    database: Database, posts: Path, words: Vocabulary
) -> None:
    write(posts, "2026-01-01-a.md", body="I'm sorry, I found nothing on Acme.")
    write(posts, "2026-01-02-b.md")
    report = _import(database, posts, words)
    assert (report.new, report.failed) == (["2026-01-01-a.md", "2026-01-02-b.md"], ["2026-01-01-a.md"])
    assert {file: row.failed for file, row in _files(database).items()} == {
        "2026-01-01-a.md": True,
        "2026-01-02-b.md": False,
    }
    assert _import(database, posts, words) == ImportReport(unchanged=2)
    write(posts, "2026-01-01-a.md")
    assert _import(database, posts, words) == ImportReport(changed=["2026-01-01-a.md"], unchanged=1)
    assert not _files(database)["2026-01-01-a.md"].failed


def test_a_second_import_changes_nothing_and_says_so(
    database: Database, posts: Path, words: Vocabulary
) -> None:
    for n in range(3):
        write(posts, f"2026-01-0{n + 1}-a.md")
    _import(database, posts, words)
    before = _rows(database)
    assert _import(database, posts, words, now=LATER) == ImportReport(unchanged=3)
    assert _rows(database) == before


def test_only_a_changed_post_is_read_again(database: Database, posts: Path, words: Vocabulary) -> None:
    write(posts, "2026-01-01-a.md")
    write(posts, "2026-01-02-b.md")
    _import(database, posts, words)
    ids = {file: row.id for file, row in _files(database).items()}
    write(posts, "2026-01-02-b.md", title="Other", body="ZX450")
    assert _import(database, posts, words, now=LATER) == ImportReport(
        changed=["2026-01-02-b.md"], unchanged=1
    )
    rows = _files(database)
    assert {file: row.id for file, row in rows.items()} == ids
    assert [rows[file].imported_at for file in sorted(rows)] == [NOW, LATER]
    assert _mentions(database, "2026-01-02-b.md") == {"ZX450": (False, True, 1)}


@pytest.mark.parametrize("blog", [Blog("https://moved.example"), Blog("https://blog.example", "none")])
def test_a_moved_blog_changes_every_address(
    database: Database, posts: Path, words: Vocabulary, blog: Blog
) -> None:
    write(posts, "2026-01-01-a.md")
    _import(database, posts, words)
    before = _files(database)["2026-01-01-a.md"].url
    assert _import(database, posts, words, blog=blog).changed == ["2026-01-01-a.md"]
    assert _files(database)["2026-01-01-a.md"].url != before


def test_a_changed_table_of_names_reads_every_post_again(
    database: Database, posts: Path, words: Vocabulary
) -> None:
    write(posts, "2026-01-01-a.md")
    _import(database, posts, words)
    assert "Orion" not in _mentions(database, "2026-01-01-a.md")
    wider = Vocabulary(read_table(TABLE + b'en = ["Orion"]\n'), words.topics)
    assert _import(database, posts, wider).changed == ["2026-01-01-a.md"]
    assert _mentions(database, "2026-01-01-a.md") == {
        "Acme": (True, True, 2),
        "Orion": (False, True, 1),
        "shipment": (True, False, 1),
    }
    assert _import(database, posts, wider).unchanged == 1


def test_what_is_no_post_is_skipped_and_the_rest_imported(
    database: Database, posts: Path, words: Vocabulary
) -> None:
    write(posts, "2026-01-01-a.md")
    (posts / "2026-01-02-b.md").write_bytes(b"\xff")
    (posts / "2026-01-03-c.md").write_text("no front matter")
    report = _import(database, posts, words)
    assert report.new == ["2026-01-01-a.md"]
    assert [skipped.file for skipped in report.skipped] == ["2026-01-02-b.md", "2026-01-03-c.md"]
    assert _import(database, posts, words).skipped == report.skipped


def test_of_two_files_of_one_name_the_first_is_read(
    database: Database, posts: Path, words: Vocabulary
) -> None:
    write(posts / "a", "2026-01-01-x.md", title="First")
    second = write(posts / "b", "2026-01-01-x.md", title="Second")
    report = _import(database, posts, words)
    assert report.new == ["2026-01-01-x.md"]
    assert report.skipped == [
        Skipped(str(second), "a post named 2026-01-01-x.md was already read; file names must differ")
    ]
    assert _files(database)["2026-01-01-x.md"].title == "First"


def test_nested_folders_of_posts_are_all_read(database: Database, posts: Path, words: Vocabulary) -> None:
    write(posts / "2026", "2026-01-01-a.md")
    write(posts.parent / "news" / "_posts", "2026-01-02-b.md")
    assert len(_import(database, posts.parent, words).new) == 2


def test_a_missing_post_is_reported_and_stays(database: Database, posts: Path, words: Vocabulary) -> None:
    write(posts, "2026-01-01-a.md")
    gone = write(posts, "2026-01-02-b.md")
    _import(database, posts, words)
    gone.unlink()
    assert _import(database, posts, words) == ImportReport(unchanged=1, missing=["2026-01-02-b.md"])
    assert len(_files(database)) == 2


def test_a_skipped_post_is_not_missing(database: Database, posts: Path, words: Vocabulary) -> None:
    file = write(posts, "2026-01-01-a.md")
    _import(database, posts, words)
    file.write_text("broken")
    report = _import(database, posts, words, remove=True)
    assert (report.missing, len(report.skipped)) == ([], 1)
    assert _files(database)["2026-01-01-a.md"].title == "Acme ships"


def test_a_post_that_is_no_longer_published_is_missing(
    database: Database, posts: Path, words: Vocabulary
) -> None:
    write(posts, "2026-01-01-a.md")
    _import(database, posts, words)
    write(posts, "2026-01-01-a.md", more="published: false\n")
    assert _import(database, posts, words).missing == ["2026-01-01-a.md"]


def test_a_removed_post_takes_its_links_and_followups_with_it(
    database: Database, posts: Path, words: Vocabulary
) -> None:
    write(posts, "2026-01-01-a.md")
    gone = write(posts, "2026-01-02-b.md", body="ZX450")
    _import(database, posts, words)
    with database.write() as session:
        ids = list(session.scalars(select(PostRow.id)))
        session.add_all(FollowupRow(post_id=post_id, status="open", opened_at=NOW) for post_id in ids)
        link_news(session, ids)
    gone.unlink()
    report = _import(database, posts, words, remove=True)
    assert (report.missing, report.removed) == (["2026-01-02-b.md"], True)
    assert list(_files(database)) == ["2026-01-01-a.md"]
    with database.read() as session:
        for kind in (LinkRow, FollowupRow):
            assert session.scalar(select(func.count()).select_from(kind)) == 1
        assert set(session.scalars(select(MentionRow.name))) == {"Acme", "shipment"}


def test_nothing_is_removed_where_nothing_is_missing(
    database: Database, posts: Path, words: Vocabulary
) -> None:
    write(posts, "2026-01-01-a.md")
    assert _import(database, posts, words, remove=True) == ImportReport(new=["2026-01-01-a.md"])


def test_a_single_file_is_imported_and_no_other_is_missing(
    database: Database, posts: Path, words: Vocabulary
) -> None:
    write(posts, "2026-01-01-a.md")
    file = write(posts, "2026-01-02-b.md")
    _import(database, posts, words)
    write(posts, "2026-01-02-b.md", title="Changed")
    assert _import(database, file, words, remove=True) == ImportReport(changed=["2026-01-02-b.md"])
    assert len(_files(database)) == 2


def test_an_interrupted_import_goes_on(database: Database, posts: Path, words: Vocabulary) -> None:
    total = BATCH + 20
    for n in range(total):
        write(posts, f"2026-01-01-{n:03}.md")
    seen: list[tuple[int, int]] = []

    def interrupt(done: int, of: int) -> None:
        seen.append((done, of))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _import(database, posts, words, progress=interrupt)
    assert seen == [(BATCH, total)]
    assert len(_files(database)) == BATCH
    seen.clear()
    report = _import(database, posts, words, now=LATER, progress=lambda done, of: seen.append((done, of)))
    assert (report.unchanged, len(report.new), report.missing) == (BATCH, 20, [])
    assert seen == [(BATCH, total), (total, total)]
    assert len(_files(database)) == total


def test_texts_that_databases_refuse_are_imported(database: Database, posts: Path, words: Vocabulary) -> None:
    write(
        posts,
        "2026-01-01-a.md",
        title='"a\\0b"',
        body="x\0y &#0; &#xD800;",
        more='slug: "s\\0"\ndate: 0001-01-01\n',
    )
    assert _import(database, posts, words).new == ["2026-01-01-a.md"]
    assert _files(database)["2026-01-01-a.md"].title == "ab"


def test_an_empty_folder_imports_nothing(database: Database, posts: Path, words: Vocabulary) -> None:
    assert _import(database, posts, words) == ImportReport()


def test_a_path_with_nothing_there_is_an_error(database: Database, tmp_path: Path, words: Vocabulary) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        _import(database, tmp_path / "nowhere", words)
