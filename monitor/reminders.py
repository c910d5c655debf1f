"""Tells critical alerts again that nobody has taken up, and then whoever they escalate to. A tick of the daemon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from core.config.routes import Routes
from core.model import Intent
from core.reminders import again
from core.wording import unique
from monitor.tools import Tools
from storage import reminders
from storage.reminders import First

LOOK_BACK: Final = timedelta(days=30)  # what is older was seen to outside this program, or never will be


def tell(tools: Tools, after: timedelta) -> int:
    """Queue what is due to be told again; how many alerts were."""
    now = tools.now()
    with tools.database.read() as conn:
        escalates = any(receiver.escalate for receiver in tools.routes.receivers.values())
        found = reminders.untaken(conn, now - LOOK_BACK, now - after, escalates=escalates)
    due = [(each.alert_id, what) for each, stands in found if (what := again(each, stands, now, after)) is not None]
    told = 0
    for alert_id, what in due:
        with tools.database.write() as conn:
            first = reminders.told_first(conn, alert_id)
            if what.purpose == "escalation":
                first = [First(each, None, None) for each in escalated([each.intent for each in first], tools.routes)]
            named = [replace(each, intent=_because(each.intent, what.reason)) for each in first]
            if named:
                reminders.tell_again(conn, alert_id, named, what.purpose, now)
                told += 1
    return told


def _because(intent: Intent, reason: str) -> Intent:
    return replace(intent, why=(reason, *intent.why))


def escalated(first: Sequence[Intent], routes: Routes) -> list[Intent]:
    """Whom these escalate to, each target once; nobody where no receiver says so. Pure."""
    names = unique(name for each in first for name in (each.receivers or each.receiver.split(", ")))
    found: dict[tuple[str, str], Intent] = {}
    for name in names:
        receiver = routes.receivers.get(name)
        to = routes.receivers.get(receiver.escalate) if receiver and receiver.escalate else None
        for target in to.targets if to else ():
            why = (f"{name} escalates to {to.name}",) if to else ()
            found.setdefault(
                (target.channel, target.address), Intent(to.name if to else "", target.channel, target.address, why)
            )
    return list(found.values())
