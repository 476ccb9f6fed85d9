"""Figures are read in each of the languages with what they measure; parts of names are none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.linking.figures import figures, kinds, numbers
from storage.linking.names import normal


@pytest.mark.parametrize(
    ("text", "shown", "key", "kind"),
    [
        ("worth $5 billion now", "$5 billion", "5000000000", "money"),
        ("US$1.50 a share", "US$1.50", "1.5", "money"),
        ("投資額は3,000億円だ", "3,000億円", "300000000000", "money"),
        ("总额50亿美元", "50亿美元", "5000000000", "money"),
        ("규모는 1조원이다", "1조원", "1000000000000", "money"),
        ("up 30 percent", "30 percent", "30", "share"),
        ("３０％増", "30%", "30", "share"),
        ("30퍼센트 증가", "30퍼센트", "30", "share"),
        ("on 3nm", "3nm", "3", "size"),
        ("on a 3-nm line", "3-nm", "3", "size"),
        ("采用5纳米", "5纳米", "5", "size"),
        ("3나노 공정", "3나노", "3", "size"),
        ("141GB of memory", "141GB", "141", "memory"),
        ("at 4.8 TB/s", "4.8 TB/s", "4.8", "rate"),
        ("draws 700W", "700W", "700", "power"),
        ("性能は2.5倍", "2.5倍", "2.5", "factor"),
        ("3x faster", "3x", "3", "factor"),
        ("100万個を出荷", "100万個", "1000000", "count"),
        ("1,234,567 units", "1,234,567 units", "1234567", "count"),
        ("after 18 months", "18 months", "18", "time"),
        ("by 2027.", "2027", "2027", "time"),
        ("a score of 9100", "9100", "9100", ""),
    ],
)
def test_a_figure_is_read_with_what_it_measures(text: str, shown: str, key: str, kind: str) -> None:
    (figure,) = figures(normal(text))
    assert (figure.shown, figure.key, figure.kind) == (shown, key, kind)


@pytest.mark.parametrize(
    ("texts", "key"),
    [
        ("Q1 2027; 2027 Q1; first quarter of 2027; 2027年第1四半期; 2027年第一季度; 2027년 1분기", "2027-Q1"),
        ("2027第一季; 2027년도 1분기; 2027년 제1분기", "2027-Q1"),
        (
            "H2 2026; second half of 2026; 2026年後半; 2026年下半期; 2026年下半年; 2026下半年; 2026년 하반기",
            "2026-H2",
        ),
        ("July 2026; Jul 4, 2026; 4 Jul 2026; 2026年7月; 2026年7月4日; 2026년 7월", "2026-07"),
    ],
)
def test_a_point_in_time_has_one_key_in_every_language(texts: str, key: str) -> None:
    for text in texts.split("; "):
        assert [(figure.key, figure.kind) for figure in figures(text)] == [(key, "time")], text
        assert key in numbers(text)


@pytest.mark.parametrize(
    ("texts", "key"),
    [
        ("$5 billion; US$5bn; $5B; 5 billion dollars; 50億ドル; 50亿美元; 50億美元; 50억 달러", "5000000000"),
        (
            "$1.2tn; $1.2 trillion; 1兆2,000億円; 1.2兆円; 1조2000억원; 1조 2000억 원; 1.2万亿元",
            "1200000000000",
        ),
        ("150,000 units; 15万個; 15万颗; 15萬顆; 15만 개; 150 thousand chips", "150000"),
        ("3.5 million wafers; 350万枚; 350万片; 350만 장", "3500000"),
        ("1兆2,345億6,789万円; $1,234,567,890,000", "1234567890000"),
        ("1千万台; 10 million units; 1천만 대", "10000000"),
        ("5万3,000人; 53,000 people; 5만3천 명", "53000"),
    ],
)
def test_an_amount_has_one_key_in_every_language(texts: str, key: str) -> None:
    for text in texts.split("; "):
        assert [figure.key for figure in figures(normal(text))] == [key], text
        assert key in numbers(normal(text))


def test_points_in_time_are_found_wherever_they_stand_in_a_long_text() -> None:
    text = "x" * 100 + " the second quarter of 2027 " + "y" * 50 + "、2026年10月12日 2026年度後半" + "z" * 90
    assert [figure.key for figure in figures(text)] == ["2027-Q2", "2026-10", "FY2026-H2"]
    assert figures(text)[1].shown == "2026年10月12日"


@pytest.mark.parametrize("text", ["a 4K screen", "5T of it", "7B parameters"])
def test_a_letter_behind_a_number_is_no_amount_unless_it_is_money(text: str) -> None:
    assert figures(text) == []


@pytest.mark.parametrize(
    "text", ["H100", "GPT-5.2", "GB200-NVL72", "A100-80GB", "v7", "B30A", "TPU8t", "N3", "4 of 12"]
)
def test_a_model_number_or_a_small_bare_one_is_no_figure(text: str) -> None:
    assert figures(text) == []


@pytest.mark.parametrize("text", ["the RTX 5090 card", "release 3.2.1 is out"])
def test_a_model_number_in_two_words_and_a_version_are_no_figures(text: str) -> None:
    assert figures(text) == []


def test_a_number_counts_once_and_in_order() -> None:
    assert [figure.shown for figure in figures("40% now, 40 percent then, and 7 days")] == ["40%", "7 days"]


def test_zeros_behind_the_point_make_no_other_figure() -> None:
    assert figures("$1.50")[0].key == figures("$1.5")[0].key
    assert figures("$500")[0].key == "500"


def test_the_numbers_of_a_text_are_all_that_stand_in_it() -> None:
    assert numbers("H100は3,000億円、2.50倍") == {"100", "300000000000", "2.5"}


def test_the_kinds_of_a_text_are_those_of_its_figures() -> None:
    assert kinds("５０％ and $3, 9100") == {"share", "money"}


@pytest.mark.parametrize("text", ["3,0001", "5,2027", "2026.20a"])
def test_a_figure_is_among_the_numbers_of_its_own_text(text: str) -> None:
    assert {figure.key for figure in figures(text)} <= numbers(text)


@pytest.mark.usefixtures("promptly")
@pytest.mark.parametrize(
    "text",
    [
        "9" * 20_000,
        "1,111" * 4_000,
        "A" * 2_000 + " 500" * 400,
        "2026年1月 " * 10_000,
        "1兆" * 10_000,
        "$" + "9" * 10_000 + "兆" + "9" * 10_000 + "億",
    ],
    ids=["digits", "thousands", "names", "months", "sums", "long sums"],
)
def test_a_long_run_of_figures_is_read_promptly(text: str) -> None:
    assert isinstance(figures(text), list)
    assert isinstance(numbers(text), frozenset)


PIECES = "1 20 2026 3,000 1.50 . , - $ US$ % 年 月 年第 四半期 後半 Q1 H2 Jul March GB/s".split()
PIECES += [
    "first",
    "second",
    " quarter",
    " half of ",
    "億円",
    "兆",
    "万",
    " billion",
    "bn",
    "nm",
    " ",
    "٣",
    "年度の",
    "상반기",
    "ſ",
    "ı",
    "99月",
    "\n",
]
ANY = st.text(st.characters(), max_size=3)


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES) | ANY, max_size=20).map("".join))
def test_figures_of_any_text_stand_in_it_once_each(text: str) -> None:
    text = normal(text)
    found = figures(text)
    assert all(figure.shown and figure.shown in text for figure in found)
    assert isinstance(numbers(text), frozenset)
    assert len({figure.key for figure in found}) == len(found)
    assert kinds(text) <= {"share", "money", "time", "size", "rate", "memory", "power", "factor", "count"}
