"""Texts a document shows by turns: the newest version of each variant, and how often a text was left before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from storage.schema import changes, fetches, readings, versions

MOST_VARIANTS = 6


# Statements of every change are built once: building one costs more than running it.
_NEWEST = (
    select(readings.c.variant, func.max(readings.c.fetch_id).label("fetch_id"))
    .where(readings.c.document_id == bindparam("b_document"))
    .group_by(readings.c.variant)
    .subquery()
)
_SHOWINGS = (
    select(readings.c.variant, readings.c.version_id, fetches.c.started_at)
    .join(_NEWEST, _NEWEST.c.fetch_id == readings.c.fetch_id)
    .join(fetches, fetches.c.id == readings.c.fetch_id)
    .order_by(readings.c.fetch_id.desc())
    .limit(MOST_VARIANTS)
)


@dataclass(frozen=True, slots=True)
class Showing:
    """The version a variant showed last, and since when it was shown without a break."""

    variant: int
    version_id: int
    since: datetime


def showings(conn: Connection, document_id: int) -> tuple[Showing, ...]:
    """The newest version of each variant, the one shown last first; at most ``MOST_VARIANTS``."""
    rows = conn.execute(_SHOWINGS, {"b_document": document_id})
    return tuple(Showing(row.variant, row.version_id, row.started_at) for row in rows)


def times_left(conn: Connection, document_id: int, number: int) -> int:
    """How many changes have led away from that version of the document."""
    same = select(versions.c.id).where(versions.c.document_id == document_id, versions.c.number == number)
    counted = select(func.count()).where(changes.c.document_id == document_id, changes.c.before_version_id.in_(same))
    return int(conn.execute(counted).scalar_one())
