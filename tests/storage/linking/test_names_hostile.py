"""Whatever a text holds, names are found in it in order, apart from each other, and as they are counted."""

import unicodedata
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.linking.names import MODEL, normal, read_table
from tests.storage.linking.conftest import TABLE

PIECES = [
    "Acme",
    "acme",
    "Acme Corp",
    "ACME BAKERY",
    "アクメ",
    "ｱｸﾒ",
    "ー",
    "아크메",
    "阿克梅",
    "阿克梅山",
    "Nova-5",
]
PIECES += ["Nova-5.2", ".2", "Orion", " ", "İ", "ß", "ﬃ", "é", "が", "゙", "ZX450", "\n", "\0"]
HOSTILE = st.lists(st.sampled_from(PIECES) | st.text(st.characters(), max_size=4), max_size=20).map("".join)


@settings(deadline=None)
@given(HOSTILE)
def test_mentions_in_any_text_are_ordered_apart_and_are_aliases(text: str) -> None:
    table = read_table(TABLE.encode())
    searched = normal(text)
    reached = 0
    for mention in table.find(text):
        assert reached <= mention.start < mention.end <= len(searched)
        reached = mention.end
        entry = table.names[mention.name]
        stands = searched[mention.start : mention.end]
        assert stands.lower() in {normal(a).lower() for a in entry.aliases} or stands in entry.exact


@given(st.lists(HOSTILE | st.sampled_from(["\n", "か\u3099", "\u0301", "㌔", "\u2028", "\r\n"])).map("".join))
def test_line_by_line_a_text_has_the_same_form_as_in_whole(text: str) -> None:
    assert normal(text) == unicodedata.normalize("NFKC", text)


def test_half_a_character_moves_no_place() -> None:
    (mention,) = read_table(TABLE.encode()).find("\ud83d\udc4d\ud800 Acme \udfff")
    assert (mention.name, mention.start, mention.end) == ("Acme", 4, 8)


@settings(deadline=None)
@given(HOSTILE)
def test_counting_any_text_agrees_with_finding(text: str) -> None:
    table = read_table(TABLE.encode())
    found = Counter(mention.name for mention in table.find(text))
    models = table.count(text) - found
    assert found <= table.count(text)
    assert all(MODEL.fullmatch(name) and name in normal(text) for name in models)
