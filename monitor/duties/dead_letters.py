"""Messages that were given up: the operator hears of it, through another channel than the one that failed."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from alerts.raising import send_straight
from alerts.routes import ways_around
from core.config.receivers import Target
from core.model import Alert
from core.proofs import build_dead_letters
from core.report import to_plain
from monitor.tools import Tools
from storage import notices, outbox
from storage.outbox import Lost

LOOK_BACK: Final = timedelta(days=2)


def tell(tools: Tools) -> int:
    """Queue a notice for each place at which messages were given up, once a day at most; how many places."""
    now = tools.now()
    with tools.database.read() as conn:
        lost = outbox.lost(conn, now - LOOK_BACK)
        raised = notices.raised(conn, [_fingerprint(each) for each in lost]) if lost else set()
    fresh = [each for each in lost if _fingerprint(each) not in raised]
    if not fresh:
        return 0
    with tools.database.write() as conn:
        return sum(_tell(conn, tools, each, now) for each in fresh)


def _fingerprint(lost: Lost) -> str:
    name = "\x1f".join(("dead_letter", lost.channel, lost.target, lost.newest_at.date().isoformat()))
    return hashlib.sha256(name.encode()).hexdigest()


def _tell(conn: Connection, tools: Tools, lost: Lost, now: datetime) -> int:
    place = f"{lost.receiver} ({lost.channel} {lost.target})".replace(" )", ")")
    report = build_dead_letters(place, lost.count, lost.error, lost.titles, at=now)
    alert = Alert(
        fingerprint=_fingerprint(lost),
        kind="dead_letter",
        severity=report.severity,
        title=report.title,
        reasons=("messages were given up",),
        report=to_plain(report),
    )
    failed = [
        Target(each.channel, each.address)
        for _, each in tools.routes.targets()
        if (each.channel, each.address) == lost.place
    ]
    return len(send_straight(conn, alert, ways_around(tools.routes, failed or [lost.place]), tools.routes, now))
