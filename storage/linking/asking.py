"""Asking the store about one item and one post: why they are linked as they are, or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.errors import InputError
from storage.followups.raising import ONE_MATTER, Call, said_new, settled_by
from storage.followups.status import LARGEST_ID
from storage.insert import storable
from storage.linking.alike import alike
from storage.linking.decision import AGAINST_POST
from storage.linking.encoder import Encoder
from storage.linking.evidence import Evidence, EvidenceFinder
from storage.linking.explaining import Check, Explanation, explain
from storage.linking.index import PostIndex
from storage.linking.loading import load_index, load_lessons
from storage.linking.names import Vocabulary
from storage.linking.news import encode, read_news, with_vectors
from storage.linking.stored import news_of
from storage.linking.timing import KNOWN_TO_POST, knew_of_news
from storage.models import ItemRow, LinkRow, PostRow
from storage.posts.wish import EVERGREEN, NEVER
from storage.urls import canonical_url, is_web_url


@dataclass(frozen=True)
class StoredLink:
    """A link as the last linking of its item made it."""

    score: float
    followup: bool
    kind: str
    linked_at: datetime


@dataclass(frozen=True)
class Answer:
    """All that there is to say of an item and a post."""

    item: ItemRow
    post: PostRow
    explanation: Explanation
    checks: tuple[Check, ...]  # those of the linker, then those of the store
    evidence: Evidence
    stored: StoredLink | None

    @property
    def stopped(self) -> Check | None:
        """The first rule that the pair does not pass; none: it is a follow-up."""
        return next((check for check in self.checks if not check.passed), None)


def ask(
    session: Session,
    item: str,
    post: str,
    vocabulary: Vocabulary,
    encoder: Encoder | None,
    *,
    probability: float | None = None,
) -> Answer:
    """Explain a pair: the item by id or URL, the post by id, URL or file name. Nothing is written.

    `probability` is that from which on a follow-up is raised; none for the learned one.
    Raises `InputError` if there is no such item or post.
    """
    row, written = _item(session, storable(item)), _post(session, storable(post))
    index = load_index(session, vocabulary, encoder)
    news = news_of(row)
    reading = read_news(news, vocabulary)
    if encoder is not None and index.vectors is not None:
        (encoded,) = encode([news], encoder, vocabulary.names, index.written)
        reading = with_vectors(reading, encoded)
    place = index.place_of[written.id]
    finder = EvidenceFinder(index, lambda _id: written.text)
    evidence = finder.find(place, reading, finder.read_news(reading))
    explanation = explain(reading, place, index, load_lessons(session, index), probability, evidence.kind)
    link = session.get(LinkRow, (row.id, written.id))
    return Answer(
        row,
        written,
        explanation,
        (
            *explanation.checks,
            *_content_checks(evidence, index.posts[place].wish),
            *_store_checks(session, row, index, place, evidence, written.lead_words.split()),
        ),
        evidence,
        StoredLink(link.score, link.followup, link.kind, link.linked_at) if link else None,
    )


def _content_checks(evidence: Evidence, wish: str) -> list[Check]:
    return [
        Check(
            "it says something that the post does not",
            bool(evidence.kind),
            evidence.kind or "no new figure or name, and the words of its title stand in the post",
            "a figure, a name or a fifth of its title that the post does not have",
        ),
        Check(
            "the post may be updated",
            not wish or (wish != NEVER and evidence.kind in AGAINST_POST),
            f"followup: {wish}" if wish else "nothing is said against it",
            "for an evergreen post: news that contradicts or replaces it"
            if wish == EVERGREEN
            else "front matter that does not say `followup: never`",
        ),
    ]


def _store_checks(
    session: Session, item: ItemRow, index: PostIndex, place: int, evidence: Evidence, lead: Sequence[str]
) -> list[Check]:
    post = index.posts[place]
    late = knew_of_news(post, item.moment)
    settled = None
    if item.story_id is not None:
        like = {index.posts[at].id: cosine for at, cosine in alike(place, lead, index, ONE_MATTER).items()}
        new = said_new(evidence.as_json())
        settled = settled_by(session, Call(post.id, item.story_id, post.published, new, like))
    written = f"{post.published:%Y-%m-%d}" if post.published else "undated"
    return [
        Check(
            "the news is not older than the post",
            not late,
            f"news of {item.moment:%Y-%m-%d}, post of {written}",
            f"a post of the day after the news at the latest ({item.moment + KNOWN_TO_POST:%Y-%m-%d})",
        ),
        Check(
            "the item was news when its source was first read",
            not item.backlog,
            "it was older than [crawl] backlog" if item.backlog else "it was",
            "an item that is not older; it is never linked otherwise",
        ),
        Check(
            "you have not settled its story for this post",
            settled is None,
            f"follow-up {settled.id} is {settled.status}" if settled else "no follow-up is settled",
            f"something new of the story, or chipwatch followups reopen {settled.id}" if settled else "none",
        ),
    ]


def _id(wanted: str) -> int:
    """The id that a word is, 0 where it is none."""
    number = int(wanted) if wanted.isdecimal() and len(wanted) <= len(str(LARGEST_ID)) else 0
    return number if number <= LARGEST_ID else 0


def _item(session: Session, wanted: str) -> ItemRow:
    row = session.get(ItemRow, _id(wanted))
    if is_web_url(wanted):
        row = session.scalar(select(ItemRow).where(ItemRow.canonical_url == canonical_url(wanted)))
    if row is None:
        raise InputError(
            f"there is no item {wanted!r}; give its URL, or its id as `chipwatch followups --json` has it"
        )
    return row


def _post(session: Session, wanted: str) -> PostRow:
    row = session.scalar(select(PostRow).where(PostRow.file == wanted))
    if row is None:
        row = session.get(PostRow, _id(wanted))
    if row is None and is_web_url(wanted):
        same = canonical_url(wanted)
        urls = session.execute(select(PostRow.id, PostRow.url).order_by(PostRow.id))
        found = next(
            (i for i, url in urls if url == wanted or (is_web_url(url) and canonical_url(url) == same)), None
        )
        row = session.get(PostRow, found) if found is not None else None
    if row is None:
        raise InputError(f"there is no post {wanted!r}; `chipwatch posts list` has their file names")
    return row
