"""What the blog says of a name, what it says will happen, and by when; and how claims come into the store."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from storage.claims.asking import (
    NameCount,
    PostClaim,
    claims_of,
    count_names,
    find_name,
    plans_due,
    plans_of_all,
    posts_mentioning,
)
from storage.engine import Database
from storage.errors import InputError
from storage.linking.figures import Figure
from storage.linking.names import Vocabulary, read_table
from storage.models import ClaimRow, PostRow
from tests.storage.claims.conftest import NAMES, read_blog

TODAY = date(2026, 11, 24)


def of(database: Database, name: str) -> list[PostClaim]:
    """The claims of a name."""
    with database.read() as session:
        return claims_of(session, name)


def rows(database: Database) -> list[tuple[str, int, str]]:
    """Each stored claim: its post, its place there, its sentence."""
    query = (
        select(PostRow.file, ClaimRow.place, ClaimRow.sentence)
        .join(ClaimRow, ClaimRow.post_id == PostRow.id)
        .order_by(PostRow.file, ClaimRow.place)
    )
    with database.read() as session:
        return [(file, place, sentence) for file, place, sentence in session.execute(query)]


def test_claims_of_a_name_come_newest_post_first_and_in_the_posts_order(blog: Database) -> None:
    found = of(blog, "Acme")
    assert [(claim.post.file, claim.sentence) for claim in found] == [
        ("2026-03-04-b.md", "アクメは2027年後半にZX450を量産。"),
        ("2026-01-02-a.md", "アクメは高速メモリを2026年前半に出荷する予定です。"),
        ("2026-01-02-a.md", "アクメは3社を買った。"),
    ]
    plan = found[1]
    assert (plan.names, plan.plan, plan.due) == (("Acme", "高速メモリ"), True, date(2026, 6, 30))
    assert plan.figures == (Figure("2026年前半", "2026-H1", "time"),)
    assert plan.post.url == "https://b/2026/01/02/a.html"
    assert plan.passed(date(2026, 7, 1))
    assert not plan.passed(date(2026, 6, 30))


def test_claims_of_a_name_in_another_script_and_of_a_model_number(blog: Database) -> None:
    assert [claim.due for claim in of(blog, "高速メモリ")] == [date(2026, 6, 30)]
    assert len(of(blog, "ZX450")) == 2
    assert of(blog, "zx450") == []
    assert of(blog, "Acm_") == []


def test_an_apology_has_no_claims_and_mentions_nothing(blog: Database) -> None:
    assert {file for file, _, _ in rows(blog)} == {"2026-01-02-a.md", "2026-03-04-b.md", "2026-05-06-c.md"}
    with blog.read() as session:
        files = [post.file for post in posts_mentioning(session, "Acme")]
    assert files == ["2026-05-06-c.md", "2026-03-04-b.md", "2026-01-02-a.md"]


def test_plans_due_within_days(blog: Database) -> None:
    def due(after: date, until: date) -> list[date | None]:
        with blog.read() as session:
            return [claim.due for claim in plans_due(session, after, until)]

    first, second = date(2026, 6, 30), date(2027, 12, 31)
    assert due(date.min, date.max) == [first, second]
    assert due(date(2026, 6, 29), first) == [first]
    assert due(first, second) == [second]
    assert due(first, date(2027, 12, 30)) == []


def test_all_plans_have_those_without_a_day_too(blog: Database) -> None:
    with blog.read() as session:
        found = plans_of_all(session)
    assert [claim.due for claim in found] == [None, date(2027, 12, 31), date(2026, 6, 30)]


def test_every_name_is_counted_and_no_topic(blog: Database, words: Vocabulary) -> None:
    with blog.read() as session:
        assert count_names(session, words, TODAY) == [
            NameCount("Acme", 3, 3, 2, 1),
            NameCount("ZX450", 1, 2, 1, 0),
            NameCount("Bell", 1, 1, 1, 0),
            NameCount("高速メモリ", 1, 1, 1, 1),
        ]


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("アクメ", "Acme"),
        (" acme ", "Acme"),
        ("ＡＣＭＥ", "Acme"),
        ("艾克美", "Acme"),
        ("fast MEMORY", "高速メモリ"),
        ("bell", "Bell"),
        ("zx450", "ZX450"),
        ("nobody", "Nobody"),
    ],
)
def test_a_name_is_found_by_any_alias(blog: Database, words: Vocabulary, word: str, name: str) -> None:
    with blog.read() as session:
        assert find_name(session, words, word) == name


@pytest.mark.parametrize(
    ("word", "said"),
    [("Acmee", "did you mean Acme\\?"), ("ZX451", "ZX450"), ("出荷", "lists them"), ("", "lists them")],
)
def test_an_unknown_name_is_an_error_with_the_nearest(
    blog: Database, words: Vocabulary, word: str, said: str
) -> None:
    with blog.read() as session, pytest.raises(InputError, match=said):
        find_name(session, words, word)


def test_a_changed_post_changes_its_claims_and_no_others(
    blog: Database, folder: Path, words: Vocabulary
) -> None:
    before = rows(blog)
    path = folder / "2026-03-04-b.md"
    path.write_text("---\ntitle: ZX450\n---\nZX450は400ドルだ。\n", encoding="utf-8")
    assert read_blog(blog, folder, words).changed == [path.name]
    after = rows(blog)
    assert [row for row in after if row[0] == path.name] == [(path.name, 0, "ZX450は400ドルだ。")]
    assert [row for row in after if row[0] != path.name] == [row for row in before if row[0] != path.name]


def test_a_removed_posts_claims_go_with_it(blog: Database, folder: Path, words: Vocabulary) -> None:
    for file in ("2026-01-02-a.md", "2026-03-04-b.md"):
        (folder / file).unlink()
    read_blog(blog, folder, words, remove=True)
    assert {file for file, _, _ in rows(blog)} == {"2026-05-06-c.md"}


def test_posts_of_an_earlier_version_are_read_again_for_their_claims(
    blog: Database, folder: Path, words: Vocabulary
) -> None:
    with blog.write() as session:  # as the version before left them
        session.execute(update(PostRow).values(names_version=words.version))
        session.query(ClaimRow).delete()
    assert len(read_blog(blog, folder, words).changed) == 4
    assert len(rows(blog)) == 5
    assert read_blog(blog, folder, words).unchanged == 4


def test_a_wider_table_of_names_finds_more_claims(blog: Database, folder: Path, words: Vocabulary) -> None:
    wider = Vocabulary(read_table(f'{NAMES}ja = ["3社"]\n'.encode()), words.topics)
    read_blog(blog, folder, wider)
    assert [claim.sentence for claim in of(blog, "Nobody")] == [
        "Bellは2027年以降に3社を買う予定です。",
        "アクメは3社を買った。",
    ]


def test_repeated_sections_and_what_follows_an_end_mark_claim_nothing(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    text = "アクメは3社を買った。\n\nアクメは 3社を 買った。\n\n---END---\n\nアクメは4社を買った。"
    (tmp_path / "2026-01-02-a.md").write_text(f"---\ntitle: A\n---\n{text}\n", encoding="utf-8")
    read_blog(database, tmp_path, words)
    assert [sentence for _, _, sentence in rows(database)] == ["アクメは3社を買った。"]


def test_next_year_is_reckoned_from_the_day_on_which_the_blog_was_written(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    front = "title: A\ndate: 2027-01-01 08:00:00 +0900"  # still 2026 in UTC
    (tmp_path / "a.md").write_text(f"---\n{front}\n---\nアクメは来年に出荷する予定です。\n", encoding="utf-8")
    read_blog(database, tmp_path, words)
    assert [claim.due for claim in of(database, "Acme")] == [date(2028, 12, 31)]


def test_model_numbers_that_differ_in_case_are_two(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    text = "ZX450は3社に売れた。\n\nZx450は4社に売れた。"
    (tmp_path / "a.md").write_text(f"---\ntitle: A\n---\n{text}\n", encoding="utf-8")
    read_blog(database, tmp_path, words)
    assert [claim.sentence for claim in of(database, "Zx450")] == ["Zx450は4社に売れた。"]


def test_places_are_those_of_the_post(blog: Database) -> None:
    with blog.read() as session:
        most = select(func.max(ClaimRow.place), func.min(ClaimRow.place), func.count())
        counts = session.execute(most.group_by(ClaimRow.post_id)).all()
    assert all((last, first) == (count - 1, 0) for last, first, count in counts)
