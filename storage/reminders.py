"""Critical alerts nobody has taken up: found, and queued again under ids of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, case, func, select

from core.handling import Standing, standing
from core.model import Intent
from core.reminders import REMINDED, Purpose, Untaken
from storage import handlings, outbox
from storage.outbox import Posting
from storage.schema import alerts, deliveries


def untaken(conn: Connection, since: datetime, before: datetime) -> list[tuple[Untaken, Standing]]:
    """Critical alerts of changes raised from ``since`` on whose first message arrived before ``before``, and how each
    stands; the oldest first. Those that were escalated are done with."""
    first = case((deliveries.c.purpose.is_(None), deliveries.c.sent_at))
    reminded = case((deliveries.c.purpose == "reminder", deliveries.c.created_at))
    escalated = case((deliveries.c.purpose == "escalation", deliveries.c.created_at))
    rows = conn.execute(
        select(
            alerts.c.id,
            func.min(first).label("first_at"),
            func.max(reminded).label("reminded_at"),
            func.max(escalated).label("escalated_at"),
        )
        .join(deliveries, deliveries.c.alert_id == alerts.c.id)
        .where(alerts.c.severity == REMINDED, alerts.c.kind == "change", alerts.c.created_at >= since)
        .group_by(alerts.c.id)
        .having(and_(func.min(first) <= before, func.max(escalated).is_(None)))
        .order_by(alerts.c.id)
    ).all()
    handled = handlings.of_alerts(conn, [row.id for row in rows])
    return [
        (Untaken(row.id, row.first_at, row.reminded_at, row.escalated_at), standing(handled.get(row.id, ())))
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class First:
    """Whom an alert reached the first time, and how: what is told again is told alike, in the same thread."""

    intent: Intent
    case_id: int | None
    detail: str | None


def told_first(conn: Connection, alert_id: int) -> list[First]:
    """Whom an alert reached the first time."""
    rows = conn.execute(
        select(deliveries)
        .where(deliveries.c.alert_id == alert_id, deliveries.c.purpose.is_(None), deliveries.c.state == "sent")
        .order_by(deliveries.c.created_at, deliveries.c.id)
    )
    return [
        First(Intent(row.receiver, row.channel, row.target, tuple(row.why)), row.case_id, row.detail) for row in rows
    ]


def tell_again(conn: Connection, alert_id: int, again: Sequence[First], purpose: Purpose, now: datetime) -> list[str]:
    """Queue the alert once more for these, for that purpose; the same purpose twice adds nothing."""
    return [
        outbox.post(conn, alert_id, each.intent, Posting(now, each.case_id, each.detail, True, purpose), now)
        for each in again
    ]
