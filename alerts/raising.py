"""The one door from an alert to its messages: recorded, put into its case, routed, and decided for every target.

All of it is written in the transaction of whatever caused the alert. A decision is kept as a row, so nothing that was
decided is decided again, and ``routes explain`` can say why anybody heard, or nobody did.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from alerts.plan import Situation, detail_of, most_eager, plan
from alerts.routes import AlertFacts, route, to_default
from core.cases import LONGEST, Trace, from_text, same_event, to_plain
from core.config.receivers import Options
from core.config.routes import Routes
from core.hours import day_began
from core.lists import build_summary
from core.model import Alert, Intent
from core.report import to_plain as report_to_plain
from core.telling import How, Silence
from storage import cases, outbox, silences, switching, tellings
from storage.outbox import Posting

PROGRAMS: Final = frozenset({"webhook", "jsonl"})
"""Channels that programs read: each alert is an object of its own there, however many of one event there are."""

UNCOUNTED: Final = PROGRAMS | {"console"}
"""Channels without a budget: it spares people, and a program or a log that is cut short has a hole nobody sees."""


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert with what decides who hears of it.

    ``trace`` None: it is no event that others could be part of. ``later`` says why it is never told at once.
    ``patience`` is how long a later part of a case waits for others, so that they share a message.
    """

    alert: Alert
    facts: AlertFacts
    trace: Trace | None = None
    later: str = ""
    patience: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class _Placed:
    """The case an alert belongs to, and whether it is graver than all that was in it."""

    case_id: int | None = None
    is_part: bool = False
    is_graver: bool = False


def raise_alert(
    conn: Connection, raised: Raised, routes: Routes, now: datetime, *, intents: Sequence[Intent] | None = None
) -> int | None:
    """Write the alert and what becomes of it; its number, None where it was raised before.

    ``intents`` in place of those that the routes would choose (first looks choose their own).
    """
    alert = raised.alert
    alert_id = outbox.record_alert(conn, alert, now)
    if alert_id is None:
        return None
    placed = _place(conn, raised, alert_id, now)
    quiet = _silences(conn, raised, placed.case_id, now)
    chosen = route(raised.facts, routes) if intents is None else intents
    for intent in _with_somebody(conn, chosen, routes):
        _tell(conn, _Telling(raised, alert_id, placed, quiet, now), intent, routes)
    return alert_id


def _with_somebody(conn: Connection, chosen: Sequence[Intent], routes: Routes) -> Sequence[Intent]:
    """Those chosen; where every one of them was switched off, the default receivers too: somebody must hear."""
    gone = switching.off(conn, [(each.channel, each.target) for each in chosen])
    if len(gone) < len(chosen):
        return chosen
    there = {(each.channel, each.target) for each in chosen}
    default = to_default(routes, "everybody it was for is switched off, so the default hears it")
    return [*chosen, *(each for each in default if (each.channel, each.target) not in there)]


def send_straight(
    conn: Connection, alert: Alert, intents: Sequence[Intent], routes: Routes, now: datetime
) -> list[str]:
    """Queue a message that is no event (a digest, a report, a drill) at once; ids of its deliveries, none where it was raised before."""
    alert_id = outbox.record_alert(conn, alert, now)
    if alert_id is None:
        return []
    return [outbox.post(conn, alert_id, intent, Posting(now, detail=_less(intent, routes)), now) for intent in intents]


def _less(intent: Intent, routes: Routes) -> str | None:
    """How much less than everything a message may say there; None where it may say all."""
    detail = detail_of(options_for(intent, routes), intent.channel)
    return None if detail == "quotes" else detail


# --- cases -------------------------------------------------------------------------------------------------------


def _place(conn: Connection, raised: Raised, alert_id: int, now: datetime) -> _Placed:
    if raised.trace is None:
        return _Placed()
    cases.lock(conn)
    trace, alert = raised.trace, raised.alert
    for earlier in cases.candidates(conn, alert.company_id, trace.kind, now - LONGEST):
        because = same_event(trace, from_text(earlier.trace), now - earlier.raised_at)
        if because is not None:
            is_graver = cases.join(conn, earlier, alert_id, alert, because, to_plain(trace))
            return _Placed(earlier.case_id, is_part=True, is_graver=is_graver)
    return _Placed(cases.open_case(conn, alert_id, alert, to_plain(trace), now))


# --- silences ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Silences:
    """Those that hold now, and the values of this alert they are held against."""

    active: tuple[Silence, ...]
    facts: AlertFacts

    def of(self, intent: Intent, now: datetime) -> Silence | None:
        """The first that swallows the alert for this target."""
        names = frozenset(intent.receivers or (intent.receiver,))
        return next((each for each in self.active if each.fits(self.facts.values, receivers=names, now=now)), None)


def _silences(conn: Connection, raised: Raised, case_id: int | None, now: datetime) -> _Silences:
    """Silences that hold. One that was to last until the next change ends with this one, which is told."""
    case = frozenset({str(case_id)}) if case_id is not None else frozenset[str]()
    facts = replace(raised.facts, values={**raised.facts.values, "case": case})
    left: list[Silence] = []
    for each in silences.active(conn, now):
        names = frozenset({each.receiver}) if each.receiver else frozenset[str]()
        is_over = each.until_change and raised.alert.kind == "change" and not raised.later
        if is_over and each.fits(facts.values, receivers=names, now=now):
            silences.end(conn, each.id, "the next change came", now)
        else:
            left.append(each)
    return _Silences(tuple(left), facts)


# --- one target --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Telling:
    """One alert on its way to its targets."""

    raised: Raised
    alert_id: int
    placed: _Placed
    quiet: _Silences
    now: datetime


def _tell(conn: Connection, of: _Telling, intent: Intent, routes: Routes) -> None:
    """Decide for one target, keep the decision, and queue the message if there is one."""
    alert, placed, now = of.raised.alert, of.placed, of.now
    options = options_for(intent, routes)
    opened = None if intent.channel in PROGRAMS else _open_message(conn, of, intent)
    situation = Situation(
        now=now,
        silence=of.quiet.of(intent, now),
        later=of.raised.later,
        told_today=tellings.spent_since(conn, intent.channel, intent.target, day_began(options.zone, now)),
        open_message=opened,
        is_part=placed.is_part and tellings.was_told(conn, placed.case_id, intent.channel, intent.target),
        is_graver=placed.is_graver,
        patience=timedelta(0) if intent.channel in PROGRAMS else of.raised.patience,
    )
    telling = plan(alert, intent.why, options, situation)
    tellings.record(conn, of.alert_id, alert, intent, tellings.Kept(telling, placed.case_id, now))
    delivery_id = None
    if telling.send_at is not None:
        posting = Posting(
            telling.send_at,
            placed.case_id,
            _less(intent, routes),
            is_loud=situation.is_part and placed.is_graver,
        )
        delivery_id = outbox.post(conn, of.alert_id, replace(intent, why=telling.why), posting, now)
    elif telling.how is How.OVER_BUDGET:
        delivery_id = _summary_of_the_day(conn, of, intent, routes)
    if delivery_id is not None:
        tellings.told_by(conn, of.alert_id, intent.channel, intent.target, delivery_id)


def options_for(intent: Intent, routes: Routes) -> Options:
    """What the receivers of a target chose; the defaults for one that is in the routes no more."""
    names = intent.receivers or (intent.receiver,)
    known = [routes.receivers[name].options for name in names if name in routes.receivers]
    options = most_eager(known) if known else Options()
    return replace(options, budget=None) if intent.channel in UNCOUNTED else options


def _open_message(conn: Connection, of: _Telling, intent: Intent) -> str | None:
    """A message of the case that has not gone out: this alert can be told by it, unless it is graver and would wait."""
    if not of.placed.is_part:
        return None
    found = outbox.open_for_more(conn, intent.channel, intent.target, case_id=of.placed.case_id)
    if found is None:
        return None
    id_, goes_at = found
    return None if of.placed.is_graver and goes_at > of.now else id_


def _summary_of_the_day(conn: Connection, of: _Telling, intent: Intent, routes: Routes) -> str | None:
    """The message that says that the budget is spent, for whatever comes before it goes out; None once it has gone.

    What comes after it waits for the digest.
    """
    options = options_for(intent, routes)
    began_at = day_began(options.zone, of.now)
    report = build_summary(options.budget or 0, options.digest)
    name = "\x1f".join(("summary", intent.channel, intent.target, began_at.isoformat()))
    alert = Alert(
        fingerprint=hashlib.sha256(name.encode()).hexdigest(),
        kind="summary",
        severity=report.severity,
        title=report.title,
        reasons=(f"the budget of {options.budget} messages a day is spent",),
        report=report_to_plain(report),
    )
    alert_id = outbox.record_alert(conn, alert, of.now)
    if alert_id is None:
        summary = outbox.alert_of(conn, alert.fingerprint)
        found = outbox.open_for_more(conn, intent.channel, intent.target, alert_id=summary)
        return found[0] if found else None
    posting = Posting(of.now + of.raised.patience, detail=_less(intent, routes))
    return outbox.post(conn, alert_id, replace(intent, why=alert.reasons), posting, of.now)
