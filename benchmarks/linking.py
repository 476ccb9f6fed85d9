"""How good the linker is: import the posts, link the judged items, score.

    python -m benchmarks.linking POSTS EVAL [--floors]

POSTS is the blog, a folder or a .tar.xz of one; EVAL the folder with items.jsonl, qrels.jsonl,
story_items.jsonl, stories.jsonl and the scorers. With --floors the exit code is 1 if a figure is below
its floor in floors.toml.
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

FIGURES = ("ndcg@5", "p@1", "r@10", "precision", "recall", "f1", "caught", "quiet")


def run(folder: Path, *command: str) -> str:
    """The output of a command in a folder; raises `CalledProcessError` if it fails."""
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout


def chipwatch(folder: Path, *arguments: str) -> float:
    """Run a chipwatch command in a folder; returns the seconds it took."""
    start = time.monotonic()
    run(folder, sys.executable, "-m", "scheduler", *arguments)
    return time.monotonic() - start


def measure(posts: Path, evaluation: Path, folder: Path) -> dict[str, float]:
    """Print the tables; returns the figures that have floors."""
    if posts.suffix == ".xz":
        with tarfile.open(posts) as archive:
            archive.extractall(folder / "blog", filter="data")
        posts = folder / "blog"
    (folder / "chipwatch.toml").write_text("", encoding="utf-8")
    seconds = chipwatch(folder, "posts", "import", str(posts))
    print(f"import: {seconds:.1f} s")

    items = evaluation / "items.jsonl"
    seconds = chipwatch(folder, "link", "--items", str(items), "--out", "links.jsonl")
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
    chipwatch(folder, "link", "--items", str(items), "--out", "stories.jsonl")
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
    found = re.search(r"^all.*f1 ([\d.]+)", stories, re.MULTILINE)
    return {**scored["all"], "stories": float(found[1]) if found else 0.0}


def main() -> int:
    """Run the benchmark; returns an exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("posts", type=Path)
    parser.add_argument("eval", type=Path)
    parser.add_argument("--floors", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(options.posts.resolve(), options.eval.resolve(), Path(folder))
    if not options.floors:
        return 0
    floors = tomllib.loads((Path(__file__).parent / "floors.toml").read_text(encoding="utf-8"))
    low = {name: floor for name, floor in floors.items() if figures[name] < floor}
    for name, floor in low.items():
        print(f"{name} {figures[name]:.3f} is below its floor of {floor}")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
