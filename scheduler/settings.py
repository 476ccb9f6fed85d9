"""The settings file, `chipwatch.toml`: read, checked, and its mistakes named."""

import contextlib
import ipaddress
import os
import re
import tomllib
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from crawler.fetching.options import FetchOptions
from crawler.options import CrawlOptions
from crawler.rhythm import Bounds
from crawler.sources import Duration, Pause, Source
from scheduler.mistakes import explain, nearest
from storage.errors import SettingsError
from storage.urls import is_web_url

FILE_NAME = "chipwatch.toml"
PASSWORD_VARIABLE = "CHIPWATCH_MAIL_PASSWORD"  # noqa: S105 - the name of a variable

MAX_PORT = 65_535
MAX_FILE = 1_000_000  # bytes of a file that a setting names, to be read as text
_ADDRESS = r"^[^@\s<>,;]+@[^@\s<>,;]+$"


def _time(value: object) -> object:
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = time.fromisoformat(value)
    if isinstance(value, time) and value.tzinfo is None:  # that has a setting of its own
        return value
    raise ValueError('must be a time of day such as "07:30"')


def _zone(value: object) -> object:
    try:
        return ZoneInfo(str(value))
    except (OSError, ValueError, KeyError) as error:
        raise ValueError('must be a time zone such as "Asia/Tokyo"') from error


def _recipient(value: object) -> object:
    return {"address": value} if isinstance(value, str) else value


def _printable(value: str) -> str:
    if not value.isprintable():
        raise ValueError(f"is no e-mail address: {value!r}")
    return value


Address = Annotated[str, Field(pattern=_ADDRESS), AfterValidator(_printable)]
TimeOfDay = Annotated[time, BeforeValidator(_time)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
Language = Literal["ja", "en"]


class Section(BaseModel):
    """A section of the file: an unknown key in it is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class BlogSettings(Section):
    """The user's own blog."""

    path: str | None = None  # folder with the posts, relative to the settings file
    url: str | None = None  # of the blog, read where there is no path: its home, feed, sitemap
    base_url: str = ""
    language: str = "ja"
    interval: Duration = timedelta(hours=1)  # how often the daemon reads it again

    @field_validator("base_url", "url")
    @classmethod
    def _web(cls, value: str | None) -> str | None:
        if value and not is_web_url(value):
            raise ValueError("must be an http:// or https:// address")
        return value


class CrawlSettings(Section):
    """How news is fetched."""

    contact: str = ""
    allow_private: tuple[str, ...] = ()
    timeout: Duration = timedelta(seconds=20)
    concurrency: int = Field(default=64, ge=1, le=200)
    delay: Pause | None = None  # between two fetches from a host
    articles: int = Field(default=50, ge=0, le=1_000_000)
    adapt: bool = True  # intervals follow how often a source really publishes, within the two bounds
    shortest: Duration = timedelta(minutes=10)
    longest: Duration = timedelta(hours=12)
    backlog: Duration = timedelta(days=7)  # age from which a new source's items open no follow-ups

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        if self.shortest > self.longest:
            raise ValueError("shortest must not be longer than longest")
        return self

    @field_validator("allow_private")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            try:
                ipaddress.ip_network(text)
            except ValueError as error:
                raise ValueError(f'holds {text!r}, which is no network such as "127.0.0.0/8"') from error
        return value

    @field_validator("contact")
    @classmethod
    def _header(cls, value: str) -> str:
        if not value.isprintable() or not value.isascii():
            raise ValueError("must be one line of ASCII: it goes into an HTTP header")
        return value


class LinkingSettings(Section):
    """How news is linked to posts."""

    # From how probable a needed update is on a follow-up is raised; none: as learned from judged news.
    probability: float | None = Field(default=None, gt=0, le=1)


class RecipientSettings(Section):
    """Who gets the digest; what is left out is as [digest] has it."""

    address: Address
    at: TimeOfDay | None = None
    timezone: Zone | None = None
    language: Language | None = None


class DigestSettings(Section):
    """The daily e-mail."""

    to: tuple[Annotated[RecipientSettings, BeforeValidator(_recipient)], ...] = ()
    at: TimeOfDay = time(7, 30)
    timezone: Zone = ZoneInfo("UTC")
    language: Language = "en"
    quiet: Literal["nothing", "note"] = "nothing"  # what is mailed on a day without news
    ideas: int = Field(default=5, ge=0, le=50)  # stories without a post, at most
    atom: str = ""  # files with the last digests, relative to the settings file
    json_file: str = Field(default="", alias="json")
    chat_file: str = ""  # with the URLs of chat services, one a line, as Apprise takes them

    @field_validator("to")
    @classmethod
    def _once_each(cls, value: tuple[RecipientSettings, ...]) -> tuple[RecipientSettings, ...]:
        addresses = [recipient.address.casefold() for recipient in value]
        for recipient in value:
            if addresses.count(recipient.address.casefold()) > 1:
                raise ValueError(f"names {recipient.address} twice")
        return value


class MailSettings(Section):
    """The mail server that takes the digest."""

    host: str = ""
    port: int = Field(default=587, ge=1, le=MAX_PORT)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password_file: str = ""  # relative to the settings file
    sender: Address | None = Field(default=None, alias="from")


class DaemonSettings(Section):
    """The daemon."""

    metrics: str = ""  # host:port that Prometheus asks; none: it is not served

    @field_validator("metrics")
    @classmethod
    def _address(cls, value: str) -> str:
        match = re.fullmatch(r"(?:\[[0-9a-fA-F:.]+\]|[^\s:/]+):([0-9]{1,5})", value)
        if value and (match is None or int(match[1]) > MAX_PORT):
            raise ValueError('must be a host and a port such as "127.0.0.1:9464"')
        return value


class StorageSettings(Section):
    """The database."""

    url: str = "sqlite:///chipwatch.db"  # a relative file lies beside the settings file
    keep: Duration = timedelta(days=365)  # items that no follow-up needs, since they were first seen


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
