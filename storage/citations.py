"""What a citation points at: readings of a snapshot in a document, and where a passage stood. Only reads."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from core.model import VersionRef
from storage import passages, versions
from storage.packing import unpack
from storage.schema import documents, readings, span_texts, spans
from storage.schema import versions as table


def readings_of(conn: Connection, document_id: int, digest: str) -> tuple[VersionRef, ...]:
    """The versions made from these bytes, the newest reading first."""
    found = select(table.c.id).where(table.c.document_id == document_id, table.c.digest == digest)
    ids = list(conn.execute(found.order_by(table.c.id.desc())).scalars())
    known = versions.refs(conn, ids)
    return tuple(known[one] for one in ids)


def where_it_stood(conn: Connection, document_id: int, passage_id: int) -> tuple[VersionRef, int, str] | None:
    """The newest version of the document that holds the passage, its place there, and its words."""
    other = select(span_texts.c.span_id).where(span_texts.c.passage_id == passage_id)
    span = conn.execute(
        select(spans.c.first_fetch_id, spans.c.last_fetch_id, spans.c.variant, documents.c.last_good_fetch_id)
        .join(documents, documents.c.id == spans.c.document_id)
        .where(spans.c.document_id == document_id, (spans.c.passage_id == passage_id) | spans.c.id.in_(other))
        .order_by(spans.c.last_fetch_id.is_not(None), spans.c.first_fetch_id.desc())
        .limit(1)
    ).one_or_none()
    if span is None:
        return None
    last = span.last_fetch_id or span.last_good_fetch_id or span.first_fetch_id
    shown = (
        select(readings.c.version_id)
        .where(
            readings.c.document_id == document_id,
            readings.c.variant == span.variant,
            readings.c.fetch_id >= span.first_fetch_id,
            readings.c.fetch_id <= func.coalesce(last, span.first_fetch_id),
        )
        .order_by(readings.c.fetch_id.desc())
    )
    for version_id in conn.execute(shown.limit(50)).scalars():
        packed = conn.execute(select(table.c.places).where(table.c.id == version_id)).scalar_one()
        held = unpack(packed).passages
        if passage_id in held:
            text = passages.texts(conn, [passage_id])[passage_id]
            return versions.ref(conn, version_id), held.index(passage_id), text
    return None
