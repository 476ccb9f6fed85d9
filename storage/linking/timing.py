"""Whether a post could know of news: one that was written after it needs no follow-up from it."""

from dataclasses import replace
from datetime import datetime, timedelta

from storage.linking.decision import BACKGROUND
from storage.linking.index import IndexedPost
from storage.linking.linker import Link

# News that came out this long before a post was known to who wrote it.
KNOWN_TO_POST = timedelta(days=1)


def knew_of_news(post: IndexedPost, when: datetime) -> bool:
    """Whether a post came out so long after the news that it can be taken to have known of it."""
    return post.published is not None and post.published > when + KNOWN_TO_POST


def in_time(link: Link, when: datetime) -> Link:
    """A link of an item of a time, without its call for a follow-up where the post knew of the news."""
    if not link.followup or not knew_of_news(link.post, when):
        return link
    reason = f"the post is newer than the news ({link.post.published:%Y-%m-%d})"
    return replace(link, followup=False, kind=BACKGROUND, evidence=replace(link.evidence, reason=reason))
