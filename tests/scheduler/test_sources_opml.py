"""`chipwatch sources export` and `import`: lists of sources, as feed readers exchange them."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from crawler.sources import Source
from scheduler.settings import load_settings
from tests.scheduler.conftest import HOSTILE, Folder, Ran, source

MINE = (
    "# mine\n"
    + source("半導体 & <AI>", "https://a.example/feed?x=1&y=2", language="ja")
    + source(
        "A page", "https://b.example/", kind="listing", links="h2 > a", titles="b", dates="i", interval="2h"
    )
    + source("A map", "https://c.example/news.xml", kind="sitemap")
)


def opml(*outlines: str, head: str = "") -> str:
    return f"<?xml version='1.0'?>{head}<opml version='2.0'><body>{''.join(outlines)}</body></opml>"


def outline(url: str, title: str = "", more: str = "") -> str:
    return f"<outline type='rss' text='{title}' xmlUrl='{url}'{more}/>"


def take(folder: Folder, text: str | bytes) -> Ran:
    """Import a document."""
    (folder.path / "list.opml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder.run("sources", "import", "list.opml")


def sources(folder: Folder) -> tuple[Source, ...]:
    return load_settings(folder.path / "chipwatch.toml").sources


def names(folder: Folder) -> dict[str, str]:
    return {source.url: source.name for source in sources(folder)}


def test_a_list_that_was_exported_is_the_same_when_imported(folder: Folder) -> None:
    wanted = folder.settings(MINE).sources
    assert set(Source.model_fields) == set().union(*(source.model_fields_set for source in wanted))
    ran = folder.run("sources", "export", "list.opml")
    assert (ran.code, ran.out) == (0, "wrote list.opml: 3 sources\n")
    folder.settings("")
    ran = folder.run("sources", "import", "list.opml")
    assert (ran.code, ran.out) == (0, "list.opml: 3 sources added, 0 known already, 0 left out\n")
    assert sources(folder) == wanted


def test_other_readers_find_the_feeds_and_only_those(folder: Folder) -> None:
    folder.settings(MINE)
    folder.run("sources", "export", "list.opml")
    root = ElementTree.parse(folder.path / "list.opml").getroot()  # noqa: S314 - our own
    assert (root.tag, root.get("version"), root.findtext("head/title")) == (
        "opml",
        "2.0",
        "chipwatch sources",
    )
    found = root.findall("body/outline")
    assert [(o.get("type"), o.get("text"), o.get("xmlUrl")) for o in found] == [
        ("rss", "半導体 & <AI>", "https://a.example/feed?x=1&y=2"),
        ("link", "A page", None),
        ("link", "A map", None),
    ]


def test_what_no_xml_can_hold_is_exported_without_it(folder: Folder) -> None:
    quoted = "".join(f"\\U{ord(char):08x}" for char in f"{HOSTILE}\x00\ufffe")
    folder.settings(
        f'[[sources]]\nname = "{quoted}"\nurl = "https://a.example/\\u0001"\n'
        f'[[sources]]\nname = "\\u0000"\nurl = "https://b.example/"\n'
    )
    assert folder.run("sources", "export", "list.opml").code == 0
    folder.settings("")
    assert folder.run("sources", "import", "list.opml").code == 0
    told = names(folder)
    assert set(told) == {"https://a.example/%01", "https://b.example/"}
    assert "evil@example.org" in told["https://a.example/%01"]
    assert told["https://a.example/%01"].isprintable()
    assert told["https://b.example/"] == "https://b.example/"


def test_folders_are_opened_and_each_address_is_taken_once(folder: Folder) -> None:
    folder.settings(source("A", "https://a.example/"))
    ran = take(
        folder,
        opml(
            "<outline text='Chips'>",
            outline("https://a.example/", "Known"),
            "<outline text='Asia'>",
            outline("https://b.example/", "B"),
            "</outline></outline>",
            outline("https://b.example/", "B again"),
            outline("https://c.example/", "A"),
            outline("https://d.example/", "A"),
            "<outline type='link' text='A page' url='https://e.example/'/>",
            outline("feed://f.example/", "F"),
        ),
    )
    assert (ran.code, ran.out) == (0, "list.opml: 4 sources added, 1 known already, 0 left out\n")
    assert names(folder) == {
        "https://a.example/": "A",
        "https://b.example/": "B",
        "https://c.example/": "A 2",
        "https://d.example/": "A 3",
        "http://f.example/": "F",
    }


def test_a_second_import_changes_nothing(folder: Folder) -> None:
    text = opml(outline("https://a.example/", "A"), outline("https://b.example/", "A"))
    take(folder, text)
    before = (folder.path / "chipwatch.toml").read_bytes()
    assert take(folder, text).out == "list.opml: 0 sources added, 2 known already, 0 left out\n"
    assert (folder.path / "chipwatch.toml").read_bytes() == before


def test_what_stands_in_the_settings_stays(folder: Folder) -> None:
    folder.settings(MINE)
    take(folder, opml(outline("https://d.example/", "D")))
    assert (folder.path / "chipwatch.toml").read_text(encoding="utf-8").startswith(MINE)
    assert len(sources(folder)) == 4


def test_a_source_that_is_not_right_is_left_out_by_name_and_the_others_taken(folder: Folder) -> None:
    own = " xmlns:c='urn:chipwatch:opml' c:kind='{}' c:interval='{}' c:links='{}'"
    ran = take(
        folder,
        opml(
            outline("https://a.example/", "Bad kind", own.format("rss", "30m", "a")),
            outline("https://b.example/", "Bad interval", own.format("feed", "soon", "a")),
            outline("https://c.example/", "Bad links", own.format("listing", "30m", "h2[")),
            outline("https://d.example/", "Good", own.format("listing", "1h", "h2 a")),
        ),
    )
    assert ran.code == 0
    *left, last = ran.out.splitlines()
    assert [line.partition(" (")[0] for line in left] == [
        "left out: Bad kind",
        "left out: Bad interval",
        "left out: Bad links",
    ]
    assert last == "list.opml: 1 source added, 0 known already, 3 left out"
    assert names(folder) == {"https://d.example/": "Good"}


def test_one_without_a_name_is_called_by_its_address(folder: Folder) -> None:
    take(folder, opml("<outline xmlUrl='https://a.example/'/>", outline("https://b.example/", "   ")))
    assert names(folder) == {url: url for url in ("https://a.example/", "https://b.example/")}


def test_a_hostile_name_is_one_plain_line_everywhere(folder: Folder) -> None:
    title = "Bad&#10;[mail]&#10;host = &quot;evil&quot; &#x9b;2J\x7f &#x202e;gnp"
    own = " xmlns:c='urn:chipwatch:opml' c:kind='rss'"
    ran = take(folder, opml(outline("https://a.example/", title), outline("https://b.example/", title, own)))
    assert ran.code == 0
    assert all(line.isprintable() for line in ran.out.splitlines())
    assert names(folder) == {"https://a.example/": 'Bad [mail] host = "evil" 2J gnp'}
    assert load_settings(folder.path / "chipwatch.toml").mail.host == ""


LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10 if n else 'lol'}'>" for n in range(10))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "this is no list",
        "<html><body>no list</body></html>",
        "<opml><body><outline",
        opml("<outline text='x'>" * 300, "</outline>" * 300),
        opml(outline("https://a.example/", "&l9;"), head=f"<!DOCTYPE opml [{LAUGHS}]>"),
        opml(
            outline("https://a.example/", "&x;"),
            head="<!DOCTYPE opml [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
        ),
        b"\x00\xff\xfe" * 100,
    ],
    ids=["empty", "text", "html", "cut", "deep", "laughs", "external", "bytes"],
)
def test_what_is_no_list_is_refused_in_one_line(folder: Folder, text: str | bytes) -> None:
    ran = take(folder, text)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("chipwatch: list.opml is not OPML")
    assert ran.err.count("\n") == 1
    assert (folder.path / "chipwatch.toml").read_text() == ""


def test_an_entity_that_names_a_file_is_not_read(folder: Folder) -> None:
    (folder.path / "secret").write_text("<outline xmlUrl='https://secret.example/'/>")
    head = f"<!DOCTYPE opml [<!ENTITY x SYSTEM '{(folder.path / 'secret').as_uri()}'>]>"
    take(folder, opml("&x;", outline("https://a.example/", "A"), head=head))
    assert names(folder) == {"https://a.example/": "A"}


def test_a_file_that_is_larger_than_any_list_is_not_even_read(folder: Folder) -> None:
    with (folder.path / "list.opml").open("wb") as file:
        file.truncate(20_000_001)
    ran = folder.run("sources", "import", "list.opml")
    assert ran.code == 2
    assert ran.err == "chipwatch: list.opml is larger than 20 MB; it is no list of sources\n"


def test_more_sources_than_anyone_reads_are_cut(folder: Folder) -> None:
    ran = take(folder, opml(*(outline(f"https://a.example/{n}", f"N{n}") for n in range(10_001))))
    assert ran.out == "list.opml: 10,000 sources added, 0 known already, 0 left out\n"


def test_files_that_cannot_be_used_are_told_in_one_line(folder: Folder) -> None:
    ran = folder.run("sources", "import", "nowhere.opml")
    assert (ran.code, ran.err) == (2, "chipwatch: nowhere.opml cannot be read: No such file or directory\n")
    folder.settings(MINE)
    ran = folder.run("sources", "export", str(Path("no") / "folder.opml"))
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "cannot be written: No such file or directory" in ran.err
