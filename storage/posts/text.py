"""Markdown to the paragraphs that a post really says: each once, and nothing after a leftover end mark."""

import re
from collections.abc import Iterable, Sequence
from html import unescape
from itertools import takewhile

from markdown_it import MarkdownIt
from markdown_it.token import Token

from storage.urls import canonical_url, is_web_url

_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_TAG = re.compile(r"<(?:[^<>]{0,500})>")
# What no reader of the page sees; where it is not closed, it goes on to the end, as in a browser.
_UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style|template)\b.*?(?:</\1\s*>|\Z)", re.S | re.I)
_LIQUID = re.compile(r"\{%.{0,300}?%\}|\{\{.{0,300}?\}\}", re.S)

_ADDRESS = re.compile(r"https?://[^\s<>\"'()\[\]{}|\\^`、。」』）]{4,2000}")

# Marks that text generators leave: what follows is a second draft or the prompt, not the post.
END_MARK = re.compile(r"^[ \t]*-{2,}[ \t]*END[ \t]*-{2,}[ \t\r]*$", re.M)


# What a text generator says instead of a post, at its start.
_APOLOGY = re.compile(
    r"申し訳(?:ありません|ございません)|情報を見つけること|(?:很)?抱歉，我|无法提供|죄송합니다|"
    r"\bI(?:'m| am) sorry\b|\bI apologize\b|\bAs an AI (?:language )?(?:model|assistant)\b",
    re.IGNORECASE,
)
APOLOGY_PARAGRAPHS = 2  # the first may be a heading; further on it is a mark left in a post that stands


def is_apology(title: str, texts: Sequence[str]) -> bool:
    """Whether a post is what a text generator says when it has failed."""
    return any(map(_APOLOGY.search, (title, *texts[:APOLOGY_PARAGRAPHS])))


def paragraphs(markdown: str) -> list[str]:
    """The paragraphs, headings, list items and table rows of a Markdown text, without markup.

    Text after an end mark is dropped, and of paragraphs that say the same only the first is kept: on the
    first user's blog half of the posts repeat more than a fifth of theirs.
    """
    body = END_MARK.split(markdown, maxsplit=1)[0]
    return _once(_plain(_MARKDOWN.parse(_LIQUID.sub(" ", body))))


def links_in(markdown: str) -> frozenset[str]:
    """The canonical addresses that a Markdown text, or HTML in it, links to or names."""
    found = (unescape(match[0].rstrip(".,;:!?")) for match in _ADDRESS.finditer(markdown))
    return frozenset(canonical_url(url) for url in found if is_web_url(url))


def lines_said(lines: Iterable[str]) -> list[str]:
    """The paragraphs of a text without markup that came line by line, by the same rules."""
    return _once(takewhile(lambda line: not END_MARK.match(line), lines))


def _plain(tokens: Iterable[Token]) -> Iterable[str]:
    row: list[str] | None = None
    for token in tokens:
        if token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            yield " | ".join(row)
            row = None
        elif token.type == "inline":
            text = _inline(token)
            if row is None:
                yield text
            else:
                row.append(text)
        elif token.type in ("fence", "code_block"):
            yield token.content
        elif token.type == "html_block":
            yield _TAG.sub(" ", _UNSEEN.sub(" ", token.content))


def _inline(token: Token) -> str:
    parts = []
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type in ("text", "code_inline") or child.type == "image":
            parts.append(child.content)
    return "".join(parts)


def _once(texts: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    kept = []
    for text in texts:
        line = " ".join(text.split())
        if line and line not in seen:
            seen.add(line)
            kept.append(line)
    return kept
