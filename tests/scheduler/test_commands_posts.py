"""`chipwatch init`, `posts` and `link`: a new folder, the blog's posts, and items from a file."""

import json
from pathlib import Path

import pytest

from tests.scheduler.conftest import ALLOWED, Folder, feed
from tests.web import WebServer

POST = """---
title: "{title}"
date: 2026-03-16 08:00:00 +0900
---

{title}について分かっている範囲をまとめます。
"""


@pytest.fixture
def blog(folder: Folder) -> Path:
    """Three posts, a draft that is none, and a file that is broken."""
    posts = folder.path / "posts" / "_posts"
    posts.mkdir(parents=True)
    for number, title in enumerate(["ByteDanceとTSMC", "NVIDIA H200", "Rapidus 2nm"], 1):
        (posts / f"2026-03-0{number}-post.md").write_text(POST.format(title=title), encoding="utf-8")
    (posts / "2026-03-09-broken.md").write_text("no front matter")
    return posts


def test_init_makes_a_folder_that_works(folder: Folder) -> None:
    ran = folder.run("init", "a/watch")
    assert ran.code == 0
    assert ran.out.startswith(f"made {Path('a/watch/chipwatch.toml')}\n")
    assert {file.name for file in (folder.path / "a/watch").iterdir()} >= {"chipwatch.toml", "chipwatch.db"}
    assert "Tom's Hardware" in folder.run("--config", "a/watch", "sources").out


def test_init_overwrites_nothing(folder: Folder) -> None:
    before = (folder.path / "chipwatch.toml").read_text()
    ran = folder.run("init", ".")
    assert ran.code == 2
    assert "is there already" in ran.err
    assert (folder.path / "chipwatch.toml").read_text() == before


def test_init_where_no_folder_can_be_is_an_error(folder: Folder) -> None:
    ran = folder.run("init", "chipwatch.toml/watch")
    assert ran.code == 2
    assert "give a folder you can write to" in ran.err
    assert ran.err.count("\n") == 1


def test_import_tells_what_it_did_and_the_second_time_that_there_is_nothing_to_do(
    folder: Folder, blog: Path
) -> None:
    first = folder.run("posts", "import", "posts")
    assert first.code == 0
    assert first.out.splitlines()[-1] == "3 posts: 3 new, 0 changed, 0 unchanged; 1 not imported"
    assert first.out.splitlines()[0].startswith("not imported: 2026-03-09-broken.md: no front matter")
    assert first.err == ""
    assert "nothing to do: every post is as it was" in folder.run("posts", "import", "posts").out


def test_import_takes_the_path_of_the_settings(folder: Folder, blog: Path) -> None:
    folder.settings('[blog]\npath = "posts"\n')
    assert "3 new" in folder.run("posts", "import").out


def test_posts_that_are_gone_are_taken_out_only_when_asked(folder: Folder, blog: Path) -> None:
    folder.run("posts", "import", "posts")
    (blog / "2026-03-01-post.md").unlink()
    assert "1 stored posts are not at that path" in folder.run("posts", "import", "posts").out
    assert len(json.loads(folder.run("posts", "--json").out)) == 3
    assert "removed 1 post" in folder.run("posts", "import", "posts", "--remove").out
    assert len(json.loads(folder.run("posts", "--json").out)) == 2


def test_import_as_json(folder: Folder, blog: Path) -> None:
    told = json.loads(folder.run("posts", "import", "posts", "--json").out)
    names = (
        "by address notes others stopped closed new changed unchanged skipped failed unclear missing removed"
    )
    assert told.keys() == set(names.split())
    assert (told["by"], told["new"], told["unchanged"], told["removed"]) == ("files", 3, 0, False)
    assert told["skipped"][0].keys() >= {"file", "reason"}


def test_an_empty_folder_is_told(folder: Folder) -> None:
    (folder.path / "empty").mkdir()
    ran = folder.run("posts", "import", "empty")
    assert ran.code == 0
    assert "there are no Markdown files at that path" in ran.out


ARTICLE = "<!doctype html><html><body><article><h1>{0}</h1><p>{1}</p></article></body></html>"


def test_a_blog_on_the_web_is_imported_and_it_is_said_by_what(folder: Folder, web: WebServer) -> None:
    home = web.add("/", '<html><link rel="https://api.w.org/" href="/wp-json/"><body>B</body></html>')
    folder.settings(f'[blog]\nurl = "{home}"\n{ALLOWED}')
    api = "/wp-json/wp/v2/posts?per_page=100&page=1"
    web.add(api, status=403)
    pages = [web.add(path, ARTICLE.format(path, "量産は来年です。" * 20)) for path in ("/a/", "/b/")]
    pages.append(web.add("/about/", "<html><body>Me.</body></html>"))
    rows = "".join(f"<url><loc>{url}</loc><lastmod>2026-11-01</lastmod></url>" for url in pages)
    site_map = web.add("/sitemap.xml", f"<urlset>{rows}</urlset>")
    ran = folder.run("posts", "import", "--no-vectors")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        f"read by its sitemap, page by page; it names all posts ({site_map})",
        "its WordPress API cannot be used (HTTP 403 Forbidden; it refuses programs, or this one)",
        "2 posts: 2 new, 0 changed, 0 unchanged; 0 not imported",
        "1 other pages of the blog have no text of an article",
    ]
    row = {"link": pages[0], "title": {"rendered": "A"}, "content": {"rendered": "<p>TSMC</p>"}}
    web.add(api, json.dumps([row]))
    assert folder.run("posts", "import", "--no-vectors").out.splitlines() == [
        f"read by its WordPress API, which has all posts ({web.url('/wp-json/wp/v2/posts')})",
        "1 post: 0 new, 1 changed, 0 unchanged; 0 not imported",
        "1 stored posts are not at that address; --remove takes them and their follow-ups out",
    ]
    feed_url = web.add("/feed.xml", feed("New"), content_type="application/rss+xml")
    assert folder.run("posts", "import", feed_url, "--no-vectors").out.splitlines() == [
        "read by its feed, which has the newest posts only: "
        f"stored ones that it lacks stay as they are ({feed_url})",
        "1 post: 1 new, 0 changed, 0 unchanged; 0 not imported",
    ]
    told = json.loads(folder.run("posts", "import", "--json", "--no-vectors").out)
    assert (told["by"], told["address"]) == ("WordPress", web.url("/wp-json/wp/v2/posts"))
    assert told["missing"] == ["/b/", "https://news.example/New"]


def test_an_import_tells_no_secret_of_the_address(folder: Folder, web: WebServer) -> None:
    folder.settings(ALLOWED)
    public = web.add("/feed.xml?token=S3cret", feed("New"), content_type="application/rss+xml")
    url = public.replace("http://", "http://me:S3cret@")
    for more in ((), ("--json",)):
        ran = folder.run("posts", "import", url, "--no-vectors", *more)
        assert ran.code == 0
        assert "/feed.xml?token=***" in ran.out
        assert "S3cret" not in ran.out


@pytest.mark.parametrize(
    ("where", "code", "said"),
    [
        ("ftp://blog.example/", 2, "ftp://blog.example/ is not an http:// or https:// address"),
        ("{}/gone", 1, "/gone: HTTP 404 Not Found; check the address"),
        ("{}/page", 1, "/page: no blog to read there: no WordPress API, no sitemap with posts, no feed"),
        ("{}/secret", 1, "/secret: robots.txt of the site forbids it"),
    ],
)
def test_an_address_without_a_blog_is_an_error_in_a_line(
    folder: Folder, web: WebServer, where: str, code: int, said: str
) -> None:
    folder.settings(ALLOWED)
    web.add("/page", "<html><body>Nothing.</body></html>")
    web.add("/robots.txt", "User-agent: *\nDisallow: /secret", content_type="text/plain")
    ran = folder.run("posts", "import", where.format(web.url("")))
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_without_a_path_or_an_address_that_is_asked_for(folder: Folder) -> None:
    ran = folder.run("posts", "import")
    assert (ran.code, ran.out) == (2, "")
    assert "give a PATH or a URL, or set [blog] path or url" in ran.err.replace("Give", "give")


def test_posts_are_listed_newest_first(folder: Folder, blog: Path) -> None:
    assert folder.run("posts", "list").out == "no posts are imported yet: chipwatch posts import PATH\n"
    folder.run("posts", "import", "posts")
    (blog / "2026-03-04-newest.md").write_text(POST.format(title="Newest").replace("16", "17"))
    folder.run("posts", "import", "posts")
    lines = folder.run("posts", "list").out.splitlines()
    assert lines[0].split() == ["date", "links", "follow-up", "file", "title"]
    assert lines[1].split() == ["2026-03-16", "0", "2026-03-04-newest.md", "Newest"]
    assert len(lines) == 5
    listed = json.loads(folder.run("posts", "list", "--json", "--limit", "1").out)
    assert len(listed) == 1
    assert listed[0].keys() == {"file", "title", "url", "published", "links", "followup"}


def test_items_from_a_file_are_linked_and_nothing_is_stored(folder: Folder, blog: Path) -> None:
    folder.run("posts", "import", "posts")
    rows = [
        {"id": "a", "title": "ByteDance moves its TSMC chip", "text": "", "lang": "en", "date": "2026-11-24"},
        {"id": "b", "title": "A bank in Sapporo"},
    ]
    (folder.path / "items.jsonl").write_text("\n".join(map(json.dumps, rows)))
    ran = folder.run("link", "--items", "items.jsonl", "--out", "links.jsonl")
    assert (ran.code, ran.out) == (0, "linked 2 items: links.jsonl\n")
    first, second = map(json.loads, (folder.path / "links.jsonl").read_text().splitlines())
    assert (first["item"], second["item"]) == ("a", "b")
    assert first.keys() >= {"item", "story", "links"}
    assert first["links"][0]["post"] == "2026-03-01-post.md"
    assert not any(link["followup"] for link in second["links"])
    assert folder.run("followups", "--json").out == "[]\n"
    assert {post["links"] for post in json.loads(folder.run("posts", "--json").out)} == {0}


def test_without_vectors_only_what_shares_a_name_topic_or_word_is_linked(folder: Folder, blog: Path) -> None:
    folder.run("posts", "import", "posts")
    (folder.path / "items.jsonl").write_text('{"id": "a", "title": "ByteDance moves its TSMC chip"}')
    folder.run("link", "--items", "items.jsonl", "--out", "links.jsonl", "--no-vectors")
    row = json.loads((folder.path / "links.jsonl").read_text())
    assert [link["post"] for link in row["links"]] == ["2026-03-01-post.md"]


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1}', '{"id": "a", "title": "b", "date": "soon"}'])
def test_a_line_that_is_no_item_is_named(folder: Folder, blog: Path, line: str) -> None:
    (folder.path / "items.jsonl").write_text(f'{{"id": "ok", "title": "ok"}}\n{line}\n')
    ran = folder.run("link", "--items", "items.jsonl", "--out", "links.jsonl")
    assert ran.code == 2
    assert "items.jsonl line 2" in ran.err
    assert not (folder.path / "links.jsonl").exists()


def test_linking_without_posts_tells_what_to_do(folder: Folder) -> None:
    (folder.path / "items.jsonl").write_text('{"id": "ok", "title": "ok"}\n')
    ran = folder.run("link", "--items", "items.jsonl", "--out", "links.jsonl")
    assert ran.code == 2
    assert "chipwatch posts import PATH" in ran.err


def test_a_blog_is_checked_and_each_finding_says_where(folder: Folder, blog: Path) -> None:
    (blog / "2026-03-10-left.md").write_text(POST.format(title="TSMC") + "\n---END---\n", encoding="utf-8")
    (blog / "2026-03-11-same.md").write_text(
        "---\ntitle: Rapidus　2nm\ndate: 2026-03-17\n---\nAnother text.\n", encoding="utf-8"
    )
    ran = folder.run("posts", "check", "posts")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out == (
        "cannot be imported: 1 post\n"
        "  2026-03-09-broken.md  no front matter: start the file with a block between two lines of ---\n\n"
        "leftover marks: 1 post\n"
        "  2026-03-10-left.md:8  an end mark: ---END---\n\n"
        "same title twice: 2 posts in 1 group\n"
        "  2026-03-11-same.md  2 posts are called Rapidus 2nm: 2026-03-03-post.md\n\n"
        "6 posts: something is wrong with 4\n"
    )


def test_a_check_as_json_has_stable_names(folder: Folder, blog: Path) -> None:
    folder.settings('[blog]\npath = "posts"\n')
    (blog / "2026-03-10-left.md").write_text(POST.format(title="TSMC") + "\n---END---\n", encoding="utf-8")
    ran = folder.run("posts", "check", "--json")
    told = json.loads(ran.out)
    assert (ran.code, told["posts"]) == (1, 5)
    assert told["counts"] == {
        **dict.fromkeys(("undated", "empty", "apology", "repeated", "same-title", "near-copy", "year"), 0),
        "unreadable": 1,
        "leftover": 1,
    }
    assert told["findings"][1] == {
        "kind": "leftover",
        "file": "2026-03-10-left.md",
        "said": "an end mark: ---END---",
        "line": 8,
        "others": [],
    }


def test_a_check_shows_no_more_of_a_kind_than_asked_for(folder: Folder, blog: Path) -> None:
    for number in range(12):
        (blog / f"broken-{number}.md").write_text("no front matter")
    assert "  3 more: --limit shows them\n" in folder.run("posts", "check", "posts").out
    assert "more: --limit" not in folder.run("posts", "check", "posts", "--limit", "20").out
    assert len(json.loads(folder.run("posts", "check", "posts", "--json").out)["findings"]) == 13
    limited = json.loads(folder.run("posts", "check", "posts", "--json", "--limit", "2").out)
    assert (len(limited["findings"]), limited["counts"]["unreadable"]) == (2, 13)


def test_a_clean_blog_ends_a_check_well_and_wrong_usage_does_not(folder: Folder, blog: Path) -> None:
    (blog / "2026-03-09-broken.md").unlink()
    ran = folder.run("posts", "check", "posts")
    assert (ran.code, ran.out) == (0, "3 posts: nothing is wrong\n")
    for words in ([], ["nowhere"], ["posts", "--limit", "0"]):
        ran = folder.run("posts", "check", *words)
        assert (ran.code, ran.out) == (2, "")


def test_a_check_prints_no_control_characters(folder: Folder, blog: Path) -> None:
    (blog / "2026-03-10-left.md").write_text(
        POST.format(title="TSMC") + "\n\x1b[31m\u202e---END---\n", encoding="utf-8"
    )
    ran = folder.run("posts", "check", "posts")
    assert "an end mark" in ran.out
    assert all(char.isprintable() or char == "\n" for char in ran.out)
