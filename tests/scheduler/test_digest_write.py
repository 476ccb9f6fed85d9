"""What the digest says, in both languages, with all that strangers wrote made harmless."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from string import Formatter
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from crawler.health import Condition
from scheduler.digest.write import write_digest
from scheduler.recipients import Recipient
from scheduler.sections import Language
from storage.digests.content import SHOWN, Contents, Day, Idea, Mail, Trouble, Watch
from storage.digests.making import MOST, STORIES
from storage.followups.followup import Coverage, DuePlan, Followup, Report, Story
from storage.posts.shown import ShownPost
from tests.conftest import NOW
from tests.scheduler.conftest import HOSTILE

EVIDENCE = {
    "reason": "both titles are about Acme",
    "names": ["Acme", "N3"],
    "title_names": ["Acme"],
    "post_passage": "Production is planned for 2026.",
    "news_passage": "Production starts in 2027.",
    "new_figures": ["2027"],
    "new_names": ["Initech"],
}
REPORT = Report(
    item_id=1,
    title="Acme moves production",
    url="https://news.example/1",
    source="Chip Wire",
    language="en",
    when=NOW - timedelta(hours=3),
    known_since=NOW - timedelta(hours=2),
    score=0.876,
    followup=True,
    kind="extends",
    evidence=EVIDENCE,
)
STORY = Story(1, NOW, False, (REPORT,), Coverage("Chip Wire", REPORT.when, {"en": 1}))
POST = ShownPost(
    1,
    "2026-01-21-acme.md",
    "Acme's own chip",
    "https://blog.example/acme.html",
    NOW - timedelta(days=300),
)
FOLLOWUP = Followup(
    id=17,
    status="open",
    opened_at=NOW - timedelta(days=3),
    settled_at=None,
    snoozed_until=None,
    reason=None,
    ground=None,
    posts=(POST,),
    stories=(STORY,),
)


def write(
    *followups: Followup,
    language: Language = "en",
    zone: str = "Asia/Tokyo",
    now: datetime = NOW,
    blog: str = "blog.example",
    **more: Any,
) -> Mail:
    return tell(Contents(followups=followups, **more), language=language, zone=zone, now=now, blog=blog)


def tell(
    contents: Contents,
    *,
    kind: Any = "mail",
    language: Language = "en",
    zone: str = "Asia/Tokyo",
    now: datetime = NOW,
    blog: str = "blog.example",
) -> Mail:
    to = Recipient("editor@blog.example", kind, time(7, 30), ZoneInfo(zone), language)
    return write_digest(contents, to, now=now, blog=blog, domain="blog.example")


def about(**post: Any) -> Followup:
    """The follow-up, with something else said of its post."""
    return replace(FOLLOWUP, posts=(replace(POST, **post),))


def titled(title: str) -> Followup:
    """A follow-up in which everything that has words has these."""
    words = [title]
    evidence = {key: words if isinstance(value, list) else title for key, value in EVIDENCE.items()}
    report = replace(REPORT, title=title, source=title, evidence=evidence)
    return replace(about(title=title), stories=(replace(STORY, reports=(report,)),))


def read(mail: Mail) -> Any:
    """The mail's HTML as a browser reads it; fails where even that has to guess."""
    parser = html.HTMLParser(encoding="utf-8", recover=False)
    return html.document_fromstring(mail.html.encode(), parser=parser)


def phrases() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("scheduler.digest").joinpath("phrases.toml").read_text(encoding="utf-8"))


def fields(value: object) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(value)} - {None} if isinstance(value, str) else set()


def test_every_phrase_is_there_in_both_languages_with_the_same_fields() -> None:
    english, japanese = phrases()["en"], phrases()["ja"]
    missing = english.keys() - japanese.keys()
    assert {key.removesuffix("_one") for key in missing} <= japanese.keys()  # Japanese counts in one form
    # English says what is wrong with a source in the words that come with it.
    assert all(key.startswith(("why_", "span_")) for key in japanese.keys() - english.keys())
    for key, value in ((key, value) for key, value in japanese.items() if key in english):
        assert value, key
        assert fields(english[key]) == fields(value), key
    assert len(english["months"]) == len(japanese["months"]) == 12


def test_every_phrase_is_used() -> None:
    folder = files("scheduler.digest")
    code = "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in ("write.py", "views.py"))
    for name in ("digest.html.j2", "digest.txt.j2", "digest.brief.j2"):
        code += folder.joinpath("templates", name).read_text(encoding="utf-8")
    named = {"contradicts", "supersedes", "confirms", "extends", "background"}  # by a link's kind
    named |= {f"is_{word}" for word in get_args(Condition)}  # by a source's condition
    keys = {key for key in phrases()["en"] if key.removesuffix("_one") not in named}
    unused = {key for key in keys if not re.search(rf"p\.{key}\b|\"{key.removesuffix('_one')}\"", code)}
    assert not unused


def test_a_followup_in_english() -> None:
    mail = write(FOLLOWUP)
    assert mail.subject == "1 post needs a follow-up: Acme's own chip"
    for said in (
        "1. Acme's own chip\n   28 Jan 2026 · open 3 days\n   https://blog.example/acme.html",
        "EXTENDS: Acme moves production\n   first Chip Wire, 24 Nov 18:00 · score 0.88",
        "Why: Post and news are both about Acme. Both mention N3.",
        "Post: “Production is planned for 2026.”",
        "News: “Production starts in 2027.”",
        "New: 2027, Initech (not in the post)",
        "Mark it: chipwatch followups done 17 · snooze 17 · dismiss 17 · draft 17",
        "chipwatch read the news for blog.example.",
    ):
        assert said in mail.text


@pytest.mark.parametrize(("year", "zone"), [(1, "America/New_York"), (9999, "Asia/Tokyo")])
def test_a_post_whose_day_a_zone_cannot_show_is_told_all_the_same(year: int, zone: str) -> None:
    edge = datetime(1, 1, 1, tzinfo=UTC) if year == 1 else datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    assert str(year) in write(about(published=edge), zone=zone).text


def test_a_followup_in_japanese() -> None:
    mail = write(FOLLOWUP, replace(FOLLOWUP, id=18), language="ja")
    assert mail.subject == "続報が必要な記事 2件：Acme's own chip"
    for said in (
        "2026年1月28日 · 3日経過",
        "初報 Chip Wire、11月24日 18:00",
        "記事: 「Production",
        "（記事にない情報）",
    ):
        assert said in mail.text
    assert read(mail).get("lang") == "ja"


@pytest.mark.parametrize(
    ("hours", "said"), [(0, "open since today"), (13, "open 1 day"), (37, "open 2 days")]
)
def test_age_counts_days_of_the_editors_calendar(hours: int, said: str) -> None:
    # In New York it is 07:00: thirteen hours ago was yesterday.
    opened = replace(FOLLOWUP, opened_at=NOW - timedelta(hours=hours))
    assert said in write(opened, zone="America/New_York").text


def test_several_stories_and_reports_are_all_counted() -> None:
    coverage = Coverage("芯片晨讯", NOW - timedelta(hours=9), {"en": 1, "?": 1, "zh": 1})
    second = replace(
        STORY, id=2, reports=(replace(REPORT, item_id=4, title="Acme hires", kind="background"),)
    )
    mail = write(replace(FOLLOWUP, stories=(replace(STORY, coverage=coverage), second)))
    assert "first 芯片晨讯, 24 Nov 12:00 · 3 reports: ? 1, en 1, zh 1" in mail.text
    assert "RELATED: Acme hires" in mail.text
    assert [link.text for link in read(mail).iter("a")] == [
        "1. Acme's own chip",
        "Acme moves production",
        "Acme hires",
    ]


def test_what_is_not_known_is_left_out() -> None:
    bare = about(published=None)
    bare = replace(bare, stories=(replace(STORY, reports=(replace(REPORT, evidence={}),)),))
    mail = write(bare, blog="")
    assert "undated" in mail.text
    assert "your blog" in mail.text
    for label in ("Why:", "Post:", "News:", "New:"):
        assert label not in mail.text
    assert "“" not in mail.html


@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_followups_are_said_too(language: Language) -> None:
    mail = write(language=language)
    assert mail.subject == phrases()[language]["subject_none"].format(sources=0)
    assert phrases()[language]["none"] in mail.text
    assert phrases()[language]["none"] in read(mail).text_content()


def test_the_subject_is_cut() -> None:
    subject = write(about(title="長" * 200)).subject
    assert subject == f"1 post needs a follow-up: {'長' * 59}…"


def test_the_same_content_has_the_same_message_id() -> None:
    assert write(FOLLOWUP) == write(FOLLOWUP)
    ids = {
        write(FOLLOWUP).message_id,
        write(FOLLOWUP, language="ja").message_id,
        write(replace(FOLLOWUP, id=18)).message_id,
        write(FOLLOWUP, now=NOW + timedelta(days=1)).message_id,
    }
    assert len(ids) == 4
    assert all(re.fullmatch(r"<[0-9a-f]{32}@blog\.example>", message_id) for message_id in ids)


def test_markup_of_a_stranger_is_text() -> None:
    mail = write(titled('<script>alert(1)</script><img src=x onerror="a()"> & \'q\' "q" </a>'))
    page = read(mail)
    assert not list(page.iter("script", "img"))
    assert "<script>alert(1)</script>" in page.text_content()
    assert "&lt;script&gt;alert(1)" in mail.html


def test_an_address_cannot_leave_its_attribute() -> None:
    url = 'https://news.example/"onmouseover="alert(1)\'><script>'
    page = read(write(about(url=url)))
    link = next(page.iter("a"))
    assert link.get("href") == url
    assert set(link.keys()) == {"class", "href", "style"}


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "/2026/acme.html"])
def test_only_web_addresses_become_links(url: str) -> None:
    for followup in (
        about(url=url),
        replace(FOLLOWUP, stories=(replace(STORY, reports=(replace(REPORT, url=url),)),)),
    ):
        assert url not in [link.get("href") for link in read(write(followup)).iter("a")]


def test_an_address_cannot_add_lines() -> None:
    mail = write(about(url="https://blog.example/\n\n2. Another post\x1b[31m"))
    assert "\n\n2. Another post" not in mail.text
    assert "\x1b" not in mail.text


@pytest.mark.parametrize(
    ("language", "said"), [("en", "They share no name"), ("ja", "共通する名称はありません")]
)
def test_posts_that_share_no_name_with_the_news_are_given_a_reason_too(language: Language, said: str) -> None:
    report = replace(REPORT, evidence=EVIDENCE | {"names": [], "title_names": []})
    mail = write(replace(FOLLOWUP, stories=(replace(STORY, reports=(report,)),)), language=language)
    assert said in mail.text
    assert said in mail.html
    assert said not in write(FOLLOWUP, language=language).text


def test_what_is_new_cannot_add_lines() -> None:
    evidence = EVIDENCE | {"new_names": ["a\nb\x1b[31m"], "names": ["c\nd"]}
    report = replace(REPORT, evidence=evidence)
    coverage = Coverage("a\nb", NOW, {"e\nn": 2})
    mail = write(replace(FOLLOWUP, stories=(replace(STORY, reports=(report,), coverage=coverage),)))
    assert not set(controls(mail.text)) - {"\n"}
    assert "a\nb" not in mail.text


def controls(text: str) -> Iterator[str]:
    return (char for char in text if not char.isprintable())


@settings(deadline=None)
@given(
    st.text(st.characters(exclude_categories=[])).map(lambda text: HOSTILE + text),
    st.sampled_from(get_args(Language)),
)
def test_no_title_breaks_the_mail(title: str, language: Language) -> None:
    clean = titled(title)
    report = replace(
        clean.stories[0].best, evidence={**EVIDENCE, "post_passage": title, "news_passage": title}
    )
    followup = replace(clean, stories=(replace(STORY, reports=(report,)),))
    mail, plain = write(followup, language=language), write(FOLLOWUP, language=language)
    assert not list(controls(mail.subject))
    assert set(controls(mail.text)) == {"\n"}
    assert mail.text.count("\n") == plain.text.count("\n")
    assert tags(mail) == tags(plain)


def tags(mail: Mail) -> list[tuple[str, Mapping[str, str]]]:
    return [(tag.tag, dict(tag.attrib)) for tag in read(mail).iter(etree.Element)]


def test_three_stories_are_shown_in_full_and_the_rest_counted() -> None:
    mail = write(replace(FOLLOWUP, stories=tuple(replace(STORY, id=n) for n in range(5))))
    assert mail.text.count("EXTENDS: ") == 3
    assert "and 2 stories more" in mail.text


def test_what_waits_for_the_next_digest_is_said() -> None:
    said = "7 follow-ups more wait"
    mail = write(FOLLOWUP, more=7)
    assert said in mail.text
    assert said in mail.html
    assert said not in write(FOLLOWUP).text


def test_a_post_without_an_address_is_named_by_its_file() -> None:
    mail = write(about(url="/2026/01/21/acme.html"))
    assert "2026-01-21-acme.md" in mail.text


def test_near_copies_are_named_the_newest_first_and_no_more_than_five() -> None:
    others = [replace(POST, id=n, title=f"Copy {n}", url=f"https://blog.example/{n}") for n in range(2, 9)]
    mail = write(replace(FOLLOWUP, posts=(POST, *others)))
    assert "7 posts say nearly the same, newest first:" in mail.text
    assert "   - Copy 2\n     https://blog.example/2\n" in mail.text
    assert "Copy 6" in mail.text
    assert "Copy 7" not in mail.text
    assert "https://blog.example/2" in [link.get("href") for link in read(mail).iter("a")]
    assert (
        "ほぼ同じ内容の記事が1件あります" in write(replace(FOLLOWUP, posts=(POST, POST)), language="ja").text
    )
    assert "same" not in write(FOLLOWUP).text


def test_a_plan_that_is_due_needs_no_story() -> None:
    plan = DuePlan(1, "量産は2026年後半の予定です。\x1b[2J", date(2026, 12, 31), NOW, False)
    due = replace(FOLLOWUP, stories=(), plans=(plan,))
    assert "PLAN DUE: The time that this plan names passed on 31 Dec 2026." in write(due).text
    japanese = write(due, language="ja")
    assert "この予定の期日は2026年12月31日に過ぎました。" in japanese.text
    assert "記事: 「量産は2026年後半の予定です。" in japanese.text
    assert "\x1b" not in japanese.text + japanese.html


def test_what_replaces_what_is_told_once() -> None:
    evidence = EVIDENCE | {"changes": ["GPT-5 → GPT-5.4"], "new_names": ["GPT-5.4", "Initech"]}
    story = replace(STORY, reports=(replace(REPORT, kind="supersedes", evidence=evidence),))
    text = write(replace(FOLLOWUP, stories=(story,))).text
    assert "SUPERSEDES: Acme moves production" in text
    assert "New: GPT-5 → GPT-5.4 · 2027, Initech (not in the post)" in text


def test_a_story_has_the_gravest_kind_of_its_reports() -> None:
    other = replace(REPORT, item_id=2, score=0.5, kind="contradicts")
    related = replace(REPORT, item_id=3, kind="supersedes", followup=False)
    assert replace(STORY, reports=(REPORT, related)).kind == "extends"
    assert replace(STORY, reports=(REPORT, other, related)).kind == "contradicts"


def test_a_plan_that_many_posts_word_alike_is_told_once() -> None:
    day = date(2026, 12, 31)
    plans = [DuePlan(post, "量産は2026年後半の予定です。", day, NOW, False) for post in range(50)]
    other = DuePlan(9, "量産は2026年末です。", day, NOW, False)
    due = replace(FOLLOWUP, stories=(), plans=(*plans, other))
    assert due.plans_told == (plans[0], other)
    for text in (write(due).text, write(due).html):
        assert (text.count("量産は2026年後半の予定です。"), text.count("量産は2026年末です。")) == (1, 1)


def test_plans_that_are_not_shown_are_counted() -> None:
    plans = tuple(
        DuePlan(1, f"{year}年に量産の予定です。", date(year, 12, 31), NOW, False)
        for year in range(2020, 2025)
    )
    text = write(replace(FOLLOWUP, stories=(), plans=plans)).text
    assert text.count("量産の予定です。") == 3
    assert "and 2 plans more: chipwatch followups show tells all" in text
    assert "more" not in write(replace(FOLLOWUP, stories=(), plans=plans[:3])).text


def test_a_story_that_came_back_says_when_it_was_settled() -> None:
    back = replace(FOLLOWUP, stories=(replace(STORY, settled_at=NOW - timedelta(days=3)),))
    assert "you settled it on 21 Nov 2026; this is new since" in write(back).text
    assert "2026年11月21日に対応済み、その後の新しい報道" in write(back, language="ja").html
    assert "settled" not in write(FOLLOWUP).text


DAYS = tuple(Day(NOW.date() - timedelta(days=13 - n), 100 + n, n % 3) for n in range(14))
IDEA = Idea(
    5, "Initech opens a fab", "https://news.example/5", "en", ("Initech",), 2, Coverage("A", NOW, {"en": 2})
)
TROUBLE = Trouble(3, "Chip Wire", "https://news.example/feed", "silent", "nothing new for 9 days")


def test_stories_without_a_post_come_after_the_followups_and_sources_in_trouble_last() -> None:
    for said in (full := write(FOLLOWUP, ideas=(IDEA,), troubles=(TROUBLE,), still=2)).text, full.html:
        places = [
            said.index(text)
            for text in (
                "Acme&#39;s own chip" if "<html" in said else "Acme's own chip",
                "Stories without a post",
                "Initech opens a fab",
                "2 reports: en 2",
                "On Initech. No post treats it.",
                "Sources that need a look",
                "nothing new for 9 days",
                "2 sources more are in trouble",
            )
        ]
        assert places[1:] == sorted(places[1:])


def test_the_subject_tells_what_there_is() -> None:
    assert write(ideas=(IDEA,)).subject == "A story without a post: Initech opens a fab"
    assert write(ideas=(IDEA, IDEA), language="ja").subject == "記事のない話題 2件：Initech opens a fab"
    assert write(troubles=(TROUBLE,)).subject == "A source needs a look; nothing new for your posts"
    assert write(watch=Watch(90, 4, 2)).subject == "Nothing new for your posts; 96 sources watched"


def test_the_watch_is_proved() -> None:
    mail = write(watch=Watch(90, 4, 2, 412))
    said = "Sources watched: 90 well, 4 silent, 2 in trouble. New items since the last digest: 412."
    assert said in mail.text
    assert said in mail.html


def test_a_followup_that_was_told_before_says_so() -> None:
    again = replace(FOLLOWUP, told_at=NOW - timedelta(days=2))
    assert "open 3 days · in the digest of 22 Nov 2026; this is new since" in write(again).text
    assert "2026年11月22日のダイジェストに掲載済み、その後の新しい情報" in write(again, language="ja").html
    assert "this is new since" not in write(FOLLOWUP).text


@pytest.mark.parametrize("status", ["open", "snoozed"])  # as mailed, and as previewed before it wakes
def test_a_followup_that_was_snoozed_says_why_it_is_back(status: str) -> None:
    until = NOW - timedelta(hours=1)
    told = NOW - timedelta(days=2) if status == "snoozed" else None
    back = replace(FOLLOWUP, status=status, snoozed_until=until, told_at=told)
    assert "open 3 days · back again: you had snoozed it until 24 Nov 2026\n" in write(back).text
    assert "2026年11月24日まで保留にしていたもの" in write(back, language="ja").html
    later = replace(back, told_at=NOW)
    assert "in the digest of 24 Nov 2026; this is new since" in write(later).text


def test_the_chart_has_words_for_those_who_do_not_see_it() -> None:
    mail = write(FOLLOWUP, days=DAYS)
    said = "The last 14 days: 13 follow-ups opened, 1491 items of news"
    (image,) = read(mail).iter("img")
    assert (image.get("src"), image.get("alt")) == ("cid:chart", said)
    assert f"{said}\n▁▅█▁▅█▁▅█▁▅█▁▅" in mail.text
    assert mail.chart is not None
    assert mail.chart.startswith(b"\x89PNG")
    assert len(mail.chart) < 5_000


def test_names_are_said_as_the_reader_says_them() -> None:
    evidence = EVIDENCE | {
        "names": ["Data center", "NVIDIA", "GPU"],
        "title_names": ["US chip export controls"],
    }
    report = replace(REPORT, evidence=evidence | {"new_names": ["Jensen Huang", "ZX450"], "new_figures": []})
    followup = replace(FOLLOWUP, stories=(replace(STORY, reports=(report,)),))
    japanese = write(followup, language="ja").text
    assert (
        "記事もニュースも 輸出規制 についてのものです。 どちらも データセンター、NVIDIA、GPU に触れています。"
        in japanese
    )
    assert "新情報: ジェンスン・フアン、ZX450（記事にない情報）" in japanese
    assert (
        "both about US chip export controls. Both mention Data center, NVIDIA, GPU." in write(followup).text
    )


def test_no_digest_is_so_long_that_gmail_cuts_it() -> None:
    passage = "量産は2027年の第1四半期に始まると、計画に詳しい関係者が明らかにした。" * 5  # 175 characters
    report = replace(REPORT, title="「量産を2027年へ延期」" * 6, url="https://news.example/" + "a" * 150)
    report = replace(report, evidence=EVIDENCE | {"post_passage": passage, "news_passage": passage})
    story = replace(STORY, reports=(report,))
    full = replace(
        about(title="ByteDanceの自社AIチップとTSMC：量産の時期と規模" * 2), stories=(story,) * SHOWN
    )
    many = write(*(full,) * (STORIES // SHOWN), ideas=(IDEA,) * 5, troubles=(TROUBLE,) * 10, days=DAYS)
    single = replace(full, stories=(story,))
    usual = write(*(single,) * MOST, ideas=(IDEA,) * 5, troubles=(TROUBLE,) * 10, days=DAYS, language="ja")
    assert max(len(mail.html.encode()) for mail in (many, usual)) < 102_000


def test_without_a_day_to_show_there_is_no_chart() -> None:
    mail = write(FOLLOWUP)
    assert mail.chart is None
    assert "<img" not in mail.html
    assert "The last" not in mail.text


def test_a_chat_is_told_in_short() -> None:
    many = tuple(replace(FOLLOWUP, id=n) for n in range(1, 15))
    mail = tell(Contents(followups=many, more=3, ideas=(IDEA,), troubles=(TROUBLE,)), kind="chat")
    assert mail.html == ""
    assert mail.chart is None
    assert mail.text.count("EXTENDS: Acme moves production") == 10
    assert "7 follow-ups more: chipwatch followups" in mail.text
    assert "- Initech opens a fab\n  https://news.example/5" in mail.text
    assert "- Chip Wire: silent" in mail.text
    assert len(mail.text) < 3_000


def test_the_same_is_told_as_data() -> None:
    data = write(FOLLOWUP, ideas=(IDEA,), troubles=(TROUBLE,), days=DAYS, watch=Watch(1)).data
    assert (data["subject"], data["made_at"]) == (
        "1 post needs a follow-up: Acme's own chip",
        "2026-11-24T12:00:00+00:00",
    )
    assert [followup["id"] for followup in data["followups"]] == [17]
    assert data["ideas"][0]["names"] == ["Initech"]
    assert data["troubles"][0]["condition"] == "silent"
    assert data["days"][-1] == {"day": "2026-11-24", "items": 113, "followups": 1}


@given(st.text(st.characters(exclude_categories=[])).map(lambda text: HOSTILE + text))
def test_no_title_of_an_idea_and_no_name_of_a_source_breaks_the_mail(title: str) -> None:
    idea, trouble = replace(IDEA, title=title, names=(title,)), replace(TROUBLE, name=title, why=title)
    mail = write(ideas=(idea,), troubles=(trouble,))
    plain = write(ideas=(IDEA,), troubles=(TROUBLE,))
    assert not list(controls(mail.subject))
    assert set(controls(mail.text)) == {"\n"}
    assert mail.text.count("\n") == plain.text.count("\n")
    assert tags(mail) == tags(plain)


@pytest.mark.parametrize(
    ("condition", "facts", "said"),
    [
        (
            "silent",
            {"silence": timedelta(days=9), "usual": timedelta(hours=5)},
            "9日の間、更新がありません（通常は5時間に1回）",
        ),
        ("silent", {"silence": timedelta(hours=40), "usual": timedelta(seconds=9)}, "通常は1分に1回"),
        ("silent", {}, "nothing new for 9 days"),
        ("shrinking", {"entries": 2, "usual": 30}, "記事が2件しかありません（通常は30件）"),
        ("dead", {"since": NOW, "error": "HTTP 404 Not Found"}, "2026年11月24日から見つかりません：HTTP 404"),
        ("failing", {"times": 9, "error": "no feed"}, "9回続けて失敗：no feed"),
        ("moved", {"address": "https://new.example/?token=s3cret"}, "https://new.example/?token=*** に移転"),
        ("retired", {"error": "HTTP 410 Gone"}, "nothing new for 9 days"),
    ],
)
def test_what_is_wrong_with_a_source_is_said_in_the_readers_language(
    condition: str, facts: dict[str, object], said: str
) -> None:
    trouble = replace(TROUBLE, condition=condition, facts=facts)
    assert said in write(troubles=(trouble,), language="ja").text
    assert TROUBLE.why in write(troubles=(trouble,)).text
