"""Promises that name a date: told once thirty days before it, and once when it has passed."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import Connection

from alerts.raising import Raised, raise_alert
from alerts.routes import facts_of_due
from core.deadlines import AHEAD, Due, build_due, stage_of
from core.model import Alert, Company
from core.report import alert_title, to_plain
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
    entry, document = promised.entry, promised.document
    assert entry.due is not None
    due = Due(entry.key, entry.now.whole, entry.due, entry.since.at, document, entry.now.heading, promised.status)
    report = build_due(due, at=tools.now(), base_url=tools.base_url)
    alert = Alert(
        fingerprint=fingerprint(promised, tools),
        kind="due",
        severity=report.severity,
        title=alert_title(report),
        reasons=(f"a promise names {entry.due.isoformat()}",),
        report=to_plain(report),
        company_id=document.company_id,
        document_id=document.id,
    )
    known = tools.companies.get(document.company_id) or sources.company_by_id(conn, document.company_id)
    company = known or Company(document.company_id, document.company)
    facts = facts_of_due(alert, company=company, document=document, topics=promised.topics)
    return 1 if raise_alert(conn, Raised(alert, facts), tools.routes, tools.now()) is not None else 0
