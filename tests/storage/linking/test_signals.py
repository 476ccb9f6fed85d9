"""Each signal measures what its comment says, on small made-up blogs."""

import numpy as np
import pytest

from storage.linking.index import IndexedPost, PostIndex
from storage.linking.names import Vocabulary
from storage.linking.postings import Numbers
from storage.linking.signals import LEARNED_ON, NAMES_ONLY, WITH_VECTORS, measure
from tests.storage.linking.conftest import BLOG, Trigrams, index_of, reading_of

Posts = list[tuple[str, str]]

SHARES = "about title_share topics topics_in_text covered shared_words words missing".split()


def _of(signal: str, words: Vocabulary, posts: Posts, title: str, text: str = "") -> Numbers:
    signals = measure(reading_of(words, title, text), index_of(words, posts))
    return signals.at(np.arange(len(posts), dtype=np.int32), [signal])[:, 0]


@pytest.mark.parametrize("posts", [[], list(BLOG)])
@pytest.mark.parametrize("news", [None, Trigrams()])
@pytest.mark.parametrize("index", [None, Trigrams()])
def test_every_signal_is_one_number_a_post_and_shares_are_0_to_1(
    words: Vocabulary, posts: Posts, news: Trigrams | None, index: Trigrams | None
) -> None:
    reading = reading_of(words, "Acme starts production of ZX450 in Northland", "Orion " * 9, encoder=news)
    signals = measure(reading, index_of(words, posts, index))
    names = list(WITH_VECTORS if news and index and posts else NAMES_ONLY)
    places = np.arange(len(posts), dtype=np.int32)
    assert {*signals.of, *signals.ranked, *signals.closer(places)} == set(names)
    rows = signals.at(places, names)
    assert rows.shape == (len(posts), len(names))
    assert np.isfinite(rows).all()
    assert all(0 <= share <= 1 + 1e-6 for name in SHARES for share in signals.of[name])


def test_at_gives_a_row_a_post_and_a_column_a_signal(words: Vocabulary) -> None:
    signals = measure(reading_of(words, "Acme's Orion"), index_of(words, BLOG))
    rows = signals.at(np.array([2, 0], dtype=np.int32), ("named", "treated"))
    assert rows.tolist() == [[2, 0], [2, 2]]


def test_a_name_in_a_posts_title_counts_more_than_many_in_its_text(words: Vocabulary) -> None:
    about = _of("about", words, [("Acme", ""), ("x", "Acme " * 9), ("x", "Acme"), ("x", "")], "Acme")
    assert about[0] > about[1] > about[2] > about[3] == 0


def test_a_name_in_an_items_title_counts_more_than_one_in_its_text(words: Vocabulary) -> None:
    title, twice, once = (
        _of("about", words, list(BLOG), *item)[2]
        for item in (("Borealis", ""), ("x", "Borealis, Borealis"), ("x", "Borealis"))
    )
    assert title > twice > once > 0


def test_a_posts_title_is_shared_as_far_as_the_items_title_names_what_it_names(words: Vocabulary) -> None:
    posts = [("Acme", ""), ("Acme, Borealis", ""), ("Borealis", "Acme"), ("x", "")]
    share = _of("title_share", words, posts, "Acme", "Borealis")
    assert share[0] > share[1] > share[2] == share[3] == 0
    weights = _of("title_names", words, posts, "Acme", "Borealis")
    assert weights[0] == weights[1] > weights[2] == weights[3] == 0


def test_products_are_told_from_their_makers(words: Vocabulary) -> None:
    posts = [("Acme", ""), ("Orion", ""), ("ZX450", ""), ("x", "Orion"), ("The export rule", "")]
    products = _of("products", words, posts, "Acme, Orion, ZX450, the export rule")
    assert (products > 0).tolist() == [False, True, True, False, True]


def test_another_generation_is_of_the_family(words: Vocabulary) -> None:
    posts = [("Nova-5", ""), ("Nova-5.2 by Acme", ""), ("Orion", ""), ("x", "Nova-5")]
    assert (_of("families", words, posts, "Nova-5") > 0).tolist() == [True, True, False, False]
    assert (_of("same_product", words, posts, "Nova-5") > 0).tolist() == [True, False, False, False]
    assert _of("families", words, posts, "x", "Nova-5").tolist() == [0, 0, 0, 0]


def test_makers_meet_through_their_products(words: Vocabulary) -> None:
    posts = [("Acme", ""), ("Orion", ""), ("Borealis", "Acme"), ("x", "Orion")]
    for title in ("Acme", "Orion"):
        assert (_of("makers", words, posts, title)[:2] > 0).tolist() == [True, True]
        assert _of("makers", words, posts, title)[2:].tolist() == [0, 0]


def test_a_post_treats_a_name_of_its_title_or_one_it_repeats(words: Vocabulary) -> None:
    posts = [("Acme, Borealis", ""), ("x", "Acme, Acme, Acme"), ("x", "Acme, Acme")]
    assert _of("treated", words, posts, "Acme and Borealis").tolist() == [2, 1, 0]
    assert _of("treated", words, posts, "x", "Acme").tolist() == [0, 0, 0]


def test_names_that_a_post_does_not_have_are_missing(words: Vocabulary) -> None:
    posts = [("Acme", "Borealis"), ("Acme", ""), ("x", "")]
    missing = _of("missing", words, posts, "Acme, Borealis", "Orion")
    assert missing[0] == pytest.approx(0, abs=1e-6)
    assert 0 < missing[1] < missing[2] < 1
    assert _of("named", words, posts, "Acme, Borealis", "Orion").tolist() == [2, 2, 2]


def test_topics_are_shared_by_titles_as_a_share_of_those_in_either(words: Vocabulary) -> None:
    posts = [("Factory", ""), ("Production in a factory", ""), ("x", "Factory"), ("x", "")]
    topics = _of("topics", words, posts, "A factory", "Production")
    assert topics[0] > topics[1] > topics[2] == topics[3] == 0
    in_text = _of("topics_in_text", words, [("x", "Factory " * 4), ("x", "Factory"), ("x", "")], "A factory")
    assert in_text[0] > in_text[1] > in_text[2] == 0


def test_places_and_subjects_are_told_apart_and_may_stand_in_the_items_text(words: Vocabulary) -> None:
    posts = [("Northland", ""), ("Factory", ""), ("Production", ""), ("x", "A factory in Northland")]
    for item in (("Production at a Northland factory", ""), ("x", "Production at a Northland factory")):
        assert (_of("places", words, posts, *item) > 0).tolist() == [True, False, False, False]
        assert (_of("subjects", words, posts, *item) > 0).tolist() == [False, True, False, False]


def test_what_the_items_title_is_about_is_covered_by_title_and_lead(words: Vocabulary) -> None:
    posts = [("Acme", "Factory"), ("x", "Acme"), ("x", ""), ("x", "Borealis")]
    covered = _of("covered", words, posts, "Acme's factory", "Borealis")
    assert covered[0] > covered[1] > covered[2] == covered[3] == 0


def test_words_count_by_rarity_and_more_in_an_items_title(words: Vocabulary) -> None:
    posts = [("Piano", ""), ("Sonata", ""), ("Sonata", ""), ("Ballad", ""), ("x", "")]
    for signal in ("shared_words", "words"):
        piano, sonata, again, ballad, none = _of(signal, words, posts, "Piano sonata", "Ballad")
        assert piano > sonata == again > ballad > none == 0


def test_the_cosine_of_words_is_that_of_names_too_in_any_language(words: Vocabulary) -> None:
    posts = [("アクメのカレー", ""), ("アクメ", ""), ("カレー", ""), ("x", "")]
    cosine = _of("words", words, posts, "아크메 カレー")
    assert cosine[0] > cosine[1] > cosine[3] == 0
    assert cosine[0] > cosine[2] > 0


def test_an_apology_is_marked(words: Vocabulary) -> None:
    posts = [IndexedPost(n, f"{n}.md", "Acme", None, failed=n == 2) for n in (1, 2)]
    assert measure(reading_of(words, "Acme"), PostIndex(posts, words, [])).of["apology"].tolist() == [0, 1]


@pytest.mark.parametrize("size", [10, 100, LEARNED_ON, 2 * LEARNED_ON])
def test_a_rank_is_the_logarithm_of_how_many_are_better_as_on_the_blog_learned_on(
    words: Vocabulary, size: int
) -> None:
    tenth = size // 10
    posts = [("Acme", "")] * tenth + [("x", "Acme")] * tenth + [("x", "")] * (size - 2 * tenth)
    ranks = _of("rank_about", words, posts, "Acme")[:: max(1, tenth)]
    better = max(size, LEARNED_ON) / 10
    assert ranks == pytest.approx([0, np.log1p(better), *[np.log1p(2 * better)] * 8])
