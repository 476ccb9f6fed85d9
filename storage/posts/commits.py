"""Which commit last changed a post's file, where the blog is a git checkout."""

import subprocess
from pathlib import Path

PATIENCE = 10.0  # seconds; a repository of years answers in some milliseconds
LONGEST = 200  # characters of what is told


def commit_of(file: Path) -> str:
    """The short hash and the subject of the commit that last changed a file.

    "" where the file is in no checkout, was changed since, or there is no git.
    """
    changed = _git(file, "status", "--porcelain", "--", file.name)
    if changed != "":
        return ""
    told = _git(file, "log", "-1", "--no-show-signature", "--format=%h %s", "--", file.name)
    return (told or "")[:LONGEST]


def _git(file: Path, *arguments: str) -> str | None:
    """What git says in the file's folder; none if it cannot say it."""
    # The folder's own settings must not make git run another program.
    command = ["git", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false", *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own words, and a file's name after --
            command, cwd=file.parent, capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else None
