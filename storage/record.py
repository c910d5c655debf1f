"""The steps of a check as rows. Each function is one step inside the caller's transaction.

A good capture ends in exactly one of :func:`accept_version` and :func:`record_unchanged`; a suspect one in
:func:`mark_suspect`; a bad one in :func:`discard`. Validators (ETag, Last-Modified) belong to the last accepted
capture and change nowhere else. No step reads more of a document's past than its version before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, func, insert, literal, select, update

from core.errors import NotFound
from core.model import Edit, Fetch, Grade, Purpose, Reading
from core.text.normalise import word_count
from storage import fetches as fetch_rows
from storage import passages, spans
from storage.fetches import fetch_by_id, grade_of
from storage.packing import Columns, columns_of, form_digest, pack, text_digest, unpack
from storage.schema import UtcTime, documents, fetches, readings, requests, versions

__all__ = [
    "Absence",
    "VersionRow",
    "accept_version",
    "discard",
    "fetch_by_id",
    "grade_of",
    "mark_gone",
    "mark_suspect",
    "record_absence",
    "record_fetch",
    "record_grade",
    "record_unchanged",
    "schedule",
]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """Where an accepted reading went: ``is_new`` is False where the document had shown this very text before."""

    id: int
    number: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Absence:
    """How often in a row, and since when, an address has said that there is no such page."""

    count: int
    since: datetime


def record_fetch(
    conn: Connection, request_id: int, fetch: Fetch, *, size: int = 0, media_type: str | None = None
) -> int:
    """The row of an attempt, whatever came of it; returns its number.

    ``size`` in bytes of the decoded body. Bytes that differ from those of the last accepted capture are noted as
    unread until a later step of this module takes them. A rehearsal leaves its row and nothing else.
    """
    fetch_id = fetch_rows.insert_fetch(conn, request_id, fetch, size=size, media_type=media_type)
    if fetch.purpose is Purpose.REHEARSAL:
        return fetch_id
    values: dict[str, Any] = {"last_fetch_id": fetch_id}
    if fetch.digest is not None:
        differs = requests.c.last_digest.is_distinct_from(fetch.digest)
        values["unread_fetch_id"] = case((differs, fetch_id), else_=requests.c.unread_fetch_id)
    conn.execute(update(requests).where(requests.c.id == request_id).values(values))
    return fetch_id


def record_grade(conn: Connection, fetch_id: int, grade: Grade, grader: str) -> int:
    """The judgement on a capture, with the name and version of what judged."""
    return fetch_rows.insert_grade(conn, fetch_id, grade, grader)


def accept_version(  # noqa: PLR0913 (one step, named arguments; a value for it would only be unpacked again)
    conn: Connection,
    *,
    document_id: int,
    request_id: int,
    fetch_id: int,
    reading: Reading,
    forms: Sequence[int],
    digest: str,
    extractor: str,
    edits: Sequence[Edit] | None,
    before_version_id: int | None,
    variant: int = 0,
) -> VersionRow:
    """A good capture that shows something else than the version before it (None for the first) becomes a version.

    ``forms`` has one entry a place; ``edits`` are those against the version before, in its indices. Text the document
    has shown before gets its old version again, so A, B, A is versions 1, 2, 1. Passages, spans, the document's
    current columns and the request's validators follow.
    """
    columns = columns_of(reading, forms)
    document = _document(conn, document_id)
    before = _before(conn, before_version_id)
    version = _known_version(conn, document_id, text_digest(columns), extractor)
    if version is None:
        _store_passages(conn, reading, columns, before[1] if before else None)
        number = _number(conn, document, before[0] if before else None, digest, extractor)
        version = _insert_version(conn, document_id, number, fetch_id, reading, columns, digest, extractor)
    _write_reading(conn, fetch_id, document_id, version.id, variant)
    step = spans.Step(document_id, variant, fetch_id, document.last_good_fetch_id)
    stood = before[1] if before and document.state == "live" else None
    spans.advance(conn, step, stood, columns, reading, edits or ())
    current: dict[str, Any] = {
        "current_version_id": version.id,
        "last_good_fetch_id": fetch_id,
        "version_count": max(document.version_count, version.number),
        "title": reading.title or document.title,
        "lang": reading.lang or document.lang,
        "state": "live",
    }
    conn.execute(update(documents).where(documents.c.id == document_id).values(current))
    _accept_request(conn, request_id, fetch_id, _validators(conn, fetch_id, digest), None)
    return version


def record_unchanged(
    conn: Connection,
    request_id: int,
    document_id: int | None,
    fetch_id: int,
    fetch: Fetch,
    *,
    next_due_at: datetime | None = None,
) -> None:
    """A good capture that agrees with the current version (a 304, the same bytes, or bytes that read the same).

    Two small updates, whatever the history. With ``next_due_at`` the request is also scheduled, free of failures, in
    the same update. Also for requests without a document (a feed): what was read is accepted.
    """
    accepted: dict[str, Any] = {}
    if not fetch.is_not_modified:
        accepted = {"etag": fetch.header("etag"), "last_modified": fetch.header("last-modified")}
        accepted["last_digest"] = fetch.digest
    _accept_request(conn, request_id, fetch_id, accepted, next_due_at)
    if document_id is not None:
        conn.execute(update(documents).where(documents.c.id == document_id).values(last_good_fetch_id=fetch_id))


def schedule(conn: Connection, request_id: int, next_due_at: datetime, failures: int) -> None:
    """When to ask again. A request that nobody asks for any more (its source ended meanwhile) stays at rest."""
    asked = update(requests).where(requests.c.id == request_id, requests.c.next_due_at.is_not(None))
    conn.execute(asked.values(next_due_at=next_due_at, failures=failures))


def mark_suspect(conn: Connection, request_id: int, fetch_id: int) -> None:
    """The capture waits for a second one, which is asked for without validators."""
    taken = case((requests.c.unread_fetch_id <= fetch_id, None), else_=requests.c.unread_fetch_id)
    conn.execute(
        update(requests).where(requests.c.id == request_id).values(suspect_fetch_id=fetch_id, unread_fetch_id=taken)
    )


def discard(conn: Connection, request_id: int, fetch_id: int) -> None:
    """The capture does not become content: no longer unread, no longer suspect; the validators stay as they were."""
    conn.execute(
        update(requests)
        .where(requests.c.id == request_id)
        .values(
            unread_fetch_id=case((requests.c.unread_fetch_id <= fetch_id, None), else_=requests.c.unread_fetch_id),
            suspect_fetch_id=case((requests.c.suspect_fetch_id == fetch_id, None), else_=requests.c.suspect_fetch_id),
        )
    )


def record_absence(conn: Connection, request_id: int, at: datetime) -> Absence:
    """One more capture in a row that says there is no such page. A good capture starts the count again."""
    since = func.coalesce(requests.c.absent_since, literal(at, UtcTime()))
    row = conn.execute(
        update(requests)
        .where(requests.c.id == request_id)
        .values(absences=requests.c.absences + 1, absent_since=since)
        .returning(requests.c.absences, requests.c.absent_since)
    ).one()
    return Absence(row.absences, row.absent_since)


def mark_gone(conn: Connection, document_id: int, fetch_id: int) -> bool:
    """The document is gone as of this capture: its spans end. False, and nothing done, when it was gone already.

    It lives again with the next :func:`accept_version`, which may bring back a version it had.
    """
    document = _document(conn, document_id)
    if document.state == "gone":
        return False
    spans.close_all(conn, spans.Step(document_id, 0, fetch_id, document.last_good_fetch_id))
    conn.execute(update(documents).where(documents.c.id == document_id).values(state="gone"))
    return True


def _document(conn: Connection, document_id: int) -> Row[Any]:
    row = conn.execute(select(documents).where(documents.c.id == document_id)).one_or_none()
    if row is None:
        raise NotFound(f"document {document_id} is not in the archive")
    return row


def _before(conn: Connection, version_id: int | None) -> tuple[Row[Any], Columns] | None:
    if version_id is None:
        return None
    row = conn.execute(select(versions).where(versions.c.id == version_id)).one_or_none()
    if row is None:
        raise NotFound(f"version {version_id} is not in the archive")
    return row, unpack(row.places)


def _known_version(conn: Connection, document_id: int, text: str, extractor: str) -> VersionRow | None:
    row = conn.execute(
        select(versions.c.id, versions.c.number)
        .where(versions.c.document_id == document_id, versions.c.text_digest == text, versions.c.extractor == extractor)
        .limit(1)
    ).one_or_none()
    return VersionRow(row.id, row.number, is_new=False) if row else None


def _store_passages(conn: Connection, reading: Reading, columns: Columns, before: Columns | None) -> None:
    known = set(before.passages) if before else set()
    new = {
        passage: (reading.places[at].text, columns.forms[at])
        for at, passage in enumerate(columns.passages)
        if passage not in known
    }
    texts = {passage: text for passage, (text, _) in new.items()}
    passages.store(conn, texts, {passage: form for passage, (_, form) in new.items()})


def _number(conn: Connection, document: Row[Any], before: Row[Any] | None, digest: str, extractor: str) -> int:
    """The next number; but bytes that are read again by another extractor keep the number they have."""
    if before is not None and before.extractor != extractor:
        same_bytes = select(versions.c.number).where(versions.c.document_id == document.id, versions.c.digest == digest)
        number = conn.execute(same_bytes.order_by(versions.c.id.desc()).limit(1)).scalar()
        taken = select(versions.c.id).where(
            versions.c.document_id == document.id, versions.c.number == number, versions.c.extractor == extractor
        )
        if number is not None and conn.execute(taken).first() is None:
            return int(number)
    return int(document.version_count) + 1


def _insert_version(  # noqa: PLR0913 (the columns of one row)
    conn: Connection,
    document_id: int,
    number: int,
    fetch_id: int,
    reading: Reading,
    columns: Columns,
    digest: str,
    extractor: str,
) -> VersionRow:
    made = conn.execute(
        insert(versions).values(
            document_id=document_id,
            number=number,
            extractor=extractor,
            fetch_id=fetch_id,
            digest=digest,
            text_digest=text_digest(columns),
            form_digest=form_digest(columns.forms),
            places=pack(columns),
            title=reading.title,
            lang=reading.lang,
            page_date=reading.page_date,
            words=sum(word_count(place.text) for place in reading.places),
            facts={"facts": dict(reading.facts), "incomplete": reading.incomplete},
        )
    )
    assert made.inserted_primary_key is not None
    return VersionRow(int(made.inserted_primary_key[0]), number, is_new=True)


def _write_reading(conn: Connection, fetch_id: int, document_id: int, version_id: int, variant: int) -> None:
    """A capture has one reading; read again, it shows the new version."""
    values = {"document_id": document_id, "version_id": version_id, "variant": variant}
    if conn.execute(update(readings).where(readings.c.fetch_id == fetch_id).values(values)).rowcount == 0:
        conn.execute(insert(readings).values(fetch_id=fetch_id, **values))


def _validators(conn: Connection, fetch_id: int, digest: str) -> dict[str, Any]:
    kept = conn.execute(select(fetches.c.record).where(fetches.c.id == fetch_id)).scalar_one() or {}
    headers = dict(reversed([(name, value) for name, value in kept.get("headers", ())]))
    return {"etag": headers.get("etag"), "last_modified": headers.get("last-modified"), "last_digest": digest}


def _accept_request(
    conn: Connection, request_id: int, fetch_id: int, accepted: dict[str, Any], next_due_at: datetime | None
) -> None:
    values: dict[str, Any] = {
        **accepted,
        "last_good_fetch_id": fetch_id,
        "unread_fetch_id": case((requests.c.unread_fetch_id <= fetch_id, None), else_=requests.c.unread_fetch_id),
        "suspect_fetch_id": None,
        "absences": 0,
        "absent_since": None,
    }
    if next_due_at is not None:
        resting = requests.c.next_due_at.is_(None)
        values |= {"next_due_at": case((resting, None), else_=literal(next_due_at, UtcTime())), "failures": 0}
    conn.execute(update(requests).where(requests.c.id == request_id).values(values))
