"""Troubles of the agent itself that people must hear of: one alert when they begin, one when they end.

They go where a high severity goes. Like every alert each is a row before it is a message.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from alerts.routes import facts_of_agent, route
from core.model import Alert, Severity
from core.report import Report, alert_title, to_plain
from core.wording import NOT_SEEN, SEEN_AGAIN, long_date
from monitor.tools import Tools
from storage import alarms, events, outbox

OURSELVES: Final = "On Record"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A trouble of ours: ``code`` names its sort, ``found`` says it in a sentence, ``mend`` what to do."""

    code: str
    title: str
    found: str
    mend: str


def begin(tools: Tools, alarm: Alarm) -> bool:
    """Tell that it began; False where it stands open already, from an earlier start too."""
    now = tools.now()
    with tools.database.write() as conn:
        since = alarms.begin(conn, alarm.code, now)
        if since is None:
            return False
        _tell(conn, tools, alarm, since, is_over=False)
    return True


def end(tools: Tools, alarm: Alarm) -> bool:
    """Tell that it is over; False where it did not stand open."""
    with tools.database.write() as conn:
        since = alarms.end(conn, alarm.code)
        if since is None:
            return False
        _tell(conn, tools, alarm, since, is_over=True)
    return True


def _tell(conn: Connection, tools: Tools, alarm: Alarm, since: datetime, *, is_over: bool) -> None:
    now = tools.now()
    state = "over" if is_over else "began"
    events.write(conn, f"agent.{alarm.code}.{state}", at=now, data={"what": alarm.found})
    report = report_of(alarm, since, is_over=is_over, base_url=tools.base_url)
    mark = "\x1f".join(("alarm", alarm.code, since.isoformat(), state))
    alert = Alert(
        fingerprint=hashlib.sha256(mark.encode()).hexdigest(),
        kind="incident",
        severity=report.severity,
        title=alert_title(report),
        reasons=(f"alarm {alarm.code} {state}",),
        report=to_plain(report),
    )
    alert_id = outbox.record_alert(conn, alert, now) if tools.tells else None
    if alert_id is not None:
        outbox.enqueue(conn, alert_id, route(facts_of_agent(alert), tools.routes), now)


def report_of(alarm: Alarm, since: datetime, *, is_over: bool, base_url: str | None) -> Report:
    """The alarm in the words and the form of every alert."""
    base = (base_url or "").rstrip("/")
    return Report(
        kind="incident",
        mark=SEEN_AGAIN if is_over else NOT_SEEN,
        company=OURSELVES,
        title=alarm.title,
        severity=Severity.MEDIUM if is_over else Severity.HIGH,
        topics=(),
        found=f"Found: {alarm.found}",
        when=f"It began {long_date(since)}."
        if is_over
        else f"Since {long_date(since)}. Nothing is reported as removed.",
        sure=(alarm.mend,) if alarm.mend else (),
        link=base + "/" if base else "",
        command="" if base else "onrecord doctor",
    )
