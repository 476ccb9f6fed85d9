"""Links that lead to an article by way of someone who counts readers: the article's own address, where the
link itself holds it. What only the counting server knows stays as it is.
"""

import base64
import binascii
import re
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

_HOSTS = re.compile(r"google\.|bing\.|facebook\.|instagram\.|reddit\.|vk\.com|youtube\.|yahoo\.")
# Host, and the parameter that holds the address.
_PARAMETERS = {
    "google.com": ("url", "q"),
    "bing.com": ("url",),
    "l.facebook.com": ("u",),
    "lm.facebook.com": ("u",),
    "l.instagram.com": ("u",),
    "out.reddit.com": ("url",),
    "vk.com": ("to",),
    "youtube.com": ("q",),
}
_PATHS = re.compile(r"^/(?:url|news/apiclick\.aspx|l\.php|away\.php|redirect|)$")
_GOOGLE_NEWS = re.compile(r"^/(?:__i/)?(?:rss/)?articles/([\w-]{20,2000}=*)$")
_IN_BYTES = re.compile(rb"https?://[\x21-\x7e]{4,1500}")
_YAHOO = re.compile(r"/RU=(https?[^/]{4,2000})/|/\*(https?.{4,2000})$", re.IGNORECASE)


def behind(url: str) -> str:
    """The address that a link of a known counting server leads to; any other link as it is."""
    if not _HOSTS.search(url[:60]):
        return url
    try:
        parts = urlsplit(url)
        found = _found(parts, (parts.hostname or "").removeprefix("www."))
    except ValueError:
        return url
    return found if found and found.startswith(("http://", "https://")) else url


def _found(parts: SplitResult, host: str) -> str | None:
    if host == "news.google.com":
        article = _GOOGLE_NEWS.match(parts.path)
        return _decoded(article[1]) if article else _parameter(parts, ("url",))
    if host.endswith(("search.yahoo.com", "rd.yahoo.co.jp", "rd.yahoo.com")):
        wrapped = _YAHOO.search(parts.path)
        return unquote(wrapped[1] or wrapped[2]) if wrapped else None
    if host in _PARAMETERS and _PATHS.match(parts.path):
        return _parameter(parts, _PARAMETERS[host])
    return None


def _parameter(parts: SplitResult, names: tuple[str, ...]) -> str | None:
    query = parse_qs(parts.query)
    return next((query[name][0].strip() for name in names if name in query), None)


def _decoded(token: str) -> str | None:
    """The address inside a Google News link; those made since 2024 hold none that can be read."""
    try:
        data = base64.urlsafe_b64decode(token.rstrip("=") + "=" * (-len(token.rstrip("=")) % 4))
    except (binascii.Error, ValueError):
        return None
    # A message of one-byte fields, each text led by its length.
    found = _IN_BYTES.search(data)
    if found is None or found.start() == 0:
        return None
    length = data[found.start() - 1]
    if found.start() >= 2 and data[found.start() - 2] & 0x80:  # a length of two bytes
        length = (data[found.start() - 2] & 0x7F) | length << 7
    return data[found.start() : found.start() + min(length, len(found[0]))].decode("ascii", errors="ignore")
