"""The text of an article's own page."""

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.parsing.article import MIN_TEXT, article_text

URL = "https://news.example/2nm"
FIRST = "The foundry has started its first line for chips of two nanometres, a year ahead of its plan."
SECOND = "Volume production is now planned for the first quarter of 2027, the company said on Tuesday."
PAGE = f"""<!doctype html><html><head><title>2 nm | Chip wire</title></head><body>
<nav><a href="/">Home</a><a href="/subscribe">Subscribe to our newsletter</a></nav>
<article><h1>Foundry starts its 2 nm line</h1><p>{FIRST}</p><p>{SECOND}</p>
<script>track("me")</script></article>
<section class="comments">
<p>A reader's comment that is long enough to look like a text of its own, surely.</p></section>
<footer>© Chip wire. All rights reserved.</footer></body></html>"""


def test_the_text_is_the_article_and_nothing_around_it() -> None:
    text = article_text(PAGE.encode(), URL)
    assert text is not None
    assert FIRST in text.split("\n")
    assert SECOND in text.split("\n")
    for other in ("Subscribe", "comment", "rights reserved", "track"):
        assert other not in text


def test_japanese_pages_in_their_old_encodings_are_read() -> None:
    sentence = "ラピダスは二ナノ世代の半導体の試作ラインを稼働させ、量産は来年の春に始める予定だと発表した。"
    page = (
        f'<html><head><meta charset="shift_jis"></head><body><article><p>{sentence * 4}</p></article></body>'
    )
    text = article_text(page.encode("shift_jis"), URL)
    assert text is not None
    assert sentence in text


def test_a_page_with_little_to_say_has_no_text() -> None:
    assert article_text(b"<html><body><p>We use cookies.</p></body></html>", URL) is None
    assert article_text(b"", URL) is None
    text = article_text(PAGE.encode(), URL)
    assert text is not None
    assert len(text) >= MIN_TEXT


@given(st.binary(max_size=300) | st.text("<>/p a='&#;!-\0é半\n", max_size=300).map(str.encode))
@settings(deadline=None)
def test_no_bytes_upset_the_reading(body: bytes) -> None:
    assert article_text(b"<html><body>" + body, URL) in (None, article_text(b"<html><body>" + body, URL))
