"""Promises that name a date: told once thirty days before it, and once when it has passed; digests list them by date."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import Connection

from alerts.raising import Raised, raise_alert
from alerts.routes import AlertFacts, facts_of_due, route
from core.deadlines import AHEAD, IN_DIGESTS, Due, build_due, due_entry, stage_of
from core.model import Alert, Company, Intent, Severity
from core.report import Entry, alert_title, to_plain
from monitor.tools import Tools
from storage import notices, promises, sources
from storage.promises import Promised


def tell(tools: Tools) -> int:
    """Raise the alerts that are due; how many."""
    if not tools.tells:
        return 0
    now = tools.now()
    window = timedelta(days=AHEAD)
    with tools.database.read() as conn:
        found = [
            each
            for each in promises.due_between(conn, now.date() - window, now.date() + window)
            if each.entry.stands and each.entry.due and stage_of(each.entry.due, now.date())
        ]
        raised = notices.raised(conn, {fingerprint(each, tools) for each in found}) if found else set()
    waiting = [each for each in found if fingerprint(each, tools) not in raised]
    if not waiting:
        return 0
    with tools.database.write() as conn:
        return sum(_raise(conn, tools, each) for each in waiting)


def fingerprint(promised: Promised, tools: Tools) -> str:
    """One alert for each promise, date and stage; a date that was moved is another."""
    due = promised.entry.due
    assert due is not None
    stage = stage_of(due, tools.now().date())
    return hashlib.sha256(f"due\x1f{promised.entry.key}\x1f{due.isoformat()}\x1f{stage}".encode()).hexdigest()


def _raise(conn: Connection, tools: Tools, promised: Promised) -> int:
    document = promised.document
    report = build_due(_due(promised), at=tools.now(), base_url=tools.base_url)
    alert = Alert(
        fingerprint=fingerprint(promised, tools),
        kind="due",
        severity=report.severity,
        title=alert_title(report),
        reasons=(f"a promise names {_due(promised).due.isoformat()}",),
        report=to_plain(report),
        company_id=document.company_id,
        document_id=document.id,
    )
    facts = _facts(conn, tools, promised, report.severity)
    return 1 if raise_alert(conn, Raised(alert, facts), tools.routes, tools.now()) is not None else 0


def falling_due(conn: Connection, tools: Tools, intent: Intent) -> tuple[Entry, ...]:
    """What falls due in the coming weeks of the promises whose alerts would reach that target, the nearest first."""
    today = tools.now().date()
    place = intent.channel, intent.target
    return tuple(
        due_entry(_due(each), today=today, base_url=tools.base_url)
        for each in promises.due_between(conn, today, today + timedelta(days=IN_DIGESTS))
        if each.entry.stands
        and any(
            (found.channel, found.target) == place
            for found in route(_facts(conn, tools, each, Severity.MEDIUM), tools.routes)
        )
    )


def _due(promised: Promised) -> Due:
    entry = promised.entry
    assert entry.due is not None
    return Due(
        entry.key, entry.now.whole, entry.due, entry.since.at, promised.document, entry.now.heading, promised.status
    )


def _facts(conn: Connection, tools: Tools, promised: Promised, severity: Severity) -> AlertFacts:
    document = promised.document
    known = tools.companies.get(document.company_id) or sources.company_by_id(conn, document.company_id)
    company = known or Company(document.company_id, document.company)
    return facts_of_due(severity, company=company, document=document, topics=promised.topics)
