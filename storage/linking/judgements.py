"""An editor's verdicts in the form that judged news has, to score the linker by."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from storage.followups.verdicts import verdicts
from storage.linking.stored import news_of


@dataclass(frozen=True)
class Judged:
    """Rows of the two files: pairs with their grades, and the items in the form that `read_items` reads."""

    pairs: list[dict[str, Any]]
    items: list[dict[str, Any]]


def judged(session: Session) -> Judged:
    """Every pair of item and post that has a verdict; of several the last counts."""
    said = list(verdicts(session))
    grades = {(str(verdict.item.id), verdict.post_file): verdict.grade for verdict in said}
    items = {verdict.item.id: (verdict.item.url, news_of(verdict.item)) for verdict in said}
    return Judged(
        [{"item": item, "post": post, "grade": grade} for (item, post), grade in grades.items()],
        [
            {
                "id": news.id,
                "url": url,
                "title": news.title,
                "text": news.text,
                "lang": news.language,
                "date": news.when.isoformat() if news.when else None,
            }
            for url, news in items.values()
        ],
    )
