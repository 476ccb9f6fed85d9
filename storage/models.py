"""The tables. Words are the design's: source, item, story, post, link, follow-up, digest.

All times are UTC and aware in Python. A column's meaning stands beside it where its name does not say it.
"""

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime on every database; SQLite itself keeps no offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: whoever made one did not know what it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the time back aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Metadata with named constraints, so that migrations can name them too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        str: Text(),
        bytes: LargeBinary(),
        dict[str, Any]: JSON(),
        list[int]: JSON(),
        list[str]: JSON(),
        list[dict[str, str]]: JSON(),
    }


class SourceRow(Base):
    """What is remembered of a source between crawls; what a source is stands in the settings."""

    __tablename__ = "source"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(unique=True)  # as the settings have it
    name: Mapped[str]
    kind: Mapped[str]
    selectors: Mapped[str] = mapped_column(default="")  # where on a page the articles stand, as last read
    address: Mapped[str]  # that is asked: the URL, or where the source has moved for good
    moving_to: Mapped[str | None]  # where permanent redirects led at the last visits, and at how many
    moving_seen: Mapped[int] = mapped_column(default=0)
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    validated_url: Mapped[str | None]  # the address that gave the two validators
    body_hash: Mapped[str | None]  # of the last body that was read, to know it again without a validator
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]  # last time it gave what a source should give
    due_at: Mapped[datetime | None]  # none: at once, or never again if it is retired
    due_why: Mapped[str | None]  # what that time was reckoned from
    base: Mapped[int]  # seconds: the interval of the settings, from which the next one starts
    interval: Mapped[int]  # seconds: as it has adapted
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    weight: Mapped[float] = mapped_column(default=0.0)  # of those failures; the next visit waits by its power
    failing_since: Mapped[datetime | None]  # of the same kind without a break
    trouble: Mapped[str | None]  # the kind of the last failure: temporary, hard, missing, gone
    error: Mapped[str | None]  # what was wrong at the last visit, none if it went well
    retired_at: Mapped[datetime | None]  # its server said that it is gone for good
    ttl: Mapped[int | None]  # seconds that the feed itself asks to be left alone between two visits
    skip_hours: Mapped[list[int]]  # hours of the day and days of the week that the feed asks to be skipped
    skip_days: Mapped[list[int]]
    counts: Mapped[list[int]]  # entries of its last answers, the latest last
    usual_entries: Mapped[float | None]  # of an answer; it follows slowly when there are fewer
    newest_at: Mapped[datetime | None]  # when the newest of its items came out
    usual_gap: Mapped[int | None]  # seconds between its items, on average, and at most
    longest_gap: Mapped[int | None]


class StoryRow(Base):
    """Items that report one event."""

    __tablename__ = "story"

    id: Mapped[int] = mapped_column(primary_key=True)
    first_seen: Mapped[datetime]  # the moments of its first and its last item
    last_seen: Mapped[datetime] = mapped_column(index=True)


class ItemRow(Base):
    """One news article as collected."""

    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), index=True)  # that brought it first
    url: Mapped[str]
    canonical_url: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    text: Mapped[str]
    language: Mapped[str]  # ISO 639-1, "" where it cannot be told
    published: Mapped[datetime | None]  # as the source says
    first_seen: Mapped[datetime] = mapped_column(index=True)
    moment: Mapped[datetime] = mapped_column(index=True)  # published, or first seen where no date was given
    changed_at: Mapped[datetime | None]  # title or text last differed from what was stored
    article: Mapped[str | None]  # text of the article's own page, where the source gave only a teaser
    article_asked_at: Mapped[datetime | None]  # the page answered, with a text or without
    article_failures: Mapped[int] = mapped_column(default=0)  # times that it could not be fetched
    story_id: Mapped[int | None] = mapped_column(ForeignKey("story.id"), index=True)
    linked_at: Mapped[datetime | None] = mapped_column(index=True)  # none: waits for the linker
    linked_by: Mapped[str] = mapped_column(default="")  # the settings that it was linked by
    backlog: Mapped[bool] = mapped_column(default=False)  # old when its source was first read: never linked


class SightingRow(Base):
    """An item as one source names it: the feed's own id of it."""

    __tablename__ = "sighting"
    __table_args__ = (UniqueConstraint("source_id", "feed_id"),)

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"), primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), primary_key=True)
    feed_id: Mapped[str | None]
    seen_at: Mapped[datetime]


class TrimmedRow(Base):
    """What is left of an item that was trimmed: enough to know it again."""

    __tablename__ = "trimmed"

    key: Mapped[str] = mapped_column(
        primary_key=True
    )  # a hash of its canonical URL, or of a source's id of it
    trimmed_at: Mapped[datetime]


class RobotsRow(Base):
    """A site's robots.txt as it was last fetched; empty if it has none."""

    __tablename__ = "robots"

    origin: Mapped[str] = mapped_column(primary_key=True)  # such as https://news.example
    text: Mapped[str]
    fetched_at: Mapped[datetime]


class PostRow(Base):
    """A post of the user's own blog, as last imported."""

    __tablename__ = "post"

    id: Mapped[int] = mapped_column(primary_key=True)
    file: Mapped[str] = mapped_column(
        unique=True
    )  # the file's name, on the web the address's path; it names the post everywhere
    title: Mapped[str]
    url: Mapped[str]
    published: Mapped[datetime | None] = mapped_column(index=True)
    text: Mapped[str]  # paragraphs parted by blank lines: no markup, no repeated paragraph, no leftovers
    lead_words: Mapped[str] = mapped_column(default="")  # of its first paragraphs, parted by spaces
    failed: Mapped[bool] = mapped_column(default=False)  # a text generator's apology instead of a post
    wish: Mapped[str] = mapped_column(default="")  # its front matter's `followup`: evergreen, never, or ""
    rewritten_at: Mapped[datetime | None]  # when it was read after title or text had last been edited
    rewritten_by: Mapped[str] = mapped_column(default="")  # the commit that did it, where the blog is in git
    file_hash: Mapped[str]  # of one from the web with a blank and what its site says of its last change
    names_version: Mapped[str]  # of the tables that the mentions and claims were found with
    imported_at: Mapped[datetime]


class MentionRow(Base):
    """A name or topic that a post mentions."""

    __tablename__ = "mention"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True, index=True)
    in_title: Mapped[bool]
    in_lead: Mapped[bool] = mapped_column(default=False)  # in the first paragraphs
    count: Mapped[int]


class ClaimRow(Base):
    """A sentence of a post that asserts something which can become wrong."""

    __tablename__ = "claim"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)  # in the order of the post, from 0
    sentence: Mapped[str]
    names: Mapped[list[str]]
    figures: Mapped[list[dict[str, str]]]  # shown, key and kind, as `storage.linking.figures.Figure`
    plan: Mapped[bool]  # it says that something will happen by a time
    due: Mapped[date | None] = mapped_column(index=True)  # the last day of that time, where it is sure


class PostVectorRow(Base):
    """The vector of one passage of a post."""

    __tablename__ = "post_vector"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)  # as `storage.linking.passages` counts them
    text_hash: Mapped[str]  # of the passage; "" and an empty vector where the post has none there
    encoder: Mapped[str]
    vector: Mapped[bytes]  # half-precision floats, little-endian


class ItemVectorRow(Base):
    """An item's vectors, kept while later items may report the same event."""

    __tablename__ = "item_vector"

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"), primary_key=True)
    text_hash: Mapped[str] = mapped_column(default="")  # of title and text that they were made of
    encoder: Mapped[str]
    title: Mapped[bytes]  # as those of posts; with names as the blog writes them
    opening: Mapped[bytes]


class LinkRow(Base):
    """Item to post: a score, and the evidence for it."""

    __tablename__ = "link"

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"), primary_key=True)
    post_id: Mapped[int] = mapped_column(
        ForeignKey("post.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    score: Mapped[float]
    followup: Mapped[bool]
    kind: Mapped[str]
    evidence: Mapped[dict[str, Any]]  # as `storage.linking.evidence.Evidence`
    linked_at: Mapped[datetime]


class FollowupRow(Base):
    """A post that needs an update, and its near-copies with it."""

    __tablename__ = "followup"
    __table_args__ = (
        # One follow-up a post may wait at a time; what is settled stays as history.
        Index(
            "uq_followup_waiting",
            "post_id",
            unique=True,
            sqlite_where=text("status IN ('open', 'snoozed')"),
            postgresql_where=text("status IN ('open', 'snoozed')"),
        ),
        {"sqlite_autoincrement": True},  # mails name it by its number, which no other may get
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(
        ForeignKey("post.id", ondelete="CASCADE"), index=True
    )  # it was opened for
    status: Mapped[str] = mapped_column(index=True)  # open, snoozed, done, dismissed
    opened_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]  # done or dismissed since
    snoozed_until: Mapped[datetime | None]
    ground: Mapped[str | None]  # of a dismissal: not-about, nothing-new, evergreen
    reason: Mapped[str | None]  # the editor's own words


class FollowupPostRow(Base):
    """A post of a follow-up: the one that it was opened for, and those that say the same."""

    __tablename__ = "followup_post"

    followup_id: Mapped[int] = mapped_column(ForeignKey("followup.id", ondelete="CASCADE"), primary_key=True)
    post_id: Mapped[int] = mapped_column(
        ForeignKey("post.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class FollowupPlanRow(Base):
    """A plan of a post whose time has passed."""

    __tablename__ = "followup_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    followup_id: Mapped[int] = mapped_column(ForeignKey("followup.id", ondelete="CASCADE"), index=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    sentence: Mapped[str]  # as the claim has it
    due: Mapped[date]  # the last day of the time that it names
    added_at: Mapped[datetime]


class FollowupStoryRow(Base):
    """A story that calls for a follow-up."""

    __tablename__ = "followup_story"

    followup_id: Mapped[int] = mapped_column(ForeignKey("followup.id", ondelete="CASCADE"), primary_key=True)
    story_id: Mapped[int] = mapped_column(ForeignKey("story.id"), primary_key=True, index=True)
    added_at: Mapped[datetime]


class RecipientRow(Base):
    """Somebody or something that gets digests, as a daemon first saw it in the settings."""

    __tablename__ = "recipient"

    name: Mapped[str] = mapped_column(primary_key=True)  # as in `digest`
    known_since: Mapped[datetime]  # slots from before bring no first digest


class DigestRow(Base):
    """One digest for one recipient, recorded before it is handed over: the outbox, and its history."""

    __tablename__ = "digest"
    __table_args__ = (
        UniqueConstraint("recipient", "scheduled_for"),
        Index("ix_digest_waiting", "silent", "sent_at"),  # the outbox is looked into every two seconds
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str]  # an address; "files"; "chat" with the service and a hash of its URL
    scheduled_for: Mapped[datetime | None]  # none: sent by hand
    created_at: Mapped[datetime]
    followups: Mapped[int]  # how many it carries
    silent: Mapped[bool]  # a day without news, of which nothing is said: there is nothing to hand over
    subject: Mapped[str]
    html: Mapped[str]
    text: Mapped[str]
    chart: Mapped[bytes | None]  # PNG that the HTML shows
    data: Mapped[dict[str, Any]]  # the same as JSON
    message_id: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]  # for good: it is not tried again by itself
    error: Mapped[str | None]  # of the last attempt


class ToldStoryRow(Base):
    """A story of a follow-up that a digest carried."""

    __tablename__ = "told_story"
    __table_args__ = (
        ForeignKeyConstraint(
            ["followup_id", "story_id"],
            ["followup_story.followup_id", "followup_story.story_id"],
            ondelete="CASCADE",
        ),
        Index("ix_told_story_followup", "followup_id", "story_id"),
    )

    digest_id: Mapped[int] = mapped_column(ForeignKey("digest.id", ondelete="CASCADE"), primary_key=True)
    followup_id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = mapped_column(primary_key=True)
    said: Mapped[list[str]]  # the keys of figures and changes that its reports had then


class ToldPlanRow(Base):
    """A plan of a follow-up that a digest carried."""

    __tablename__ = "told_plan"

    digest_id: Mapped[int] = mapped_column(ForeignKey("digest.id", ondelete="CASCADE"), primary_key=True)
    plan_id: Mapped[int] = mapped_column(
        ForeignKey("followup_plan.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class ToldIdeaRow(Base):
    """A story without a post that a digest carried."""

    __tablename__ = "told_idea"

    digest_id: Mapped[int] = mapped_column(ForeignKey("digest.id", ondelete="CASCADE"), primary_key=True)
    story_id: Mapped[int] = mapped_column(
        ForeignKey("story.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class ToldTroubleRow(Base):
    """A source in trouble that a digest carried; it goes when the source is well again."""

    __tablename__ = "told_trouble"

    digest_id: Mapped[int] = mapped_column(ForeignKey("digest.id", ondelete="CASCADE"), primary_key=True)
    source_id: Mapped[int] = mapped_column(
        ForeignKey("source.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    condition: Mapped[str]  # as `chipwatch sources` says it


class WatchRow(Base):
    """The daemon of this database: one row, while one runs and after."""

    __tablename__ = "watch"

    id: Mapped[int] = mapped_column(primary_key=True)  # always 1
    host: Mapped[str]
    process: Mapped[int]
    version: Mapped[str]
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]  # when its loop was last known to turn


class JobRow(Base):
    """What the daemon last did of each kind."""

    __tablename__ = "job"

    name: Mapped[str] = mapped_column(primary_key=True)  # crawl, digest, posts, housekeeping
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # none: it is at it, or died at it
    did: Mapped[str]  # in a line
    error: Mapped[str | None]  # why it failed
