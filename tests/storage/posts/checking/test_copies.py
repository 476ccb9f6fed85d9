"""Near-copies, in groups."""

from storage.posts.checking.copies import find_copies, sketch
from storage.posts.checking.finding import Finding
from tests.storage.posts.checking.conftest import written

WORDS = "memory foundry wafer photonics licence grid battery camera orbit vaccine".split()


def text(topic: str, *, start: int = 0) -> str:
    """Ten sentences on a topic, from a number on."""
    return "\n\n".join(
        f"Sentence {number} on {topic} says that {topic} matters." for number in range(start, start + 10)
    )


def found(*posts: tuple[str, str]) -> list[Finding]:
    made = [
        written(body, title=title, name=f"{number}.md").post for number, (title, body) in enumerate(posts)
    ]
    return list(find_copies([sketch(post) for post in made]))


OTHERS = [(f"About {word}", text(word)) for word in WORDS]


def test_posts_with_the_same_sentences_are_one_group_whatever_their_titles() -> None:
    copies = [("One", text("zeppelins")), ("Two", text("zeppelins", start=2)), ("Three", text("zeppelins"))]
    (group,) = found(*copies, *OTHERS)
    assert (group.kind, group.file, group.others) == ("near-copy", "0.md", ("1.md", "2.md"))
    assert group.said == "3 posts are nearly the same as One"


def test_posts_that_share_a_few_sentences_are_none() -> None:
    assert found(("One", text("zeppelins")), ("Two", text("zeppelins", start=6)), *OTHERS) == []


def test_posts_on_one_thing_in_other_sentences_are_a_group() -> None:
    one = "Acme tapes out the Roadrunner chip. The Roadrunner is fast. Acme says Roadrunner is cheap."
    other = "With Roadrunner comes a fast part; Roadrunner by Acme. What does Acme want of it? Roadrunner!"
    (group,) = found(("Acme Roadrunner tapes out", one), ("The Acme Roadrunner chip", other), *OTHERS)
    assert (group.file, group.others) == ("0.md", ("1.md",))


def test_two_generations_of_a_product_are_none() -> None:
    one = "Acme tapes out the Roadrunner chip. The Roadrunner is fast. Acme says Roadrunner is cheap."
    other = "With Roadrunner comes a fast part; Roadrunner by Acme. What does Acme want of it? Roadrunner!"
    assert found(("Acme Roadrunner 3", one), ("Acme Roadrunner 4", other), *OTHERS) == []


def test_posts_without_text_or_title_words_are_no_copies_of_each_other() -> None:
    assert found(("?", ""), ("!", ""), *OTHERS) == []
    assert found() == []
