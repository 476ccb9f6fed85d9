"""Leftover marks and apologies."""

import pytest

from storage.posts.checking.marks import default_marks, find_apology, find_marks
from storage.posts.checking.written import Written
from tests.storage.posts.checking.conftest import written


def told(made: Written) -> list[tuple[int | None, str]]:
    return [(finding.line, finding.said) for finding in find_marks(made, default_marks())]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("---END---", "an end mark: ---END---"),
        ("--- END ---", "an end mark"),
        ("---END", "an end mark"),
        ("未来を切り拓いていきましょう。 ---END---", "an end mark"),
        ("<<<<<<< Updated upstream", "a merge that was not finished"),
        ("【既存の記事の最後の部分】", "a prompt for a text generator"),
        ("続きを書いてください：", "a prompt for a text generator"),
        ("7. 記事の末尾に ---END を必ず追加する", "a prompt for a text generator"),
        ("（既存記事の最後の部分から続く）", "a text generator's note on how the text goes on"),
        ("(文字数確認: 約3900文字)", "a text generator's note on how the text goes on"),
        ("はい、承知いたしました。記事の続きを書きます。", "a text generator's answer to its prompt"),
        ("、承知いたしました。", "a text generator's answer to its prompt"),
        ("Certainly! Here is the rewritten article:", "a text generator's answer to its prompt"),
        ("また、既存の記事でも触れましたが、", "words of a text generator that was handed the first part"),
        ("AI時代の\ufffd", "a character that was lost in another encoding"),
        ("[ここに画像の説明]", "a placeholder"),
        ("Lorem ipsum dolor", "a placeholder"),
    ],
)
def test_a_mark_is_found_with_its_line(line: str, said: str) -> None:
    ((number, what),) = told(written(f"Before.\n\n{line}\n"))
    assert number == 7
    assert what.startswith(said)


@pytest.mark.parametrize(
    "line",
    [
        "---",
        "THE END",
        "front-END--and more",
        "======= ",
        "重々承知している課題です。",
        "【注意】",
        "既存の記事をAIで書き直す企業が増えています。",
        "もちろん、続報を待つ必要があります。",
        "Of course, this is only the beginning.",
        "[続きを読む](/2025/09/07/)",
        "[TODO list](/todo)",
        "```\n---END---\n【要求事項】\n```",
    ],
)
def test_what_only_looks_like_one_is_left_alone(line: str) -> None:
    assert told(written(f"Before.\n\n{line}\n\nAfter.\n")) == []


def test_a_mark_on_several_lines_is_told_once() -> None:
    assert told(written("a\n\n---END---\n\nb\n\n---END---\n")) == [
        (7, "an end mark on 2 lines, first ---END---")
    ]


def test_a_mark_in_the_front_matter_counts() -> None:
    ((line, said),) = told(written(title="The article has been generated according to the instructions"))
    assert line == 2
    assert said.endswith("generated according to the ins")


def test_a_post_that_is_one_code_block_is_told() -> None:
    assert [said for _, said in told(written("```markdown\n## A heading\n\nText.\n```\n"))] == [
        "the whole post stands in a code block"
    ]


@pytest.mark.parametrize("hostile", ["-" * 200_000, "[" * 200_000, "（" * 200_000, "承知" * 100_000])
def test_a_hostile_line_takes_no_longer_than_another(hostile: str) -> None:
    assert told(Written(written().post, f"---\ntitle: a\n---\n{hostile}")) == []


def test_an_apology_is_told_with_its_line() -> None:
    (found,) = find_apology(written("申し訳ありませんが、情報を見つけることができませんでした。\n"))
    assert (found.kind, found.line) == ("apology", 5)
    (found,) = find_apology(written(title="I apologize, but I cannot search"))
    assert (found.line, found.said) == (2, "the title: I apologize, but I cannot search")
    assert list(find_apology(written("A text.\n"))) == []
