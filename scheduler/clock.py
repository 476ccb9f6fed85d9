"""The one place that asks what time it is; everything else is handed the answer."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present, aware, in UTC."""
    return datetime.now(UTC)
