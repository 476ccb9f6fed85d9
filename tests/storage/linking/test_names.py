"""Names are found in any script, as whole words, and never where they only seem to stand."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from storage.errors import InputError
from storage.linking.names import (
    LANGUAGES,
    NameTable,
    Vocabulary,
    default_vocabulary,
    family,
    normal,
    read_table,
)
from tests.storage.linking.conftest import TABLE

HEADLINES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "headlines.toml").read_text(encoding="utf-8")
)["headlines"]

# What the first user writes about, by the names of the table.
SYSTEMS = [
    "NVIDIA", "GPU", "CUDA", "H100", "AMD Instinct", "AMD Instinct MI300", "AMD Instinct MI350",
    "AMD Instinct MI400", "AMD Instinct MI450", "AMD Instinct MI500", "Google TPU", "Inferentia", "Trainium",
    "Kunlun", "Hanguang", "ByteDance", "TikTok", "Douyin", "CapCut", "Lark", "Volcano Engine", "TSMC",
    "Samsung Foundry", "Broadcom", "Huawei", "RISC-V", "Transformer", "LLM", "NPU", "ASIC", "Chiplet", "EDA",
]  # fmt: skip


@pytest.fixture
def table(words: Vocabulary) -> NameTable:
    """The made-up names."""
    return words.names


def _names(table: NameTable, text: str) -> list[str]:
    return [mention.name for mention in table.find(text)]


@pytest.mark.parametrize("headline", HEADLINES, ids=[headline["title"] for headline in HEADLINES])
def test_a_headline_has_its_names_and_no_others(headline: dict[str, Any]) -> None:
    found = set(_names(default_vocabulary().names, headline["title"]))
    assert set(headline["names"]) <= found
    assert not found & set(headline.get("absent", []))


def test_headlines_speak_only_of_names_in_the_table() -> None:
    spoken = {name for h in HEADLINES for name in h["names"] + h.get("absent", [])}
    assert spoken <= default_vocabulary().names.names.keys()


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_is_tried_in_each_language_it_has_aliases_in(system: str) -> None:
    path = Path(__file__).parents[3] / "storage" / "linking" / "names.toml"
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["names"]
    row = next(row for row in rows if row["name"] == system)
    for language in LANGUAGES:
        aliases = [*row.get(language, []), *(row.get("exact", []) if language == "en" else [])]
        titles = [h["title"] for h in HEADLINES if h["lang"] == language and system in h["names"]]
        tried = any(normal(alias).lower() in normal(title).lower() for alias in aliases for title in titles)
        assert tried or not aliases, f"no {language} headline with one of {aliases}"


def test_every_alias_of_the_shipped_table_is_found_by_itself() -> None:
    table = default_vocabulary().names
    lost = [
        (entry.name, alias)
        for entry in table.names.values()
        for alias in entry.aliases | entry.exact
        if _names(table, alias) != [entry.name]
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Acme's chip, by ACME", ["Acme", "Acme"]),
        ("Acmeist xAcme Acme2 2Acme", []),
        ("アクメの新製品", ["Acme"]),
        ("アクメイトとスーパーアクメ、アクメー", []),
        ("ネオ・アクメ", ["Acme"]),
        ("ｱｸﾒとＡｃｍｅ", ["Acme", "Acme"]),
        ("新阿克梅芯片", ["Acme"]),
        ("아크메가 발표", ["Acme"]),
        ("네오아크메 발표", []),
        ("Acmeの猎户を보레알리스가", ["Acme", "Orion", "Borealis"]),
    ],
)
def test_a_name_ends_where_its_script_ends_a_word(table: NameTable, text: str, names: list[str]) -> None:
    assert _names(table, text) == names


def test_the_longer_of_two_aliases_at_a_place_wins(table: NameTable) -> None:
    (mention,) = table.find("At Acme Corp today")
    assert (mention.start, mention.end) == (3, 12)


def test_of_overlapping_aliases_the_leftmost_wins() -> None:
    table = read_table(
        b'[[names]]\nname="A"\nkind="k"\nen=["red oak"]\n[[names]]\nname="B"\nkind="k"\nen=["oak tree house"]'
    )
    assert _names(table, "a red oak tree house") == ["A"]


def test_a_decoy_swallows_the_name_in_it_and_no_other(table: NameTable) -> None:
    assert _names(table, "Acme Bakery sells to Acme") == ["Acme"]
    assert _names(table, "登阿克梅山，访阿克梅") == ["Acme"]


def test_an_exact_alias_is_found_only_in_its_case(table: NameTable) -> None:
    assert _names(table, "Orion") == ["Orion"]
    assert _names(table, "orion ORION") == []


def test_a_version_is_not_the_version_it_begins_with(table: NameTable) -> None:
    assert _names(table, "Nova-5 and Nova-5.2, then Nova-5.") == ["Nova-5", "Nova-5.2", "Nova-5"]
    assert _names(table, "Nova-5.3 and Nova-55") == []
    assert _names(default_vocabulary().names, "GPT-5.2 beats GPT-5") == ["GPT-5.2", "GPT-5"]


@pytest.mark.parametrize("text", ["Nova-5.2x9", "Nova-5.123", "Nova-5.2Omni"])
def test_a_version_that_cannot_be_read_is_not_the_version_it_begins_with(table: NameTable, text: str) -> None:
    assert table.count(text) == {}


@pytest.mark.parametrize(
    ("text", "models"),
    [
        ("Kestrel9 and ZX450X", ["Kestrel9", "ZX450X"]),
        ("the new Nova-5.4", ["Nova-5.4"]),
        ("新型ZX450を発表", ["ZX450"]),
        ("in 2026, 4K and 8 of them; plain words; lower9", []),
        ("Nova-5.2", []),  # the table knows it
        ("X12345", []),
    ],
)
def test_a_model_number_outside_the_table_counts_as_a_name(
    table: NameTable, text: str, models: list[str]
) -> None:
    assert [name for name in table.count(text) if name not in table.names] == models


def test_names_are_counted_as_often_as_they_stand(table: NameTable) -> None:
    assert table.count("Acme, アクメ, Borealis and ZX450; ZX450") == {"Acme": 2, "Borealis": 1, "ZX450": 2}


def test_a_name_has_its_kind_and_owner(table: NameTable) -> None:
    assert (table.names["Orion"].kind, table.names["Orion"].of) == ("product", "Acme")


def test_what_only_looks_like_a_model_number_is_none() -> None:
    table = read_table(b'no_models = ["Q[1-4]", "FY[0-9]+"]\nnames = []')
    assert table.count("Q3 and FY2026 results of the MI450, not Q31") == {"MI450": 1, "Q31": 1}


def test_a_wrong_pattern_of_no_models_is_refused() -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_table(b'no_models = ["("]\nnames = []')


def test_letters_that_grow_in_lower_case_move_no_place(table: NameTable) -> None:
    (mention,) = table.find("İİİ Acme")
    assert (mention.start, mention.end) == (4, 8)


def test_another_table_has_another_version() -> None:
    assert read_table(TABLE.encode()).version == read_table(TABLE.encode()).version
    assert read_table(TABLE.encode()).version != read_table((TABLE + "\n# more").encode()).version


ENTRY = '[[names]]\nname = "Acme"\nkind = "company"\n'
OTHER = '[[names]]\nname = "Borealis"\nkind = "company"\n'


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (ENTRY + ENTRY, "'Acme' twice"),
        (ENTRY + 'en = ["Ace"]\n' + OTHER + 'ja = ["ＡＣＥ"]', "to 'Acme' and 'Borealis'"),
        (ENTRY + 'fr = ["Acmé"]', "'Acme' has wrong keys ['fr']"),
        ('[[names]]\nname = "Acme"', "'Acme' has wrong keys"),
        ('[[names]]\nkind = "company"', "{'kind': 'company'} has wrong keys"),
        (ENTRY + 'of = "Nobody"', "'Acme' is of 'Nobody'"),
        ("[[name]]", "cannot be read"),
        ("not toml", "cannot be read"),
        (ENTRY + 'en = "Acme"', "Acme"),
        (ENTRY + "en = [1]", "Acme"),
        (ENTRY + 'exact = ["Ace"]\n' + OTHER + 'exact = ["Ace"]', "Borealis"),
        ("names = [1]", "names"),
    ],
)
def test_a_wrong_table_names_its_wrong_entry(wrong: str, message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        read_table(wrong.encode())


def test_a_table_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_table(b"\xff")


def test_a_table_without_names_finds_nothing() -> None:
    assert read_table(b"names = []").find("Acme") == []


@pytest.mark.parametrize(
    ("name", "shared"),
    [
        ("GPT-5.4", "GPT"),
        ("HBM4E", "HBM"),
        ("Gemini 3", "Gemini"),
        ("Trainium3", "Trainium"),
        ("AMD Instinct MI450", "AMD Instinct MI"),
        ("Nova-5", "Nova"),
        ("Nova-5.2", "Nova"),
    ],
)
def test_generations_of_a_product_share_a_family(name: str, shared: str) -> None:
    assert family(name) == shared


@pytest.mark.parametrize("name", ["Acme", "export rule", "3nm", "H100", "Nova-5 Ultra", "アクメ5", "", "5"])
def test_a_name_without_a_version_or_a_word_before_it_has_no_family(name: str) -> None:
    assert family(name) == ""
