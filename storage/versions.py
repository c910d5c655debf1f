"""Versions read back: text and places as they were accepted, and when each was seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, or_, select

from core.errors import NotFound
from core.model import Reading, VersionRef
from storage import passages, spans
from storage.packing import form_digest, places_of, unpack
from storage.schema import documents, fetches, grades, readings, versions
from storage.spans import FormLife

__all__ = [
    "Captured",
    "FormLife",
    "Seen",
    "StoredVersion",
    "by_number",
    "captures",
    "form_history",
    "load",
    "numbers",
    "ref",
    "refs",
    "seen_interval",
    "version_seen_before",
]

form_history = spans.form_history


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version with its places; ``forms`` has one entry a place, ``passages`` their ids."""

    ref: VersionRef
    document_id: int
    extractor: str
    reading: Reading
    forms: tuple[int, ...]
    passages: tuple[int, ...]
    text_digest: str
    words: int


@dataclass(frozen=True, slots=True)
class Captured:
    """One attempt on a document's address, for its timeline. ``version`` is set where it showed another one."""

    fetch_id: int
    at: datetime
    purpose: str
    status: int | None
    reason: str | None
    detail: str
    digest: str | None
    grade: str | None
    grade_code: str | None
    grade_reasons: tuple[str, ...]
    version: int | None
    variant: int | None


@dataclass(frozen=True, slots=True)
class Seen:
    """One time a version stood on the page, between two captures that showed it.

    ``gone_at`` is the first capture that showed another version; None where it still stands, or is simply not watched.
    """

    first_fetch_id: int
    first_at: datetime
    last_fetch_id: int
    last_at: datetime
    gone_fetch_id: int | None
    gone_at: datetime | None


def load(conn: Connection, version_id: int, *, known: Mapping[int, str] | None = None) -> StoredVersion:
    """A version with all its text. Raises NotFound.

    ``known`` are texts by passage id, of a reading that is at hand: the two most often share nearly all of them.
    """
    row = conn.execute(_BY_ID, {"b_id": version_id}).one_or_none()
    if row is None:
        raise NotFound(f"version {version_id} is not in the archive")
    columns = unpack(row.places)
    reading = Reading(
        places=places_of(columns, passages.texts(conn, columns.passages, known=known)),
        title=row.title,
        lang=row.lang,
        page_date=row.page_date,
        links=columns.links,
        facts=dict(row.facts["facts"]),
        incomplete=row.facts["incomplete"],
    )
    return StoredVersion(
        ref=_ref(row),
        document_id=row.document_id,
        extractor=row.extractor,
        reading=reading,
        forms=columns.forms,
        passages=columns.passages,
        text_digest=row.text_digest,
        words=row.words,
    )


def ref(conn: Connection, version_id: int) -> VersionRef:
    """A version without its text. Raises NotFound."""
    row = conn.execute(_BY_ID, {"b_id": version_id}).one_or_none()
    if row is None:
        raise NotFound(f"version {version_id} is not in the archive")
    return _ref(row)


def refs(conn: Connection, ids: Sequence[int]) -> dict[int, VersionRef]:
    """Versions without their text, by id; those that do not exist are missing."""
    rows = conn.execute(_rows().where(versions.c.id.in_(list(ids))))
    return {row.id: _ref(row) for row in rows}


def numbers(conn: Connection, document_id: int) -> tuple[VersionRef, ...]:
    """The versions of a document in order; of one read by several extractors the newest reading."""
    rows = conn.execute(_rows().where(versions.c.document_id == document_id).order_by(versions.c.number, versions.c.id))
    return tuple({row.number: _ref(row) for row in rows}.values())


def by_number(conn: Connection, document_id: int, number: int) -> VersionRef:
    """A version by its number within the document. Raises NotFound, naming the numbers there are."""
    found = {version.number: version for version in numbers(conn, document_id)}
    if number not in found:
        there = f"it has {min(found)} to {max(found)}" if found else "it has none yet"
        raise NotFound(f"the document has no version {number}; {there}")
    return found[number]


def version_seen_before(conn: Connection, document_id: int, text_digest: str) -> VersionRef | None:
    """The document's earliest version with exactly this text, if it ever showed it."""
    same = _rows().where(versions.c.document_id == document_id, versions.c.text_digest == text_digest)
    row = conn.execute(same.order_by(versions.c.id).limit(1)).one_or_none()
    return _ref(row) if row else None


def captures(conn: Connection, document_id: int, *, limit: int | None = None) -> tuple[Captured, ...]:
    """Every attempt on the document's address (and on earlier ones that showed it), the newest first."""
    at = select(documents.c.request_id).where(documents.c.id == document_id).scalar_subquery()
    shown = select(readings.c.fetch_id).where(readings.c.document_id == document_id)
    newest_grade = (
        select(func.max(grades.c.id)).where(grades.c.fetch_id == fetches.c.id).correlate(fetches).scalar_subquery()
    )
    wanted = (
        select(
            fetches,
            grades.c.level,
            grades.c.code,
            grades.c.reasons,
            versions.c.number,
            readings.c.variant,
        )
        .outerjoin(grades, grades.c.id == newest_grade)
        .outerjoin(readings, and_(readings.c.fetch_id == fetches.c.id, readings.c.document_id == document_id))
        .outerjoin(versions, versions.c.id == readings.c.version_id)
        .where(or_(fetches.c.request_id == at, fetches.c.id.in_(shown)))
        .order_by(fetches.c.id.desc())
    )
    if limit is not None:
        wanted = wanted.limit(limit)
    return tuple(
        Captured(
            fetch_id=row.id,
            at=row.started_at,
            purpose=row.purpose,
            status=row.status,
            reason=row.reason,
            detail=row.detail,
            digest=row.digest,
            grade=row.level,
            grade_code=row.code,
            grade_reasons=tuple(row.reasons or ()),
            version=row.number,
            variant=row.variant,
        )
        for row in conn.execute(wanted)
    )


def seen_interval(conn: Connection, version_id: int) -> tuple[Seen, ...]:
    """Each time the version stood on the page, the oldest first; both ends are captures.

    A good capture that agrees leaves no reading of its own, so the last one that showed the version is the newest good
    one before the next reading of the same variant.
    """
    theirs = select(versions.c.document_id).where(versions.c.id == version_id).scalar_subquery()
    following = func.lead(readings.c.fetch_id).over(partition_by=readings.c.variant, order_by=readings.c.fetch_id)
    ordered = (
        select(readings.c.version_id, readings.c.document_id, readings.c.fetch_id, following.label("next_id"))
        .where(readings.c.document_id == theirs)
        .subquery("ordered")
    )
    shown = select(ordered).where(ordered.c.version_id == version_id).order_by(ordered.c.fetch_id)
    found: list[Seen] = []
    for row in conn.execute(shown):
        last_id, last_at = _last_good(conn, row.document_id, row.fetch_id, row.next_id)
        gone_at = _started(conn, row.next_id)
        first_at = _started(conn, row.fetch_id)
        assert first_at is not None  # readings point to fetches
        if found and found[-1].gone_fetch_id == row.fetch_id:  # read again without having gone
            previous = found.pop()
            found.append(Seen(previous.first_fetch_id, previous.first_at, last_id, last_at, row.next_id, gone_at))
        else:
            found.append(Seen(row.fetch_id, first_at, last_id, last_at, row.next_id, gone_at))
    return tuple(found)


def _last_good(conn: Connection, document_id: int, since: int, before: int | None) -> tuple[int, datetime]:
    newest_level = (
        select(grades.c.level)
        .where(grades.c.fetch_id == fetches.c.id)
        .order_by(grades.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    address = select(fetches.c.request_id).where(fetches.c.id == since).scalar_subquery()
    good: list[ColumnElement[bool]] = [
        fetches.c.request_id == address,
        fetches.c.id >= since,
        fetches.c.purpose != "rehearsal",
        fetches.c.status < 400,
        or_(fetches.c.digest.is_not(None), fetches.c.status == 304),
        func.coalesce(newest_level, "good") == "good",
    ]
    if before is not None:
        good.append(fetches.c.id < before)
    else:
        still = select(documents.c.last_good_fetch_id).where(documents.c.id == document_id).scalar_subquery()
        good.append(fetches.c.id <= still)
    row = conn.execute(
        select(fetches.c.id, fetches.c.started_at).where(*good).order_by(fetches.c.id.desc()).limit(1)
    ).one_or_none()
    if row is None:
        at = _started(conn, since)
        assert at is not None
        return since, at
    return row.id, row.started_at


def _started(conn: Connection, fetch_id: int | None) -> datetime | None:
    if fetch_id is None:
        return None
    started: datetime | None = conn.execute(select(fetches.c.started_at).where(fetches.c.id == fetch_id)).scalar()
    return started


def _rows() -> Select[Any]:
    return select(versions, fetches.c.started_at.label("seen_at")).join(fetches, fetches.c.id == versions.c.fetch_id)


def _ref(row: Any) -> VersionRef:
    return VersionRef(id=row.id, number=row.number, digest=row.digest, seen_at=row.seen_at, fetch_id=row.fetch_id)


def version_with_forms(conn: Connection, document_id: int, forms: Sequence[int]) -> VersionRef | None:
    """The document's earliest version that compares equal to these forms, whatever its volatile tokens were."""
    row = conn.execute(_WITH_FORMS, {"b_document": document_id, "b_forms": form_digest(forms)}).one_or_none()
    return _ref(row) if row else None


# Statements of every change are built once: building one costs more than running it.
_BY_ID = _rows().where(versions.c.id == bindparam("b_id"))
_WITH_FORMS = (
    _rows()
    .where(versions.c.document_id == bindparam("b_document"), versions.c.form_digest == bindparam("b_forms"))
    .order_by(versions.c.id)
    .limit(1)
)
