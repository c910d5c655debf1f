"""Sources that cannot be seen any more, and are seen again: one message each, and none for a hiccup.

An incident is told when two captures in a row failed or it is half an hour old, and only where the address had been
seen well before and its first look was told. Its end is told if its beginning was. Where many hosts fail at once and
nothing at all answers, the fault is probably on this side: that is logged, and told to nobody for a while.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from alerts.decide import incident_alert
from alerts.raising import Raised, raise_alert
from alerts.routes import facts_of_incident
from core.cases import incident_trace
from core.model import Company
from core.occasions import IncidentFacts
from core.wording import counted
from monitor.tools import Tools
from storage import notices, sources
from storage.notices import Outage

log = logging.getLogger(__name__)

CAPTURES: Final = 2
AGE: Final = timedelta(minutes=30)
LOOK_BACK: Final = timedelta(days=2)
MANY_HOSTS: Final = 3
OFFLINE_FOR: Final = timedelta(hours=6)


def tell(tools: Tools) -> int:
    """Raise the alerts that are due; how many."""
    if not tools.tells:
        return 0
    now = tools.now()
    with tools.database.read() as conn:
        found = notices.outages(conn, closed_since=now - LOOK_BACK)
        marks = {mark for each in found for mark in (opened(each), closed(each))}
        raised = notices.raised(conn, marks) if found else set()
        answered_at = notices.last_answer_at(conn) if found else None
    due = [each for each in found if is_due(each, raised, now)]
    if is_offline(due, answered_at, now):
        log.warning("nothing answers on %s: is this machine offline?", counted(len(due), "source"))
        return 0
    if not due:
        return 0
    with tools.database.write() as conn:
        return sum(_raise(conn, tools, each, now) for each in due)


def opened(outage: Outage) -> str:
    """The fingerprint of the alert that it began; whatever its code becomes, there is one."""
    return hashlib.sha256(f"incident\x1f{outage.incident_id}\x1fopened".encode()).hexdigest()


def closed(outage: Outage) -> str:
    """The fingerprint of the alert that it ended."""
    return hashlib.sha256(f"incident\x1f{outage.incident_id}\x1fclosed".encode()).hexdigest()


def is_due(outage: Outage, raised: set[str], now: datetime) -> bool:
    """Should people hear of it now? Pure."""
    if outage.closed_at is not None:
        return opened(outage) in raised and closed(outage) not in raised
    lasts = outage.count >= CAPTURES or now - outage.opened_at >= AGE
    return lasts and opened(outage) not in raised


def is_offline(due: Sequence[Outage], answered_at: datetime | None, now: datetime) -> bool:
    """Many hosts failing and not one answer since the first of them did: probably our own network. Pure."""
    begun = [each for each in due if each.closed_at is None]
    if len({each.host for each in begun}) < MANY_HOSTS:
        return False
    first = min(each.opened_at for each in begun)
    return (answered_at is None or answered_at < first) and now - first < OFFLINE_FOR


def _raise(conn: Connection, tools: Tools, outage: Outage, now: datetime) -> int:
    known = tools.companies.get(outage.company_id) or sources.company_by_id(conn, outage.company_id)
    company = known or Company(outage.company_id, outage.company_id)
    facts = IncidentFacts(
        source_id=outage.source_id,
        company=company.name,
        url=outage.url,
        code=outage.code,
        reasons=outage.reasons,
        opened_at=outage.opened_at,
        last_good_at=outage.last_good_at,
        closed_at=outage.closed_at,
        captures=outage.count,
        topics=company.topics,
    )
    alert = incident_alert(facts, company_id=outage.company_id, base_url=tools.base_url)
    alert = replace(alert, fingerprint=closed(outage) if outage.closed_at else opened(outage))
    known_facts = facts_of_incident(alert, company=company, kind=outage.kind, source=outage.source_id)
    raised = Raised(alert, known_facts, incident_trace(outage.source_id, outage.host), patience=tools.patience)
    return 1 if raise_alert(conn, raised, tools.routes, now) is not None else 0
