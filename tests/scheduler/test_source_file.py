"""Sources written into the settings file: whatever they are called, and with all else left as it was."""

import os
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.sources import Source
from scheduler.settings import load_settings
from scheduler.source_file import add_sources, source_block
from storage.errors import ChipwatchError, InputError
from tests.scheduler.conftest import ALLOWED, HOSTILE, Folder, feed, source
from tests.web import WebServer

NEW = Source(name="New", url="https://new.example/feed")
BLOCK = '\n[[sources]]\nname = "New"\nurl = "https://new.example/feed"\n'


def test_what_is_as_it_would_be_anyway_is_not_written() -> None:
    assert f"\n{source_block(NEW)}" == BLOCK
    full = Source(
        name="日経",
        url="https://new.example/",
        kind="listing",
        links='h2 a[href*="/news/"]',
        titles=".headline",
        dates="time, .date",
        language="ja",
        interval=timedelta(hours=2),
    )
    assert full.model_fields_set == set(Source.model_fields)
    assert Source.model_validate(tomllib.loads(source_block(full))["sources"][0]) == full
    assert source_block(full).splitlines()[1:] == [
        'name = "日経"',
        'url = "https://new.example/"',
        'kind = "listing"',
        'links = "h2 a[href*=\\"/news/\\"]"',
        'titles = ".headline"',
        'dates = "time, .date"',
        'language = "ja"',
        'interval = "2h"',
    ]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_name_comes_back_as_it_was(name: str) -> None:
    (read,) = tomllib.loads(source_block(NEW.model_copy(update={"name": name})))["sources"]
    assert read == {"name": name, "url": NEW.url}


@pytest.mark.parametrize(
    "before",
    [
        b"",
        b"# only a comment",
        b"[crawl]\nallow_private = []   # trailing blanks   \n\n\n\n",
        b"[[sources]] # one\nname=\"A\"\n\n\turl = 'https://a.example/'\n# [[sources]]\n",
        "[blog]\r\n# ブログ\r\nlanguage = 'ja'\r\n".encode(),
        b"\xef\xbb\xbf[mail]\nport = 587",
    ],
)
def test_all_other_bytes_stay_as_they_were(tmp_path: Path, before: bytes) -> None:
    file = tmp_path / "chipwatch.toml"
    file.write_bytes(before)
    add_sources(file, [NEW])
    after = file.read_bytes()
    assert after.startswith(before)
    assert after[len(before) :].lstrip(b"\n").decode() == BLOCK.lstrip("\n")
    assert load_settings(file).sources[-1] == NEW
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    "before",
    [
        'sources = [{name = "A", url = "https://a.example/"}]\n',
        source("New", "https://a.example/"),
        "[crwl]\n",
    ],
)
def test_a_file_that_would_not_be_right_any_more_is_left_alone(tmp_path: Path, before: str) -> None:
    file = tmp_path / "chipwatch.toml"
    file.write_text(before)
    with pytest.raises(InputError, match="nothing was added"):
        add_sources(file, [NEW])
    assert file.read_text() == before


def test_a_link_stays_a_link_and_who_may_read_it_too(tmp_path: Path) -> None:
    kept = tmp_path / "kept" / "real.toml"
    kept.parent.mkdir()
    kept.write_text("")
    kept.chmod(0o640)
    link = tmp_path / "chipwatch.toml"
    link.symlink_to(kept)
    add_sources(link, [NEW])
    assert link.is_symlink()
    assert kept.read_text() == BLOCK
    assert kept.stat().st_mode & 0o777 == 0o640
    assert list(kept.parent.iterdir()) == [kept]


def test_where_nothing_can_be_written_it_says_so_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "chipwatch.toml"
    file.write_text("# mine\n")

    def full(self: Path, target: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match=r"chipwatch\.toml cannot be written: No space left on device"):
        add_sources(file, [NEW])
    assert file.read_text() == "# mine\n"
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(ChipwatchError, match="cannot be written"):
        add_sources(tmp_path / "missing.toml", [NEW])


def hostile_site(web: WebServer) -> str:
    """A feed whose own name and titles are what XML can hold of a stranger's worst."""
    title = "".join(char for char in HOSTILE if char >= " " or char == "\n") + '"\n[mail]\nhost = "evil"\x7f'
    escaped = title.replace("&", "&amp;").replace("<", "&lt;").encode()
    body = feed(title).replace(b"<title>News</title>", b"<title>%s</title>" % escaped)
    return web.add("/feed.xml", body, content_type="application/rss+xml; charset=utf-8")


def test_a_hostile_title_obeys_neither_terminal_nor_settings(folder: Folder, web: WebServer) -> None:
    folder.settings(ALLOWED)
    ran = folder.run("sources", "add", hostile_site(web), "--yes")
    assert ran.code == 0
    assert "evil@example.org" in ran.out
    assert all(line.isprintable() for line in ran.out.splitlines())
    text = (folder.path / "chipwatch.toml").read_text(encoding="utf-8")
    assert text.startswith(ALLOWED)
    assert all(line.isprintable() for line in text.splitlines())
    assert [line.partition(" ")[0] for line in text.removeprefix(ALLOWED).split("\n")[1:4]] == [
        "[[sources]]",
        "name",
        "url",
    ]
    read = load_settings(folder.path / "chipwatch.toml")
    assert read.mail.host == ""
    assert len(read.sources) == 1
    assert len(read.sources[0].name) <= 80
    assert folder.run("sources").code == 0


@pytest.mark.parametrize("name", [HOSTILE, "a\x7fb", "x\udcff", "  a\tb  ", 'q"\\'])
def test_a_name_that_was_typed_is_written_as_one_plain_line(
    folder: Folder, web: WebServer, name: str
) -> None:
    folder.settings(ALLOWED)
    assert folder.run("sources", "add", hostile_site(web), "--yes", "--name", name).code == 0
    (made,) = load_settings(folder.path / "chipwatch.toml").sources
    assert made.name.isprintable()
    assert made.name == made.name.strip()
