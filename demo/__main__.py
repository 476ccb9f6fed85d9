"""`make demo`: the main job once, by the commands that a user types."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from demo.site import read_news, served, sites

HERE = Path(__file__).parent
OUT = HERE / "out"
COMMANDS = (
    ["posts", "import"],
    ["crawl"],
    ["digest", "--preview", "digest.html"],
    ["digest", "--preview", "digest.txt"],
    ["followups"],
)


def settings(news: Mapping[str, Any], base: str) -> str:
    """The demo's settings file."""
    sources = "".join(
        f'\n[[sources]]\nname = "{site.name}"\nurl = "{base}{site.path}"\nkind = "{site.kind}"\n'
        for site in sites(news)
    )
    return (
        f'[blog]\npath = "{HERE / "blog"}"\nbase_url = "https://blog.example"\n\n'
        '[crawl]\ncontact = "editor@blog.example"\nallow_private = ["127.0.0.0/8"]\n\n'
        '[digest]\nto = ["editor@blog.example"]\ntimezone = "Asia/Tokyo"\nlanguage = "ja"\n'
        f"{sources}"
    )


def main() -> int:
    """Run the demo; returns an exit code."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    news = read_news()
    with served(news, datetime.now(UTC)) as base:
        (OUT / "chipwatch.toml").write_text(settings(news, base), encoding="utf-8")
        for command in COMMANDS:
            print(f"\n$ chipwatch {' '.join(command)}", flush=True)
            done = subprocess.run(  # noqa: S603 - our own command
                [sys.executable, "-m", "scheduler", *command], cwd=OUT, check=False
            )
            if done.returncode:
                return done.returncode
    print(f"\nThe digest as it would be mailed: {OUT / 'digest.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
