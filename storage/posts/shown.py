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
