"""What trying a rule on the whole past needs: which changes there are, how often a form had come and gone before each,
every distinct passage once, and what was looked at and missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, FromClause, and_, func, or_, select

from core.classify import FormLife
from storage.chunks import chunks
from storage.schema import alerts, changes, documents, fetches, grades, matches, passages, spans, versions


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the archive reaches. ``unread`` are documents of which no version was ever accepted.

    ``failed`` captures brought nothing that could be read: times in which nothing could be seen.
    """

    documents: int
    unread: tuple[str, ...]
    versions: int
    passages: int
    captures: int
    failed: int
    first_at: datetime | None
    last_at: datetime | None


def reach(conn: Connection, since: datetime | None = None) -> Reach:
    """What an archive holds to try a rule on, from ``since`` on."""
    watched = [fetches.c.purpose != "rehearsal"]
    if since is not None:
        watched.append(fetches.c.started_at >= since)
    newest = select(func.max(grades.c.id)).where(grades.c.fetch_id == fetches.c.id).correlate(fetches).scalar_subquery()
    is_bad = or_(fetches.c.reason.is_not(None), grades.c.level == "bad")
    captures = select(
        func.count(), func.count().filter(is_bad), func.min(fetches.c.started_at), func.max(fetches.c.started_at)
    ).select_from(fetches.outerjoin(grades, and_(grades.c.fetch_id == fetches.c.id, grades.c.id == newest)))
    total, failed, first_at, last_at = conn.execute(captures.where(*watched)).one()
    unread = select(documents.c.slug).where(documents.c.current_version_id.is_(None)).order_by(documents.c.slug)
    return Reach(
        documents=_count(conn, documents),
        unread=tuple(conn.execute(unread).scalars()),
        versions=_count(conn, versions),
        passages=_count(conn, passages),
        captures=total,
        failed=failed,
        first_at=first_at,
        last_at=last_at,
    )


def document_years(conn: Connection) -> float:
    """How long all documents together were looked at: from the first to the last capture of each, in years."""
    looked = (
        select(func.min(fetches.c.started_at).label("first"), func.max(fetches.c.started_at).label("last"))
        .join(documents, documents.c.request_id == fetches.c.request_id)
        .where(fetches.c.purpose != "rehearsal")
        .group_by(documents.c.id)
    )
    seconds = sum(float((row.last - row.first).total_seconds()) for row in conn.execute(looked))
    return seconds / (365.25 * 86_400)


def _count(conn: Connection, table: FromClause) -> int:
    return int(conn.execute(select(func.count()).select_from(table)).scalar_one())


def change_ids(conn: Connection, since: datetime | None = None) -> list[int]:
    """Changes of what the pages said (not of our own reading), the oldest first."""
    wanted = (
        select(changes.c.id)
        .join(fetches, fetches.c.id == changes.c.after_fetch_id)
        .where(changes.c.cause == "source", changes.c.found_late.is_(False))
        .order_by(changes.c.id)
    )
    if since is not None:
        wanted = wanted.where(fetches.c.started_at >= since)
    return list(conn.execute(wanted).scalars())


def told(conn: Connection, rule: str) -> list[int]:
    """Changes of which people were told with this rule among the reasons, the oldest first."""
    wanted = (
        select(alerts.c.change_id)
        .join(matches, matches.c.change_id == alerts.c.change_id)
        .where(matches.c.rule == rule)
        .distinct()
        .order_by(alerts.c.change_id)
    )
    return list(conn.execute(wanted).scalars())


class Past:
    """How often each form of a document had come and gone before a capture; one query a document."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._document = 0
        self._edges: dict[int, tuple[set[int], set[int]]] = {}

    def before(self, document_id: int, fetch_id: int, form: int) -> FormLife:
        """The life of a form as it was known when ``fetch_id`` was judged."""
        if document_id != self._document:
            self._read(document_id)
        came, went = self._edges.get(form, (set(), set()))
        return FormLife(sum(1 for at in came if at < fetch_id), sum(1 for at in went if at < fetch_id))

    def _read(self, document_id: int) -> None:
        self._document, self._edges = document_id, {}
        wanted = select(spans.c.form, spans.c.first_fetch_id, spans.c.gone_fetch_id)
        for form, first, gone in self._conn.execute(wanted.where(spans.c.document_id == document_id)):
            came, went = self._edges.setdefault(form, (set(), set()))
            came.add(first)
            if gone is not None:
                went.add(gone)


def distinct_passages(conn: Connection, *, batch: int = 2_000) -> Iterator[tuple[int, str]]:
    """Every distinct passage with its id, in order of arrival."""
    after = 0
    while True:
        wanted = select(passages.c.number, passages.c.id, passages.c.text).where(passages.c.number > after)
        rows = conn.execute(wanted.order_by(passages.c.number).limit(batch)).all()
        yield from ((row.id, row.text) for row in rows)
        if len(rows) < batch:
            return
        after = rows[-1].number


def passages_by_lang(conn: Connection) -> dict[str, int]:
    """How many distinct passages stand or stood in documents of each language (its first part: ``en``)."""
    wanted = (
        select(documents.c.lang, func.count(spans.c.passage_id.distinct()))
        .join(spans, spans.c.document_id == documents.c.id)
        .group_by(documents.c.lang)
    )
    found: dict[str, int] = {}
    for lang, count in conn.execute(wanted):
        key = (lang or "").partition("-")[0].lower()
        found[key] = found.get(key, 0) + int(count)
    return found


def documents_with(conn: Connection, passage_ids: list[int]) -> int:
    """In how many documents one of these passages stands or stood."""
    found: set[int] = set()
    for some in chunks(passage_ids):
        wanted = select(spans.c.document_id).where(spans.c.passage_id.in_(some)).distinct()
        found.update(conn.execute(wanted).scalars())
    return len(found)
