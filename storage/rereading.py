"""What a document is derived from again when a better reader comes: its good captures in order, and a clean slate.

Facts stay: fetches, grades, snapshots, changes as they were told. Spans and the readings of captures are taken down
and put up again; versions of earlier extractors stay for what points at them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, exists, func, or_, select, update

from core.model import GradeLevel
from storage.schema import (
    changes,
    document_addresses,
    documents,
    fetches,
    grades,
    readings,
    requests,
    span_texts,
    spans,
    versions,
)


@dataclass(frozen=True, slots=True)
class GoodCapture:
    """A capture that was believed. ``digest`` is None for "not modified"; ``variant`` is set where it showed one."""

    fetch_id: int
    digest: str | None
    variant: int | None
    version_id: int | None


def stale_documents(conn: Connection, extractor: str) -> list[int]:
    """Documents whose current version was made by another extractor."""
    rows = conn.execute(
        select(documents.c.id)
        .join(versions, versions.c.id == documents.c.current_version_id)
        .where(
            versions.c.extractor != extractor, or_(documents.c.request_id.is_not(None), documents.c.state == "split")
        )
        .order_by(documents.c.id)
    )
    return [row.id for row in rows]


def good_captures(conn: Connection, document_id: int) -> list[GoodCapture]:
    """The captures that were believed, in order: accepted, agreeing, or "not modified"; from the first version on."""
    newest = select(grades.c.level).where(grades.c.fetch_id == fetches.c.id).order_by(grades.c.id.desc()).limit(1)
    level = newest.scalar_subquery()
    shown = readings.alias("shown")
    first = select(func.min(shown.c.fetch_id)).where(shown.c.document_id == document_id).scalar_subquery()
    earlier = exists().where(
        document_addresses.c.document_id == document_id,
        document_addresses.c.request_id == fetches.c.request_id,
        or_(document_addresses.c.until_fetch_id.is_(None), document_addresses.c.until_fetch_id > fetches.c.id),
    )
    rows = conn.execute(
        select(fetches.c.id, fetches.c.digest, readings.c.variant, readings.c.version_id)
        .select_from(fetches)
        .join(documents, or_(documents.c.request_id == fetches.c.request_id, earlier))
        .outerjoin(readings, readings.c.fetch_id == fetches.c.id)
        .where(
            documents.c.id == document_id,
            fetches.c.id >= first,
            fetches.c.purpose.in_(("watch", "confirm", "import", "saved")),
            (fetches.c.status == 304) | (fetches.c.digest.is_not(None)),
            func.coalesce(level, GradeLevel.GOOD.value) == GradeLevel.GOOD.value,
        )
        .order_by(fetches.c.id)
    )
    return [GoodCapture(row.id, row.digest, row.variant, row.version_id) for row in rows]


def gone_at(conn: Connection, document_id: int) -> list[int]:
    """Captures as of which the document was told to be gone, in order."""
    rows = conn.execute(
        select(changes.c.after_fetch_id)
        .where(changes.c.document_id == document_id, changes.c.event == "gone")
        .order_by(changes.c.after_fetch_id)
    )
    return [row.after_fetch_id for row in rows]


def home(conn: Connection, document_id: int) -> int:
    """The request a document is captured under, or was until its captures became another document's."""
    last = (
        select(document_addresses.c.request_id)
        .where(document_addresses.c.document_id == document_id)
        .order_by(document_addresses.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = select(func.coalesce(documents.c.request_id, last)).where(documents.c.id == document_id)
    return int(conn.execute(found).scalar_one())


def take_down(conn: Connection, document_id: int) -> dict[str, Any]:
    """Remove what is derived for the document; returns the columns that :func:`put_back` restores at the end."""
    of_document = select(spans.c.id).where(spans.c.document_id == document_id)
    conn.execute(delete(span_texts).where(span_texts.c.span_id.in_(of_document)))
    conn.execute(delete(spans).where(spans.c.document_id == document_id))
    document = conn.execute(select(documents).where(documents.c.id == document_id)).mappings().one()
    at = home(conn, document_id)
    request = conn.execute(select(requests).where(requests.c.id == at)).mappings().one()
    conn.execute(update(documents).where(documents.c.id == document_id).values(last_good_fetch_id=None, state="live"))
    validators = ("etag", "last_modified", "last_digest", "last_good_fetch_id")
    kept = (*validators, "unread_fetch_id", "suspect_fetch_id", "absences", "absent_since")
    return {
        "document": {"last_good_fetch_id": document["last_good_fetch_id"], "state": document["state"]},
        "request_id": request["id"],
        "request": {name: request[name] for name in kept},
    }


def seen_good(conn: Connection, document_id: int, fetch_id: int) -> None:
    """While deriving again: this capture agreed with what stood."""
    conn.execute(update(documents).where(documents.c.id == document_id).values(last_good_fetch_id=fetch_id))


def put_back(conn: Connection, document_id: int, kept: dict[str, Any]) -> None:
    """What the derivation must not have changed: when it was last seen well, and the request's validators."""
    conn.execute(update(documents).where(documents.c.id == document_id).values(**kept["document"]))
    conn.execute(update(requests).where(requests.c.id == kept["request_id"]).values(**kept["request"]))


def told_at(conn: Connection, document_id: int, fetch_ids: Sequence[int]) -> set[int]:
    """Those of these captures at which a change of the document is on record already."""
    rows = conn.execute(
        select(changes.c.after_fetch_id).where(
            changes.c.document_id == document_id, changes.c.after_fetch_id.in_(list(fetch_ids))
        )
    )
    return {row.after_fetch_id for row in rows}
