"""Addresses of articles: when two of them are the same article's."""

import re
from string import printable
from urllib.parse import quote, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

MAX_URL = 2_000  # characters, percent-encoded; browsers and databases take no longer ones

# Parameters that say how a reader came, not what is read.
_TRACKER = re.compile(
    r"(?:utm|mc|hsa|pk|mtm|piwik|matomo|at|guce)_.*|_ga|_gl|_hsenc|_hsmi|[gdw]clid|gbraid|wbraid|fbclid|msclkid"
    r"|yclid|twclid|ttclid|li_fat_id|igshid|igsh|mkt_tok|cmpid|guccounter|ncid|ref|smid|spm|taid|vero_id|xtor"
    r"|s_cid|icid|ocid|wickedid|oly_enc_id|oly_anon_id|rss",
    re.IGNORECASE,
)


# Values that say the same, whatever the parameter is called.
_FROM_A_FEED = frozenset({"rss", "rss2", "rssfeed", "rss_feed", "feed", "atom"})

# An address that has its canonical form but for scheme, "www." and a final slash, as most articles' have.
_PLAIN = re.compile(
    r"https?://(?:www\.)?((?!www\.)[a-z0-9][a-z0-9.-]*[a-z0-9])(:(?!80/|443/)(?:[1-9]\d{0,3}|[1-5]\d{4})|)(/[A-Za-z0-9/._~-]*)"
)


def canonical_url(url: str, *, keep_fragment: bool = False) -> str:
    """The form under which an article is known once: no tracking, one scheme, no fragment, sorted query.

    It identifies the article and is never fetched. `keep_fragment` is for pages that hold many items.
    Takes what `is_web_url` accepts.
    """
    plain = _PLAIN.fullmatch(url)
    if plain and "//" not in plain[3] and "/." not in plain[3]:
        return f"https://{plain[1]}{plain[2]}{plain[3].rstrip('/') or '/'}"
    parts = urlsplit(canonicalize_url(url.strip(), keep_fragments=keep_fragment))
    host = re.sub(r"^(?:www\.)+(?=.)", "", parts.hostname or "")
    if ":" in host:
        host = f"[{host}]"
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    query = "&".join(
        part
        for part in parts.query.split("&")
        if not _TRACKER.fullmatch(part.partition("=")[0]) and part.partition("=")[2] not in _FROM_A_FEED
    )
    path = re.sub("/{2,}", "/", parts.path).rstrip("/") or "/"
    return urlunsplit(("https", host + port, path, query, parts.fragment))


def is_web_url(url: str) -> bool:
    """Whether an address is http or https with a host, can be taken apart, and is of usable length."""
    if len(url) <= MAX_URL and _PLAIN.fullmatch(url):
        return True
    try:
        url.encode()
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(host)
        and port != 0
        and len(quote(url, safe=printable)) <= MAX_URL
    )
