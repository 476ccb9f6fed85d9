"""A digest as JSON, for programs. Field names are a contract."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from scheduler.output import followup_json, plain_json
from scheduler.recipients import Recipient
from storage.digests.content import Contents


def digest_json(contents: Contents, to: Recipient, *, subject: str, now: datetime) -> dict[str, Any]:
    """The contents of a recipient's digest with stable field names, times in ISO 8601."""
    said: dict[str, Any] = plain_json(
        {
            "subject": subject,
            "made_at": now,
            "language": to.language,
            "followups": [
                followup_json(followup, followup.age_days(now, to.timezone))
                for followup in contents.followups
            ],
            "more": contents.more,
            "ideas": [asdict(idea) for idea in contents.ideas],
            "troubles": [
                {
                    "source_id": trouble.source_id,
                    "name": trouble.name,
                    "url": trouble.url,
                    "condition": trouble.condition,
                    "why": trouble.why,
                }
                for trouble in contents.troubles
            ],
            "still_in_trouble": contents.still,
            "watch": asdict(contents.watch),
            "days": [asdict(day) for day in contents.days],
        }
    )
    return said
