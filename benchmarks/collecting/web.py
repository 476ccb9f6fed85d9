"""The local web of feeds that everything is measured against: a server process of its own."""

import contextlib
import json
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.collecting.process import BenchmarkError


@dataclass(frozen=True)
class Web:
    """A running feed server."""

    base: str  # its address

    def get(self, path: str) -> str:
        """What it answers at a path."""
        return self._ask(path, "GET")

    def publish(self, share: float) -> None:
        """Give this share of the feeds a new entry each."""
        self._ask(f"/publish?share={share}", "POST")

    def fault(self, kind: str, share: float = 0.0) -> None:
        """Let this share of the feeds fail in a way; of kind `none`, let no feed fail any more."""
        self._ask(f"/fault?kind={kind}&share={share}", "POST")

    def reset(self) -> None:
        """Begin to count anew."""
        self._ask("/reset", "POST")

    def served(self) -> int:
        """Bytes of feeds since the last reset."""
        return int(json.loads(self.get("/stats")).get("bytes", 0))

    def _ask(self, path: str, method: str) -> str:
        request = urllib.request.Request(self.base + path, method=method)  # noqa: S310 - our own server
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
            return str(answer.read().decode())


@contextlib.contextmanager
def serving(server: Path, feeds: int, corpus: Path | None, entries: int = 30) -> Iterator[Web]:
    """The server, for the length of the block, with so many entries a feed.

    Raises `BenchmarkError` if it does not start.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(server), "--feeds", str(feeds), "--port", str(port)]
    command += ["--entries", str(entries)]
    if corpus is not None:
        command += ["--corpus", str(corpus)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        if not process.stdout.readline():
            raise BenchmarkError(f"the feed server does not start: {' '.join(command)}")
        yield Web(f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.communicate()
