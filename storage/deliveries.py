"""Deliveries as values: each with its alert, the other alerts it tells, and the message of its case that it follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, select

from storage.chunks import chunks
from storage.schema import alerts, case_alerts, deliveries, tellings

INTERRUPTED: Final = "the last attempt ended without an answer"


@dataclass(frozen=True, slots=True)
class Told:
    """Another alert that a delivery tells: of the same event, or gathered into a list. ``because``: why it belongs."""

    alert_id: int
    kind: str
    severity: str
    title: str
    report: dict[str, Any]
    because: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True)
class Thread:
    """What the message of a case follows: the first one that arrived at that target, with its receipt."""

    delivery_id: str
    title: str
    receipt: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert for one target, claimed or waiting, with what is needed to make its message again.

    ``attempts`` counts the claim that gave it. ``is_uncertain``: an earlier attempt may have arrived. ``also`` are the
    other alerts it tells; none joins any more once it was claimed. ``thread`` is None for the first of its case.
    ``purpose`` is "reminder" or "escalation" for an alert that is told again.
    """

    id: str
    alert_id: int
    kind: str
    severity: str
    title: str
    report: dict[str, Any]
    receiver: str
    channel: str
    target: str
    why: tuple[str, ...]
    state: str
    attempts: int
    created_at: datetime
    next_attempt_at: datetime
    error: str | None = None
    token: str | None = None
    is_uncertain: bool = False
    purpose: str | None = None
    case_id: int | None = None
    detail: str | None = None
    is_loud: bool = False
    also: tuple[Told, ...] = ()
    thread: Thread | None = None


def read(conn: Connection, condition: ColumnElement[bool], limit: int | None = None) -> list[Delivery]:
    """The deliveries that meet a condition, in the order in which they were queued."""
    found = (
        select(deliveries, alerts.c.kind, alerts.c.severity, alerts.c.title, alerts.c.report)
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .where(condition)
        .order_by(deliveries.c.created_at, deliveries.c.alert_id, deliveries.c.id)
        .limit(limit)
    )
    rows = conn.execute(found).all()
    also, threads = _also(conn, [row.id for row in rows]), _threads(conn, rows)
    return [_delivery(row, also.get(row.id, ()), threads.get(row.id)) for row in rows]


def _also(conn: Connection, ids: Sequence[str]) -> dict[str, tuple[Told, ...]]:
    """The other alerts these deliveries tell, the first raised first."""
    found: dict[str, tuple[Told, ...]] = {}
    for some in chunks(list(ids)):
        told = (
            select(tellings.c.delivery_id, tellings.c.how, alerts, case_alerts.c.because)
            .join(alerts, alerts.c.id == tellings.c.alert_id)
            .join(deliveries, deliveries.c.id == tellings.c.delivery_id)
            .outerjoin(case_alerts, case_alerts.c.alert_id == alerts.c.id)
            .where(tellings.c.delivery_id.in_(some), deliveries.c.alert_id != tellings.c.alert_id)
            .order_by(alerts.c.id)
        )
        for row in conn.execute(told):
            each = Told(row.id, row.kind, row.severity, row.title, row.report, row.because or "", row.how)
            found[row.delivery_id] = (*found.get(row.delivery_id, ()), each)
    return found


def _threads(conn: Connection, rows: Sequence[Row[Any]]) -> dict[str, Thread]:
    """For each delivery of a case the first message of it that arrived at the same target, if that is another."""
    found: dict[str, Thread] = {}
    for row in rows:
        if row.case_id is None:
            continue
        first = conn.execute(
            select(deliveries.c.id, deliveries.c.receipt, alerts.c.title)
            .join(alerts, alerts.c.id == deliveries.c.alert_id)
            .where(
                deliveries.c.case_id == row.case_id,
                deliveries.c.channel == row.channel,
                deliveries.c.target == row.target,
                deliveries.c.alert_id < row.alert_id,
                deliveries.c.state == "sent",
            )
            .order_by(deliveries.c.alert_id)
            .limit(1)
        ).first()
        if first is not None:
            found[row.id] = Thread(first.id, first.title, first.receipt or {})
    return found


def _delivery(row: Row[Any], also: tuple[Told, ...], thread: Thread | None) -> Delivery:
    return Delivery(
        id=row.id,
        alert_id=row.alert_id,
        kind=row.kind,
        severity=row.severity,
        title=row.title,
        report=row.report,
        receiver=row.receiver,
        channel=row.channel,
        target=row.target,
        why=tuple(row.why),
        state=row.state,
        attempts=row.attempts,
        created_at=row.created_at,
        next_attempt_at=row.next_attempt_at,
        error=row.error,
        token=row.token,
        is_uncertain=row.is_uncertain,
        purpose=row.purpose,
        case_id=row.case_id,
        detail=row.detail,
        is_loud=row.is_loud,
        also=also,
        thread=thread,
    )
