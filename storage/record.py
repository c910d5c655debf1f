"""The steps of a check as rows. Each function is one step inside the caller's transaction.

A good capture ends in exactly one of :func:`accept_version` and :func:`record_unchanged`; a suspect one in
:func:`mark_suspect`; a bad one in :func:`discard`. Validators (ETag, Last-Modified) belong to the last accepted
capture and change nowhere else. No step reads more of a document's past than its version before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    Case,
    Column,
    Connection,
    Row,
    Update,
    bindparam,
    case,
    func,
    insert,
    literal,
    select,
    update,
)

from core.errors import NotFound
from core.model import Edit, Fetch, Grade, Purpose, Reading
from core.text.normalise import word_count
from storage import fetches as fetch_rows
from storage import passages, spans
from storage.fetches import fetch_by_id, grade_of
from storage.packing import Columns, columns_of, form_digest, pack, text_digest, unpack
from storage.schema import Id, UtcTime, documents, fetches, readings, requests, versions
from storage.upsert import insert_or_update

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
    "rest",
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


NOT_MODIFIED = 304


class Validators(NamedTuple):
    """What the next request of an address may name, from the last accepted capture."""

    etag: str | None
    last_modified: str | None
    digest: str | None


def _other_than(column: Column[int], fetch_id: int | BindParameter[int]) -> Case[int | None]:
    """The column, empty where it names this capture or an older one."""
    return case((column <= fetch_id, None), else_=column)


# Statements of every check are built once: building one costs more than running it.
_THIS_FETCH = bindparam("b_fetch", type_=Id)
_THIS_REQUEST = update(requests).where(requests.c.id == bindparam("b_id"))
_ATTEMPTED = _THIS_REQUEST.values(last_fetch_id=_THIS_FETCH)
_ARRIVED = _THIS_REQUEST.values(
    last_fetch_id=_THIS_FETCH,
    unread_fetch_id=case(
        (requests.c.last_digest.is_distinct_from(bindparam("b_digest")), _THIS_FETCH), else_=requests.c.unread_fetch_id
    ),
)
_SCHEDULE = _THIS_REQUEST.where(requests.c.next_due_at.is_not(None)).values(
    next_due_at=bindparam("b_due"), failures=bindparam("b_failures")
)
_SEEN = update(documents).where(documents.c.id == bindparam("b_id")).values(last_good_fetch_id=_THIS_FETCH)
_SHOWS = (
    update(documents)
    .where(documents.c.id == bindparam("b_id"))
    .values(
        current_version_id=bindparam("b_version"),
        last_good_fetch_id=_THIS_FETCH,
        version_count=bindparam("b_count"),
        title=bindparam("b_title"),
        lang=bindparam("b_lang"),
        state="live",
    )
)
_DOCUMENT = select(documents).where(documents.c.id == bindparam("b_id"))
_VERSION = select(versions).where(versions.c.id == bindparam("b_id"))
_RECORD = select(fetches.c.status, fetches.c.record).where(fetches.c.id == bindparam("b_id"))
_KNOWN = (
    select(versions.c.id, versions.c.number)
    .where(
        versions.c.document_id == bindparam("b_document"),
        versions.c.text_digest == bindparam("b_text"),
        versions.c.extractor == bindparam("b_extractor"),
    )
    .limit(1)
)
_INSERT_VERSION = insert(versions)


def _accepted(*, with_validators: bool, with_due: bool) -> Update:
    values: dict[str, Any] = {
        "last_good_fetch_id": _THIS_FETCH,
        "unread_fetch_id": _other_than(requests.c.unread_fetch_id, _THIS_FETCH),
        "suspect_fetch_id": None,
        "absences": 0,
        "absent_since": None,
    }
    if with_validators:
        values["etag"] = bindparam("b_etag")
        values["last_modified"] = bindparam("b_modified")
        values["last_digest"] = bindparam("b_digest")
        values["whole_at"] = select(fetches.c.started_at).where(fetches.c.id == _THIS_FETCH).scalar_subquery()
    if with_due:  # unless nobody asks for it any more
        values["next_due_at"] = case(
            (requests.c.next_due_at.is_(None), None), else_=bindparam("b_due", type_=UtcTime())
        )
        values["failures"] = 0
    return _THIS_REQUEST.values(values)


_ACCEPTED = {
    (validators, due): _accepted(with_validators=validators, with_due=due)
    for validators in (False, True)
    for due in (False, True)
}


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
    if fetch.digest is None:
        conn.execute(_ATTEMPTED, {"b_id": request_id, "b_fetch": fetch_id})
    else:
        conn.execute(_ARRIVED, {"b_id": request_id, "b_fetch": fetch_id, "b_digest": fetch.digest})
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
    is_reread: bool = False,
    links: str = "",
) -> VersionRow:
    """A good capture that shows something else than the version before it (None for the first) becomes a version.

    ``forms`` has one entry a place; ``edits`` are those against the version before, in its indices. Text the document
    has shown before gets its old version again, so A, B, A is versions 1, 2, 1. Passages, spans, the document's
    current columns and the request's validators follow. ``is_reread``: these bytes were read before by another
    extractor, and keep the number they have. ``links`` tells apart what says the same and leads elsewhere
    (``storage/linking.py``).
    """
    columns = columns_of(reading, forms)
    document = _document(conn, document_id)
    before = _before(conn, before_version_id)
    text = sha256(f"{text_digest(columns)} {links}".encode()).hexdigest() if links else text_digest(columns)
    version = _known_version(conn, document_id, text, extractor)
    if version is None:
        _store_passages(conn, reading, columns, before[1] if before else None)
        number = _number(conn, document, digest, extractor, is_reread=is_reread)
        version = _insert_version(conn, document_id, number, fetch_id, reading, columns, (digest, text, extractor))
    shown = {"fetch_id": fetch_id, "document_id": document_id, "version_id": version.id, "variant": variant}
    insert_or_update(conn, readings, shown, "fetch_id")
    step = spans.Step(document_id, variant, fetch_id, document.last_good_fetch_id)
    stood = before[1] if before and document.state == "live" else None
    spans.advance(conn, step, stood, columns, reading, edits or ())
    current = {
        "b_id": document_id,
        "b_version": version.id,
        "b_fetch": fetch_id,
        "b_count": max(document.version_count, version.number),
        "b_title": reading.title or document.title,
        "b_lang": reading.lang or document.lang,
    }
    conn.execute(_SHOWS, current)
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
    validators = None
    if not fetch.is_not_modified:
        validators = Validators(fetch.header("etag"), fetch.header("last-modified"), fetch.digest)
    _accept_request(conn, request_id, fetch_id, validators, next_due_at)
    if document_id is not None:
        conn.execute(_SEEN, {"b_id": document_id, "b_fetch": fetch_id})


def schedule(conn: Connection, request_id: int, next_due_at: datetime, failures: int) -> None:
    """When to ask again. A request that nobody asks for any more (its source ended meanwhile) stays at rest."""
    conn.execute(_SCHEDULE, {"b_id": request_id, "b_due": next_due_at, "b_failures": failures})


def rest(conn: Connection, request_id: int) -> None:
    """It is not asked again: what stands there never changes."""
    conn.execute(_THIS_REQUEST.values(next_due_at=None, failures=0), {"b_id": request_id})


def mark_suspect(conn: Connection, request_id: int, fetch_id: int) -> None:
    """The capture waits for a second one, which is asked for without validators."""
    values = {"suspect_fetch_id": fetch_id, "unread_fetch_id": _other_than(requests.c.unread_fetch_id, fetch_id)}
    conn.execute(update(requests).where(requests.c.id == request_id).values(values))


def discard(conn: Connection, request_id: int, fetch_id: int) -> None:
    """The capture does not become content: no longer unread, no longer suspect; the validators stay as they were."""
    values = {
        "unread_fetch_id": _other_than(requests.c.unread_fetch_id, fetch_id),
        "suspect_fetch_id": case((requests.c.suspect_fetch_id == fetch_id, None), else_=requests.c.suspect_fetch_id),
    }
    conn.execute(update(requests).where(requests.c.id == request_id).values(values))


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
    row = conn.execute(_DOCUMENT, {"b_id": document_id}).one_or_none()
    if row is None:
        raise NotFound(f"document {document_id} is not in the archive")
    return row


def _before(conn: Connection, version_id: int | None) -> tuple[Row[Any], Columns] | None:
    if version_id is None:
        return None
    row = conn.execute(_VERSION, {"b_id": version_id}).one_or_none()
    if row is None:
        raise NotFound(f"version {version_id} is not in the archive")
    return row, unpack(row.places)


def _known_version(conn: Connection, document_id: int, text: str, extractor: str) -> VersionRow | None:
    row = conn.execute(_KNOWN, {"b_document": document_id, "b_text": text, "b_extractor": extractor}).first()
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


def _number(conn: Connection, document: Row[Any], digest: str, extractor: str, *, is_reread: bool) -> int:
    """The next number; but bytes that are read again by another extractor keep the number they have."""
    if is_reread:
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
    names: tuple[str, str, str],
) -> VersionRow:
    digest, text, extractor = names
    made = conn.execute(
        _INSERT_VERSION,
        {
            "document_id": document_id,
            "number": number,
            "extractor": extractor,
            "fetch_id": fetch_id,
            "digest": digest,
            "text_digest": text,
            "form_digest": form_digest(columns.forms),
            "places": pack(columns),
            "title": reading.title,
            "lang": reading.lang,
            "page_date": reading.page_date,
            "words": sum(word_count(place.text) for place in reading.places),
            "facts": {"facts": dict(reading.facts), "incomplete": reading.incomplete},
        },
    )
    assert made.inserted_primary_key is not None
    return VersionRow(int(made.inserted_primary_key[0]), number, is_new=True)


def _validators(conn: Connection, fetch_id: int, digest: str) -> Validators | None:
    """Those of the response; None (they stay as they are) where it was a 304, of which no headers are kept."""
    status, kept = conn.execute(_RECORD, {"b_id": fetch_id}).one()
    if kept is None or status == NOT_MODIFIED:
        return None
    headers = dict(reversed([(name, value) for name, value in kept.get("headers", ())]))
    return Validators(headers.get("etag"), headers.get("last-modified"), digest)


def _accept_request(
    conn: Connection, request_id: int, fetch_id: int, validators: Validators | None, next_due_at: datetime | None
) -> None:
    bound: dict[str, Any] = {"b_id": request_id, "b_fetch": fetch_id}
    if validators is not None:
        bound |= {"b_etag": validators.etag, "b_modified": validators.last_modified, "b_digest": validators.digest}
    if next_due_at is not None:
        bound["b_due"] = next_due_at
    conn.execute(_ACCEPTED[validators is not None, next_due_at is not None], bound)
