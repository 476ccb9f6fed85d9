"""The posts of a blog are found in its folders, and its addresses in its settings."""

from pathlib import Path

import pytest

from storage.errors import InputError
from storage.posts.blog import find_blog
from storage.posts.jekyll import Blog
from tests.storage.posts.conftest import FILE, write


def test_posts_are_those_of_every_posts_folder(tmp_path: Path) -> None:
    for folder in ("_posts", "news/_posts", "news/_posts/2026", "drafts"):
        write(tmp_path / folder, f"2026-01-01-{folder.replace('/', '-')}.md")
    write(tmp_path / "_posts", "2026-01-02-x.MARKDOWN")
    for name in (".hidden.md", "_part.md", "note.txt"):
        write(tmp_path / "_posts", name)
    write(tmp_path / "_posts" / "_drafts", "2026-01-03-draft.md")
    (tmp_path / "_posts" / "folder.md").mkdir()
    found = [str(file.relative_to(tmp_path)) for file in Blog().find(tmp_path)]
    assert found == [
        "_posts/2026-01-01-_posts.md",
        "_posts/2026-01-02-x.MARKDOWN",
        "news/_posts/2026/2026-01-01-news-_posts-2026.md",
        "news/_posts/2026-01-01-news-_posts.md",
    ]
    assert Blog().find(tmp_path / "_posts") == [tmp_path / file for file in found[:2]]


def test_without_a_posts_folder_all_markdown_is_read(tmp_path: Path) -> None:
    file = write(tmp_path / "sub", "page.md")
    assert Blog().find(tmp_path) == [file]


def test_the_blog_is_that_of_its_config(posts: Path) -> None:
    config = posts.parent / "_config.yml"
    config.write_text("url: https://a.example\nbaseurl: /blog\npermalink: pretty\n")
    file = write(posts, FILE)
    for path in (posts.parent, posts, file):
        assert find_blog(path, "") == Blog("https://a.example/blog", "pretty")
    assert find_blog(posts, "https://set.example") == Blog("https://set.example", "pretty")


@pytest.mark.parametrize("config", [None, "", "- a list", "word"])
def test_without_a_useful_config_the_blog_is_that_of_the_settings(posts: Path, config: str | None) -> None:
    if config is not None:
        (posts.parent / "_config.yml").write_text(config)
    assert find_blog(posts, "https://set.example") == Blog("https://set.example", "date")


def test_a_config_that_is_not_yaml_is_an_error_that_names_it(posts: Path) -> None:
    (posts.parent / "_config.yml").write_text("a: b: c")
    with pytest.raises(InputError, match=r"_config\.yml: not YAML"):
        find_blog(posts, "")
