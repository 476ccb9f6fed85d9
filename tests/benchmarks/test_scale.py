"""A blog mixed from a real one is as large as wanted, the same each time, and linked as any other."""

from pathlib import Path
from random import Random

import numpy as np
import pytest
from sqlalchemy import select

from benchmarks.answering import made_entries
from benchmarks.scale.mixing import RealPost, make_blog, mixed_sentences, mixed_title, mixed_vectors
from storage.engine import open_database
from storage.linking.encoder import Vectors
from storage.linking.names import default_vocabulary
from storage.linking.news import NewsItem
from storage.linking.passages import PLACES
from storage.models import MentionRow, PostRow, PostVectorRow
from tests.conftest import NOW


def _real(title: str, *sentences: str, paragraphs: int = 2) -> RealPost:
    vectors: Vectors = np.random.default_rng(len(title)).normal(size=(PLACES, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[2 + paragraphs :] = 0
    return RealPost(title.split("|"), sentences, vectors, failed=False)


REAL = [
    _real("NVIDIAの|新しいGPU", "NVIDIAが発表した。", "価格は未定だ。", "続く。"),
    _real("TSMC、|熊本で|量産へ", "TSMCは熊本に工場を持つ。", paragraphs=1),
    _real("冬の|散歩道をゆく", "雪が降った。", "靴が要る。"),
]


def test_a_title_is_the_beginning_of_one_and_the_end_of_another() -> None:
    assert mixed_title(REAL[0], REAL[1]) == "NVIDIAの熊本で量産へ"
    assert mixed_title(REAL[1], REAL[0]) == "TSMC、熊本で新しいGPU"


def test_sentences_stand_where_they_stood_and_are_as_many_as_in_the_first() -> None:
    made = [list(mixed_sentences(REAL, Random(seed))) for seed in range(20)]  # noqa: S311
    assert {len(text) for text in made} == {3}
    assert {text[0] for text in made} == {post.sentences[0] for post in REAL}
    assert {text[2] for text in made} == {"続く。"}


def test_a_vector_lies_between_two_if_both_are_there() -> None:
    mixed = mixed_vectors(REAL[0], REAL[1], 0.5)
    assert np.linalg.norm(mixed, axis=1) == pytest.approx([1, 1, 1, 0])
    assert mixed[0] @ REAL[0].vectors[0] == pytest.approx(mixed[0] @ REAL[1].vectors[0], abs=1e-6)


def test_a_made_blog_has_what_the_import_would_have_found(tmp_path: Path) -> None:
    known = default_vocabulary().names
    kept = []
    for name in ("one", "other"):
        make_blog(f"sqlite:///{tmp_path}/{name}.db", REAL, 30, "made", NOW)
        with open_database(f"sqlite:///{tmp_path}/{name}.db") as database, database.read() as session:
            posts = session.scalars(select(PostRow).order_by(PostRow.id)).all()
            kept.append([(post.title, post.text) for post in posts])
            for mention in session.scalars(select(MentionRow)):
                post = posts[mention.post_id - 1]
                if mention.name in known.names:
                    assert mention.count == known.count(f"{post.title}\n{post.text}")[mention.name]
            vectors = session.scalars(select(PostVectorRow)).all()
    assert kept[0] == kept[1]
    assert len(kept[0]) == 30
    assert {len(row.vector) for row in vectors} == {2 * 8}


def test_entries_are_a_thousand_of_the_titles_and_texts_given() -> None:
    items = [NewsItem(str(n), f"title {n}", f"text {n}") for n in range(3)]
    entries = made_entries(items, NOW)
    assert len({entry.url for entry in entries}) == len(entries) == 1_000
    assert {(entry.title[-1], entry.text[-1]) for entry in entries} == {(a, b) for a in "012" for b in "012"}
    assert max(entry.published for entry in entries if entry.published) == NOW
