"""Links as they stand in documents, made whole."""

from urllib.parse import urljoin

from w3lib.url import safe_url_string

from storage.urls import is_web_url


def web_link(base: str, link: str) -> str | None:
    """A link of a document at `base` as an absolute, percent-encoded web address; none if it is none."""
    link = link.strip()
    if not link:
        return None
    try:
        url = safe_url_string(urljoin(base, link))
    except ValueError:
        return None
    return url if url.isascii() and is_web_url(url) else None  # a host that IDNA lacks stays as it was
