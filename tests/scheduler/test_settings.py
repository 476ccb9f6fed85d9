"""The settings file: what is accepted, where its paths lie, and how each mistake is named."""

from datetime import time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from scheduler.settings import PASSWORD_VARIABLE, Settings, find_settings, load_settings
from storage.errors import SettingsError

CONTRACT = """
[blog]
path = "posts"
base_url = "https://blog.example"
language = "ja"

[crawl]
contact = "editor@blog.example"
allow_private = []

[[sources]]
name = "Tom's Hardware"
url = "https://www.tomshardware.com/feeds/all"
kind = "feed"
interval = "30m"

[digest]
to = ["editor@blog.example"]
at = "07:30"
timezone = "Asia/Tokyo"
language = "ja"

[mail]
host = "smtp.blog.example"
port = 587
security = "starttls"
username = "chipwatch"
password_file = "mail.password"
from = "chipwatch@blog.example"

[storage]
url = "sqlite:///chipwatch.db"
"""
SOURCE = '[[sources]]\nname = "A"\nurl = "https://a.example/"\n'


def load(folder: Path, text: str | bytes) -> Settings:
    file = folder / "chipwatch.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_settings(file)


def mistake(folder: Path, text: str | bytes) -> str:
    """What is said of a settings file, without the file's name, which must come first."""
    with pytest.raises(SettingsError) as raised:
        load(folder, text)
    said = str(raised.value)
    assert said.startswith(str(folder / "chipwatch.toml"))
    assert "\n" not in said
    return said.removeprefix(str(folder / "chipwatch.toml")).removeprefix(": ")


def test_every_key_of_the_contract_is_accepted(tmp_path: Path) -> None:
    read = load(tmp_path, CONTRACT)
    assert read.sources[0].interval == timedelta(minutes=30)
    assert read.digest.at == time(7, 30)
    assert read.digest.timezone.key == "Asia/Tokyo"
    assert read.mail.sender == "chipwatch@blog.example"


def test_nothing_is_needed_beyond_a_source(tmp_path: Path) -> None:
    read = load(tmp_path, SOURCE)
    assert read.sources[0].kind == "feed"
    assert load(tmp_path, "").sources == ()
    assert load(tmp_path, '[blog]\nurl = "https://blog.example/feed.xml"').posts is None


def test_relative_paths_lie_beside_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "mail.password").write_text("secret\n")
    monkeypatch.chdir(elsewhere)
    read = load(tmp_path, CONTRACT)
    assert read.posts == tmp_path / "posts"
    assert read.database_url == f"sqlite:///{tmp_path}/chipwatch.db"
    assert read.password() == "secret"


@pytest.mark.parametrize(("name", "url"), [("a", "sqlite+pysqlite:///c.db"), ("what?", "sqlite:///c.db")])
def test_the_database_lies_beside_the_file_whatever_both_are_called(
    tmp_path: Path, name: str, url: str
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    read = load(folder, f'[storage]\nurl = "{url}"')
    assert make_url(read.database_url).database == str(folder / "c.db")


def test_absolute_paths_and_other_databases_stay_as_they_are(tmp_path: Path) -> None:
    url = "postgresql+psycopg://me@db.example/chipwatch"
    read = load(tmp_path, f'[blog]\npath = "/srv/blog"\n[storage]\nurl = "{url}"')
    assert (read.posts, read.database_url) == (Path("/srv/blog"), url)
    assert load(tmp_path, '[storage]\nurl = "sqlite:////srv/a.db"').database_url == "sqlite:////srv/a.db"


@pytest.mark.parametrize("key", ["password_file", "path"])
def test_a_home_folder_of_nobody_is_a_mistake(tmp_path: Path, key: str) -> None:
    section = "mail" if key == "password_file" else "blog"
    read = load(tmp_path, f'[{section}]\n{key} = "~no-such-user/x"')
    with pytest.raises(SettingsError):
        _ = read.password() if section == "mail" else read.posts


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[crawl]\ncontct = "x"', "[crawl] contct is not a setting; did you mean contact?"),
        ('[crwl]\nx = "x"', "[crwl] is not a setting; did you mean [crawl]?"),
        ('[crawl]\nhost = "x"', "[crawl] host is not a setting; did you mean [mail] host?"),
        ('[mail]\nto = ["a@b.c"]', "[mail] to is not a setting; did you mean [digest] to?"),
        (
            '[digest]\ninterval = "1h"',
            "[digest] interval is not a setting; did you mean [blog] interval?",
        ),
        (SOURCE + 'intervall = "1h"', "source 1 ('A'): intervall is not a setting; did you mean interval?"),
        (
            SOURCE + 'timeout = "1s"',
            "source 1 ('A'): timeout is not a setting; did you mean [crawl] timeout?",
        ),
        ('[mail]\nform = "a@b.c"', "[mail] form is not a setting; did you mean from?"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_one(tmp_path: Path, text: str, said: str) -> None:
    assert mistake(tmp_path, text) == said


def test_a_key_outside_of_its_section_is_named_with_it(tmp_path: Path) -> None:
    assert "[digest] to" in mistake(tmp_path, 'to = ["editor@blog.example"]')


@pytest.mark.parametrize("text", ['folder = "x"', "[folder]\nx = 1"])
def test_folder_is_no_setting(tmp_path: Path, text: str) -> None:
    assert "folder" in mistake(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "place", "right"),
    [
        ('[digest]\nat = "7:30"', "[digest] at", '"07:30"'),
        ('[digest]\nat = "07:30+09:00"', "[digest] at", '"07:30"'),
        ("[digest]\nat = 730", "[digest] at", '"07:30"'),
        ('[digest]\ntimezone = ""', "[digest] timezone", '"Asia/Tokyo"'),
        ('[digest]\ntimezone = "Asia"', "[digest] timezone", '"Asia/Tokyo"'),
        ('[digest]\nlanguage = "fr"', "[digest] language", "'ja' or 'en'"),
        ('[digest]\nto = ["editor"]', "[digest] to", "e-mail address"),
        ('[digest]\nto = ["a@b.c", "x y@b.c"]', "[digest] to", "e-mail address"),
        ('[digest]\nto = ["a@b.c\\nBcc: d@e.f"]', "[digest] to", "e-mail address"),
        ('[digest]\nto = ["a@=?utf-8?q?b=0D=0ABcc:_e?=.c"]', "[digest] to", "e-mail address"),
        ("[digest]\nto = ['a@[b.c']", "[digest] to", "e-mail address"),
        ("[digest]\nto = ['a@b.c\"']", "[digest] to", "e-mail address"),
        ('[digest]\nto = ["a@b.c\\u0000"]', "[digest] to", "is not an e-mail address"),
        ('[digest]\nto = ["a@b.c\\u202e"]', "[digest] to", "is not an e-mail address"),
        ('[digest]\nto = ["a@b.c", "A@B.C"]', "[digest] to", "names a@b.c twice"),
        ("[digest]\nto = [{}]", "[digest] to.0.address", "every recipient needs an address"),
        (f"[crawl]\narticles = {2**64}", "[crawl] articles", "1000000"),
        ('[mail]\nfrom = "Me <a@b.c>"', "[mail] from", "e-mail address"),
        ('[mail]\nport = "x"', "[mail] port", "whole number"),
        ("[mail]\nport = 70000", "[mail] port", "65535"),
        ('[mail]\nsecurity = "ssl"', "[mail] security", "'starttls', 'tls' or 'none'"),
        ('[crawl]\nallow_private = ["loopback"]', "[crawl] allow_private", '"127.0.0.0/8"'),
        ('[crawl]\ncontact = "a\\nb"', "[crawl] contact", "one line of ASCII"),
        ('[crawl]\ntimeout = "0s"', "[crawl] timeout", '"30m"'),
        ("[crawl]\nconcurrency = 0", "[crawl] concurrency", "greater than or equal to 1"),
        ("[blog]\npath = 5", "[blog] path", "text in quotes"),
        ('[[sources]]\nurl = "https://a.example/"', "source 1: name", "every source needs a name and a url"),
        ('[[sources]]\nname = "A"', "source 1 ('A'): url", "every source needs a name and a url"),
        ('[[sources]]\nname = ""\nurl = "https://a.example/"', "source 1: name", "at least 1 character"),
        ('[[sources]]\nname = "A"\nurl = "ftp://a.example/"', "source 1 ('A'): url", "http:// or https://"),
        (SOURCE + '[[sources]]\nname = "B"\nurl = "b.example"', "source 2 ('B'): url", "http:// or https://"),
        (SOURCE + "interval = 30", "source 1 ('A'): interval", '"30m"'),
        (SOURCE + 'interval = "400d"', "source 1 ('A'): interval", "a year at most"),
        (SOURCE + 'kind = "rss"', "source 1 ('A'): kind", "'feed', 'listing' or 'sitemap'"),
        (SOURCE + 'links = "h2["', "source 1 ('A'): links", "CSS selector"),
    ],
)
def test_a_wrong_value_is_named_with_its_place_and_what_is_right(
    tmp_path: Path, text: str, place: str, right: str
) -> None:
    said = mistake(tmp_path, text)
    assert said.startswith(place)
    assert right in said


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[sources]\nname = 'A'", "sources"),
        ("[digest]\nto = 'a@b.c'", "list"),
        ("[crawl]\nallow_private = '127.0.0.0/8'", "list"),
        ("crawl = 5", "section"),
    ],
)
def test_a_value_of_the_wrong_shape_is_explained_in_words_of_the_file(
    tmp_path: Path, text: str, place: str
) -> None:
    assert place in mistake(tmp_path, text)


def test_a_time_zone_that_does_not_exist_is_a_mistake(tmp_path: Path) -> None:
    assert mistake(tmp_path, '[digest]\ntimezone = "Asia/Tokio"').startswith("[digest] timezone")


@pytest.mark.parametrize(
    ("one", "two", "what"),
    [
        ('name = "A"\nurl = "https://a.example/"', 'name = "A"\nurl = "https://b.example/"', "name 'A'"),
        ('name = "A"\nurl = "https://a.example/"', 'name = "B"\nurl = "https://a.example/"', "https://a"),
    ],
)
def test_two_sources_of_one_name_or_address_are_refused(
    tmp_path: Path, one: str, two: str, what: str
) -> None:
    said = mistake(tmp_path, f"[[sources]]\n{one}\n[[sources]]\n{two}\n")
    assert said.startswith("two sources have the")
    assert what in said


def test_a_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    assert len(load(tmp_path, b"\xef\xbb\xbf" + SOURCE.encode()).sources) == 1


@pytest.mark.parametrize("text", ["[crawl", "a = ", b"\xff\xfe[\x00", "a = 1\na = 2"])
def test_what_is_not_toml_is_refused(tmp_path: Path, text: str | bytes) -> None:
    assert "is not TOML" in mistake(tmp_path, text)


def test_a_missing_file_is_named_with_the_way_out(tmp_path: Path) -> None:
    for config in (None, tmp_path, tmp_path / "other.toml"):
        with pytest.raises(SettingsError, match="chipwatch init FOLDER"):
            find_settings(config, tmp_path)
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path)


def test_the_file_may_be_named_by_its_folder(tmp_path: Path) -> None:
    load(tmp_path, "")
    assert find_settings(tmp_path, Path.cwd()) == tmp_path / "chipwatch.toml"


def test_the_password_of_the_environment_goes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = load(tmp_path, '[mail]\npassword_file = "mail.password"')
    (tmp_path / "mail.password").write_text("from file\n")
    monkeypatch.setenv(PASSWORD_VARIABLE, "from environment")
    assert read.password() == "from environment"
    monkeypatch.delenv(PASSWORD_VARIABLE)
    assert read.password() == "from file"


def test_there_may_be_no_password(tmp_path: Path) -> None:
    assert load(tmp_path, "").password() is None


def test_a_password_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    read = load(tmp_path, '[mail]\npassword_file = "mail.password"')
    for make in (lambda: None, lambda: (tmp_path / "mail.password").write_bytes(b"\xff")):
        make()
        with pytest.raises(SettingsError, match=r"password_file: .*mail\.password cannot be read"):
            read.password()
