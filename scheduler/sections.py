"""The sections of the settings file, each key with what it takes."""

import contextlib
import ipaddress
import re
from datetime import time, timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from crawler.sources import Duration, Pause
from storage.urls import is_web_url

LAST_PORT = 65_535
# No quoted names, comments or literals, which programs read differently; a header would decode "=?".
_ADDRESS = re.compile(r"(?!.*=\?)[^@\s<>,;:\"()\[\]\\]+@[\w-]+(?:\.[\w-]+)*")


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


def is_address(text: str) -> bool:
    """Whether a text is an e-mail address that any mail program reads alike."""
    return _ADDRESS.fullmatch(text) is not None and text.isprintable()


def _address(value: str) -> str:
    if not is_address(value):
        raise PydanticCustomError("no_address", "is not an e-mail address")
    return value


Address = Annotated[str, AfterValidator(_address)]
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
    port: int = Field(default=587, ge=1, le=LAST_PORT)
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
        if value and not re.fullmatch(r"(?:\[[0-9a-fA-F:.]+\]|[^\s:/]+):[0-9]{1,5}", value):
            raise ValueError('must be a host and a port such as "127.0.0.1:9464"')
        if value and int(value.rpartition(":")[2]) > LAST_PORT:
            raise ValueError(f"must have a port up to {LAST_PORT}")
        return value


class StorageSettings(Section):
    """The database."""

    url: str = "sqlite:///chipwatch.db"  # a relative file lies beside the settings file
    keep: Duration = timedelta(days=365)  # items that no follow-up needs, since they were first seen
