"""Vectors of posts are made where they are missing, and kept when the making breaks off."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete, select

from storage.engine import Database
from storage.linking.encoder import Vectors
from storage.linking.names import Vocabulary
from storage.linking.passages import PLACES, passages
from storage.models import PostRow, PostVectorRow
from storage.posts.encoding import BATCH, encode_posts
from tests.storage.linking.conftest import Trigrams, import_blog

LONG = " speaks of this at a length that makes it more than a heading of the post."
FIRST, SECOND, OTHER = (letter + LONG for letter in "ABC")
POSTS = [("Acme ships", f"{FIRST}\n\n{SECOND}"), ("Curry", "Short.")]


class Recording(Trigrams):
    """An encoder that remembers what it was given, and lets something happen meanwhile."""

    def __init__(self, name: str = "trigrams", meanwhile: Callable[[], None] = lambda: None) -> None:
        self.name = name
        self.asked: list[str] = []
        self._meanwhile = meanwhile

    def passages(self, texts: Sequence[str]) -> Vectors:
        self._meanwhile()
        self.asked += texts
        return super().passages(texts)


def _stored(database: Database) -> dict[tuple[str, int], PostVectorRow]:
    """The rows by the title of their post and their place."""
    with database.read() as session:
        rows = session.execute(
            select(PostRow.title, PostVectorRow).join(PostRow, PostRow.id == PostVectorRow.post_id)
        )
        return {(title, row.place): row for title, row in rows}


def _bytes(text: str) -> bytes:
    vector: bytes = Trigrams().passages([text])[0].astype("<f2").tobytes()
    return vector


def test_each_passage_gets_its_vector(database: Database, tmp_path: Path, words: Vocabulary) -> None:
    import_blog(database, tmp_path / "blog", words, POSTS)
    assert encode_posts(database, Trigrams()) == 2 * PLACES
    rows = _stored(database)
    for title, body in POSTS:
        for place, text in enumerate(passages(title, body.split("\n\n"))):
            row = rows[title, place]
            assert row.vector == (_bytes(text) if text else b"")
            assert (row.encoder, bool(row.text_hash)) == ("trigrams", bool(text))
    vector = np.frombuffer(rows["Curry", 0].vector, dtype="<f2").astype(np.float32)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)


def test_what_is_made_is_not_made_again(database: Database, tmp_path: Path, words: Vocabulary) -> None:
    import_blog(database, tmp_path / "blog", words, POSTS)
    encode_posts(database, Trigrams())
    encoder, seen = Recording(), list[tuple[int, int]]()
    assert encode_posts(database, encoder, progress=lambda *step: seen.append(step)) == 0
    assert (encoder.asked, seen) == ([], [(0, 0)])
    import_blog(database, tmp_path / "blog", words, [*POSTS, ("New", "Short.")])
    assert encode_posts(database, encoder) == PLACES
    assert encoder.asked == ["New", "New"]


def test_of_a_changed_post_only_changed_passages_are_made_again(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "blog", words, POSTS)
    encode_posts(database, Trigrams())
    encoder = Recording()
    import_blog(database, tmp_path / "blog", words, [("Acme ships", f"{FIRST}\n\n{OTHER}"), POSTS[1]])
    assert encode_posts(database, encoder) == 2  # the opening holds both paragraphs
    assert encoder.asked == [passages("Acme ships", [FIRST, OTHER])[1], OTHER]
    rows = _stored(database)
    assert rows["Acme ships", 3].vector == _bytes(OTHER)
    assert rows["Acme ships", 2].vector == _bytes(FIRST)
    assert len(rows) == 2 * PLACES
    import_blog(database, tmp_path / "blog", words, [("Acme waits", f"{FIRST}\n\n{OTHER}"), POSTS[1]])
    assert encode_posts(database, encoder) == 2
    assert _stored(database)["Acme waits", 0].vector == _bytes("Acme waits")


def test_a_paragraph_that_is_gone_leaves_no_vector(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    first = FIRST + "." * 200  # fills the opening
    import_blog(database, tmp_path / "blog", words, [("Acme ships", f"{first}\n\n{SECOND}")])
    encode_posts(database, Trigrams())
    import_blog(database, tmp_path / "blog", words, [("Acme ships", first)])
    encoder = Recording()
    assert encode_posts(database, encoder) == 1
    row = _stored(database)["Acme ships", 3]
    assert (encoder.asked, row.vector, row.text_hash) == ([], b"", "")
    assert encode_posts(database, encoder) == 0


def test_another_encoder_makes_every_vector_anew(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "blog", words, POSTS)
    encode_posts(database, Recording("old"))
    assert encode_posts(database, Recording("new")) == 2 * PLACES
    assert {row.encoder for row in _stored(database).values()} == {"new"}
    assert len(_stored(database)) == 2 * PLACES


def test_an_interruption_keeps_what_is_made_and_the_newest_posts_come_first(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    whole, total = BATCH // PLACES, BATCH + 2 * PLACES
    import_blog(database, tmp_path / "blog", words, [(f"Post {n}", "Short.") for n in range(whole + 2)])
    seen: list[tuple[int, int]] = []

    def interrupt(done: int, of: int) -> None:
        seen.append((done, of))
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encode_posts(database, Trigrams(), progress=interrupt)
    assert seen == [(0, total), (BATCH, total)]
    with database.read() as session:
        titles = list(session.scalars(select(PostRow.title).order_by(PostRow.id.desc())))
    kept = _stored(database)
    assert kept.keys() == {(title, place) for title in titles[:whole] for place in range(PLACES)}
    encoder = Recording()
    assert encode_posts(database, encoder) == 2 * PLACES
    assert encoder.asked == [text for title in titles[whole:] for text in (title, title)]
    assert len(_stored(database)) == total


def test_progress_is_told_after_each_batch(database: Database, tmp_path: Path, words: Vocabulary) -> None:
    import_blog(database, tmp_path / "blog", words, [(f"Post {n}", "Short.") for n in range(40)])
    seen: list[tuple[int, int]] = []
    assert encode_posts(database, Trigrams(), progress=lambda *step: seen.append(step)) == 160
    assert seen == [(0, 160), (64, 160), (128, 160), (160, 160)]


def test_an_encoder_that_fails_loses_no_earlier_batch(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "blog", words, [(f"Post {n}", "Short.") for n in range(40)])

    def fail() -> None:
        if encoder.asked:
            raise MemoryError

    encoder = Recording(meanwhile=fail)
    with pytest.raises(MemoryError):
        encode_posts(database, encoder)
    assert len(_stored(database)) == BATCH


def test_a_post_that_is_removed_meanwhile_does_no_harm(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "blog", words, POSTS)

    def remove() -> None:
        with database.write() as session:
            session.execute(delete(PostRow).where(PostRow.title == "Acme ships"))

    assert encode_posts(database, Recording(meanwhile=remove)) == 2 * PLACES
    assert _stored(database).keys() == {("Curry", place) for place in range(PLACES)}
    assert encode_posts(database, Trigrams()) == 0


def test_a_removed_post_takes_its_vectors_with_it(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "blog", words, POSTS)
    encode_posts(database, Trigrams())
    with database.write() as session:
        session.execute(delete(PostRow).where(PostRow.title == "Curry"))
    with database.read() as session:
        assert len(session.scalars(select(PostVectorRow)).all()) == PLACES


def test_a_store_without_posts_needs_no_vectors(database: Database) -> None:
    encoder = Recording()
    assert encode_posts(database, encoder) == 0
    assert encoder.asked == []
