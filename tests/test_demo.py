"""The demo: one command from a news site to a digest, with the follow-ups it is meant to show."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from demo.site import pages, read_news, sites
from tests.conftest import NOW

DEMO = Path(__file__).parent.parent / "demo"
# What news.toml makes stale; the other posts are there to be left alone.
STALE = {
    "2025-12-08-baidu-kunlun-roadmap.md",
    "2026-01-16-nvidia-h20-h200-china-exports.md",
    "2026-02-10-hbm4-sk-hynix-samsung-supply.md",
    "2026-03-16-bytedance-own-ai-chip-tsmc.md",
    "2026-05-07-eu-ai-act-timetable.md",
    "2026-05-21-amd-instinct-mi450-openai.md",
    "2026-06-18-samsung-foundry-2nm-yield.md",
    "2026-07-09-rapidus-2nm-pilot-line.md",
    "2026-09-14-bytedance-ai-chip-tsmc-plan.md",
}
SHARED = 1  # of them two say the same and are one follow-up


def posts() -> set[str]:
    return {file.name for file in (DEMO / "blog" / "_posts").iterdir()}


def test_the_news_is_well_formed() -> None:
    news = read_news()
    slugs = [article["slug"] for article in news["articles"]]
    assert len(slugs) == len(set(slugs))
    assert {article["site"] for article in news["articles"]} == {site["slug"] for site in news["sites"]}
    assert {site.kind for site in sites(news)} == {"feed", "listing", "sitemap"}
    assert {article["lang"] for article in news["articles"]} == {"en", "ja", "zh", "ko"}
    for article in news["articles"]:
        assert article["title"].strip()
        assert len(article["body"]) > 200
        assert 0 < article["hours_ago"] < 24 * 14
    made = pages(news, "http://127.0.0.1:1", NOW)
    assert len(made) == len(news["sites"]) + len(news["articles"])
    assert all(page.body for page in made.values())


def test_the_posts_are_well_formed_and_some_must_be_left_alone() -> None:
    assert posts() > STALE


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """The demo as a user runs it, on a copy, so that nothing is left in the project."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copytree(DEMO, folder / "demo", ignore=shutil.ignore_patterns("out", "__pycache__"))
    run = subprocess.run(
        [sys.executable, "-m", "demo"], cwd=folder, capture_output=True, text=True, check=False
    )
    return run, folder / "demo" / "out"


Ran = tuple[subprocess.CompletedProcess[str], Path]


def test_it_ends_well_and_prints_the_table_and_the_digests_path(ran: Ran) -> None:
    run, out = ran
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    assert re.search(r"^13 posts: 13 new, .* 0 not imported$", run.stdout, re.MULTILINE)
    assert re.search(r"^4 sources asked: 0 unchanged, 0 failed\. Items: 28 new", run.stdout, re.MULTILINE)
    table = run.stdout.partition("$ chipwatch followups\n")[2].splitlines()
    assert table[0].split() == ["id", "score", "age", "post", "news", "why"]
    assert sum("both titles are about" in line for line in table) == len(STALE) - SHARED
    assert run.stdout.rstrip().endswith(str(out / "digest.html"))


@pytest.fixture(scope="module")
def followups(ran: Ran) -> list[dict[str, Any]]:
    """The follow-ups, as a program reads them; plans that fall due one day are among them."""
    command = [sys.executable, "-m", "scheduler", "followups", "--json"]
    run = subprocess.run(command, cwd=ran[1], capture_output=True, text=True, check=True)  # noqa: S603
    return list(json.loads(run.stdout))


def test_the_posts_that_the_news_makes_stale_are_opened_and_no_other(
    followups: list[dict[str, Any]],
) -> None:
    by_news = [followup for followup in followups if followup["stories"]]
    named = [post["file"] for followup in by_news for post in (followup["post"], *followup["alike"])]
    assert sorted(named) == sorted(STALE)
    assert len(by_news) == len(STALE) - SHARED
    for followup in by_news:
        for report in followup["stories"][0]["reports"][:1]:
            assert report["evidence"]["reason"]
            assert report["evidence"]["post_passage"]
            assert report["evidence"]["news_passage"]


def test_the_digest_says_every_followup_with_its_reason(ran: Ran, followups: list[dict[str, Any]]) -> None:
    _, out = ran
    html, text = ((out / name).read_text(encoding="utf-8") for name in ("digest.html", "digest.txt"))
    assert len(re.findall(r"^\d+\. ", text, re.MULTILINE)) == len(followups)
    assert html.count("chipwatch followups done") == len(followups)
    assert text.count("理由: ") >= len(STALE) - SHARED
    ideas = text.partition("まだ記事のない話題")[2]
    assert "Cerebras、データセンター の話題です。扱った記事はありません。" in ideas
    assert re.search(r"報道2件：en 1、ja 1", ideas)
    assert "https://blog.example/" in html


def test_its_settings_are_those_of_a_user(ran: Ran) -> None:
    _, out = ran
    settings = tomllib.loads((out / "chipwatch.toml").read_text(encoding="utf-8"))
    assert settings["crawl"]["allow_private"] == ["127.0.0.0/8"]
    assert all(source["url"].startswith("http://127.0.0.1:") for source in settings["sources"])
