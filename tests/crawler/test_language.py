"""The language of a text is detected; what its source declares only helps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsing.language import language_of


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        ("TSMC delays its Arizona plant by a year", "de", "en"),
        ("Nvidia muss in China auf den Verkauf von Chips verzichten", "en", "de"),
        ("Les puces de Nvidia sont interdites dans le pays", "en", "fr"),
        ("Los chips de Nvidia para la inteligencia artificial", "", "es"),
        ("I chip di Nvidia sono per il mercato della Cina", "", "it"),
        ("Neue Chipfabrik", "de", "de"),
        ("Blackwell B200", "de", "de"),
        ("Blackwell B200", "", "en"),
        ("経産省、半導体支援策発表", "ja", "ja"),
        ("经济部" * 30, "ja", "zh"),
        ("Intel 새 공장 계획 발표", "en", "ko"),
        ("ラピダス 2nm", "zh", "ja"),
    ],
)
def test_a_text_outweighs_what_its_source_declares(text: str, declared: str, language: str) -> None:
    assert language_of(text, declared) == language


@given(st.text(max_size=300), st.text(max_size=10))
def test_any_text_has_a_code_or_none(text: str, declared: str) -> None:
    found = language_of(text, declared)
    assert found == "" or (len(found) == 2 and found.isascii() and found.islower())
