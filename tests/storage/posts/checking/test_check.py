"""A whole blog, checked."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.errors import InputError
from storage.posts.checking.check import Checked, check_posts
from storage.posts.jekyll import Blog


def post(folder: Path, name: str, body: str, title: str = "", date: str = "2025-11-03") -> None:
    (folder / name).write_text(f"---\ntitle: '{title or name}'\ndate: {date}\n---\n{body}", encoding="utf-8")


def check(path: Path) -> Checked:
    return check_posts(path, blog=Blog())


def test_every_kind_is_found_in_its_order(tmp_path: Path) -> None:
    (tmp_path / "broken.md").write_text("no front matter")
    (tmp_path / "latin.md").write_bytes(b"---\ntitle: \xe9\n---\n")
    post(tmp_path, "undated.md", "A text.", date="")
    post(tmp_path, "empty.md", "")
    post(tmp_path, "sorry.md", "I'm sorry, I cannot search the web.")
    post(tmp_path, "left.md", "Text.\n\n---END---\n")
    section = "A paragraph that is longer than forty characters, as most are."
    post(tmp_path, "twice.md", f"{section}\n\n{section}\n")
    post(tmp_path, "same1.md", "One.", "A same title")
    post(tmp_path, "same2.md", "Two.", "A  same title", date="2025-12-03")
    long = "\n\n".join(f"This is sentence {number} of a long text." for number in range(9))
    post(tmp_path, "copy1.md", long, "Copied")
    post(tmp_path, "copy2.md", long, "Elsewhere", date="2025-12-03")
    post(tmp_path, "year.md", "Text.", "2026年AIチップの全貌")
    checked = check(tmp_path)
    assert checked.posts == 12
    assert [(found.kind, found.file, found.others) for found in checked.findings] == [
        ("unreadable", "broken.md", ()),
        ("unreadable", "latin.md", ()),
        ("undated", "undated.md", ()),
        ("empty", "empty.md", ()),
        ("apology", "sorry.md", ()),
        ("leftover", "left.md", ()),
        ("repeated", "twice.md", ()),
        ("same-title", "same2.md", ("same1.md",)),
        ("near-copy", "copy2.md", ("copy1.md",)),
        ("year", "year.md", ()),
    ]
    assert checked.findings[1].said == "not UTF-8 at byte 11; save it as UTF-8"


def test_a_clean_blog_has_no_findings_and_what_is_withdrawn_is_not_looked_at(tmp_path: Path) -> None:
    post(tmp_path, "a.md", "A text.")
    (tmp_path / "b.md").write_text("---\npublished: false\n---\n---END---\n")
    assert check(tmp_path) == Checked(1, [])


def test_a_file_name_that_comes_twice_is_told(tmp_path: Path) -> None:
    for folder in ("x/_posts", "y/_posts"):
        (tmp_path / folder).mkdir(parents=True)
        post(tmp_path / folder, "a.md", f"A text in {folder}.")
    (found,) = check(tmp_path).findings
    assert (found.kind, found.file) == ("unreadable", "a.md")
    assert found.said.startswith("another post has this file name: ")


def test_progress_is_told(tmp_path: Path) -> None:
    post(tmp_path, "a.md", "A text.")
    post(tmp_path, "b.md", "Another.")
    told: list[tuple[int, int]] = []
    check_posts(tmp_path, blog=Blog(), progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_a_path_without_posts_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are no Markdown files"):
        check(tmp_path)
    with pytest.raises(InputError, match="no such file or folder"):
        check(tmp_path / "nowhere")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200), title=st.text(max_size=20))
def test_whatever_a_file_holds_it_is_read_or_told(tmp_path: Path, body: bytes, title: str) -> None:
    front = f"---\ntitle: {title!r}\n---\n".encode(errors="replace")
    (tmp_path / "a.md").write_bytes(front + body)
    (tmp_path / "b.md").write_bytes(body)
    checked = check(tmp_path)
    for found in checked.findings:
        assert found.file in ("a.md", "b.md")
        assert found.said
        assert found.line is None or found.line > 0
