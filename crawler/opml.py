"""OPML, the list of feeds that feed readers exchange: http://opml.org/spec2.opml.

Sources that are no feeds are written too, with what only chipwatch knows of them in a namespace of its own.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from lxml import etree

from crawler.sources import Source, format_duration
from storage.errors import plain_line

_OWN = "urn:chipwatch:opml"
_KEYS = ("kind", "interval", "links", "titles", "dates", "language")
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # characters it cannot hold
MAX_SOURCES = 10_000
_FEED_SCHEME = re.compile(r"^feed:(?://)?(?=(https?:)?)", re.IGNORECASE)  # feed://a.example, feed:https://…


class OpmlError(ValueError):
    """The document is not OPML."""


@dataclass(frozen=True)
class Outline:
    """A source as an OPML document names it."""

    name: str
    url: str
    extra: dict[str, str]  # what only chipwatch writes: kind, interval, selectors, language


def write_opml(sources: Iterable[Source]) -> bytes:
    """The sources as an OPML 2.0 document in UTF-8."""
    root = etree.Element("opml", nsmap={"chipwatch": _OWN}, version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "chipwatch sources"
    body = etree.SubElement(root, "body")
    for source in sources:
        url = _NO_XML.sub(lambda char: quote(char[0]), source.url)
        name = _NO_XML.sub("", plain_line(source.name)) or url
        outline = etree.SubElement(body, "outline", text=name, title=name)
        outline.set("type", "rss" if source.kind == "feed" else "link")
        outline.set("xmlUrl" if source.kind == "feed" else "url", url)
        values = {
            "kind": source.kind,
            "interval": format_duration(source.interval),
            "links": source.links,
            "titles": source.titles,
            "dates": source.dates,
            "language": source.language,
        }
        for key, value in values.items():
            if value is not None:
                outline.set(f"{{{_OWN}}}{key}", _NO_XML.sub(" ", value))
    document: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return document


def read_opml(data: bytes) -> list[Outline]:
    """The sources of an OPML document, folders flattened, each address once and as it stands there.

    Raises `OpmlError`.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise OpmlError(f"not OPML: {error}") from error
    if etree.QName(root).localname != "opml":
        raise OpmlError(f"not OPML but <{etree.QName(root).localname}>")
    found: dict[str, Outline] = {}
    for outline in root.iter("{*}outline"):
        extra = {key: value for key in _KEYS if (value := outline.get(f"{{{_OWN}}}{key}"))}
        url = (outline.get("xmlUrl") or (outline.get("url") if "kind" in extra else None) or "").strip()
        url = _FEED_SCHEME.sub(lambda feed: "" if feed[1] else "http://", url)
        name = plain_line(outline.get("title") or "") or plain_line(outline.get("text") or "") or url
        if url and len(found) < MAX_SOURCES:
            found.setdefault(url, Outline(name, url, extra))
    return list(found.values())
