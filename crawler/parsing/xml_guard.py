"""What an XML document from a stranger may not do: declare entities, or nest without end."""

import re
from xml.parsers import expat

from crawler.parsing.errors import UnreadableError

MAX_DEPTH = 200  # elements within elements; a feed with markup in it has a tenth of that
# Tags that are opened and never closed: readers of broken feeds take a time that grows with their square.
MAX_UNCLOSED = 10_000
REFUSED_ENTITIES = "declares XML entities; such feeds are refused"
_OPENED = re.compile(r"<[A-Za-z]")


def guard(text: str) -> None:
    """Raise `UnreadableError` if the document declares entities or nests too deep.

    The parser itself says so: what looks like a declaration to a pattern may stand in a comment, and the
    other way round. A document that is not well-formed is looked at up to its first mistake.
    """
    unclosed = len(_OPENED.findall(text)) - text.count("</") - text.count("/>")
    if unclosed > MAX_UNCLOSED:
        raise UnreadableError(f"{unclosed} tags are never closed; such feeds are refused")
    depth = 0

    def declared(*_: object) -> None:
        raise UnreadableError(REFUSED_ENTITIES)

    def opened(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise UnreadableError(f"elements nest deeper than {MAX_DEPTH}; such feeds are refused")

    def closed(*_: object) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate("utf-8")
    parser.EntityDeclHandler = declared
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    try:
        parser.Parse(text.encode(errors="replace"), True)
    except expat.ExpatError:
        return  # readers of broken feeds expand no entities of the feed's own
