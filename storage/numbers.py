"""The numbers of an archive that cost nothing to know: from indexes, small tables and the newest rows alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from storage.schema import alerts, changes, deliveries, events, fetches, incidents, requests, sources

COUNTED = {"fetches": fetches, "changes": changes, "alerts": alerts, "events": events}
"""Tables whose rows are numbered without end and never deleted: the newest number is their count."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """``written`` are rows ever written, by table; ``waiting`` deliveries that have not arrived, by state and channel.

    ``incidents`` are those open: number of the request, its code, since when.
    """

    sources: int
    due: int
    oldest_due_at: datetime | None
    newest_fetch_at: datetime | None
    newest_answer_at: datetime | None
    oldest_waiting_at: datetime | None
    written: dict[str, int] = field(default_factory=dict)
    waiting: dict[tuple[str, str], int] = field(default_factory=dict)
    incidents: tuple[tuple[int, str, datetime], ...] = ()


def numbers(conn: Connection, now: datetime) -> Numbers:
    """How the archive stands."""
    due = select(func.count(), func.min(requests.c.next_due_at)).where(requests.c.next_due_at <= now)
    due_count, oldest_due_at = conn.execute(due).one()
    waiting = deliveries.c.state.in_(("queued", "sending", "dead"))
    by_state = select(deliveries.c.state, deliveries.c.channel, func.count(), func.min(deliveries.c.created_at))
    found = conn.execute(by_state.where(waiting).group_by(deliveries.c.state, deliveries.c.channel)).all()
    newest = select(fetches.c.started_at, fetches.c.status).order_by(fetches.c.id.desc()).limit(200)
    recent = conn.execute(newest).all()
    opened = select(incidents.c.request_id, incidents.c.code, incidents.c.opened_at)
    return Numbers(
        sources=_count(conn, select(func.count()).select_from(sources).where(sources.c.ended_at.is_(None))),
        due=int(due_count),
        oldest_due_at=oldest_due_at,
        newest_fetch_at=recent[0].started_at if recent else None,
        newest_answer_at=next((row.started_at for row in recent if row.status is not None), None),
        oldest_waiting_at=min((row[3] for row in found if row.state != "dead"), default=None),
        written={name: _count(conn, select(func.max(table.c.id))) for name, table in COUNTED.items()},
        waiting={(row.state, row.channel): int(row[2]) for row in found},
        incidents=tuple(
            (row.request_id, row.code, row.opened_at)
            for row in conn.execute(opened.where(incidents.c.closed_at.is_(None)).order_by(incidents.c.request_id))
        ),
    )


def _count(conn: Connection, query: Select[Any]) -> int:
    return int(conn.execute(query).scalar() or 0)
