"""Addresses of articles: when two of them are the same article's."""

from urllib.parse import urlsplit, urlunsplit

from courlan import normalize_url
from w3lib.url import canonicalize_url, url_query_cleaner

# Trackers that the libraries leave in.
_TRACKERS = [
    "at_campaign", "at_medium", "cmpid", "guccounter", "igshid", "mc_cid", "mc_eid", "mkt_tok", "ncid", "ref",
    "smid", "spm", "taid", "yclid",
]  # fmt: skip


def canonical_url(url: str, *, keep_fragment: bool = False) -> str:
    """The form under which an article is known once: no tracking, one scheme, no fragment, sorted query.

    It identifies the article and is never fetched. `keep_fragment` is for pages that hold many items.
    """
    parts = urlsplit(canonicalize_url(url.strip(), keep_fragments=keep_fragment))
    host = (parts.hostname or "").removeprefix("www.")
    if ":" in host:
        host = f"[{host}]"
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    bare = urlunsplit(("https", host + port, parts.path.rstrip("/") or "/", parts.query, parts.fragment))
    cleaned: str = normalize_url(bare, trailing_slash=True)
    return str(url_query_cleaner(cleaned, _TRACKERS, remove=True, keep_fragments=True))


def is_web_url(url: str) -> bool:
    """Whether an address is http or https with a host, and can be taken apart at all."""
    try:
        parts = urlsplit(url.strip())
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
