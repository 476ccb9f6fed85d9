"""The last digests as an Atom feed and as JSON, in files for programs and feed readers."""

import json
import os
import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as Xml

from scheduler.settings import Settings
from storage.digests.content import Mail
from storage.digests.history import Recorded
from storage.errors import DeliveryError

KEPT = 30  # digests in a file, the newest first
ATOM = "http://www.w3.org/2005/Atom"  # RFC 4287
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2


def write_files(settings: Settings, digests: Sequence[Recorded]) -> None:
    """Write the files that the settings name, each whole or not at all.

    Raises `DeliveryError` if one cannot be written, `SettingsError` if its path means nothing.
    """
    for name, what, made in (
        (settings.digest.atom, "[digest] atom", as_atom),
        (settings.digest.json_file, "[digest] json", as_json),
    ):
        if name:
            _replace(settings.locate(name, what), made(digests, settings.blog.base_url), what)


def as_json(digests: Sequence[Recorded], _blog: str) -> bytes:
    """A JSON object with the digests, newest first."""
    value = {"digests": [dict(digest.mail.data) for digest in digests]}
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def as_atom(digests: Sequence[Recorded], blog: str) -> bytes:
    """An Atom feed with an entry for each digest; `blog` is the blog's address, if it is known."""
    feed = Xml.Element("feed", xmlns=ATOM)
    of = blog.rstrip("/") or "chipwatch"
    _add(feed, "id", uuid5(NAMESPACE_URL, f"chipwatch digest {of}").urn)
    _add(feed, "title", f"chipwatch: {of}")
    _add(feed, "updated", _moment(digests[0].created_at) if digests else "1970-01-01T00:00:00+00:00")
    _add(Xml.SubElement(feed, "author"), "name", "chipwatch")
    if blog:
        Xml.SubElement(feed, "link", rel="alternate", href=blog)
    for digest in digests:
        entry = Xml.SubElement(feed, "entry")
        _add(entry, "id", uuid5(NAMESPACE_URL, f"mid:{digest.mail.message_id.strip('<>')}").urn)
        _add(entry, "title", digest.mail.subject)
        _add(entry, "updated", _moment(digest.created_at))
        _add(entry, "content", _body(self_contained(digest.mail))).set("type", "html")
    return bytes(Xml.tostring(feed, encoding="utf-8", xml_declaration=True))


def self_contained(mail: Mail) -> str:
    """The HTML of a digest with its chart inside, for where there is no mail around it."""
    if mail.chart is None:
        return mail.html
    return mail.html.replace("cid:chart", f"data:image/png;base64,{b64encode(mail.chart).decode()}", 1)


def _body(html: str) -> str:
    """What stands in the body: an entry is no page of its own."""
    return html.partition("<body")[2].partition(">")[2].rpartition("</body>")[0]


def _add(parent: Xml.Element, name: str, text: str) -> Xml.Element:
    child = Xml.SubElement(parent, name)
    child.text = _NOT_XML.sub("", text)
    return child


def _moment(when: datetime) -> str:
    return when.isoformat(timespec="seconds")


def _replace(path: Path, data: bytes, what: str) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except (OSError, ValueError) as error:  # the latter of a name that no file can have
        said = getattr(error, "strerror", error)
        raise DeliveryError(f"{what}: {path} cannot be written: {said}") from error
