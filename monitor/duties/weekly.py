"""The weekly report on the watch itself, for each receiver who wants it, also when nothing happened."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from alerts.raising import send_straight
from core.config.receivers import Receiver, Schedule
from core.hours import next_at
from core.model import Alert, Intent
from core.report import to_plain
from core.week import Unseen, WeekFacts, build_week
from monitor.tools import Tools
from storage import appointments, week

WEEK: Final = timedelta(days=7)


def tell(tools: Tools) -> int:
    """Queue every report whose time has come, and note when those of new receivers come first; how many were queued."""
    now = tools.now()
    wanted = [(receiver, receiver.options.report) for receiver in tools.routes.receivers.values()]
    asked = {_key(receiver, schedule): (receiver, schedule) for receiver, schedule in wanted if schedule}
    if not asked:
        return 0
    with tools.database.read() as conn:
        made = appointments.all_due(conn)
    if all(key in made and made[key] > now for key in asked):
        return 0
    with tools.database.write() as conn:
        count = 0
        for key, (receiver, schedule) in asked.items():
            if key not in made:
                appointments.make(conn, key, next_at(schedule, now))
            elif made[key] <= now and appointments.keep(conn, key, made[key], next_at(schedule, now), now):
                count += _tell(conn, tools, receiver, schedule, made[key])
        return count


def _key(receiver: Receiver, schedule: Schedule) -> str:
    """A new time is a new appointment: the first report comes at it, not at once."""
    return f"report:{receiver.name}:{schedule.weekday}:{schedule.at:%H:%M}:{schedule.zone}"


def _tell(conn: Connection, tools: Tools, receiver: Receiver, schedule: Schedule, until: datetime) -> int:
    facts = facts_of(conn, tools, until)
    report = build_week(facts, schedule, base_url=tools.base_url)
    name = "\x1f".join(("report", receiver.name, until.isoformat()))
    alert = Alert(
        fingerprint=hashlib.sha256(name.encode()).hexdigest(),
        kind="report",
        severity=report.severity,
        title=report.title,
        reasons=(f"{receiver.name} wants a weekly report",),
        report=to_plain(report),
    )
    intents = [
        Intent(receiver.name, target.channel, target.address, alert.reasons, (receiver.name,))
        for target in receiver.targets
    ]
    return len(send_straight(conn, alert, intents, tools.routes, tools.now()))


def facts_of(conn: Connection, tools: Tools, until: datetime) -> WeekFacts:
    """The numbers of the week that ends then."""
    since = until - WEEK
    watched, seen = week.watched(conn), week.seen(conn, since, until)
    asked, captured = week.captures(conn, since, until)
    changes, quiet = week.change_counts(conn, since, until)
    opened, closed, still_open = week.incident_counts(conn, since, until)
    waiting, dead = week.undelivered(conn, until)
    fired = week.fired(conn)
    rules = tools.rules.ids()
    return WeekFacts(
        since=since,
        until=until,
        sources=len(watched),
        seen=len(seen),
        not_seen=tuple(name for name in watched if name not in seen),
        asked=asked,
        captured=captured,
        changes=changes,
        quiet=quiet,
        opened=opened,
        closed=closed,
        still_open=still_open,
        gaps=tuple(
            Unseen(gap.source_id, gap.company, gap.unseen, gap.is_open) for gap in week.gaps(conn, since, until)
        ),
        waiting=waiting,
        dead=dead,
        noisiest=tuple((noise.source_id, noise.changes) for noise in week.noisiest(conn, since, until)),
        stale=tuple(week.stale(conn, until)),
        shrunk=tuple((each.document, each.words, each.words_before) for each in week.shrunk(conn)),
        rules=len(rules),
        silent_rules=tuple(name for name in rules if name not in fired),
    )
