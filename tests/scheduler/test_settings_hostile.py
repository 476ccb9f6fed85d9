"""The settings file, whatever is in it: read, or refused as a `SettingsError`, nothing else."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.recipients import chat_urls
from scheduler.settings import load_settings
from storage.errors import SettingsError


@pytest.mark.parametrize("text", ["x = " + "[" * 5000, "x = " + "9" * 5000])
def test_toml_beyond_all_bounds_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "chipwatch.toml"
    file.write_text(text)
    with pytest.raises(SettingsError):
        load_settings(file)


def test_a_password_file_that_no_file_can_be_called_is_a_mistake(tmp_path: Path) -> None:
    file = tmp_path / "chipwatch.toml"
    file.write_text('[mail]\npassword_file = "a\\u0000b"')
    with pytest.raises(SettingsError):
        load_settings(file).password()


@pytest.mark.parametrize("key", ["[mail]\npassword_file", "[digest]\nchat_file"])
@pytest.mark.parametrize("path", ["/dev/zero", ".", "a\\u0000b"])
def test_what_is_no_file_of_a_few_lines_is_a_mistake(tmp_path: Path, key: str, path: str) -> None:
    file = tmp_path / "chipwatch.toml"
    file.write_text(f'{key} = "{path}"')
    loaded = load_settings(file)
    with pytest.raises(SettingsError, match="cannot be read"):
        chat_urls(loaded) if loaded.digest.chat_file else loaded.password()


_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_values = st.one_of(
    st.integers(-(10**6), 10**6).map(str),
    st.sampled_from(["true", "nan", "[]", "{}", "07:30:00", "1979-05-27", "[1]", '{a = "b"}']),
    _texts.map(lambda text: '"' + "".join(f"\\U{ord(char):08x}" for char in text) + '"'),
)
_keys = st.sampled_from(
    "path url base_url language contact allow_private timeout concurrency articles delay adapt shortest "
    "longest backlog keep name kind interval links "
    "to at timezone host port security username password_file from folder x".split()
)
_heads = st.sampled_from(
    ["", *(f"[{s}]" for s in "blog crawl digest mail storage sources x".split()), "[[sources]]", "[[mail]]"]
)
_files = st.lists(st.tuples(_heads, st.dictionaries(_keys, _values, max_size=3)), max_size=4).map(
    lambda parts: "\n".join(
        head + "\n" + "".join(f"{key} = {value}\n" for key, value in keys.items()) for head, keys in parts
    )
)


@given(st.one_of(_files, st.text(st.characters(exclude_categories=["Cs"]))))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_settings_or_a_mistake(tmp_path: Path, text: str) -> None:
    file = tmp_path / "chipwatch.toml"
    file.write_text(text, encoding="utf-8", newline="")
    with suppress(SettingsError):
        load_settings(file)
