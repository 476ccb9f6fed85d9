"""Same titles, and years that are not the post's."""

import pytest

from storage.posts.checking.titles import find_same_titles, find_year, title_key
from tests.storage.posts.checking.conftest import written


@pytest.mark.parametrize(
    ("title", "date"),
    [
        ("2026年GoogleのAI戦略の全貌", "2025-11-03"),
        ("「2026年」AIチップの今", "2025-11-03"),
        ("2024: what chips can do", "2025-11-03"),
        ("2025年までに2440億ドル規模の市場を制するのは？", "2026-03-13"),
        ("EU AI法、どう変わる？2025年市場予測", "2026-02-17"),
        ("AI agents will be everywhere by 2025", "2026-03-13"),
    ],
)
def test_a_year_that_is_not_the_posts_is_told(title: str, date: str) -> None:
    (found,) = find_year(written("A text of its own.\n", title=title, date=date))
    assert (found.kind, found.line) == ("year", 2)
    assert title in found.said


@pytest.mark.parametrize(
    ("title", "date"),
    [
        ("2025年GoogleのAI戦略", "2025-11-03"),
        ("AI市場は2030年までに124兆円規模へ", "2026-03-31"),
        ("2024年の振り返り", "2024-12-28"),
        ("AI配車最適化｜2024年問題への対応策", "2026-04-12"),
        ("「Copilot 2025」製造業ROI50%向上", "2026-01-13"),
        ("RTX 2080を今使う", "2026-01-13"),
        ("COMPUTEX 2025のまとめ", "2026-01-13"),
        ("2080 Ti reviewed", "2026-01-13"),
        ("2000億パラメータのモデル", "2026-01-13"),
        ("2025〜2026年のAIチップ", "2026-01-13"),
    ],
)
def test_a_year_that_may_stand_there_is_left_alone(title: str, date: str) -> None:
    assert list(find_year(written(title=title, date=date))) == []


def test_a_title_that_looks_back_or_ahead_to_what_its_text_is_about_is_left_alone() -> None:
    for title, date in (("2024年の振り返り", "2025-01-04"), ("2026年のAI予測", "2025-12-20")):
        year = title[:4]
        assert list(find_year(written(f"{year}年は大きな年です。\n", title=title, date=date))) == []
        link = f"[記事](/{year}/01/01/a/)"
        assert len(list(find_year(written(f"関連：{link}\n", title=title, date=date)))) == 1


def test_a_post_without_a_date_has_no_year() -> None:
    assert list(find_year(written(title="2026年のAI", date="soon"))) == []


def test_the_same_title_is_told_once_whatever_its_width() -> None:
    posts = [
        written(title=title, name=f"{number}.md").post
        for number, title in enumerate(["ＡＩ チップ", "Other", "AIチップ", "ai　チップ"])
    ]
    (found,) = find_same_titles(posts)
    assert (found.file, found.others) == ("0.md", ("2.md", "3.md"))
    assert found.said == "3 posts are called ＡＩ チップ"
    assert title_key("Ａ b") == title_key("aB")
