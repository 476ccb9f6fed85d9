"""All that was reported of stories, whether it touches a post or not."""

from collections import Counter, defaultdict
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from storage.followups.followup import Coverage
from storage.models import ItemRow, SourceRow


def coverage_of(session: Session, stories: Select[int]) -> dict[int, Coverage]:
    """What was reported of each of the chosen stories, by its id."""
    query = (
        select(ItemRow.story_id, ItemRow.moment, ItemRow.language, SourceRow.name)
        .join(SourceRow, SourceRow.id == ItemRow.source_id)
        .where(ItemRow.story_id.in_(stories))
        .order_by(ItemRow.moment, ItemRow.id)
    )
    first: dict[int, tuple[str, datetime]] = {}
    languages: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for story_id, moment, language, source in session.execute(query):
        story = story_id or 0
        first.setdefault(story, (source, moment))
        languages[story][language or "?"] += 1
    return {story: Coverage(*first[story], dict(languages[story])) for story in first}
