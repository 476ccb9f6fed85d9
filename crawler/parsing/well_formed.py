"""Well-formed RSS, RDF and Atom to entries, fifty times faster than the parser for all others.

It reads what nearly all feeds are made of, and gives up on everything else: that is for feedparser. Where it
does not give up, both give the same entries; tests/crawler/test_two_parsers.py holds that.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from lxml import etree

from crawler.parsing.document import Contents, Document
from crawler.parsing.entry import MAX_ENTRIES, RawEntry, entries_of, wishes_of
from crawler.parsing.errors import UnreadableError
from crawler.parsing.text import moment_of, one_line
from crawler.parsing.xml_guard import REFUSED_ENTITIES
from storage.urls import is_web_url

_ATOM = ("{http://www.w3.org/2005/Atom}", "{http://purl.org/atom/ns#}")
_RSS = (
    "",
    "{http://purl.org/rss/1.0/}",
    "{http://my.netscape.com/rdf/simple/0.9/}",
    "{http://backend.userland.com/rss2}",
)
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_ROOTS = {f"{_RDF}RDF", *(f"{ns}rss" for ns in _RSS), *(f"{ns}feed" for ns in _ATOM)}
_CHANNELS = {f"{ns}channel" for ns in _RSS}
_ITEMS = {*(f"{ns}item" for ns in _RSS), *(f"{ns}entry" for ns in _ATOM)}
_TITLES = {f"{ns}title" for ns in (*_RSS, *_ATOM)}
_LANGUAGES = {f"{ns}language" for ns in (*_RSS, _DC)}
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ABOUT = f"{_RDF}about"
_LINKS = {f"{ns}link" for ns in _ATOM}

# What is read of an item, by element; the field that it fills.
_FIELDS: Final = {
    **{f"{ns}{name}": name for ns in _RSS for name in ("title", "link")},
    **{f"{ns}{name}": name for ns in _ATOM for name in ("title", "id", "summary", "content")},
    **{f"{ns}guid": "id" for ns in _RSS},
    **{f"{ns}description": "summary" for ns in _RSS},
    **{f"{ns}pubDate": "published" for ns in _RSS},
    **{f"{ns}{name}": "published" for ns in _ATOM for name in ("published", "issued")},
    **{f"{ns}{name}": "updated" for ns in _ATOM for name in ("updated", "modified")},
    "{http://purl.org/rss/1.0/modules/content/}encoded": "content",
    "{http://rssnamespace.org/feedburner/ext/1.0}origLink": "origLink",
    f"{_DC}date": "updated",
}
# Names of the elements that feedparser reads as one of those, in some namespace or another: in any other
# place than above, or spelled otherwise, they are its business.
_TELLING = frozenset(
    "title link links id guid summary description abstract content encoded fullitem body published issued "
    "pubdate updated modified lastbuilddate date origlink item entry channel feed rss textinput".split()
)
_TELLING_OF_FEEDS = frozenset("item entry channel feed rss language".split())
# Those of that name that it does not read so.
_IDLE = {
    "{http://search.yahoo.com/mrss/}content",
    "{http://search.yahoo.com/mrss}content",
    "{http://www.itunes.com/dtds/podcast-1.0.dtd}title",
}
_PLAIN_ATTRIBUTES = {"type", "mode", "isPermaLink", _LANG}
_ESCAPED = {"html", "text", "text/html", "text/plain"}  # types of texts that need no more than unescaping
_HTML = {"text/html", "application/xhtml+xml"}
_BASE = re.compile(r"base\s*=")
_DEEP = etree.XPath("boolean(/*/*/*/*/*/*/*/*/*/*/*/*)")


def parse_well_formed(text: str, document: Document) -> Contents | None:
    """The entries of a feed that is well-formed and holds nothing unusual; none if it does.

    Raises `UnreadableError` if it declares XML entities.
    """
    root = _root(text)
    if root is None:
        return None
    raws: list[RawEntry] = []
    title, language = "", root.get(_LANG, root.get("lang", ""))
    for part in _parts(root):
        if part.tag in _ITEMS:
            raw = _raw(part)
            if raw is None or len(raws) == MAX_ENTRIES:
                return None
            raws.append(raw)
        elif part.tag in _TITLES:
            title = title or _text(part)
        elif part.tag in _LANGUAGES:
            language = _text(part)
        elif _is_telling_of_feed(part):
            return None
    if not raws or _is_misread(title):
        return None  # without items, it may be no feed at all
    return Contents(entries_of(raws, document, language), None, wishes_of(text), one_line(title))


def _root(text: str) -> etree._Element | None:
    if _BASE.search(text) or ":///" in text:
        return None  # links that are relative to something else, or have a slash too many
    try:
        root = etree.fromstring(text.encode(errors="replace"), _parser())
    except (etree.XMLSyntaxError, ValueError):
        return None
    declarations = root.getroottree().docinfo.internalDTD
    if declarations is not None and any(True for _ in declarations.iterentities()):
        raise UnreadableError(REFUSED_ENTITIES)
    return root if declarations is None and root.tag in _ROOTS and not _DEEP(root) else None


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )


def _parts(root: etree._Element) -> Iterator[etree._Element]:
    """What a feed is made of, in order: RSS has its items in the channel, RDF beside it."""
    for child in root.iterchildren("*"):
        if child.tag in _CHANNELS:
            yield from child.iterchildren("*")
        else:
            yield child


def _raw(item: etree._Element) -> RawEntry | None:
    """What the feed says of an article; none if it says it in an unusual way."""
    fields: dict[str, str] = {}
    for child in item.iterchildren("*"):
        name = _FIELDS.get(child.tag)
        if name is not None:
            text = _text(child)
            if name in fields or len(child) or not _is_plain(child, name) or _is_misread(text):
                return None  # said twice, or markup that was not escaped
            fields[name] = text
        elif child.tag in _LINKS:
            href = _alternate(child)
            if href is None:
                return None
            if href and not fields.get("link"):
                fields["link"] = href
        elif _is_telling(child.tag) or (len(child) and any(_is_telling(e.tag) for e in child.iter("*"))):
            return None
    about = item.get(_ABOUT, "")
    if item.attrib and ((about and "id" in fields) or not _has_plain_attributes(item)):
        return None
    said = fields.get
    link, feed_id = said("origLink") or said("link", ""), about or said("id", "")
    date = said("published") or said("updated")
    moment = moment_of(date) if date else None
    if (
        (date and moment is None)  # feedparser reads more of them
        or ("&" in link and ";" in link)
        or not (link.isprintable() and feed_id.isprintable())
        or not (link or is_web_url(feed_id))
    ):
        return None
    texts = [fields[name] for name in ("content", "summary") if name in fields]
    return RawEntry(link, said("title", ""), texts, moment, feed_id)


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()


def _is_plain(element: etree._Element, name: str) -> bool:
    """Whether its attributes, if it has any, leave its text to be taken as it stands."""
    if not element.attrib:
        return True
    return (
        name not in ("link", "origLink")
        and _PLAIN_ATTRIBUTES.issuperset(element.attrib)
        and element.get("type", "text").lower() in _ESCAPED
        and element.get("mode", "escaped") == "escaped"
    )


def _is_misread(text: str) -> bool:
    """Whether it looks like UTF-8 that was read as Latin-1, which feedparser mends."""
    if text.isascii():
        return False
    try:
        text.encode("latin-1").decode()
    except UnicodeError:
        return False
    return True


def _alternate(link: etree._Element) -> str | None:
    """The address of the article itself, "" for a link to something else, none for an unusual one."""
    href = link.get("href")
    if not href or "url" in link.attrib or "uri" in link.attrib:
        return None
    if link.get("rel", "alternate").lower() != "alternate":
        return ""
    return href.strip() if link.get("type", "text/html").lower() in _HTML else None


def _has_plain_attributes(item: etree._Element) -> bool:
    return all(name == _ABOUT or _name(name) not in ("about", "href", "lastmod") for name in item.attrib)


def _is_telling_of_feed(part: etree._Element) -> bool:
    if _name(part.tag) == "title":
        return part.tag not in _IDLE
    return any(_name(element.tag) in _TELLING_OF_FEEDS for element in part.iter("*"))


@lru_cache(maxsize=1000)
def _name(tag: str) -> str:
    """The name without its namespace; feedparser is not particular about case."""
    return tag.rpartition("}")[2].lower()


@lru_cache(maxsize=1000)
def _is_telling(tag: str) -> bool:
    return _name(tag) in _TELLING and tag not in _IDLE
