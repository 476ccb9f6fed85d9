"""The index holds posts by name, topic and word, with the rarity of each between 0 and 1 on any blog."""

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete

from storage.engine import Database
from storage.linking import loading
from storage.linking.index import IN_LEAD, IN_TITLE, NAMED_IN_LEAD, NAMED_IN_TITLE, IndexedPost, PostIndex
from storage.linking.loading import load_index
from storage.linking.names import Vocabulary
from storage.linking.space import FEW, language_means
from storage.models import PostVectorRow
from storage.posts.encoding import encode_posts
from tests.storage.linking.conftest import BLOG, Trigrams, import_blog, index_of, rows_of

LONG = "Acme will build a large plant in the cold north next year, and hire a thousand people there."
SNOW = "Walking through deep snow in the winter forest is a joy for everyone who owns a pair of boots."


@pytest.mark.parametrize("size", [1, 10, 1000])
def test_rarity_is_between_0_and_1_on_a_blog_of_any_size(words: Vocabulary, size: int) -> None:
    index = index_of(words, [("Acme", "Borealis chips" if n == 0 else "") for n in range(size)])
    everywhere, once, nowhere = (index.name_rarity(name) for name in ("Acme", "Borealis", "Orion"))
    assert 0.0 <= everywhere <= once < nowhere == 1.0
    assert (everywhere < once) == (size > 1)
    assert 0.0 <= index.word_rarity("chips") < index.word_rarity("bakery") == 1.0


def test_a_share_of_the_posts_is_about_as_rare_on_a_blog_of_any_size(words: Vocabulary) -> None:
    rarities = [
        index_of(words, [("Acme" if n == 0 else "x", "") for n in range(size)]).name_rarity("Acme")
        for size in (100, 1_000, 10_000)
    ]
    assert rarities == sorted(rarities)
    assert rarities[0] > 0.75


def test_an_empty_index_knows_no_post_and_finds_every_name_rare(words: Vocabulary) -> None:
    index = PostIndex([], words, [])
    assert (index.place_of, index.names, index.topics, index.words, index.vectors) == ({}, {}, {}, {}, None)
    assert index.title_weights.shape == index.topic_weights.shape == index.failed.shape == (0,)
    assert index.name_rarity("Acme") == index.topic_rarity("factory") == index.word_rarity("chips") == 1.0


def test_a_rare_name_weighs_more_than_in_proportion(words: Vocabulary) -> None:
    index = index_of(words, [("Acme", ""), ("Acme", ""), ("Borealis", "")])
    rare, common = index.name_rarity("Borealis"), index.name_rarity("Acme")
    assert index.name_weight("Borealis") / index.name_weight("Acme") > rare / common > 1


def test_a_title_weighs_what_its_names_weigh_and_its_topics_are_rare(words: Vocabulary) -> None:
    index = index_of(words, [("Acme and Borealis open a factory", "Orion in Northland"), ("x", "")])
    names = index.name_weight("Acme") + index.name_weight("Borealis")
    assert index.title_weights == pytest.approx([names, 0.0])
    assert index.topic_weights == pytest.approx([index.topic_rarity("factory"), 0.0])


def test_a_topic_is_as_rare_as_it_is_in_titles_and_a_name_as_it_is_in_posts(words: Vocabulary) -> None:
    index = index_of(words, [("Factory", "Acme"), ("x", "Factory, Acme"), ("x", "")])
    assert index.topic_rarity("factory") > index.rarity_anywhere("factory") == index.name_rarity("Acme")


def test_where_a_name_stands_is_told_apart(words: Vocabulary) -> None:
    mentions = index_of(words, [("x", ""), ("Acme", ""), ("x", "Acme, Acme"), ("Acme", "Acme")]).names["Acme"]
    assert mentions.places.tolist() == [1, 2, 3]
    assert mentions.in_title.tolist() == [True, False, True]
    assert mentions.in_lead.tolist() == [False, True, True]
    assert mentions.counts.tolist() == [1, 2, 2]
    assert mentions.titled.tolist() == [1, 3]


def test_what_stands_in_brackets_is_mentioned_and_not_in_the_title(words: Vocabulary) -> None:
    index = index_of(words, [("Orion (by Acme)", "")])
    assert index.titles == ["Orion"]
    assert (index.names["Orion"].titled.tolist(), index.names["Acme"].titled.tolist()) == ([0], [])
    assert (index.has_name("Acme", 0), index.has_in_title("Acme", 0)) == (True, False)
    assert (index.has_name("Orion", 0), index.has_in_title("Orion", 0)) == (True, True)


def test_titles_are_found_by_maker_and_by_family(words: Vocabulary) -> None:
    posts = [("Orion", "Nova-5"), ("Acme", ""), ("Nova-5", "Acme"), ("Nova-5.2", "Orion")]
    index = index_of(words, posts)
    assert index.makers["Acme"].tolist() == [0, 1]
    assert index.makers["Orion"].tolist() == [0]
    assert index.families["Nova"].tolist() == [2, 3]
    assert index.family_rarity("Nova") < index.name_rarity("Nova-5.2") < index.family_rarity("Sonata") == 1.0


def test_a_word_is_looked_up_in_titles_and_in_leads_that_have_it_alone(words: Vocabulary) -> None:
    index = index_of(words, [("Sonata", "sonata, piano"), ("x", "sonata"), ("Piano", "")])
    assert (index.words["sonata"].titled.tolist(), index.words["sonata"].lead.tolist()) == ([0], [1])
    assert (index.words["piano"].titled.tolist(), index.words["piano"].lead.tolist()) == ([2], [0])
    assert index.words["sonata"].frequency == 2


def test_a_post_is_as_long_as_its_words_names_and_topics_are_heavy(words: Vocabulary) -> None:
    index = index_of(words, [("Sonata", "piano"), ("Acme laundry", "curry, factory"), ("x", "")])
    once = index.word_rarity("piano")
    assert index.leading_rarity("Acme") == index.leading_rarity("factory") == once
    squares = np.array(
        [
            IN_TITLE**2 + IN_LEAD**2,
            2 * IN_TITLE**2 + 2 * IN_LEAD**2 + NAMED_IN_TITLE**2 + NAMED_IN_LEAD**2,
            once**-2,  # it has nothing
        ]
    )
    assert index.word_lengths == pytest.approx(once * np.sqrt(squares))


def test_a_word_that_too_many_posts_have_finds_none_of_them_and_is_not_rare(words: Vocabulary) -> None:
    index = index_of(words, [("Soup" if n < 4 else "Curry" if n < 9 else "x", "") for n in range(10)])
    assert index.words["soup"].titled.tolist() == [0, 1, 2, 3]
    assert index.words["curry"].titled.tolist() == []
    assert index.word_rarity("curry") < index.word_rarity("soup") < index.word_rarity("tea") == 1.0


def test_one_title_in_another_language_does_not_make_the_blog_one_of_that_language(words: Vocabulary) -> None:
    posts = [("アクメの話", "x" * 80)] * 5
    spaces = [index_of(words, [*posts, (title, "x" * 80)], Trigrams()).vectors for title in ("二社", "삼성")]
    plain, mixed = (vectors.title.space.mean for vectors in spaces if vectors)
    means = language_means().passages
    assert np.abs(mixed - plain).max() < np.abs(means["ko"] - means["ja"]).max() * 0.5


def test_the_blog_writes_a_name_as_most_of_its_titles_do(words: Vocabulary) -> None:
    index = index_of(words, [("アクメ", "Acme"), ("Acme", "Acme"), ("アクメの話", "Borealis")])
    assert index.written == {"Acme": "アクメ"}


def test_apologies_are_marked(words: Vocabulary) -> None:
    posts = [IndexedPost(n, f"{n}.md", "x", None, failed=n == 7) for n in (3, 7)]
    index = PostIndex(posts, words, [])
    assert index.failed.tolist() == [0, 1]
    assert index.place_of == {3: 0, 7: 1}


def test_the_index_of_the_store_is_what_was_imported(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    import_blog(database, tmp_path / "posts", words)
    with database.read() as session:
        index = load_index(session, words)
    assert [post.id for post in index.posts] == sorted(post.id for post in index.posts)
    places = {post.file: place for place, post in enumerate(index.posts)}
    assert sorted(places) == [f"2026-01-02-{n}.md" for n in range(1, len(BLOG) + 1)]
    chip, lunch = places["2026-01-02-1.md"], places["2026-01-02-4.md"]
    counts = {
        name: mentions.counts[mentions.places == chip].tolist() for name, mentions in index.names.items()
    }
    assert counts == {"Acme": [3], "Orion": [2], "Borealis": [1], "Export rule": []}
    assert index.names["Borealis"].in_lead[index.names["Borealis"].places == chip].tolist() == [True]
    assert index.topics["mass production"].titled.tolist() == [chip]
    assert chip in index.words["オリオン"].titled
    assert chip in index.words["設計"].lead
    assert not any(index.has_name(name, lunch) for name in index.names)
    assert index.vectors is None


def test_vectors_come_from_the_store_if_they_are_those_of_the_encoder(
    database: Database, tmp_path: Path, words: Vocabulary
) -> None:
    class Other(Trigrams):
        name = "other"

    posts = [*BLOG, ("Acme", f"{LONG}\n\n{SNOW}"), ("Snow", SNOW)]
    import_blog(database, tmp_path / "posts", words, posts)
    encode_posts(database, Trigrams())
    with database.read() as session:
        index, other = load_index(session, words, Trigrams()), load_index(session, words, Other())
    expected = index_of(words, posts, Trigrams()).vectors
    assert other.vectors is None
    assert index.vectors is not None
    assert expected is not None
    order = np.argsort([post.file for post in index.posts])
    for ours, theirs in zip(index.vectors.places, expected.places, strict=True):
        rows, others = rows_of(ours)[order], rows_of(theirs)
        assert rows @ rows.T == pytest.approx(others @ others.T, abs=0.01)
    there = np.column_stack([passages.lengths[order] > 0 for passages in index.vectors.places])
    assert there.tolist() == [[True, True, False, False]] * 5 + [[True] * 4, [True, True, True, False]]


def test_spaces_are_those_of_a_sample_and_all_posts_are_in_them(
    database: Database, tmp_path: Path, words: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_blog(database, tmp_path / "posts", words)
    encode_posts(database, Trigrams())
    monkeypatch.setattr(loading, "SAMPLE", 2)
    with database.read() as session:
        vectors = load_index(session, words, Trigrams()).vectors
    assert vectors is not None
    assert (vectors.title.lengths > 0).all()
    some = Trigrams().passages([BLOG[n][0] for n in (0, 2, 4)])
    usual = language_means().passages["ja"]
    assert vectors.title.space.mean == pytest.approx((some.sum(axis=0) + FEW * usual) / (3 + FEW), abs=1e-3)


def test_few_vectors_among_many_posts_are_found(
    database: Database, tmp_path: Path, words: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_blog(database, tmp_path / "posts", words)
    encode_posts(database, Trigrams())
    with database.write() as session:
        session.execute(delete(PostVectorRow).where(PostVectorRow.post_id != 2))
    monkeypatch.setattr(loading, "SAMPLE", 1)
    with database.read() as session:
        vectors = load_index(session, words, Trigrams()).vectors
    assert vectors is not None
    assert (vectors.title.lengths > 0).tolist() == [False, True, False, False, False]


def test_a_store_without_posts_has_an_empty_index(database: Database, words: Vocabulary) -> None:
    with database.read() as session:
        assert load_index(session, words, Trigrams()).posts == []
