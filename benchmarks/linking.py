"""How good the linker is: import the posts, link the judged items, score.

    python -m benchmarks.linking POSTS EVAL [--no-vectors] [--floors]

POSTS is the blog, a folder or a .tar.xz of one; EVAL the folder with items.jsonl, qrels.jsonl,
story_items.jsonl, stories.jsonl and the scorers. Prints a table without vectors, and one with them where the
extra `vectors` is installed: making those of 2,500 posts takes about ten minutes on two cores, and
--no-vectors leaves it out. With --floors the exit code is 1 if a figure is below its floor in floors.toml.
"""

import argparse
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
from pathlib import Path

from storage.linking.encoder import default_encoder

FIGURES = ("ndcg@5", "p@1", "r@10", "precision", "recall", "f1", "caught", "quiet")


def run(folder: Path, *command: str) -> str:
    """The output of a command in a folder; raises `CalledProcessError` if it fails."""
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout


def chipwatch(folder: Path, *arguments: str) -> float:
    """Run a chipwatch command in a folder; returns the seconds it took."""
    start = time.monotonic()
    run(folder, sys.executable, "-m", "scheduler", *arguments)
    return time.monotonic() - start


def unpacked(posts: Path, folder: Path) -> Path:
    """The folder of the posts, out of an archive if it is one."""
    if posts.suffix != ".xz":
        return posts
    with tarfile.open(posts) as archive:
        archive.extractall(folder / "blog", filter="data")
    return folder / "blog"


def measure(posts: Path, evaluation: Path, folder: Path, *, vectors: bool) -> dict[str, float]:
    """Import what is not there yet and print the tables; returns the figures that have floors."""
    options = () if vectors else ("--no-vectors",)
    seconds = chipwatch(folder, "posts", "import", str(posts), *options)
    print(f"import: {seconds:.1f} s")

    items = evaluation / "items.jsonl"
    seconds = chipwatch(folder, "link", "--items", str(items), "--out", "links.jsonl", *options)
    count = len(items.read_text(encoding="utf-8").splitlines())
    print(f"link: {seconds:.1f} s, {seconds / count * 1000:.1f} ms an item, start included\n")
    scored = json.loads(
        run(
            folder,
            sys.executable,
            str(evaluation / "score.py"),
            str(evaluation / "qrels.jsonl"),
            "links.jsonl",
            "--items",
            str(items),
            "--json",
        )
    )
    print(f"{'':6}{'items':>7}" + "".join(f"{name:>11}" for name in FIGURES))
    for language, row in scored.items():
        print(f"{language:6}{row['items']:>7}" + "".join(f"{row[name]:>11.3f}" for name in FIGURES))

    items = evaluation / "story_items.jsonl"
    chipwatch(folder, "link", "--items", str(items), "--out", "stories.jsonl", *options)
    stories = run(
        folder,
        sys.executable,
        str(evaluation / "score_stories.py"),
        str(evaluation / "stories.jsonl"),
        "stories.jsonl",
        "--items",
        str(items),
    )
    print(f"\nstories\n{stories}")
    found = dict(re.findall(r"^(\S+).*f1 ([\d.]+)", stories, re.MULTILINE))
    return {**scored["all"], "stories": float(found["all"]), "across": float(found["across"])}


def main() -> int:
    """Run the benchmark; returns an exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("posts", type=Path)
    parser.add_argument("eval", type=Path)
    parser.add_argument("--no-vectors", action="store_true")
    parser.add_argument("--floors", action="store_true")
    options = parser.parse_args()
    figures = {}
    with tempfile.TemporaryDirectory() as name:
        folder, evaluation = Path(name), options.eval.resolve()
        posts = unpacked(options.posts.resolve(), folder)
        (folder / "chipwatch.toml").write_text("", encoding="utf-8")
        for vectors in (False, True):
            if vectors and (options.no_vectors or default_encoder() is None):
                continue
            kind = "with_vectors" if vectors else "names_only"
            print(f"== {kind}")
            figures[kind] = measure(posts, evaluation, folder, vectors=vectors)
    if not options.floors:
        return 0
    floors = tomllib.loads((Path(__file__).parent / "floors.toml").read_text(encoding="utf-8"))
    low = [
        f"{kind}: {name} {figures[kind][name]:.3f} is below its floor of {floor}"
        for kind in figures
        for name, floor in floors[kind].items()
        if figures[kind][name] < floor
    ]
    print(*low, sep="\n")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
