"""Bringing a blog's posts into the store: what is new or changed is read, all else is left as it is."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.claims.reading import Claim, read_claims
from storage.claims.wording import default_wordings
from storage.engine import Database
from storage.followups.leaving import leave, remove_posts
from storage.followups.settling import dismiss_unwanted
from storage.insert import storable
from storage.linking.names import Vocabulary
from storage.linking.words import title_words
from storage.models import ClaimRow, MentionRow, PostRow
from storage.posts.jekyll import Blog, Post, Skipped, find_posts, post_hash, read_post, too_large
from storage.posts.text import is_apology
from storage.posts.wish import NEVER

LEAD = 5  # paragraphs that say what a post is about
BATCH = 100  # posts a transaction: an interrupted import loses no more than this


@dataclass
class ImportReport:
    """What an import did, by file name."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)  # new or changed ones that are an apology
    unclear: list[str] = field(default_factory=list)  # those whose `followup` is not understood
    missing: list[str] = field(default_factory=list)  # in the store, but not where the import looked
    removed: bool = False  # whether the missing ones were taken out of the store


@dataclass(frozen=True)
class _Read:
    post: Post
    file_hash: str
    in_title: frozenset[str]
    in_lead: frozenset[str]
    counts: dict[str, int]
    lead_words: frozenset[str]
    failed: bool
    claims: list[Claim]


def import_posts(
    database: Database,
    path: Path,
    *,
    blog: Blog,
    vocabulary: Vocabulary,
    now: datetime,
    remove: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> ImportReport:
    """Import the posts at a path: a folder, or a single file.

    `progress` is called with the posts looked at and their total. Posts that are in the store but not in
    the folder are reported as missing, and taken out only with `remove`. Raises `InputError` if there is
    nothing at the path.
    """
    files = find_posts(path)
    report = ImportReport()
    names: set[str] = set()
    version = f"{vocabulary.version}-{default_wordings().version}"
    with database.read() as session:
        rows = session.execute(select(PostRow.file, PostRow.file_hash, PostRow.names_version))
        known = {file: (file_hash, version) for file, file_hash, version in rows}
    done = 0
    for batch in _batches(files):
        read = []
        for file in batch:
            result = _read(file, blog, vocabulary, version, known, names)
            if isinstance(result, Skipped):
                report.skipped.append(result)
            elif result is None:
                report.unchanged += 1
            else:
                read.append(result)
                if result.failed:
                    report.failed.append(result.post.file)
                if result.post.wish is None:
                    report.unclear.append(result.post.file)
                (report.changed if result.post.file in known else report.new).append(result.post.file)
        if read:
            with database.write() as session:
                _save(session, read, version, now)
        done += len(batch)
        progress(done, len(files))
    if path.is_dir():
        report.missing = sorted(set(known) - names)
        found = len(report.new) + len(report.changed) + report.unchanged
        if remove and report.missing and found:  # a folder without a single post is a wrong folder
            with database.write() as session:
                gone = session.scalars(select(PostRow.id).where(PostRow.file.in_(report.missing))).all()
                remove_posts(session, gone)
            report.removed = True
    return report


def _batches(files: Sequence[Path]) -> Iterator[Sequence[Path]]:
    for start in range(0, len(files), BATCH):
        yield files[start : start + BATCH]


def _read(
    file: Path,
    blog: Blog,
    vocabulary: Vocabulary,
    version: str,
    known: dict[str, tuple[str, str]],
    names: set[str],
) -> _Read | Skipped | None:
    name = storable(file.name)
    if name in names:
        return Skipped(str(file), f"a post named {name} was already read; file names must differ")
    try:
        if skipped := too_large(name, file.stat().st_size):
            names.add(name)
            return skipped
        data = file.read_bytes()
    except OSError as error:
        names.add(name)
        return Skipped(name, f"cannot be read: {error.strerror}")
    file_hash = post_hash(data, blog)
    post = None if known.get(name) == (file_hash, version) else read_post(name, data, blog)
    if not (isinstance(post, Skipped) and post.withdrawn):
        names.add(name)
    if post is None or isinstance(post, Skipped):
        return post
    in_title, lead, text = (
        mentions_in(part, vocabulary)
        for part in (post.title, "\n".join(post.paragraphs[:LEAD]), "\n".join(post.paragraphs))
    )
    failed = is_apology(post.title, post.paragraphs)
    return _Read(
        post,
        file_hash,
        frozenset(in_title),
        frozenset(lead),
        dict(in_title + text),
        frozenset().union(*map(title_words, post.paragraphs[:LEAD])),
        failed,
        [] if failed else read_claims(post.paragraphs, post.day, vocabulary, title=post.title),
    )


def mentions_in(text: str, vocabulary: Vocabulary) -> Counter[str]:
    """How often each name and topic stands in a text of a post."""
    return vocabulary.names.count(text) + vocabulary.topics.count_known(text)


def _save(session: Session, read: Sequence[_Read], names_version: str, now: datetime) -> None:
    rows = {
        row.file: row
        for row in session.scalars(select(PostRow).where(PostRow.file.in_([r.post.file for r in read])))
    }
    rewritten = []
    for result in read:
        post = result.post
        row = rows.get(post.file) or PostRow(file=post.file)
        text = "\n\n".join(post.paragraphs)
        if row.id is not None and (row.title, row.text) != (post.title, text):
            rewritten.append(row.id)
        row.title, row.url, row.published = post.title, post.url, post.published
        row.text = text
        row.lead_words, row.failed = " ".join(sorted(result.lead_words)), result.failed
        row.wish = post.wish or ""
        row.file_hash, row.names_version, row.imported_at = result.file_hash, names_version, now
        session.add(row)
        rows[post.file] = row
    session.flush()
    ids = [rows[result.post.file].id for result in read]
    for table in (MentionRow, ClaimRow):
        session.execute(delete(table).where(table.post_id.in_(ids)))
    mentions = [
        {
            "post_id": post_id,
            "name": name,
            "in_title": name in result.in_title,
            "in_lead": name in result.in_lead,
            "count": count,
        }
        for post_id, result in zip(ids, read, strict=True)
        for name, count in result.counts.items()
    ]
    if mentions:
        session.execute(MentionRow.__table__.insert(), mentions)  # type: ignore[attr-defined]
    claims = [
        {
            "post_id": post_id,
            "place": place,
            "sentence": claim.sentence,
            "names": list(claim.names),
            "figures": [asdict(figure) for figure in claim.figures],
            "plan": claim.plan,
            "due": claim.due,
        }
        for post_id, result in zip(ids, read, strict=True)
        for place, claim in enumerate(result.claims)
    ]
    if claims:
        session.execute(ClaimRow.__table__.insert(), claims)  # type: ignore[attr-defined]
    unwanted = [rows[result.post.file].id for result in read if result.post.wish == NEVER]
    leave(session, rewritten, plans=False)  # whether it still says what the others say is for the linker
    leave(session, unwanted, plans=True)
    dismiss_unwanted(session, unwanted, now=now)
