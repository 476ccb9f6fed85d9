"""`chipwatch init`: a folder to start from, with real sources in the languages that were asked for."""

import re
import tomllib
from collections import Counter

import pytest

from crawler.catalogue import catalogue
from crawler.sources import Source
from scheduler.commands.init import LANGUAGES
from scheduler.settings import Settings, load_settings
from tests.scheduler.conftest import Folder


def made(folder: Folder, *options: str) -> Settings:
    ran = folder.run("init", "watch", *options)
    assert (ran.code, ran.err) == (0, "")
    return load_settings(folder.path / "watch" / "chipwatch.toml")


def test_it_offers_enough_to_start_from_in_every_language() -> None:
    offers = catalogue()
    assert len(offers) >= 40
    for language in ("en", "ja", "zh", "ko"):
        mine = [offer for offer in offers if offer.language == language]
        assert len(mine) >= 5
        assert {offer.origin for offer in mine} == {"trade press", "maker", "exchange", "regulator"}
    assert {offer.kind for offer in offers} >= {"feed", "listing"}


def test_every_offer_is_a_source_of_its_own_and_says_where_it_was_seen() -> None:
    offers = catalogue()
    for offer in offers:
        made = Source(name=offer.name, url=offer.url, kind=offer.kind, language=offer.language)
        assert made.name == " ".join(made.name.split())
        assert made.name.isprintable()
        assert made.url == offer.url
        assert offer.url.isascii()
        assert offer.seen.strip()
    for values in ([offer.name for offer in offers], [bare(offer.url) for offer in offers]):
        assert [value for value, count in Counter(values).items() if count > 1] == []


def bare(url: str) -> str:
    """An address without what makes no difference to what it gives."""
    return re.sub(r"^https?://(?:www\.)?", "", url).rstrip("/")


def test_offers_stand_by_language_and_origin() -> None:
    groups = [(offer.language, offer.origin) for offer in catalogue()]
    runs = [group for group, before in zip(groups, [None, *groups], strict=False) if group != before]
    assert len(runs) == len(set(runs))


def test_without_options_all_are_offered(folder: Folder) -> None:
    read = made(folder)
    assert [(s.name, s.url, s.kind, s.language) for s in read.sources] == [
        (offer.name, offer.url, offer.kind, offer.language) for offer in catalogue()
    ]
    assert (folder.path / "watch" / "chipwatch.db").is_file()


def test_it_says_how_many_it_offers_and_how_to_try_them(folder: Folder) -> None:
    ran = folder.run("init", "watch")
    first, offered, following = ran.out.splitlines()
    assert first == "made watch/chipwatch.toml"
    assert offered == (
        f"it offers {len(catalogue())} sources in en, ja, ko, zh; "
        "addresses change, so see which still answer: chipwatch sources check"
    )
    assert following == "next: edit it, then `chipwatch posts import` and `chipwatch crawl` in that folder"


@pytest.mark.parametrize("languages", [("ja",), ("ko", "ja"), LANGUAGES])
def test_only_the_languages_asked_for_are_offered(folder: Folder, languages: tuple[str, ...]) -> None:
    read = made(folder, *(word for language in languages for word in ("--language", language)))
    assert {source.language for source in read.sources} == set(languages)
    assert len(read.sources) == sum(offer.language in languages for offer in catalogue())


def test_none_are_offered_if_none_are_wanted(folder: Folder) -> None:
    ran = folder.run("init", "watch", "--no-sources", "--language", "ja")
    assert ran.code == 0
    assert "offers" not in ran.out
    assert load_settings(folder.path / "watch" / "chipwatch.toml").sources == ()


def test_a_language_that_there_is_nothing_in_is_a_mistake(folder: Folder) -> None:
    ran = folder.run("init", "watch", "--language", "fr")
    assert ran.code == 2
    assert "'fr' is not one of 'en', 'ja', 'zh', 'ko'" in ran.err
    assert not (folder.path / "watch").exists()


def test_each_group_has_a_heading_and_each_source_a_block(folder: Folder) -> None:
    made(folder)
    text = (folder.path / "watch" / "chipwatch.toml").read_text(encoding="utf-8")
    headings = re.findall(r"^# (en|ja|zh|ko): (.+)$", text, re.MULTILINE)
    assert sorted(set(headings)) == sorted(headings)
    assert len(headings) == 16
    assert len(re.findall(r"^\[\[sources\]\]$", text, re.MULTILINE)) == len(catalogue())
    assert len(tomllib.loads(text)["sources"]) == len(catalogue())


def test_a_folder_that_has_settings_is_left_alone(folder: Folder) -> None:
    made(folder, "--no-sources")
    file = folder.path / "watch" / "chipwatch.toml"
    file.write_text("# mine\n")
    ran = folder.run("init", "watch")
    assert ran.code == 2
    assert ran.err == ("chipwatch: watch/chipwatch.toml is there already; edit it, or give another folder\n")
    assert file.read_text() == "# mine\n"
