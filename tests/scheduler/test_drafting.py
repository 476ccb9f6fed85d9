"""A drafted section: what it says, and that nothing a stranger wrote does anything in it."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from scheduler.drafting.markdown import text
from scheduler.drafting.section import MAX_SOURCES, write_section
from storage.errors import plain_line
from storage.followups.followup import Coverage, DuePlan, Followup, Report, Story
from storage.posts.shown import ShownPost
from tests.conftest import NOW
from tests.scheduler.conftest import HOSTILE

TOKYO = ZoneInfo("Asia/Tokyo")
RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
SNIPPETS = (
    *("{{ site.secret }}", "{% include x %}", "{: .cta }", "<script>alert(1)</script>", "<b>", "&lt;i&gt;"),
    *("[a](javascript:alert(1))", "![x](http://evil.example/x.png)", "[b]: http://evil.example", "](", "`"),
    *("| a | b |", "\n\n# heading", "\r\n- item", "\n---END---\n", "~~gone~~", "**b**", "_i_", "\\", "$$x$$"),
    *(
        "http://evil.example/",
        "www.evil.example",
        "a@evil.example",
        "<http://evil.example>",
        "\u202egnp",
        "#",
    ),
    *("\x1b[31m", "&copy;", "\u2028", "{", "}", "]]", "*[x]: y", "[^1]", "{#id}"),
)
STRANGE = st.lists(st.one_of(st.sampled_from(SNIPPETS), st.text(max_size=8)), max_size=6).map("".join)
ADDRESS = st.one_of(
    st.sampled_from(
        [
            "javascript:alert(1)",
            "data:text/html,<script>",
            "https://news.example/a_(b)?c=1&copy;=2&d={{x}}",
            "https://news.example/a) [b](javascript:x",
            "http://news.example/<script>|`\\",
            "https://news.example/日本語 の記事",
            " https://news.example/\n\nx",
            "java\nscript:alert(1)//https://x",
        ]
    ),
    STRANGE.map(lambda said: f"https://news.example/{said}"),
)


def report(title: str = "Acme moves", url: str = "https://news.example/1", **more: Any) -> Report:
    evidence = {
        "post_passage": "2026年後半の予定です",
        "news_passage": "It is now 2027.",
        "changes": ["2026年後半 → 2027"],
        "new_figures": ["2027", "$5 billion"],
        "new_names": ["TSMC N3"],
    }
    values = {
        "item_id": 1,
        "title": title,
        "url": url,
        "source": "Chip Wire",
        "language": "en",
        "when": NOW,
        "known_since": NOW,
        "score": 0.9,
        "followup": True,
        "kind": "contradicts",
        "evidence": evidence,
    }
    return Report(**{**values, **more})


def followup(*stories: tuple[Report, ...], plans: tuple[DuePlan, ...] = ()) -> Followup:
    made = tuple(
        Story(number, NOW, False, reports, Coverage("Chip Wire", NOW, {"en": len(reports)}))
        for number, reports in enumerate(stories, 1)
    )
    post = ShownPost(1, "2026-01-01-a.md", "A post", "https://blog.example/a", NOW)
    return Followup(1, "open", NOW, None, None, None, None, (post,), made, plans)


def draft(made: Followup, language: str = "ja") -> str:
    return write_section(made, language=language, zone=TOKYO, now=NOW + timedelta(hours=4))


def tokens(markdown: str) -> Iterator[Token]:
    for token in RENDERER.parse(markdown):
        yield token
        yield from token.children or ()


def test_a_section_says_what_is_new_what_it_concerns_and_by_whom() -> None:
    plan = DuePlan(1, "量産は2026年9月の予定です", date(2026, 9, 30), NOW, False)
    assert draft(followup((report(), report("Acme verschiebt", "https://b.example/2")), plans=(plan,))) == (
        "## 続報（2026年11月25日）\n\n"
        "### 内容に変更がありました：Acme moves\n\n"
        "- 本記事の記述：「2026年後半の予定です」\n"
        "- 報道の内容：「It is now 2027.」\n"
        "- 新しい点：2026年後半 → 2027、\\$5 billion、TSMC N3\n\n"
        "出典：\n\n"
        "- [Acme moves](https://news.example/1)（Chip Wire、2026年11月24日）\n"
        "- [Acme verschiebt](https://b.example/2)（Chip Wire、2026年11月24日）\n\n"
        "### 期日を過ぎた予定\n\n"
        "- 本記事の記述：「量産は2026年9月の予定です」（期日：2026年9月30日）\n"
    )


@pytest.mark.parametrize(
    ("language", "heading"),
    [("ja", "続報"), ("ja-JP", "続報"), ("en", "Update"), ("zh", "Update"), ("", "Update")],
)
def test_it_is_in_the_language_of_the_blog_or_else_in_english(language: str, heading: str) -> None:
    assert draft(followup((report(),)), language).startswith(f"## {heading}")


def test_stories_stand_in_the_order_given_and_plans_alone_are_a_section_too() -> None:
    said = draft(followup((report("Newer"),), (report("Older"),)), "en")
    assert said.index("Newer") < said.index("Older")
    plan = DuePlan(1, "Launches in Q3 2026", date(2026, 9, 30), NOW, False)
    assert draft(followup(plans=(plan,)), "en") == (
        "## Update, 25 Nov 2026\n\n### Plans whose time has passed\n\n"
        "- This post says: “Launches in Q3 2026” (the time passed on 30 Sep 2026)\n"
    )


def test_each_distinct_report_is_a_source_and_no_more_than_a_few() -> None:
    twice = (report("Same"), report("Same", "https://news.example/2"), report("Other", source="Wire"))
    assert draft(followup(twice)).count("](https://") == 2
    many = tuple(report(f"News {n}", f"https://news.example/{n}") for n in range(MAX_SOURCES + 4))
    said = draft(followup(many))
    assert said.count("](https://") == MAX_SOURCES
    assert f"News {MAX_SOURCES - 1}]" in said


def test_an_address_that_is_not_of_the_web_is_no_link() -> None:
    said = draft(followup((report(url="javascript:alert(1)"),)))
    assert "javascript" not in said
    assert "- Acme moves（Chip Wire" in said


def test_both_languages_have_every_phrase() -> None:
    phrases = tomllib.loads(files("scheduler.drafting").joinpath("phrases.toml").read_text("utf-8"))
    fields = {
        language: {key: sorted(re.findall(r"\{\w+\}", said)) for key, said in words.items()}
        for language, words in phrases.items()
    }
    assert fields["en"] == fields["ja"]


@given(said=STRANGE, url=ADDRESS)
def test_nothing_a_stranger_wrote_does_anything(said: str, url: str) -> None:
    evidence = {
        **dict.fromkeys(("post_passage", "news_passage"), f"{said} x"),
        **{key: [said] for key in ("changes", "new_figures", "new_names")},
    }
    plan = DuePlan(1, said, date(2026, 9, 30), NOW, False)
    markdown = draft(
        followup((report(said, url, source=said, evidence=evidence),), plans=(plan,)),
        "en",
    )
    assert not re.search(r"\{[{%:#]|\|", markdown)  # Liquid, attributes and tables of kramdown
    found = list(tokens(markdown))
    kinds = {token.type for token in found}
    assert not kinds & {"html_inline", "html_block", "image", "code_inline", "fence", "table_open", "hr"}
    assert not kinds & {"em_open", "strong_open", "s_open", "blockquote_open", "hardbreak", "softbreak"}
    assert sum(token.type == "heading_open" for token in found) == 3
    assert sum(token.type == "list_item_open" for token in found) == 5
    links = [str(token.attrs["href"]) for token in found if token.type == "link_open"]
    assert len(links) <= 1
    assert all(re.match(r" *https?://news\.example/", link) for link in links)


@given(said=STRANGE)
def test_what_a_stranger_wrote_is_read_as_it_was(said: str) -> None:
    (inline,) = [t for t in RENDERER.parse(f"it says {text(said, 1000)}") if t.type == "inline"]
    assert "".join(t.content for t in inline.children or ()) == f"it says {plain_line(said)}".strip()


def test_a_long_text_is_cut_before_it_is_made_harmless() -> None:
    assert text("[" * 50, 10) == "\\[" * 9 + "…"
    assert text(HOSTILE, 20).startswith("&#60;script&#62;alert(1")
