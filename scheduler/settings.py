"""The settings file, `chipwatch.toml`: read, checked, and its mistakes named."""

import os
import re
import tomllib
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError, field_validator

from crawler.fetching.options import FetchOptions
from crawler.options import CrawlOptions
from crawler.rhythm import Bounds
from crawler.sources import Source
from scheduler.mistakes import explain, nearest
from scheduler.sections import (
    BlogSettings,
    CrawlSettings,
    DaemonSettings,
    DigestSettings,
    LinkingSettings,
    MailSettings,
    Section,
    StorageSettings,
)
from storage.errors import SettingsError

FILE_NAME = "chipwatch.toml"
MAX_FILE = 1_000_000  # bytes of a file that a setting names, to be read as text
PASSWORD_VARIABLE = "CHIPWATCH_MAIL_PASSWORD"  # noqa: S105 - the name of a variable


class Settings(Section):
    """All of `chipwatch.toml`."""

    folder: Path = Field(exclude=True)  # that the file lies in
    blog: BlogSettings = BlogSettings()
    crawl: CrawlSettings = CrawlSettings()
    sources: tuple[Source, ...] = ()
    linking: LinkingSettings = LinkingSettings()
    digest: DigestSettings = DigestSettings()
    mail: MailSettings = MailSettings()
    storage: StorageSettings = StorageSettings()
    daemon: DaemonSettings = DaemonSettings()

    @field_validator("sources")
    @classmethod
    def _distinct(cls, value: tuple[Source, ...]) -> tuple[Source, ...]:
        for what in ("name", "url"):
            seen: set[str] = set()
            for source in value:
                text = getattr(source, what)
                if text in seen:
                    raise ValueError(f"two sources have the {what} {text!r}")
                seen.add(text)
        return value

    @property
    def posts(self) -> Path | None:
        """The folder with the blog's posts."""
        return self.locate(self.blog.path, "[blog] path") if self.blog.path else None

    @property
    def database_url(self) -> str:
        """The database's URL, a relative SQLite file made absolute."""
        return beside(self.storage.url, self.folder)

    def locate(self, path: str, what: str) -> Path:
        """A path of the settings, a relative one taken from their folder. Raises `SettingsError`."""
        try:
            return self.folder / Path(path).expanduser()
        except RuntimeError as error:
            raise SettingsError(f"{what}: {path} names a home folder of nobody") from error

    @property
    def crawling(self) -> CrawlOptions:
        """What the crawler is told of these settings."""
        crawl = self.crawl
        return CrawlOptions(
            fetching=FetchOptions(
                contact=crawl.contact,
                allow_private=crawl.allow_private,
                timeout=crawl.timeout.total_seconds(),
                concurrency=crawl.concurrency,
                delay=None if crawl.delay is None else crawl.delay.total_seconds(),
            ),
            bounds=Bounds(crawl.shortest, crawl.longest, crawl.adapt),
            backlog=crawl.backlog,
            articles=crawl.articles,
        )

    def password(self) -> str | None:
        """The mail server's password, from the environment or from its file; never kept in an object.

        Raises `SettingsError` if the file cannot be read.
        """
        if PASSWORD_VARIABLE in os.environ:
            return os.environ[PASSWORD_VARIABLE]
        if not self.mail.password_file:
            return None
        path = self.locate(self.mail.password_file, "[mail] password_file")
        try:
            return read_text(path).strip()
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"[mail] password_file: {path} cannot be read; make it, or set {PASSWORD_VARIABLE}"
            ) from error


def read_text(path: Path) -> str:
    """The text of a file that a setting names. Raises `OSError`, or `ValueError` for what is no text."""
    with path.open("rb") as file:
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise ValueError(f"more than {MAX_FILE // 1_000_000} MB")
    return data.decode()


def beside(url: str, folder: Path) -> str:
    """A database's URL with a relative SQLite file taken from a folder."""
    match = re.fullmatch(r"(sqlite(?:\+\w+)?):///(?!:memory:)([^?]+)(\?.*)?", url)
    if match is None:
        return url
    # In a URL a question mark or a percent sign of the folder's own name would mean something else.
    file = str(folder / match[2]).replace("%", "%25").replace("?", "%3F")
    return f"{match[1]}:///{file}{match[3] or ''}"


def find_settings(config: Path | None, folder: Path) -> Path:
    """The settings file to use: the one that was asked for, else the one in the folder.

    Raises `SettingsError` if there is none.
    """
    path = config if config is not None else folder / FILE_NAME
    if config is not None and path.is_dir():
        path = path / FILE_NAME
    if not path.is_file():
        raise SettingsError(
            f"no settings file {path}: make one with `chipwatch init FOLDER`, or name it with --config FILE"
        )
    return path


def load_settings(path: Path) -> Settings:
    """Read and check a settings file. Raises `SettingsError` on the first mistake."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not TOML: {error}") from error
    return parse_settings(text, path)


def parse_settings(text: str, path: Path) -> Settings:
    """Check the text of a settings file that lies, or will lie, at `path`. Raises `SettingsError`."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not TOML: {error}") from error
    except (RecursionError, ValueError) as error:
        raise SettingsError(f"{path} is not TOML that can be read: {error}") from error
    try:
        if "folder" in values:
            raise SettingsError(
                f"{path}: [folder] is not a setting; did you mean {nearest(('folder',), _keys())}?"
            )
        return Settings(folder=path.resolve().parent, **values)
    except ValidationError as error:
        raise SettingsError(f"{path}: {explain(error, values, _keys())}") from error


def _keys() -> dict[str, list[str]]:
    """The keys of each section."""
    models = {name: field.annotation for name, field in Settings.model_fields.items() if name != "folder"}
    models["sources"] = Source
    return {
        name: [field.alias or key for key, field in model.model_fields.items()]
        for name, model in models.items()
        if isinstance(model, type) and issubclass(model, BaseModel)
    }
