"""A post as it is named to a reader."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ShownPost:
    """What names a post: enough for a line in a table, and for a link to it."""

    id: int
    file: str
    title: str
    url: str
    published: datetime | None
    rewritten_at: datetime | None = None  # title or text last changed after it was imported
    rewritten_by: str = ""  # the commit that did it, if that is known
