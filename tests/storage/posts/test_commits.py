"""Asking git about a post must not run what a repository's settings name."""

import subprocess
from pathlib import Path

from storage.posts.commits import commit_of

POST = "post.md"


def git(folder: Path, *arguments: str) -> None:
    user = ("-c", "user.name=Editor", "-c", "user.email=editor@blog.example")
    subprocess.run(["git", *user, *arguments], cwd=folder, check=True, capture_output=True)  # noqa: S603, S607


def a_commit(folder: Path, name: str = POST) -> Path:
    file = folder / name
    file.write_text("Hello")
    git(folder, "init", "--quiet")
    git(folder, "--literal-pathspecs", "add", name)
    git(folder, "commit", "--quiet", "-m", "As it was")
    return file


def filtered(settings: Path, attributes: Path, ran: Path) -> None:
    """A filter that leaves a trace, for all files."""
    with settings.open("a") as file:
        file.write(f'[filter "trace"]\n\tclean = "touch {ran}; cat"\n')
    attributes.write_text("* filter=trace\n")


def test_the_commit_is_named_until_the_file_is_changed(tmp_path: Path) -> None:
    file = a_commit(tmp_path)
    assert commit_of(file).endswith(" As it was")
    file.write_text("Howdy")
    assert commit_of(file) == ""


def test_a_name_is_no_pattern(tmp_path: Path) -> None:
    file = a_commit(tmp_path, "[p]ost.md")
    other = tmp_path / POST
    other.write_text("Hello")
    git(tmp_path, "add", POST)
    git(tmp_path, "commit", "--quiet", "-m", "Another")
    assert commit_of(file).endswith(" As it was")


def test_filters_of_a_repository_are_not_run(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    blog = tmp_path / "blog"
    blog.mkdir()
    file = a_commit(blog)
    filtered(blog / ".git" / "config", blog / ".gitattributes", ran)
    file.write_text("Howdy")  # as long as before, so that git has to look into it
    assert commit_of(file) == ""
    assert not ran.exists()


def test_a_folder_of_the_content_is_no_repository(tmp_path: Path) -> None:
    # A pull request can bring a folder that looks as a bare repository does, settings included.
    ran = tmp_path / "ran"
    folder = tmp_path / "content"
    folder.mkdir()
    file = a_commit(folder)
    for part in list((folder / ".git").iterdir()):
        part.rename(folder / part.name)
    (folder / ".git").rmdir()
    (folder / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n")
    filtered(folder / "config", folder / ".gitattributes", ran)
    assert commit_of(file) == ""
    file.write_text("Howdy")
    assert commit_of(file) == ""
    assert not ran.exists()


def test_objects_that_are_elsewhere_are_not_fetched(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    file = a_commit(tmp_path)
    with (tmp_path / ".git" / "config").open("a") as settings:
        settings.write(
            "[extensions]\n\tpartialClone = origin\n"
            f'[remote "origin"]\n\turl = ext::touch {ran}\n\tpromisor = true\n'
            '[protocol "ext"]\n\tallow = always\n'
        )
    for found in list((tmp_path / ".git" / "objects").glob("??/*")):
        found.unlink()
    assert commit_of(file) == ""
    assert not ran.exists()
