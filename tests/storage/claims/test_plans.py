"""A plan is what says that something will happen by a time; its due day is the last day of that time."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.claims.plans import Plan, read_plan
from storage.claims.wording import default_wordings
from storage.linking.names import normal

DAY = date(2026, 11, 24)
UNSURE = "a plan, but by when is in doubt"
WORDS = default_wordings()


def plan_of(sentence: str, day: date | None = DAY) -> Plan | None:
    """The plan in a sentence, in whichever language it may be."""
    text = normal(sentence)
    plans = (read_plan(text, day, wording) for wording in WORDS.of(text))
    return next((plan for plan in plans if plan is not None), None)


def due(sentence: str, day: date | None = DAY) -> str | None:
    """The due day as a text, `UNSURE` for a plan without one, none for no plan."""
    plan = plan_of(sentence, day)
    return None if plan is None else str(plan.due) if plan.due else UNSURE


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("AcmeのチップはHBM4を載せ、2027年後半に量産。", "2027-12-31"),
        ("Acmeは2027年3月に出荷する予定です。", "2027-03-31"),
        ("Acmeは2027年3月15日に発売予定だ。", "2027-03-15"),
        ("Acmeは2027年2月31日に発売予定だ。", "2027-02-28"),  # a slip of the pen
        ("2028年2月に稼働する見通しとされています。", "2028-02-29"),
        ("Acmeは2027年第2四半期の量産を目指している。", "2027-06-30"),
        ("Acmeは2027年初頭に着工する計画だ。", "2027-03-31"),
        ("Acmeは2027年夏に投入する見込みだ。", "2027-08-31"),
        ("Acmeは2027年冬に投入する見込みだ。", "2028-02-29"),
        ("2027年末までに、Acmeは三つの工場を建てる計画だという。", "2027-12-31"),
        ("規則は2027年8月に完全施行されます。", "2027-08-31"),
        ("規則は2027年8月に施行され、監視が強化される見込みです。", "2027-08-31"),
        ("2025年に量産を始め、2027年には本格的に拡大する計画だ。", "2027-12-31"),
        ("2024年から2029年にかけて3倍に成長する見込みです。", "2029-12-31"),
        ("2027年半ばから後半に買収が完了する見込みです。", "2027-12-31"),
        ("Acme | Orion | 2027年後半開始予定", "2027-12-31"),
    ],
)
def test_japanese_plans(sentence: str, day: str) -> None:
    assert due(sentence) == day


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("TSMC launches A16 in Q3 2027.", "2027-09-30"),
        ("TSMC will start mass production in the second half of 2027.", "2027-12-31"),
        ("Intel expects to ship it by early 2027.", "2027-03-31"),
        ("AMD's chip is scheduled to ship on March 3, 2027.", "2027-03-03"),
        ("AMD will ship it by mid-2027, and Intel in spring 2028.", "2027-09-30"),
        ("On March 3, 2027 AMD will ship it.", "2027-03-03"),
        ("The duties for high-risk systems apply from 2 August 2027.", "2027-08-02"),
        ("The rules come into force on 1 March 2027.", "2027-03-01"),
        ("In 2027, AMD will double its output.", "2027-12-31"),
        ("The chip is slated for release next month.", "2026-12-31"),
        ("Samsung plans to open the fab later this year.", "2026-12-31"),
        ("Samsung plans to open the fab by the end of next year.", "2027-12-31"),
        ("台积电计划于2027年量产2纳米。", "2027-12-31"),
        ("台积电将在明年下半年量产。", "2027-12-31"),
        ("台积电2027上半年量产。", "2027-06-30"),
        ("預計2027年第三季上市。", "2027-09-30"),
        ("三星预计今年年底出货HBM4。", "2026-12-31"),
        ("삼성전자는 내년 출시 예정이다.", "2027-12-31"),
        ("SK하이닉스는 2027년 상반기 HBM4를 양산할 계획이다.", "2027-06-30"),
        ("다음 달 공개될 예정이다.", "2026-12-31"),
        ("연내 출하할 예정.", "2026-12-31"),
    ],
)
def test_plans_of_other_languages(sentence: str, day: str) -> None:
    assert due(sentence) == day


@pytest.mark.parametrize(
    "sentence",
    [
        "Acmeは2027年に量産する予定だった。",
        "Acmeは2027年の量産を計画していました。",
        "Acmeは予定通り2027年に発売した。",
        "Acmeが2027年に量産する予定はない。",
        "Acmeは2027年に量産する計画を撤回した。",
        "当初の予定では2027年に量産する計画だという。",
        "2027年の市場は大きい。",
        "2025年に量産する予定です。",  # over when the post came out
        "2025年に量産する予定で、2027年の市場は大きい。",
        "市場は2025年時点で710億ドルになると見込まれています。",
        "2026年11月に投資計画を発表した。",  # when it was said, not when it happens
        "経営計画「Vision 2030」は野心的だ。",
        "今後2年内に量産する予定だ。",
        "Intel was expected to ship 18A in 2027.",
        "Intel will not ship 14A in 2027.",
        "Intel had planned to ship it in 2027.",
        "Intel launched it in 2026.",
        "三星原计划2027年量产。",
        "三星将推迟到2027年量产。",
        "2026年,公司没有计划量产。",
        "SK하이닉스는 내년에 양산할 예정이었다.",
        "예정대로 2027년에 출시했다.",
        "",
    ],
)
def test_the_past_and_what_is_called_off_is_no_plan(sentence: str) -> None:
    assert plan_of(sentence) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "Acmeは2027年以降に量産する予定だ。",  # from then on
        "Acmeは2027年の会計年度に1000億ドルを見込んでいる。",  # whose fiscal year?
        "2027年の生産枠も6月末までに確保する計画だ。",  # June of which year?
        "Acmeは2026年に5社へ投資する計画を発表した。",  # of the plan, or of its being told?
        "Acmeは2026年に集めた資金で工場を建てる計画です。",
        "Acmeは工場を建てる予定であり2027年の市場に備える。",
        "Acmeは2027年13月に出荷する予定です。",
        "Acmeは2027年に人を集め、工場を広げる予定です。",  # the time is that of another verb
    ],
)
def test_a_plan_whose_time_is_in_doubt_has_no_due_day(sentence: str) -> None:
    assert due(sentence) == UNSURE


@pytest.mark.parametrize(
    ("sentence", "day", "then"),
    [
        ("年内に出荷する予定だ。", date(2026, 12, 31), "2026-12-31"),
        ("来月発売予定です。", date(2026, 12, 31), "2027-01-31"),
        ("来月発売予定です。", date(2028, 1, 31), "2028-02-29"),
        ("来年2月に発売予定です。", date(2027, 12, 31), "2028-02-29"),
        ("再来年に投入する計画だ。", date(2027, 1, 1), "2029-12-31"),
        ("来年前半に投入する計画だ。", date(2026, 1, 1), "2027-06-30"),
        ("今年後半に投入する計画だ。", date(2026, 7, 1), "2026-12-31"),
        ("今年度中に稼働する予定です。", date(2027, 3, 31), "2027-03-31"),
        ("今年度中に稼働する予定です。", date(2027, 4, 1), "2028-03-31"),
        ("来年度に稼働する予定です。", date(2027, 3, 31), "2028-03-31"),
        ("2027年度後半に量産を開始する計画です。", DAY, "2028-03-31"),
        ("2027年度前半に量産を開始する計画です。", DAY, "2027-09-30"),
        ("2027年度第3四半期に量産を開始する計画です。", DAY, "2027-12-31"),
        ("预计2027年第一季度上市。", DAY, "2027-03-31"),
        ("2027년도 1분기에 출시 예정이다.", DAY, "2027-03-31"),
        ("明年年底前量产。", date(2026, 12, 31), "2027-12-31"),
    ],
)
def test_days_are_reckoned_from_the_posts_own(sentence: str, day: date, then: str) -> None:
    assert due(sentence, day) == then


def test_a_year_that_has_begun_needs_words_of_a_plan() -> None:
    assert due("Acmeは2026年に量産。") is None
    assert due("Acmeは2026年に量産する予定です。") == "2026-12-31"


def test_without_a_day_only_words_of_a_plan_count_and_nothing_is_over() -> None:
    assert due("Acmeは2027年に量産。", None) is None
    assert due("Acmeは来年に量産する予定です。", None) is None
    assert due("Acmeは2020年に量産する予定です。", None) == "2020-12-31"


PIECES = st.sampled_from(
    "来年 年内 再来月 2027年 2027年度 FY2027 13月 31日 第5四半期 予定 だった 計画 量産 し、 後半 以降".split()
    + "将 于 明年 年底 预计 量产 내년 예정이다 하반기 ２０２７年 mid- will 2027 9999 March 0, İ".split()
    + [*".。,(（ \n\0\ud800", "next year"]
)


@given(st.lists(PIECES | st.text(max_size=3), max_size=25).map("".join), st.dates() | st.none())
def test_any_text_has_a_plan_or_none_and_nothing_is_due_before_it_was_said(
    text: str, day: date | None
) -> None:
    plan = plan_of(text, day)
    if plan is not None and plan.due is not None:
        assert day is None or plan.due >= day
