"""A new chipwatch folder: a commented settings file, and the database beside it."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from crawler.catalogue import Offer
from scheduler.settings import FILE_NAME, load_settings
from scheduler.source_file import offered_blocks
from storage.engine import open_database
from storage.errors import InputError


def make_folder(folder: Path, offers: Sequence[Offer]) -> Path:
    """Make the folder if need be and put a settings file with these sources and an empty database in it.

    Returns the settings file. Raises `InputError` if there is one already, or nothing can be written there.
    """
    path = folder / FILE_NAME
    if path.exists():
        raise InputError(f"{path} is there already; edit it, or give another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        sample = files("scheduler").joinpath("sample.toml").read_text(encoding="utf-8")
        path.write_text(f"{sample}\n{offered_blocks(offers)}", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{folder} cannot be used: {error.strerror}; give a folder you can write to"
        ) from error
    open_database(load_settings(path).database_url).close()
    return path
