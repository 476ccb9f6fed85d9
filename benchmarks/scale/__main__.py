"""What linking an item takes on blogs of different sizes: time, memory, and how long the index loads.

    python -m benchmarks.scale POSTS ITEMS [--posts 2500 --posts 100000] [--database URL]

POSTS is a real blog's folder, from which blogs of each size are mixed (`benchmarks.scale.mixing`); ITEMS a
file of news as JSON lines. Each size is measured in a process of its own, on one core, items' own vectors
made beforehand. Making the vectors of 2,500 real posts takes ten minutes on two cores, once with --database;
a blog of 100,000 posts takes 5 GB of the temporary folder. Needs the extra `vectors`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.scale.mixing import make_blog, read_blog, real_posts
from storage.engine import open_database
from storage.linking.encoder import E5
from storage.linking.from_file import read_items
from storage.linking.names import default_vocabulary
from storage.linking.news import encode

ITEMS = 300  # that are linked
COLUMNS = ("load", "item", "slowest", "signals", "evidence", "peak", "model")  # as `linking.Taken` says
ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def prepare_items(path: Path, folder: Path) -> None:
    """Put the first items of a file in a folder, with their vectors."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "items.jsonl").write_text("".join(lines[:ITEMS]), encoding="utf-8")
    encoded = encode(read_items(folder / "items.jsonl"), E5(), default_vocabulary().names, {})
    titles, openings = ([vectors.title for vectors in encoded], [vectors.opening for vectors in encoded])
    np.savez(folder / "items.npz", titles=np.stack(titles), openings=np.stack(openings))


def measured(folder: Path, name: str) -> dict[str, float]:
    """What linking takes in the blog of that name."""
    command = [sys.executable, "-m", "benchmarks.scale.linking", str(folder), name]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=os.environ | ONE_CORE).stdout
    return dict(json.loads(out))


def main() -> None:
    """Make the blogs, measure, print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("posts", type=Path, metavar="POSTS")
    parser.add_argument("items", type=Path, metavar="ITEMS")
    parser.add_argument("--posts", type=int, action="append", dest="sizes", help="of a blog; may be repeated")
    parser.add_argument("--database", help="URL of a database to import into, to be kept for the next time")
    options = parser.parse_args()
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_database(options.database or f"sqlite:///{folder}/real.db") as database:
            read_blog(database, options.posts, now)
            with database.read() as session:
                real = real_posts(session)
        prepare_items(options.items, folder)
        print(f"{'posts':>8}" + "".join(f"{name:>10}" for name in COLUMNS))
        for size in options.sizes or [2_500, 100_000]:
            make_blog(f"sqlite:///{folder}/{size}.db", real, size, E5.name, now)
            row = measured(folder, str(size))
            print(f"{size:>8}" + "".join(f"{row[name]:>10.1f}" for name in COLUMNS), flush=True)
            (folder / f"{size}.db").unlink()


if __name__ == "__main__":
    main()
