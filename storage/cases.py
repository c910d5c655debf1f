"""Cases as rows: which alerts are one event, and the traces that new ones are held against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Text, cast, func, insert, select, text, update

from core.model import Alert, Severity, severity_rank
from storage.schema import alerts, case_alerts, cases

CANDIDATES: Final = 300  # the newest alerts of a company; older ones are events of their own by then
FEW: Final = 8  # read first; the event of an alert is mostly that of the ones just before it
_CASE_LOCK: Final = 0x4F6E5243  # PostgreSQL: two alerts of one event, raised at the same moment, must see each other


@dataclass(frozen=True, slots=True)
class Candidate:
    """An earlier alert with its case and its trace as JSON."""

    case_id: int
    alert_id: int
    raised_at: datetime
    trace: str


@dataclass(frozen=True, slots=True)
class Case:
    """One event: its title (that of its first alert), its gravest severity, and how many alerts it holds."""

    id: int
    company_id: str | None
    title: str
    severity: Severity
    opened_at: datetime
    last_at: datetime
    alerts: int = 1


def lock(conn: Connection) -> None:
    """Alerts are put into cases one after another until the end of this transaction. SQLite has one writer anyway."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CASE_LOCK})


def candidates(conn: Connection, company_id: str | None, kind: str, since: datetime) -> Iterator[Candidate]:
    """The newest alerts of that company and kind with their traces, the newest first.

    They are read a few at a time: on a site whose every page changed, the last one is the event, and the rest of the
    month need not be read for every page.
    """
    newest = (
        select(case_alerts.c.case_id, case_alerts.c.alert_id, alerts.c.created_at, cast(case_alerts.c.trace, Text))
        .join(alerts, alerts.c.id == case_alerts.c.alert_id)
        .where(alerts.c.company_id == company_id, alerts.c.kind == kind, alerts.c.created_at >= since)
        .order_by(alerts.c.id.desc())
    )
    left, before, some = CANDIDATES, None, FEW
    while left > 0:
        asked = newest if before is None else newest.where(alerts.c.id < before)
        rows = conn.execute(asked.limit(min(some, left))).all()
        yield from (Candidate(*row) for row in rows)
        if len(rows) < min(some, left):
            return
        left, before, some = left - len(rows), rows[-1].alert_id, some * 4


def open_case(conn: Connection, alert_id: int, alert: Alert, trace: Mapping[str, Any], now: datetime) -> int:
    """An event of its own; the case's number."""
    values = {
        "company_id": alert.company_id,
        "title": alert.title,
        "severity": alert.severity.value,
        "opened_at": now,
        "last_at": now,
    }
    case_id = int(conn.execute(insert(cases).values(values).returning(cases.c.id)).scalar_one())
    _put(conn, case_id, alert_id, "", trace)
    return case_id


def join(
    conn: Connection, earlier: Candidate, alert_id: int, alert: Alert, because: str, trace: Mapping[str, Any]
) -> bool:
    """Part of the event of an earlier alert; whether it is graver than all the case held before."""
    case = by_id(conn, earlier.case_id)
    assert case is not None
    raised_at = conn.execute(select(alerts.c.created_at).where(alerts.c.id == alert_id)).scalar_one()
    is_graver = severity_rank(alert.severity) > severity_rank(case.severity)
    worst = alert.severity if is_graver else case.severity
    _put(conn, case.id, alert_id, because, trace)
    conn.execute(update(cases).where(cases.c.id == case.id).values(last_at=raised_at, severity=worst.value))
    return is_graver


def _put(conn: Connection, case_id: int, alert_id: int, because: str, trace: Mapping[str, Any]) -> None:
    conn.execute(insert(case_alerts).values(alert_id=alert_id, case_id=case_id, because=because, trace=dict(trace)))


def by_id(conn: Connection, case_id: int) -> Case | None:
    """One case, None where there is none of that number."""
    count = select(func.count()).where(case_alerts.c.case_id == cases.c.id).correlate(cases).scalar_subquery()
    row = conn.execute(select(cases, count.label("alerts")).where(cases.c.id == case_id)).one_or_none()
    return _case(row) if row else None


def of_alert(conn: Connection, alert_id: int) -> Case | None:
    """The case of an alert, None for alerts that are no event (digests, reports, tests)."""
    case_id = conn.execute(select(case_alerts.c.case_id).where(case_alerts.c.alert_id == alert_id)).scalar()
    return by_id(conn, case_id) if case_id is not None else None


def alerts_of(conn: Connection, case_id: int) -> list[tuple[int, str]]:
    """The alerts of a case in order, each with the words that say why it belongs."""
    rows = conn.execute(
        select(case_alerts.c.alert_id, case_alerts.c.because)
        .where(case_alerts.c.case_id == case_id)
        .order_by(case_alerts.c.alert_id)
    )
    return [(int(row.alert_id), str(row.because)) for row in rows]


def _case(row: Any) -> Case:
    return Case(row.id, row.company_id, row.title, Severity(row.severity), row.opened_at, row.last_at, row.alerts)
