"""Bringing a blog's posts into the store: what is new or changed is read, all else is left as it is."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from storage.claims.reading import Claim, read_claims
from storage.claims.wording import default_wordings
from storage.engine import Database
from storage.followups.leaving import leave, remove_posts
from storage.followups.settling import dismiss_unwanted
from storage.followups.updating import Rewritten, close_taken_up
from storage.insert import storable
from storage.linking.names import Vocabulary
from storage.linking.words import title_words
from storage.models import ClaimRow, MentionRow, PostRow
from storage.posts.commits import commit_of
from storage.posts.files import post_files
from storage.posts.front_matter import too_large
from storage.posts.post import BlogReader, Post, Skipped
from storage.posts.text import is_apology
from storage.posts.wish import NEVER

LEAD = 5  # paragraphs that say what a post is about
BATCH = 100  # posts a transaction: an interrupted import loses no more than this


@dataclass
class ImportReport:
    """What an import did, by name of post."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)  # new or changed ones that are an apology
    closed: list[int] = field(default_factory=list)  # follow-ups that the changed posts have taken up
    unclear: list[str] = field(default_factory=list)  # those whose `followup` is not understood
    missing: list[str] = field(default_factory=list)  # in the store, but not where the import looked
    removed: bool = False  # whether the missing ones were taken out of the store
    by: str = "files"  # what the posts were read by: or WordPress, sitemap, feed
    address: str = ""  # of that, for a blog on the web
    notes: list[str] = field(default_factory=list)  # what went otherwise on the way, a sentence each
    others: int = 0  # pages that are no posts
    stopped: bool = False  # broken off before its end


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
    edited: bool  # it was stored, and its file or page has changed since; else only we read it otherwise
    commit: str  # that changed it, if that is known


@dataclass(frozen=True)
class Found:
    """A post that was found and may have to be read: what it is called, and what changes when it does."""

    name: str
    hash: str  # for one from the web with its revision, as `version_of` puts them together
    read: Callable[[], Post | Skipped]
    where: str = ""  # to tell it from another one of the same name


def version_of(digest: str, revision: str) -> str:
    """A post's hash with what its site says of when it last changed, which alone makes it no other post."""
    return f"{digest} {revision}" if revision else digest


class Import:
    """An import under way: what is found is read and saved batch by batch, and counted in its report."""

    def __init__(self, database: Database, vocabulary: Vocabulary, now: datetime) -> None:
        self.report = ImportReport()
        self._database, self._vocabulary, self._now = database, vocabulary, now
        self._version = f"{vocabulary.version}-{default_wordings().version}"
        self._names: set[str] = set()  # of all that was found
        with database.read() as session:
            rows = session.execute(select(PostRow.file, PostRow.file_hash, PostRow.names_version))
            self._known = {file: (file_hash, version) for file, file_hash, version in rows}

    def revision(self, name: str) -> str | None:
        """What was said of when a post last changed, "" for nothing; none for a post that is not stored."""
        return self._known[name][0].partition(" ")[2] if name in self._known else None

    def take(self, batch: Iterable[Found | Skipped]) -> None:
        """Read and save, in one transaction, those that are new or changed."""
        read: list[_Read] = []
        revised: dict[str, str] = {}
        for found in batch:
            result = self._read(found, revised)
            if isinstance(result, Skipped):
                self.report.skipped.append(result)
            elif result is None:
                self.report.unchanged += 1
            else:
                read.append(result)
                self._count(result)
        if read or revised:
            with self._database.write() as session:
                self.report.closed += _save(session, read, self._version, self._now)
                for name, version in revised.items():
                    session.execute(update(PostRow).where(PostRow.file == name).values(file_hash=version))

    def keep(self, names: Sequence[str]) -> None:
        """Leave stored posts as they are; only names and claims are found anew, if the tables changed."""
        old = [name for name in names if self._known[name][1] != self._version]
        with self._database.read() as session:
            rows = session.scalars(select(PostRow).where(PostRow.file.in_(old))).all()
        again = {row.file: Found(row.file, row.file_hash, partial(_stored, row)) for row in rows}
        self._names |= set(names) - again.keys()
        self.report.unchanged += len(names) - len(again)
        self.take(again.values())

    def end(self, *, whole: bool, remove: bool) -> ImportReport:
        """Name the stored posts that were not found, if the `whole` blog was looked at."""
        report = self.report
        report.missing = sorted(set(self._known) - self._names) if whole else []
        found = len(report.new) + len(report.changed) + report.unchanged
        if remove and report.missing and found:  # a folder without a single post is a wrong folder
            with self._database.write() as session:
                gone = session.scalars(select(PostRow.id).where(PostRow.file.in_(report.missing))).all()
                remove_posts(session, gone)
            report.removed = True
        return report

    def _read(self, found: Found | Skipped, revised: dict[str, str]) -> "_Read | Skipped | None":
        if isinstance(found, Skipped):
            if not found.withdrawn:
                self._names.add(found.file)
            return found
        if found.name in self._names:
            return Skipped(found.where, f"a post named {found.name} was already read; file names must differ")
        known, version = self._known.get(found.name, ("", ""))
        post: Post | Skipped | None = None
        if version != self._version or known.partition(" ")[0] != found.hash.partition(" ")[0]:
            post = found.read()
        elif known != found.hash:
            revised[found.name] = found.hash
        if not (isinstance(post, Skipped) and post.withdrawn):
            self._names.add(found.name)
        if post is None or isinstance(post, Skipped):
            return post
        edited = bool(known) and known.partition(" ")[0] != found.hash.partition(" ")[0]
        return _with_names(post, found, self._vocabulary, edited=edited)

    def _count(self, result: "_Read") -> None:
        post = result.post
        if result.failed:
            self.report.failed.append(post.file)
        if post.wish is None:
            self.report.unclear.append(post.file)
        (self.report.changed if post.file in self._known else self.report.new).append(post.file)


def import_posts(
    database: Database,
    path: Path,
    *,
    blog: BlogReader,
    vocabulary: Vocabulary,
    now: datetime,
    remove: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    stopped: Callable[[], bool] = lambda: False,
) -> ImportReport:
    """Import the posts at a path: a folder, or a single file.

    `progress` is called with the posts looked at and their total; `stopped` is asked between batches whether
    to break off. Posts that are in the store but not in the folder are reported as missing, and taken out
    only with `remove`. Raises `InputError` if there is nothing at the path.
    """
    files = post_files(path, blog)
    under_way = Import(database, vocabulary, now)
    for start in range(0, len(files), BATCH):
        if stopped():
            under_way.report.stopped = True
            break
        batch = files[start : start + BATCH]
        under_way.take(_found(file, blog) for file in batch)
        progress(start + len(batch), len(files))
    return under_way.end(whole=path.is_dir() and not under_way.report.stopped, remove=remove)


def _found(file: Path, blog: BlogReader) -> Found | Skipped:
    name = blog.name(file)
    try:
        if skipped := too_large(name, file.stat().st_size):
            return skipped
        data = file.read_bytes()
    except OSError as error:
        return Skipped(name, f"cannot be read: {error.strerror}")
    return Found(name, blog.hash(data), partial(blog.read, name, data), str(file))


def _stored(row: PostRow) -> Post:
    """A post from the web as it was read; its day is taken to be that of UTC."""
    day = row.published.date() if row.published else None
    return Post(row.file, row.title, row.url, row.published, tuple(row.text.split("\n\n")), day, row.wish)


def _with_names(post: Post, found: Found, vocabulary: Vocabulary, *, edited: bool) -> "_Read":
    in_title, lead, text = (
        mentions_in(part, vocabulary)
        for part in (post.title, "\n".join(post.paragraphs[:LEAD]), "\n".join(post.paragraphs))
    )
    failed = is_apology(post.title, post.paragraphs)
    return _Read(
        post,
        found.hash,
        frozenset(in_title),
        frozenset(lead),
        dict(in_title + text),
        frozenset().union(*map(title_words, post.paragraphs[:LEAD])),
        failed,
        [] if failed else read_claims(post.paragraphs, post.day, vocabulary, title=post.title),
        edited,
        commit_of(Path(found.where)) if edited and found.where else "",
    )


def mentions_in(text: str, vocabulary: Vocabulary) -> Counter[str]:
    """How often each name and topic stands in a text of a post."""
    return vocabulary.names.count(text) + vocabulary.topics.count_known(text)


def _save(session: Session, read: Sequence[_Read], names_version: str, now: datetime) -> list[int]:
    """Save posts as they were read; returns the follow-ups that are closed by what they say now."""
    rows = {
        row.file: row
        for row in session.scalars(select(PostRow).where(PostRow.file.in_([r.post.file for r in read])))
    }
    rewritten: list[Rewritten] = []
    for result in read:
        post = result.post
        row = rows.get(post.file) or PostRow(file=post.file)
        text = "\n\n".join(post.paragraphs)
        if result.edited and (row.title, row.text) != (post.title, text):
            row.rewritten_at, row.rewritten_by = now, storable(result.commit)
            had = session.scalars(select(MentionRow.name).where(MentionRow.post_id == row.id))
            names = frozenset(result.counts) - set(had)
            before, after = (
                f"{title}\n{body}" for title, body in ((row.title, row.text), (post.title, text))
            )
            rewritten.append(Rewritten(row.id, before, after, names, post.links))
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
    closed = close_taken_up(session, rewritten, now=now)
    # Whether a post still says what the others say is for the linker.
    leave(session, [post.post_id for post in rewritten], plans=False)
    leave(session, unwanted, plans=True)
    dismiss_unwanted(session, unwanted, now=now)
    return closed
