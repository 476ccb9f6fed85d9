"""Where vectors are compared: moved to the middle of their language, and evened out.

As the encoder gives them, two texts are near each other because both are Chinese. So each language's mean is
taken off. And a few directions in which all texts differ hide the many in which matters differ: each
direction is divided by a power of its spread among the posts (partial whitening; on judged news the ranking
by vectors alone gains 0.02 nDCG@5 at the power 0.3, and loses at 1).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from storage.linking.encoder import Vectors

POWER = 0.3
FEW = 20  # posts whose mean counts as much as their language's
LANGUAGES = ("en", "ja", "zh", "ko")

_KANA = re.compile(r"[ぁ-ゖァ-ヺｦ-ﾝ]")  # not ・ and ー, which Chinese has in foreign names
_HANGUL = re.compile(r"[가-힣]")
_HAN = re.compile(r"[一-鿿]")


def written_in(text: str, label: str = "") -> str:
    """The language whose mean fits a text best, by its script: labels of feeds are often wrong.

    `label` decides where the script does not: Japanese and Chinese titles may be of han alone.
    """
    if _HANGUL.search(text):
        return "ko"
    if _KANA.search(text):
        return "ja"
    if _HAN.search(text):
        return "ja" if label == "ja" else "zh"
    return "en"


@dataclass(frozen=True)
class LanguageMeans:
    """The mean vectors of news in each language, as the encoder gives them."""

    questions: Mapping[str, Vectors]
    passages: Mapping[str, Vectors]


@cache
def language_means() -> LanguageMeans:
    """Those that ship with chipwatch; `python -m benchmarks.means` makes them."""
    data = json.loads((Path(__file__).parent / "means.json").read_text(encoding="utf-8"))
    questions, passages = (
        {language: np.array(values, dtype=np.float32) for language, values in data[form].items()}
        for form in ("questions", "passages")
    )
    return LanguageMeans(questions, passages)


@dataclass(frozen=True)
class Space:
    """One kind of the posts' passages (titles, openings, paragraphs): its mean, and what evens it out."""

    mean: Vectors
    even: Vectors  # a matrix, dimensions by dimensions

    def evened(self, vectors: Vectors) -> Vectors:
        """The posts' vectors in this space, of any length."""
        return np.asarray((vectors - self.mean) @ self.even, dtype=np.float32)

    def of_news(self, vectors: Vectors) -> Vectors:
        """Vectors that are off their language's mean already, in this space."""
        return _unit(vectors @ self.even)

    def undone(self, vectors: Vectors) -> Vectors:
        """Directions here along which `evened` vectors lie as they did before, but for the mean."""
        return np.asarray(vectors @ self.even / (self.even**2).sum(axis=0), dtype=np.float32)


def space_of(vectors: Vectors, language: str) -> Space:
    """The space of the passages of posts in a language; rows of zeros are passages that are not there."""
    there = vectors[np.any(vectors != 0, axis=-1)]
    dimensions = vectors.shape[-1]
    usual = language_means().passages[language]
    mean = (there.sum(axis=0) + FEW * usual) / (len(there) + FEW)
    off = there - mean
    spread = off.T @ off
    # With few posts their spread says little: it is mixed with an even one, as if of as many posts again.
    even = np.eye(dimensions) * np.trace(spread) / max(len(there), 1)
    values, directions = np.linalg.eigh((spread + even) / (len(there) + dimensions))
    factors = np.maximum(values, 1e-6) ** (-POWER / 2)
    return Space(mean.astype(np.float32), (directions * factors).astype(np.float32))


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)
