"""The settings of crawling and keeping: what is right, what is not, and what the crawler is told of them."""

from datetime import timedelta
from pathlib import Path

import pytest

from crawler.rhythm import Bounds
from scheduler.settings import load_settings, parse_settings
from storage.errors import SettingsError
from tests.scheduler.conftest import source
from tests.scheduler.test_settings import load, mistake


def test_without_a_word_the_crawler_is_told_what_suits_most(tmp_path: Path) -> None:
    told = load(tmp_path, "").crawling
    assert told.bounds == Bounds(timedelta(minutes=10), timedelta(hours=12), adapt=True)
    assert told.backlog == timedelta(days=7)
    assert (told.articles, told.fetching.concurrency, told.fetching.timeout) == (50, 64, 20.0)
    assert told.fetching.delay is None
    assert load(tmp_path, "").storage.keep == timedelta(days=365)


def test_every_key_reaches_the_crawler(tmp_path: Path) -> None:
    read = load(
        tmp_path,
        '[crawl]\ncontact = "a@b.c"\nallow_private = ["10.0.0.0/8"]\ntimeout = "5s"\nconcurrency = 7\n'
        'delay = "3s"\narticles = 8\nadapt = false\nshortest = "1m"\nlongest = "1d"\nbacklog = "2d"\n'
        '[storage]\nkeep = "30d"\n',
    )
    told, fetching = read.crawling, read.crawling.fetching
    assert told.bounds == Bounds(timedelta(minutes=1), timedelta(days=1), adapt=False)
    assert (told.backlog, told.articles) == (timedelta(days=2), 8)
    assert (fetching.contact, fetching.allow_private) == ("a@b.c", ("10.0.0.0/8",))
    assert (fetching.timeout, fetching.concurrency, fetching.delay) == (5.0, 7, 3.0)
    assert read.storage.keep == timedelta(days=30)


@pytest.mark.parametrize("none", ["0s", "0"])
def test_there_may_be_no_pause_between_fetches(tmp_path: Path, none: str) -> None:
    assert load(tmp_path, f'[crawl]\ndelay = "{none}"').crawling.fetching.delay == 0.0


@pytest.mark.parametrize("same", ["30m", "1800s"])
def test_the_two_bounds_may_be_one(tmp_path: Path, same: str) -> None:
    bounds = load(tmp_path, f'[crawl]\nshortest = "30m"\nlongest = "{same}"').crawling.bounds
    assert bounds.shortest == bounds.longest


@pytest.mark.parametrize(
    "text",
    [
        '[crawl]\nshortest = "2h"\nlongest = "1h"',
        '[crawl]\nshortest = "13h"',
        '[crawl]\nlongest = "9m"',
    ],
)
def test_bounds_the_wrong_way_round_are_named(tmp_path: Path, text: str) -> None:
    said = mistake(tmp_path, text)
    assert said.startswith("[crawl] ")
    assert said.endswith("shortest must not be longer than longest")


@pytest.mark.parametrize(
    ("text", "place", "right"),
    [
        ("[crawl]\ndelay = 1", "[crawl] delay", '"30m"'),
        ("[crawl]\ndelay = 0", "[crawl] delay", '"30m"'),
        ('[crawl]\ndelay = "-1s"', "[crawl] delay", '"30m"'),
        ('[crawl]\nadapt = "often"', "[crawl] adapt", "true or false"),
        ('[crawl]\nshortest = "0s"', "[crawl] shortest", '"30m"'),
        ('[crawl]\nlongest = "often"', "[crawl] longest", '"30m"'),
        ('[crawl]\nlongest = "2y"', "[crawl] longest", '"1d"'),
        ('[crawl]\nbacklog = "0s"', "[crawl] backlog", '"30m"'),
        ('[storage]\nkeep = "0d"', "[storage] keep", '"30m"'),
        ('[storage]\nkeep = "9999d"', "[storage] keep", "a year at most"),
        ("[storage]\nkeep = 365", "[storage] keep", '"1d"'),
        (source("A", "https://a.example/", language="fr"), "source 1 ('A'): language", "'en', 'ja', 'zh'"),
        (source("A", "https://a.example/", language=""), "source 1 ('A'): language", "'en', 'ja', 'zh'"),
        (source("A", "https://a.example/", every="1h"), "source 1 ('A'): every", "is not a setting"),
    ],
)
def test_a_wrong_value_is_named_with_its_place_and_what_is_right(
    tmp_path: Path, text: str, place: str, right: str
) -> None:
    said = mistake(tmp_path, text)
    assert said.startswith(place)
    assert right in said


@pytest.mark.parametrize("language", ["en", "ja", "zh", "ko"])
def test_a_source_may_say_its_language(tmp_path: Path, language: str) -> None:
    read = load(tmp_path, source("A", "https://a.example/", language=language))
    assert read.sources[0].language == language
    assert load(tmp_path, source("A", "https://a.example/")).sources[0].language is None


def test_a_text_that_is_not_written_yet_is_checked_like_a_file(tmp_path: Path) -> None:
    file = tmp_path / "chipwatch.toml"
    text = source("A", "https://a.example/") + '[blog]\npath = "posts"\n'
    read = parse_settings(text, file)
    assert not file.exists()
    file.write_text(text)
    assert read == load_settings(file)
    with pytest.raises(SettingsError, match=r"chipwatch\.toml is not TOML"):
        parse_settings("[crawl", file)
