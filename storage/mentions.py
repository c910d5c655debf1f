"""When texts stood in a document before a capture, and what stands in the other documents of its source or company.

Asked by rules that want to know (``seen:``, ``absent``). Everything is told as of one capture, so that a backtest years
later hears the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from core.query.passage import Life
from storage.chunks import chunks
from storage.packing import passage_id
from storage.schema import document_sources, documents, fetches, passages, sources, spans


def lives_before(
    conn: Connection, document_id: int, texts: Sequence[str], fetch_id: int
) -> dict[str, tuple[Life, ...]]:
    """The times each text stood in the document, the oldest first, as they were known before a capture."""
    by_id = {passage_id(text): text for text in texts}
    first, last, gone = fetches.alias("first"), fetches.alias("last"), fetches.alias("gone")
    found: dict[str, list[Life]] = {}
    for some in chunks(sorted(by_id)):
        wanted = (
            select(
                spans.c.passage_id,
                spans.c.heading,
                spans.c.gone_fetch_id,
                first.c.started_at.label("first_at"),
                last.c.started_at.label("last_at"),
                gone.c.started_at.label("gone_at"),
            )
            .join(first, first.c.id == spans.c.first_fetch_id)
            .outerjoin(last, last.c.id == spans.c.last_fetch_id)
            .outerjoin(gone, gone.c.id == spans.c.gone_fetch_id)
            .where(
                spans.c.document_id == document_id,
                spans.c.passage_id.in_(some),
                spans.c.first_fetch_id < fetch_id,
            )
            .order_by(spans.c.first_fetch_id, spans.c.id)
        )
        for row in conn.execute(wanted):
            stood = row.gone_fetch_id is None or row.gone_fetch_id >= fetch_id
            gone_at = None if stood else row.gone_at
            life = Life(row.first_at, row.last_at or row.first_at, gone_at, stood, row.heading)
            found.setdefault(by_id[row.passage_id], []).append(life)
    return {text: tuple(lives) for text, lives in found.items()}


def standing_elsewhere(conn: Connection, document_id: int, scope: str, fetch_id: int) -> Iterator[str]:
    """Distinct texts that stand, as of a capture, in other watched documents of the document's source or company."""
    holds = select(document_sources.c.document_id).join(sources, sources.c.id == document_sources.c.source_id)
    watched = holds.where(sources.c.ended_at.is_(None))
    wanted = (
        select(passages.c.text)
        .join(spans, spans.c.passage_id == passages.c.id)
        .where(
            spans.c.document_id != document_id,
            spans.c.document_id.in_(watched),
            spans.c.document_id.in_(_others(document_id, scope)),
            spans.c.first_fetch_id <= fetch_id,
            or_(spans.c.gone_fetch_id.is_(None), spans.c.gone_fetch_id > fetch_id),
        )
        .distinct()
    )
    yield from conn.execute(wanted).scalars()


def _others(document_id: int, scope: str) -> Select[Any]:
    if scope == "company":
        company = select(documents.c.company_id).where(documents.c.id == document_id).scalar_subquery()
        return select(documents.c.id).where(documents.c.company_id == company)
    own = select(document_sources.c.source_id).where(document_sources.c.document_id == document_id)
    return select(document_sources.c.document_id).where(document_sources.c.source_id.in_(own))
