"""Digests: one message for each target, at its receiver's own time, of everything that could wait."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts.raising import options_for, send_straight
from core.config.receivers import Schedule
from core.lists import DigestFacts, NotSeen, build_digest
from core.model import Alert, Intent
from core.report import to_plain
from core.wording import trouble
from monitor import deadlines
from monitor.tools import Tools
from storage import overview, tellings, week
from storage.tellings import Waiting

DAY, WEEK = timedelta(days=1), timedelta(days=7)


def tell(tools: Tools) -> int:
    """Queue every digest whose time has come; how many."""
    now = tools.now()
    with tools.database.read() as conn:
        if not tellings.due(conn, now):
            return 0
    with tools.database.write() as conn:
        return sum(_tell(conn, tools, waiting, now) for waiting in tellings.due(conn, now))


def _tell(conn: Connection, tools: Tools, waiting: Waiting, now: datetime) -> int:
    names = tuple(name for name in waiting.receiver.split(", ") if name in tools.routes.receivers)
    if not names:  # nobody by that name hears anything any more
        tellings.drop_waiting(conn, [(waiting.channel, waiting.target)])
        return 0
    intent = Intent(waiting.receiver, waiting.channel, waiting.target, ("what could wait",), names)
    schedule = options_for(intent, tools.routes).digest
    facts = replace(_facts(conn, waiting, schedule, now), falling_due=deadlines.falling_due(conn, tools, intent))
    report = build_digest(facts, schedule, at=now, base_url=tools.base_url)
    name = "\x1f".join(("digest", waiting.channel, waiting.target, waiting.due_at.isoformat()))
    alert = Alert(
        fingerprint=hashlib.sha256(name.encode()).hexdigest(),
        kind="digest",
        severity=report.severity,
        title=report.title,
        reasons=("the digest’s time has come",),
        report=to_plain(report),
    )
    ids = send_straight(conn, alert, [intent], tools.routes, now)
    for delivery_id in ids:
        tellings.gather(conn, waiting.channel, waiting.target, delivery_id)
    return len(ids)


def _facts(conn: Connection, waiting: Waiting, schedule: Schedule, now: datetime) -> DigestFacts:
    since = now - (DAY if schedule.weekday is None else WEEK)
    watching = overview.watching(conn, since)
    unseen = overview.unseen(conn)
    return DigestFacts(
        alerts=waiting.alerts,
        worst=waiting.worst,
        over_budget=waiting.over_budget,
        sources=watching.sources,
        seen=watching.seen,
        not_seen=tuple(NotSeen(each.company, each.source_id, trouble(each.code), each.since) for each in unseen),
        quiet=week.change_counts(conn, since, now)[1],
    )
