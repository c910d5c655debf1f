"""Silences that ended: each target hears once what was kept from it."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import Connection

from alerts.raising import send_straight
from core.lists import build_silence_end
from core.model import Alert, Intent
from core.report import to_plain
from monitor.tools import Tools
from storage import silences
from storage.silences import Untold


def tell(tools: Tools) -> int:
    """End silences whose time is over, and queue the summaries of all that ended; how many."""
    now = tools.now()
    with tools.database.read() as conn:
        if not silences.expired(conn, now) and not silences.untold(conn):
            return 0
    with tools.database.write() as conn:
        for silence in silences.expired(conn, now):
            silences.end(conn, silence.id, "its time was over", now)
        return sum(_tell(conn, tools, untold, now) for untold in silences.untold(conn))


def _tell(conn: Connection, tools: Tools, untold: Untold, now: datetime) -> int:
    kept = silences.by_id(conn, untold.silence_id)
    silence = kept.silence
    ended_at = kept.ended_at or now
    report = build_silence_end(silence, kept.ended_because or "", untold.alerts, at=ended_at)
    name = "\x1f".join(("silence", str(silence.id), untold.channel, untold.target))
    alert = Alert(
        fingerprint=hashlib.sha256(name.encode()).hexdigest(),
        kind="silence",
        severity=report.severity,
        title=report.title,
        reasons=(f"silence {silence.id} ended",),
        report=to_plain(report),
    )
    names = tuple(untold.receiver.split(", "))
    intent = Intent(untold.receiver, untold.channel, untold.target, alert.reasons, names)
    known = any(name in tools.routes.receivers for name in names)
    ids = send_straight(conn, alert, [intent] if known else [], tools.routes, now)
    silences.told(conn, untold, ids[0] if ids else "")
    return len(ids)
