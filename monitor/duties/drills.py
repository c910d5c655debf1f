"""The weekly drill: a pretend document changes, and its alert must arrive through every receiver's own channel.

The change goes through the product's own reading, comparing, rules and verdicts; only the archive knows nothing of it.
An hour later whoever has not got it is told of, through another channel.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from alerts.decide import decide
from alerts.raising import send_straight
from alerts.routes import every_target, ways_around
from core import matching
from core.classify import classify
from core.hours import next_at
from core.model import Alert, Change, DocumentRef, Reading, Verdict, VersionRef, Window
from core.proofs import build_drill, build_drill_failed
from core.report import Report, from_plain, to_plain
from core.rule_matches import About, match_edits, place_of
from core.text.diff import compare
from monitor.capture import forms_of
from monitor.tools import Tools
from storage import appointments, events, outbox

PATIENCE: Final = timedelta(hours=1)
WEEK: Final = timedelta(days=7)
WHY: Final = "the weekly drill"
ADDRESS: Final = "https://drill.invalid/policy"
DOCUMENT: Final = DocumentRef(0, "drill", ADDRESS, "Pretend policy", "page", "drill", "Pretend company", lang="en")


def run(tools: Tools) -> int:
    """Send the drill whose time has come; how many messages were queued."""
    now, schedule = tools.now(), tools.routes.drill
    if schedule is None or not every_target(tools.routes, WHY):
        return 0
    key = f"drill:{schedule.weekday}:{schedule.at:%H:%M}:{schedule.zone}"
    with tools.database.read() as conn:
        due_at = appointments.due_at(conn, key)
    if due_at is not None and due_at > now:
        return 0
    rehearsed = rehearse(tools, due_at) if due_at is not None else None
    with tools.database.write() as conn:
        if due_at is None:
            appointments.make(conn, key, next_at(schedule, now))
            return 0
        if not appointments.keep(conn, key, due_at, next_at(schedule, now), now):
            return 0
        if rehearsed is None:
            return _failed(conn, tools, [("On Record itself", "the pretend change was not found")], [], due_at)
        return _send(conn, tools, rehearsed, due_at)


def rehearse(tools: Tools, at: datetime) -> Report | None:
    """The report of the pretend change, None where it was not found, or not found to be weaker."""
    before, after = (_read(tools, text) for text in _pages(at))
    edits = compare(before, forms_of(tools, before), after, forms_of(tools, after))
    guard = matching.guard_for(tools.rules, tools.commitments)
    classified = classify(before, after, edits, guard)
    findings = matching.find_verdicts(before, after, edits, tools.commitments)
    window = Window(at - WEEK, at)
    about = About(
        place_of(DOCUMENT, role=None), classified.change_class, set(classified.carriers), None, findings, window
    )
    change = Change(
        document=DOCUMENT,
        before=before,
        after=after,
        before_version=VersionRef(0, 1, "0" * 64, at - WEEK, 0),
        after_version=VersionRef(0, 2, "1" * 64, at, 0),
        window=window,
        edits=edits,
        change_class=classified.change_class,
        matches=match_edits(before, after, edits, tools.rules, about),
        findings=findings,
        verdict=matching.gravest(findings),
    )
    alert = decide(change, base_url=None)
    return from_plain(alert.report) if alert is not None and change.verdict in _WEAKER else None


_WEAKER: Final = frozenset({Verdict.WEAKENED, Verdict.REVERSED, Verdict.MIXED})


def _pages(at: datetime) -> tuple[bytes, bytes]:
    week = f"{at:week %V of %G}"
    sentences = (
        f"We will not sell instruments to police customers in {week}.",
        f"We do not knowingly sell instruments to police customers in {week}, and may consider exceptions.",
    )
    rest = "<p>Every distributor signs our terms of sale.</p><p>A committee reads every report within thirty days.</p>"
    page = "<html lang=en><title>Pretend policy</title><main><h1>Pretend policy</h1><p>{}</p>{}</main></html>"
    first, second = (page.format(sentence, rest).encode() for sentence in sentences)
    return first, second


def _read(tools: Tools, body: bytes) -> Reading:
    return tools.reader.read(body, content_type="text/html; charset=utf-8", url=ADDRESS)


def _send(conn: Connection, tools: Tools, rehearsed: Report, due_at: datetime) -> int:
    now = tools.now()
    report = build_drill(rehearsed, at=now)
    alert = _alert("drill", report, due_at, WHY)
    ids = send_straight(conn, alert, every_target(tools.routes, WHY), tools.routes, now)
    alert_id = outbox.alert_of(conn, alert.fingerprint)
    if ids:
        appointments.make(conn, f"drill-check:{alert_id}", now + PATIENCE)
    return len(ids)


def check(tools: Tools) -> int:
    """An hour after a drill: who has not got it? How many messages about that were queued."""
    now = tools.now()
    with tools.database.read() as conn:
        due = {
            key: at for key, at in appointments.all_due(conn).items() if key.startswith("drill-check:") and at <= now
        }
    count = 0
    for key, at in due.items():
        with tools.database.write() as conn:
            if not appointments.cancel(conn, key):
                continue
            arrivals = outbox.arrivals(conn, int(key.rpartition(":")[2]))
            late = [each for each in arrivals if not each.is_sent]
            if late:
                failed = [
                    (f"{each.receiver} ({each.channel} {each.target})".replace(" )", ")"), each.error) for each in late
                ]
                count += _failed(conn, tools, failed, [each.place for each in late], at)
            else:
                events.write(conn, "drill.passed", at=now, data={"places": len(arrivals)})
    return count


def _failed(
    conn: Connection, tools: Tools, failed: list[tuple[str, str]], places: list[tuple[str, str]], at: datetime
) -> int:
    now = tools.now()
    alert = _alert("drill_failed", build_drill_failed(failed, at=at), at, "the weekly drill did not arrive")
    events.write(conn, "drill.failed", at=now, data={"places": [place for place, _ in failed]})
    return len(send_straight(conn, alert, ways_around(tools.routes, places), tools.routes, now))


def _alert(kind: str, report: Report, at: datetime, reason: str) -> Alert:
    return Alert(
        fingerprint=hashlib.sha256("\x1f".join((kind, at.isoformat())).encode()).hexdigest(),
        kind=report.kind,
        severity=report.severity,
        title=report.title,
        reasons=(reason,),
        report=to_plain(report),
    )
