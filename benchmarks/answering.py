"""How long the event loop pauses while a thousand new items are linked: loading included, as in a crawl.

    python -m benchmarks.answering POSTS ITEMS [--posts 2500] [--database URL] [--no-vectors]

POSTS is a real blog's folder, ITEMS a file of news as JSON lines, of which a thousand items are made: the
title of one, the text of another. They are linked to a blog that is mixed from the real one and as large, or
of the size given (`benchmarks.scale.mixing`). A sleeper on the loop says how much later than asked for it
woke, and when. Making the vectors of 2,500 real posts takes ten minutes on two cores, once with --database.
Needs the extra `vectors`.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.scale.mixing import make_blog, read_blog, real_posts
from storage.engine import Database, open_database
from storage.entries import store_entries
from storage.entry import Entry
from storage.linking.encoder import E5
from storage.linking.from_file import read_items
from storage.linking.news import NewsItem
from storage.sources import SourceSetting, register

ITEMS = 1_000
SOURCE = "https://news.example/feed"


def made_entries(items: Sequence[NewsItem], now: datetime) -> list[Entry]:
    """A thousand entries of the last two days."""
    count = len(items)
    return [
        Entry(
            f"https://news.example/{number}",
            items[number % count].title,
            items[(number + number // count) % count].text,
            items[number % count].language,
            now - timedelta(minutes=2 * number),
            str(number),
        )
        for number in range(ITEMS)
    ]


def store(database: Database, entries: Sequence[Entry], now: datetime) -> None:
    """Store entries as those of a source that has just been read."""
    with database.write() as session:
        source = register(session, [SourceSetting(SOURCE, "news", "feed", 3600)])[SOURCE]
        store_entries(session, [(source.id, entries, None)], now)


def main() -> None:
    """Make the database, link, print what was seen."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("posts", type=Path, metavar="POSTS")
    parser.add_argument("items", type=Path, metavar="ITEMS")
    parser.add_argument("--posts", type=int, dest="size", help="of a blog that is made")
    parser.add_argument("--database", help="URL of a database to import into, to be kept for the next time")
    parser.add_argument("--no-vectors", action="store_true", help="of the items")
    options = parser.parse_args()
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        with open_database(options.database or f"sqlite:///{folder}/real.db") as database:
            read_blog(database, options.posts, now)
            with database.read() as session:
                real = real_posts(session)
        url = f"sqlite:///{folder}/blog.db"
        make_blog(url, real, options.size or len(real), E5.name, now)
        with open_database(url) as database:
            store(database, made_entries(read_items(options.items), now), now)
        command = [sys.executable, "-m", "benchmarks.scale.pauses", url]
        command += ["--no-vectors"] if options.no_vectors else []
        seen = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    print(
        f"{seen['linked']} items linked in {seen['seconds']:.0f} s; looked at the loop {seen['naps']} times"
    )
    longest = ", ".join(f"{pause:.0f} (at {when:.0f} s)" for pause, when in seen["longest"])
    print(f"longest pauses, in ms: {longest}")
    print(f"{seen['long']} over 100 ms; 99 % under {seen['usual']:.0f} ms")


if __name__ == "__main__":
    main()
