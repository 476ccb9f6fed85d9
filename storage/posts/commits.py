"""Which commit last changed a post's file, where the blog is a git checkout."""

import os
import subprocess
from pathlib import Path

PATIENCE = 10.0  # seconds; a repository of years answers in some milliseconds
LONGEST = 200  # characters of what is told

# A repository's own settings name programs for git to run. Without the first, a folder that came with the
# blog's content could pass for a repository.
_SAFE = ("safe.bareRepository=explicit", "core.fsmonitor=false", "log.showSignature=false")
_NO_FETCHING = {"GIT_ALLOW_PROTOCOL": "none"}  # of objects that a repository says are elsewhere


def commit_of(file: Path) -> str:
    """The short hash and the subject of the commit that last changed a file.

    "" where the file is in no checkout, was changed since, or there is no git.
    """
    # Not `git status`, which runs the filters that the repository names.
    kept = _git(file, "rev-parse", "--verify", "--quiet", f"HEAD:./{file.name}")
    if not kept or kept != _git(file, "hash-object", "--no-filters", "--", file.name):
        return ""
    told = _git(file, "log", "-1", "--no-show-signature", "--format=%h %s", "--", file.name)
    return (told or "")[:LONGEST]


def _git(file: Path, *arguments: str) -> str | None:
    """What git says in the file's folder; none if it cannot say it."""
    safe = [part for setting in _SAFE for part in ("-c", setting)]
    command = ["git", "--literal-pathspecs", *safe, *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own words, and a file's name after --
            command,
            cwd=file.parent,
            env={**os.environ, **_NO_FETCHING},
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else None
