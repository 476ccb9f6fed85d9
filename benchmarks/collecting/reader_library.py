"""The same feeds by the feed library `reader`; run by an interpreter that need have nothing else.

    PYTHON -P reader_library.py DATABASE URLS

Prints the seconds and CPU seconds of the update, and what it brought, as JSON.
"""

import json
import sys
import time
from importlib import import_module
from pathlib import Path

WORKERS = 20


def main() -> None:
    """Update all feeds once."""
    reader = import_module("reader").make_reader(sys.argv[1])
    urls = Path(sys.argv[2]).read_text(encoding="utf-8").split()
    # One is always added: that loads what an update would else load in the time that is measured.
    for url in urls[:1] if reader.get_feed_counts().total else urls:
        reader.add_feed(url, exist_ok=True)
    before = reader.get_entry_counts().total
    start, cpu = time.perf_counter(), time.process_time()
    reader.update_feeds(workers=WORKERS, scheduled=False)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    new = reader.get_entry_counts().total - before
    failed = reader.get_feed_counts(broken=True).total
    print(json.dumps({"seconds": seconds, "cpu": cpu, "new": new, "failed": failed}))


if __name__ == "__main__":
    main()
