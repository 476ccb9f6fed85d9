"""Vectors are compared off the mean of their language, evened out, and of length 1."""

import numpy as np
import pytest

from storage.linking.encoder import Vectors
from storage.linking.space import FEW, LANGUAGES, Space, language_means, space_of, written_in
from tests.storage.linking.conftest import Trigrams

SIZE = 384
NONE = np.zeros((0, SIZE), dtype=np.float32)


@pytest.fixture(scope="module")
def posts() -> Vectors:
    """Posts around the mean of their language, that differ far more in some directions than in others."""
    spread = np.geomspace(0.1, 0.005, SIZE)
    noise = np.random.default_rng(7).normal(size=(600, SIZE)) * spread
    vectors = language_means().passages["ja"] + noise
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def _rows(space: Space, vectors: Vectors) -> Vectors:
    rows = space.evened(vectors)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def _directions(vectors: Vectors) -> float:
    """In how many directions vectors differ: all, if evenly, and one, if in nothing else."""
    spreads = np.linalg.eigvalsh(np.cov(vectors, rowvar=False))
    return float(spreads.sum() ** 2 / (spreads**2).sum())


@pytest.mark.parametrize(
    ("text", "label", "language"),
    [
        ("Acme ships Orion", "en", "en"),
        ("Acme ships Orion", "ja", "en"),  # an English title in a Japanese feed
        ("アクメがOrionを出荷", "ja", "ja"),
        ("アクメがOrionを出荷", "zh", "ja"),
        ("史蒂夫・賈伯斯", "zh", "zh"),  # a dot that Japanese has as well
        ("ｱｸﾒ", "", "ja"),
        ("量産開始", "ja", "ja"),  # han alone: the label decides
        ("量產開始", "zh", "zh"),
        ("量产开始", "", "zh"),
        ("量产开始", "en", "zh"),
        ("량산 시작", "ja", "ko"),
        ("삼성전자, 美 공장", "zh", "ko"),
        ("Größe ändert sich", "de", "en"),
        ("2027?", "ko", "en"),
        ("", "", "en"),
    ],
)
def test_the_script_decides_what_a_text_is_written_in(text: str, label: str, language: str) -> None:
    assert written_in(text, label) == language


@pytest.mark.parametrize("form", ["questions", "passages"])
def test_every_language_has_a_mean_of_both_forms(form: str) -> None:
    means: dict[str, Vectors] = dict(getattr(language_means(), form))
    assert set(means) == set(LANGUAGES) == {"en", "ja", "zh", "ko"}
    assert {(mean.shape, mean.dtype) for mean in means.values()} == {((SIZE,), np.dtype(np.float32))}
    # All texts of a language lie on one side, and yet apart from each other.
    assert all(0.5 < np.linalg.norm(mean) < 1 for mean in means.values())


def test_the_means_of_languages_and_forms_are_apart() -> None:
    means = language_means()
    rows = [*means.questions.values(), *means.passages.values()]
    assert all(np.linalg.norm(a - b) > 0.05 for i, a in enumerate(rows) for b in rows[:i])


def test_passages_that_are_not_there_move_nothing(posts: Vectors) -> None:
    gaps = np.concatenate([posts, np.zeros_like(posts)])
    assert space_of(gaps, "ja").mean == pytest.approx(space_of(posts, "ja").mean, abs=1e-6)
    assert space_of(gaps, "ja").even == pytest.approx(space_of(posts, "ja").even, rel=1e-4, abs=1e-4)


def test_posts_differ_in_more_directions_than_before_and_not_in_all(posts: Vectors) -> None:
    before, after = _directions(posts), _directions(_rows(space_of(posts, "ja"), posts))
    assert 1.15 * before < after < 1.5 * before < SIZE


def test_posts_lie_around_the_middle(posts: Vectors) -> None:
    assert np.linalg.norm(posts.mean(axis=0)) > 0.5
    assert np.linalg.norm(_rows(space_of(posts, "ja"), posts).mean(axis=0)) < 0.05


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_posts_the_middle_is_that_of_their_language(language: str) -> None:
    assert space_of(NONE, language).mean == pytest.approx(language_means().passages[language])


def test_few_posts_lean_on_the_mean_of_their_language_and_many_do_not(posts: Vectors) -> None:
    usual, one = language_means().passages["ja"], posts[:1]
    (halfway,) = (usual + one) / 2
    assert space_of(np.repeat(one, FEW, axis=0), "ja").mean == pytest.approx(halfway, abs=1e-5)
    few, many = (space_of(np.repeat(one, n, axis=0), "ja").mean for n in (1, FEW * 50))
    assert np.linalg.norm(few - usual) < np.linalg.norm(one - usual) / 10
    assert np.linalg.norm(many - one) < np.linalg.norm(one - usual) / 10


def test_a_single_post_can_be_compared(posts: Vectors) -> None:
    space = space_of(posts[:1], "ja")
    assert np.isfinite(space.even).all()
    assert np.linalg.norm(space.evened(posts[:1])) > 0


def test_news_off_the_mean_lie_where_posts_of_like_text_lie(posts: Vectors) -> None:
    space = space_of(NONE, "ja")
    found = space.of_news(posts - language_means().passages["ja"])
    assert found == pytest.approx(_rows(space, posts), abs=1e-4)
    assert space.of_news(np.zeros(SIZE, dtype=np.float32)).tolist() == [0] * SIZE


def test_what_was_evened_out_can_be_undone(posts: Vectors) -> None:
    space, news = space_of(posts, "ja"), posts[5]
    products = space.evened(posts) @ space.undone(news) + space.mean @ news
    assert products == pytest.approx(posts @ news, abs=1e-4)


def test_strangers_of_one_language_are_near_only_before() -> None:
    texts = ["北国の工場で火災が起きた", "アクメ社長が辞任を表明"]
    before = Trigrams().passages(texts)
    after = _rows(space_of(NONE, "ja"), before)
    assert before[0] @ before[1] > 0.7
    assert abs(after[0] @ after[1]) < 0.4
