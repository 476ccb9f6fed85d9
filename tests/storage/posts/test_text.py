"""Markdown becomes the paragraphs that a post says, each once, without markup and leftovers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.posts.text import APOLOGY_PARAGRAPHS, is_apology, paragraphs


@pytest.mark.parametrize(
    ("markdown", "texts"),
    [
        ("One\ntwo\n\nThree", ["One two", "Three"]),
        ("# A *bold* `code` title #", ["A bold code title"]),
        ("Title\n=====\n\ntext", ["Title", "text"]),
        ("- one\n- two\n  - three\n\n1. four", ["one", "two", "three", "four"]),
        ("> quoted **words**", ["quoted words"]),
        ("[shown](https://acme.example 'hidden') ~~gone~~", ["shown gone"]),
        ("![what it shows](chip.png)", ["what it shows"]),
        ("hard  \nbreak", ["hard break"]),
        ("```py\nx = 1\n```", ["x = 1"]),
        ("a &amp; b &lt;c&gt;", ["a & b <c>"]),
        ("**量産**は*2026年*", ["量産は2026年"]),
        ("", []),
        ("---", []),
    ],
)
def test_markup_is_taken_off(markdown: str, texts: list[str]) -> None:
    assert paragraphs(markdown) == texts


def test_a_table_is_read_by_rows() -> None:
    table = "| Chip | Node |\n|---|--:|\n| Orion | **3nm** |\n| | 2nm |"
    assert paragraphs(table) == ["Chip | Node", "Orion | 3nm", "| 2nm"]


def test_html_leaves_only_its_text() -> None:
    block = '<div class="x">\n<p>In a <b>block</b></p>\n</div>\n\n'
    html = block + 'and <span id="y">inline</span><br>.\n\n<!-- a comment -->'
    assert paragraphs(html) == ["In a block", "and inline."]


@pytest.mark.parametrize(
    "html",
    ["<script>\nvar a = 1\n</script>", "<style>\np {}\n</style>", "<!-- a <b> -->", f"<!-- {'x' * 600} -->"],
)
def test_scripts_styles_and_comments_are_no_text(html: str) -> None:
    assert paragraphs(html) == []


def test_code_that_is_shown_keeps_what_would_be_unseen_in_html() -> None:
    assert paragraphs("```html\nkept <!-- a comment\nand kept\n```") == ["kept <!-- a comment and kept"]


def test_liquid_is_taken_out() -> None:
    assert paragraphs("{% include ad.html\n x=1 %}before {{ page.title }} after") == ["before after"]
    assert paragraphs("{ % not liquid } {") == ["{ % not liquid } {"]


@pytest.mark.parametrize("mark", ["---END---", "--END--", " ----- END ----- ", "---END---\r"])
def test_nothing_after_an_end_mark_is_read(mark: str) -> None:
    assert paragraphs(f"the post\n{mark}\nthe prompt\n{mark}\nmore") == ["the post"]


@pytest.mark.parametrize("text", ["say ---END--- here", "END", "-END-", "---end---"])
def test_what_only_looks_like_an_end_mark_is_text(text: str) -> None:
    assert paragraphs(f"before\n\n{text}\n\nafter") == ["before", text, "after"]


def test_a_repeated_paragraph_is_kept_once_in_its_first_place() -> None:
    assert paragraphs("one\n\ntwo\n\none\n\n# two\n\n- one\n\nthree  \none") == ["one", "two", "three one"]
    assert paragraphs("one  two\n\none\ntwo") == ["one two"]


@settings(deadline=None)
@given(st.text(st.characters()))
def test_any_text_has_paragraphs_without_blank_edges_and_each_once(text: str) -> None:
    found = paragraphs(text)
    assert all(paragraph and paragraph == " ".join(paragraph.split()) for paragraph in found)
    assert len(set(found)) == len(found)


MARKUP = [
    "#",
    "*",
    "**",
    "_",
    "`",
    "```",
    "~~",
    "|",
    "-|-",
    "\n",
    "\n\n",
    "    ",
    "- ",
    "1. ",
    "> ",
    "[",
    "](",
    ")",
]
MARKUP += [
    "![",
    "<b>",
    "</",
    "<!--",
    "-->",
    "<?",
    "&amp;",
    "&#0;",
    "&#xD800;",
    "{%",
    "%}",
    "{{",
    "}}",
    "\\",
    "\0",
]
MARKUP += ["---END---", "\r\n", "a", "文", "[a]: b", "<http://a>"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(MARKUP), max_size=30).map("".join))
def test_any_markup_can_be_read(text: str) -> None:
    assert all(paragraphs(text))


@pytest.mark.usefixtures("promptly")
@pytest.mark.parametrize(
    ("piece", "times"),
    [
        *((piece, 5_000) for piece in ["[", "![", "*a ", "<", "> ", "- ", "{%", "&", "|", "``a`", "a\n\n"]),
        ("\n", 100_000),
    ],
)
def test_a_long_run_of_one_mark_is_read_promptly(piece: str, times: int) -> None:
    assert paragraphs("a" + piece * times + "x")[0].startswith("a")


@pytest.mark.parametrize(
    "text",
    [
        "申し訳ありませんが、その記事は書けません。",
        "申し訳ございません。",
        "この話題の情報を見つけることができませんでした。",
        "很抱歉，我无法完成。",
        "抱歉，我不能这样做。",
        "죄송합니다. 정보를 찾을 수 없습니다.",
        "I'm sorry, but I cannot write this.",
        "I am sorry",
        "i apologize for the confusion",
        "As an AI language model",
    ],
)
def test_what_a_text_generator_says_when_it_has_failed_is_an_apology(text: str) -> None:
    assert is_apology(text, [])
    assert is_apology("Acme ships", ["Orion.", f"Here: {text}"])


@pytest.mark.parametrize(
    "text",
    [
        "Acme apologizes to Borealis",
        "Has an AI chip",
        "As an AI company, Acme spends more on chips",
        "アクメが謝罪",
        "抱歉的客户",
        "Hi Sorry",
        "I'm sorrier",
        "",
    ],
)
def test_what_only_speaks_of_being_sorry_is_no_apology(text: str) -> None:
    assert not is_apology(text, [text])


def test_an_apology_stands_at_the_start_of_a_post() -> None:
    before = ["Orion."] * (APOLOGY_PARAGRAPHS - 1)
    assert is_apology("Acme ships", [*before, "I'm sorry."])
    assert not is_apology("Acme ships", [*before, "Orion.", "I'm sorry."])
