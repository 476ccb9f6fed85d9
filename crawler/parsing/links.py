"""Links as they stand in documents, made whole."""

import re
from urllib.parse import urljoin

from w3lib.url import safe_url_string

from crawler.parsing.redirectors import behind
from storage.hiding import hide_secrets
from storage.urls import MAX_URL, is_web_url

# An address that is whole and needs no escaping, as nearly all are.
_WHOLE = re.compile(
    r"https?://[a-z0-9.-]+(?::(?:[1-9]\d{1,3}|[1-5]\d{4}))?/[A-Za-z0-9/._~-]*(?:\?[A-Za-z0-9/._~=&-]*)?"
)

_LOGIN = re.compile(r"(?<=//)[^/?#]*@")


def web_link(base: str, link: str, *, told: bool = True) -> str | None:
    """A link of a document at `base` as an absolute, percent-encoded web address; none if it is none.

    Of a link by way of a counting server it is the address that it leads to, where that can be told. A link
    that may be `told` to others, as those of items are, takes over no login and no key of the base.
    """
    link = behind(link.strip())
    if not link or len(link) > MAX_URL * 2:
        return None
    if len(link) < MAX_URL and _WHOLE.fullmatch(link):
        return link
    try:
        url = safe_url_string(urljoin(_without_secrets(base) if told else base, link))
    except ValueError:
        return None
    return url if url.isascii() and is_web_url(url) else None  # a host that IDNA lacks stays as it was


def _without_secrets(base: str) -> str:
    bare = _LOGIN.sub("", base, count=1)
    return bare if hide_secrets(bare) == bare else bare.partition("?")[0]
