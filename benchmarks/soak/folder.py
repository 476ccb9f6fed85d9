"""The folder that the daemon watches from: settings, and some posts of a real blog."""

import shutil
import tarfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from benchmarks.collecting.process import BenchmarkError
from scheduler.settings import Settings, load_settings

RECIPIENTS = {"ja@blog.example": "Asia/Tokyo", "en@blog.example": "Europe/Berlin"}  # and their time zones

SETTINGS = """\
[blog]
path = "posts"
base_url = "https://blog.example"

[crawl]
allow_private = ["127.0.0.0/8"]
timeout = "2s"  # a feed that hangs costs real time

[digest]
at = "07:30"
to = [
    {{ address = "ja@blog.example", language = "ja", timezone = "Asia/Tokyo" }},
    {{ address = "en@blog.example", language = "en", timezone = "Europe/Berlin" }},
]

[mail]
host = "127.0.0.1"
port = {port}
security = "none"
from = "chipwatch@blog.example"
"""


def make_folder(folder: Path, urls: Sequence[str], port: int) -> Settings:
    """Settings that read these feeds and mail through that port of this machine."""
    lines = [SETTINGS.format(port=port)]
    lines += [f'[[sources]]\nname = "feed {number}"\nurl = "{url}"\n' for number, url in enumerate(urls)]
    file = folder / "chipwatch.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    return load_settings(file)


def take_posts(source: Path, folder: Path, most: int) -> None:
    """Copy some of a blog's posts, evenly spread over their names, out of a folder or a .tar.xz of one.

    Raises `BenchmarkError` if there are none.
    """
    if source.is_dir():
        names = [str(path.relative_to(source)) for path in source.rglob("*.md")]
        for name in _some(names, most):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, folder / name)
        return
    with tarfile.open(source) as archive:
        for name in _some([name for name in archive.getnames() if name.endswith(".md")], most):
            archive.extract(name, folder, filter="data")


def _some(names: Sequence[str], most: int) -> list[str]:
    if not names:
        raise BenchmarkError("there are no posts, as .md files")
    ordered = sorted(names, key=lambda name: PurePosixPath(name).name)
    step = max(1, len(ordered) // most)
    return ordered[::step][:most]
