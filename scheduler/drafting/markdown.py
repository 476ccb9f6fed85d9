"""Strangers' text and addresses as Markdown that says them and does nothing else.

What comes out is the same for CommonMark and for Jekyll: Liquid sees no tag, kramdown no attribute, table or
formula, and no renderer HTML or an address to make a link of.
"""

import re
from urllib.parse import quote

from storage.errors import plain_line
from storage.urls import is_web_url

# Backslashes where CommonMark and kramdown both take them; kramdown shows those before other characters.
_BACKSLASH = {char: f"\\{char}" for char in "\\`*_[]#$"}
_ENTITY = {char: f"&#{ord(char)};" for char in "&<>{}|~@"}
_HARMLESS = str.maketrans(_BACKSLASH | _ENTITY)
# What some renderers make links of without any mark-up.
_ADDRESS = re.compile(r":(?=//)|(?<=www)\.", re.IGNORECASE)
_URL_SAFE = ":/?#@!$&*+,;=%-._~"
_REFERENCE = re.compile(r"&(?=#?\w+;)")


def text(said: object, most: int) -> str:
    """A stranger's text in one line of at most so many characters, to stand behind words of our own."""
    line = plain_line(said)
    if len(line) > most:
        line = line[: most - 1].rstrip() + "…"
    return _ADDRESS.sub(lambda found: f"&#{ord(found[0])};", line.translate(_HARMLESS))


def link(said: str, address: str, most: int) -> str:
    """A link with a stranger's text and address; the text alone where the address is not of the web."""
    shown = text(said, most) or text(address, most)
    url = quote("".join(c for c in address.strip() if c.isprintable()), safe=_URL_SAFE)
    if not (is_web_url(address) and is_web_url(url)):
        return shown
    return f"[{shown}]({_REFERENCE.sub('&amp;', url)})"
