"""Posts as their files have them."""

from storage.posts.checking.written import Written
from storage.posts.jekyll import Blog, Post, read_post


def written(
    body: str = "A text.\n", *, title: str = "A title", date: str = "2025-11-03", name: str = "a.md"
) -> Written:
    """A post file with a front matter of four lines."""
    source = f"---\ntitle: '{title}'\ndate: {date}\n---\n{body}"
    post = read_post(name, source.encode(), Blog())
    assert isinstance(post, Post)
    return Written(post, source)
