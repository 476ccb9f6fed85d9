"""What the commands that read the blog's files share."""

from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from scheduler.settings import Settings
from storage.errors import InputError


def find_path(given: Path | None, settings: Settings) -> Path:
    """Where the posts' files are: as given, or by the settings. Raises `InputError` if neither says it."""
    where = given or settings.posts
    if where is None:
        raise InputError("where are the posts? Give a PATH, or set [blog] path")
    return where


def progress_bar() -> Progress:
    """A bar on standard error that leaves nothing behind; none where that is no terminal."""
    console = Console(stderr=True)
    return Progress(console=console, transient=True, disable=not console.is_terminal)
