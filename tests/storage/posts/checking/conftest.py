"""Posts as their files have them."""

from storage.posts.checking.written import Written
from storage.posts.jekyll import Blog
from storage.posts.post import Post


def written(
    body: str = "A text.\n", *, title: str = "A title", date: str = "2025-11-03", name: str = "a.md"
) -> Written:
    """A post file with a front matter of four lines."""
    source = f"---\ntitle: '{title}'\ndate: {date}\n---\n{body}"
    post = Blog().read(name, source.encode())
    assert isinstance(post, Post)
    return Written(post, source)
