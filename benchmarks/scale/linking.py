"""What it takes to link items to the posts of a database, in a process of its own.

    python -m benchmarks.scale.linking FOLDER NAME

FOLDER holds the database NAME.db, items.jsonl and their vectors as items.npz. Prints the figures as JSON.
Needs /proc, as Linux has it.
"""

import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select

from storage.engine import open_database
from storage.linking.candidates import likely
from storage.linking.decision import LearnedJudge
from storage.linking.encoder import E5, Vectors, default_encoder
from storage.linking.from_file import read_items
from storage.linking.index import PostIndex
from storage.linking.linker import Linker
from storage.linking.loading import load_index
from storage.linking.names import default_vocabulary
from storage.linking.news import Encoded, NewsItem, Reading, read_news, with_vectors
from storage.linking.signals import WITH_VECTORS, measure
from storage.models import PostRow


@dataclass(frozen=True)
class Taken:
    """What linking took; times are of CPU."""

    load: float  # seconds: the index, and the first item, with which all is ready
    item: float  # ms an item, on average: from its text and its vectors to its links
    slowest: float  # ms that 99 % of the items are done in
    signals: float  # of that average
    evidence: float
    peak: float  # MB, without the model
    model: float  # MB that it adds


class Named:
    """Stands for the model, which is not loaded: vectors are known by its name."""

    name = E5.name

    def questions(self, texts: Sequence[str]) -> Vectors:
        """Never asked."""
        raise NotImplementedError

    passages = questions


def take(folder: Path, name: str) -> Taken:
    """Load, link and measure."""
    vocabulary = default_vocabulary()
    items, made = read_items(folder / "items.jsonl"), np.load(folder / "items.npz")
    encoded = [Encoded(*pair) for pair in zip(made["titles"], made["openings"], strict=True)]
    start = time.process_time()
    with open_database(f"sqlite:///{folder / name}.db") as database, database.read() as session:
        index = load_index(session, vocabulary, Named())

        def text_of(post: int) -> str:
            return session.scalar(select(PostRow.text).where(PostRow.id == post)) or ""

        linker = Linker(index, text_of, LearnedJudge())

        def link(item: NewsItem, vectors: Encoded) -> None:
            linker.link(with_vectors(read_news(item, vocabulary), vectors))

        link(items[0], encoded[0])
        load = time.process_time() - start
        taken = [_cpu(link, *pair) for pair in zip(items[1:], encoded[1:], strict=True)]
        readings = [
            with_vectors(read_news(item, vocabulary), vectors)
            for item, vectors in zip(items[1:], encoded[1:], strict=True)
        ]
        signals = [_cpu(candidates, reading, index) for reading in readings]
    peak = _memory("VmHWM")
    before, encoder = _memory("VmRSS"), default_encoder()
    if encoder is not None:
        encoder.passages(["a"])
    item, own = float(np.mean(taken)), float(np.mean(signals))
    model = _memory("VmRSS") - before
    return Taken(load, item, float(np.quantile(taken, 0.99)), own, item - own, peak, model)


def candidates(news: Reading, index: PostIndex) -> None:
    """What linking does before it looks for evidence."""
    signals = measure(news, index)
    signals.at(likely(signals, index), WITH_VECTORS)


def _cpu(function: Callable[..., Any], *arguments: Any) -> float:
    start = time.process_time()
    function(*arguments)
    return (time.process_time() - start) * 1000


def _memory(field: str) -> float:
    """A figure of this process's memory, in MB; its own alone, whatever started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (kilobytes,) = re.findall(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)
    return int(kilobytes) / 1024


if __name__ == "__main__":
    print(json.dumps(asdict(take(Path(sys.argv[1]), sys.argv[2]))))
