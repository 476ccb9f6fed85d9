"""The text of an article's own page, by trafilatura."""

import trafilatura

MAX_TAGS = 20_000  # trafilatura takes a time that grows with their square
MIN_TEXT = 100  # characters; less is a cookie notice, not an article


def article_text(body: bytes, url: str) -> str | None:
    """The main text of an HTML page, paragraphs parted by newlines; none if it has none worth keeping."""
    if body.count(b"<") > MAX_TAGS:
        return None
    # Without its backup extractors: those load the stop words of a hundred languages, ours not among them.
    text = trafilatura.extract(
        body, url=url, include_comments=False, include_tables=False, favor_precision=True, fast=True
    )
    return text if text and len(text) >= MIN_TEXT else None
