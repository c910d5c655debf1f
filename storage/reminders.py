"""Critical alerts nobody has taken up: found, and queued again under ids of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CTE, Connection, case, func, select

from core.handling import Standing, standing
from core.model import Intent
from core.reminders import REMINDED, Purpose, Untaken
from storage import handlings, outbox
from storage.outbox import Posting
from storage.schema import alerts, case_alerts, deliveries, tellings


def untaken(
    conn: Connection, since: datetime, before: datetime, *, escalates: bool = True
) -> list[tuple[Untaken, Standing]]:
    """Critical alerts of changes raised from ``since`` on whose first message arrived before ``before``, and how each
    stands; the oldest first. Those that were escalated are done with, and where nobody ``escalates`` those told again.

    Of a case its last critical alert stands for all: whoever took up any part since it came has taken it up.
    """
    is_critical = (alerts.c.severity == REMINDED) & (alerts.c.kind == "change")
    raised = select(alerts.c.id).where(alerts.c.created_at >= since, is_critical)
    ids = list(conn.execute(raised).scalars())
    if not ids:
        return []
    carried = _carried(ids)
    first = case((deliveries.c.purpose.is_(None), deliveries.c.sent_at))
    reminded = case((deliveries.c.purpose == "reminder", deliveries.c.created_at))
    escalated = case((deliveries.c.purpose == "escalation", deliveries.c.created_at))
    rows = conn.execute(
        select(
            alerts.c.id,
            alerts.c.created_at,
            case_alerts.c.case_id,
            func.min(first).label("first_at"),
            func.max(reminded).label("reminded_at"),
            func.max(escalated).label("escalated_at"),
        )
        .join(carried, carried.c.alert_id == alerts.c.id)
        .join(deliveries, deliveries.c.id == carried.c.delivery_id)
        .outerjoin(case_alerts, case_alerts.c.alert_id == alerts.c.id)
        .where(alerts.c.id.in_(ids))
        .group_by(alerts.c.id, alerts.c.created_at, case_alerts.c.case_id)
        .order_by(alerts.c.id)
    ).all()
    last = {("case", row.case_id) if row.case_id is not None else ("alert", row.id): row for row in rows}
    waiting = (row for row in last.values() if row.first_at and row.first_at <= before and row.escalated_at is None)
    due = [row for row in waiting if escalates or row.reminded_at is None]
    return [
        (
            Untaken(row.id, row.first_at, row.reminded_at, row.escalated_at),
            _stands(conn, row.id, row.case_id, row.created_at),
        )
        for row in due
    ]


def _carried(alert_ids: Sequence[int]) -> CTE:
    """Which messages tell these alerts: their own, and those of a case or list they were told in."""
    own = select(deliveries.c.alert_id, deliveries.c.id.label("delivery_id")).where(
        deliveries.c.alert_id.in_(alert_ids)
    )
    with_others = select(tellings.c.alert_id, tellings.c.delivery_id).where(
        tellings.c.alert_id.in_(alert_ids), tellings.c.delivery_id.is_not(None)
    )
    return own.union(with_others).cte("carried")


def _stands(conn: Connection, alert_id: int, case_id: int | None, since: datetime) -> Standing:
    """How an alert stands, what was done with other parts of its case since it came included."""
    parts = [alert_id]
    if case_id is not None:
        parts = list(conn.execute(select(case_alerts.c.alert_id).where(case_alerts.c.case_id == case_id)).scalars())
    done = handlings.of_alerts(conn, parts)
    counts = [each for part in parts for each in done.get(part, ()) if part == alert_id or each.at >= since]
    return standing(sorted(counts, key=lambda each: each.id))


@dataclass(frozen=True, slots=True)
class First:
    """Whom an alert reached the first time, and how: what is told again is told alike, in the same thread."""

    intent: Intent
    case_id: int | None
    detail: str | None


def told_first(conn: Connection, alert_id: int) -> list[First]:
    """Whom an alert reached the first time."""
    carried = _carried([alert_id])
    rows = conn.execute(
        select(deliveries)
        .join(carried, carried.c.delivery_id == deliveries.c.id)
        .where(carried.c.alert_id == alert_id, deliveries.c.purpose.is_(None), deliveries.c.state == "sent")
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
