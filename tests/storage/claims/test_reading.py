"""A post's claims are its own sentences with names, and with figures or a plan."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.claims.reading import LONGEST, MOST, Claim, read_claims
from storage.linking.figures import Figure
from storage.linking.names import Vocabulary, read_table

DAY = date(2026, 11, 24)
VOCABULARY = Vocabulary(
    read_table(
        """
[[names]]
name = "Acme"
kind = "company"
en = ["Acme"]
ja = ["アクメ"]
zh = ["艾克美"]
ko = ["애크미"]

[[names]]
name = "HBM4"
kind = "technology"
en = ["HBM4"]
""".encode()
    ),
    read_table(b"names = []"),
)


def claims(*paragraphs: str, title: str = "", day: date | None = DAY) -> list[Claim]:
    """The claims of a post."""
    return read_claims(paragraphs, day, VOCABULARY, title=title)


def said(*paragraphs: str, title: str = "") -> list[str]:
    """The sentences of its claims."""
    return [claim.sentence for claim in claims(*paragraphs, title=title)]


def test_a_claim_has_the_sentence_its_names_figures_and_plan() -> None:
    text = "アクメは工場に５０億ドルを投じ、HBM4とZX450を来年後半に量産する計画です。"
    assert claims(f"前書き。{text}後書き。") == [
        Claim(
            text,
            ("Acme", "HBM4", "ZX450"),
            (Figure("50億ドル", "5000000000", "money"),),
            True,
            date(2027, 12, 31),
        )
    ]


@pytest.mark.parametrize(
    ("sentence", "key"),
    [
        ("Acme invests $5 billion.", "5000000000"),
        ("アクメは50億ドルを投じた。", "5000000000"),
        ("艾克美投资50亿美元。", "5000000000"),
        ("애크미는 50억 달러를 투자했다.", "5000000000"),
        ("Acme opened it in March 2026.", "2026-03"),
        ("アクメは2026年3月に開いた。", "2026-03"),
    ],
)
def test_figures_are_equal_in_every_language(sentence: str, key: str) -> None:
    (claim,) = claims(sentence)
    assert (claim.names, [figure.key for figure in claim.figures]) == (("Acme",), [key])
    assert (claim.plan, claim.due) == (False, None)


@pytest.mark.parametrize(
    "sentence",
    [
        "工場に50億ドルを投じた。",
        "A fab for $5 billion.",
        "投资50亿美元。",
        "50억 달러를 투자했다.",
        "来年量産する予定です。",
    ],
)
def test_what_names_nothing_is_no_claim(sentence: str) -> None:
    assert claims(sentence) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "アクメは強い。",
        "Acme is strong.",
        "アクメは量産する計画だった。",
        "アクメが50億ドルを投じる理由とは？",  # a question
        "アクメ白書 2025 図解版",  # a heading, or the title of a book
    ],
)
def test_a_name_alone_is_no_claim(sentence: str) -> None:
    assert claims(sentence) == []


def test_a_plan_without_a_figure_is_a_claim_and_so_is_one_in_a_question() -> None:
    assert [claim.due for claim in claims("アクメは年内に出荷する予定だ。")] == [date(2026, 12, 31)]
    assert [claim.due for claim in claims("アクメが2027年に量産するという話、どう感じますか？")] == [
        date(2027, 12, 31)
    ]


def test_what_is_said_twice_counts_once_however_it_is_spaced() -> None:
    first = "アクメは「50億ドル」を投じ、3社を買った。"
    assert said(
        first, "アクメは 50億ドルを投じ 3社を買った！", "アクメは50億ドルを投じ、3社を、買った。"
    ) == [first]
    assert len(said("アクメは10.5億ドルを得た。", "アクメは105億ドルを得た。")) == 2


def test_the_title_is_no_claim_even_where_the_text_repeats_it() -> None:
    assert said("アクメ、50億ドルを投資。", title="アクメ、 50億ドルを投資") == []


def test_code_and_tables_without_an_end_are_no_sentences() -> None:
    assert said(f"アクメ 50億ドル {'x = 1; ' * LONGEST}") == []


def test_a_post_has_no_more_claims_than_there_is_room_for() -> None:
    assert len(said(*(f"Acme has {n} customers." for n in range(MOST + 50)))) == MOST


def test_names_belong_to_their_own_sentences() -> None:
    read = claims("アクメは3社を買った。HBM4は5倍速い。\nHBM4とアクメは7社に売られる。")
    assert [claim.names for claim in read] == [("Acme",), ("HBM4",), ("HBM4", "Acme")]


PIECES = st.sampled_from(
    "Acme アクメ HBM4 50億ドル $5bn 3社 来年 予定です 。 . ? \n ﷺ \0 \ud800 İ ２０２７年 量産 ZX450".split(
        " "
    )
)


@given(
    st.lists(st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join), max_size=5),
    st.dates() | st.none(),
)
def test_any_text_gives_claims_of_its_own_words_and_no_more_than_so_many(
    paragraphs: list[str], day: date | None
) -> None:
    read = read_claims(paragraphs, day, VOCABULARY)
    assert len(read) <= MOST
    for claim in read:
        assert 0 < len(claim.sentence) <= LONGEST
        assert any(claim.sentence in paragraph for paragraph in paragraphs)
        assert claim.names
        assert claim.figures or claim.plan
        assert claim.due is None or (claim.plan and (day is None or claim.due >= day))
