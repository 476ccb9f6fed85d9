"""Who gets a digest, and when, by the settings: mail addresses, chat services, files."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from scheduler.sections import Language
from scheduler.settings import Settings, read_text
from storage.errors import SettingsError

FILES = "files"


@dataclass(frozen=True)
class Recipient:
    """Somebody or something that gets a digest of its own each day."""

    name: str  # as the outbox knows it
    kind: Literal["mail", "chat", "files"]
    at: time
    timezone: ZoneInfo
    language: Language


def mail_recipient(settings: Settings, address: str) -> Recipient:
    """The recipient with an address; one that the settings do not name gets what [digest] says."""
    digest = settings.digest
    own = next((r for r in digest.to if r.address == address), None)
    return Recipient(
        address,
        "mail",
        (own and own.at) or digest.at,
        (own and own.timezone) or digest.timezone,
        (own and own.language) or digest.language,
    )


def mail_recipients(settings: Settings) -> list[Recipient]:
    """Those with an address."""
    return [mail_recipient(settings, recipient.address) for recipient in settings.digest.to]


def chat_recipients(settings: Settings) -> list[Recipient]:
    """The chat services. Raises `SettingsError` if the file that names them cannot be read."""
    digest = settings.digest
    return [
        Recipient(name, "chat", digest.at, digest.timezone, digest.language) for name in chat_urls(settings)
    ]


def file_recipients(settings: Settings) -> list[Recipient]:
    """The files, which share their digests."""
    digest = settings.digest
    if not (digest.atom or digest.json_file):
        return []
    return [Recipient(FILES, "files", digest.at, digest.timezone, digest.language)]


def chat_urls(settings: Settings) -> Mapping[str, str]:
    """The URL of each chat service, by a name that tells no secret: `chat slack 1a2b3c4d`.

    Raises `SettingsError` if the file cannot be read.
    """
    if not settings.digest.chat_file:
        return {}
    path = settings.locate(settings.digest.chat_file, "[digest] chat_file")
    lines = [line.strip() for line in _read(path).splitlines()]
    return {_name(line): line for line in lines if line and not line.startswith("#")}


def _read(path: Path) -> str:
    try:
        return read_text(path)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"[digest] chat_file: {path} cannot be read; make it, with a URL of Apprise on each line"
        ) from error


def _name(url: str) -> str:
    service = url.partition("://")[0].lower() if "://" in url else "?"
    return f"chat {service} {hashlib.blake2b(url.encode(), digest_size=4).hexdigest()}"
