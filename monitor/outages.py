"""Sources that cannot be seen any more: one message when it begins, reminders while it lasts, one when it ends.

An incident is told when two captures in a row failed or it is half an hour old, and only where the address had been
seen well before and its first look was told; a source with many addresses is spoken of once. Its end is told if its
beginning was. Where many hosts fail at once and
nothing at all answers, the fault is probably on this side: that is logged, and told to nobody for a while.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import Connection

from alerts.decide import incident_alert
from alerts.raising import Raised, raise_alert
from alerts.routes import facts_of_incident
from core.cases import incident_trace
from core.model import Company
from core.occasions import IncidentFacts
from core.wording import counted
from monitor.tools import Tools
from storage import appointments, notices, sources
from storage.notices import Outage

log = logging.getLogger(__name__)

CAPTURES: Final = 2
AGE: Final = timedelta(minutes=30)
LOOK_BACK: Final = timedelta(days=2)
REMINDERS: Final = (timedelta(days=1), timedelta(days=3), timedelta(days=7))  # the last one again and again
KEY: Final = "outage:"
OF_A_HOST: Final = frozenset(("dns", "connect", "timeout", "reset", "truncated", "protocol", "server_error"))
MANY_HOSTS: Final = 3
OFFLINE_FOR: Final = timedelta(hours=6)


def tell(tools: Tools) -> int:
    """Raise the alerts that are due; how many."""
    if not tools.tells:
        return 0
    now = tools.now()
    with tools.database.read() as conn:
        found = notices.outages(conn, closed_since=now - LOOK_BACK)
        told = {key.removeprefix(KEY): at for key, at in appointments.all_due(conn).items() if key.startswith(KEY)}
        answered_at = notices.last_answer_at(conn) if found else None
    by_source: dict[str, list[Outage]] = {source_id: [] for source_id in told}
    for each in found:
        by_source.setdefault(each.source_id, []).append(each)
    steps = [step for source_id, theirs in by_source.items() if (step := next_step(source_id, theirs, told, now))]
    steps = one_a_host(steps, by_source, told)
    begun = [step.outage for step in steps if step.what == "begins" and step.outage]
    if is_offline(begun, answered_at, now):
        log.warning("nothing answers on %s: is this machine offline?", counted(len(begun), "source"))
        steps = [step for step in steps if step.what != "begins"]
    if not steps:
        return 0
    with tools.database.write() as conn:
        return sum(_take(conn, tools, step, now) for step in steps)


@dataclass(frozen=True, slots=True)
class Step:
    """What to say of one source: that it cannot be seen, still cannot, is seen again; or (forget) nothing any more.

    ``outage`` is the oldest incident that is meant, of ``addresses`` that are open; ``due_at`` when the reminder was due.
    """

    what: Literal["begins", "lasts", "ends", "forget"]
    source_id: str
    outage: Outage | None = None
    addresses: int = 1
    due_at: datetime | None = None


def next_step(source_id: str, theirs: Sequence[Outage], told: Mapping[str, datetime], now: datetime) -> Step | None:
    """One message a source when it breaks, reminders by schedule while it lasts, one on recovery. Pure."""
    still = [each for each in theirs if each.closed_at is None]
    ended = [each for each in theirs if each.closed_at is not None]
    if source_id not in told:
        due = [each for each in still if each.count >= CAPTURES or now - each.opened_at >= AGE]
        return Step("begins", source_id, due[0], len(still)) if due else None
    if still:
        is_due = told[source_id] <= now
        return Step("lasts", source_id, still[0], len(still), told[source_id]) if is_due else None
    return Step("ends", source_id, ended[-1]) if ended else Step("forget", source_id)


def remind_after(opened_at: datetime, now: datetime) -> datetime:
    """When a source that still cannot be seen is spoken of next: after a day, three days, a week, then weekly. Pure."""
    for pause in REMINDERS:
        if opened_at + pause > now:
            return opened_at + pause
    weeks = (now - opened_at) // REMINDERS[-1] + 1
    return opened_at + weeks * REMINDERS[-1]


def one_a_host(
    steps: Sequence[Step], by_source: Mapping[str, Sequence[Outage]], told: Mapping[str, datetime]
) -> list[Step]:
    """A host that is down is one message, however many sources it has: the others wait with the first. Pure."""
    down = {each.host for source_id in told for each in by_source.get(source_id, ()) if _is_of_host(each)}
    kept: list[Step] = []
    for step in steps:
        outage = step.outage
        if step.what == "begins" and outage is not None and _is_of_host(outage):
            if outage.host in down:
                continue
            down.add(outage.host)
            more = (
                sum(
                    any(_is_of_host(one) and one.host == outage.host for one in theirs) for theirs in by_source.values()
                )
                - 1
            )
            if more:
                said = f"{counted(more, 'more source')} of {outage.host} cannot be seen either"
                step = replace(step, outage=replace(outage, reasons=(*outage.reasons, said)))
        kept.append(step)
    return kept


def _is_of_host(outage: Outage) -> bool:
    return outage.closed_at is None and outage.code in OF_A_HOST


def is_offline(due: Sequence[Outage], answered_at: datetime | None, now: datetime) -> bool:
    """Many hosts failing and not one answer since the first of them did: probably our own network. Pure."""
    begun = [each for each in due if each.closed_at is None]
    if len({each.host for each in begun}) < MANY_HOSTS:
        return False
    first = min(each.opened_at for each in begun)
    return (answered_at is None or answered_at < first) and now - first < OFFLINE_FOR


def _take(conn: Connection, tools: Tools, step: Step, now: datetime) -> int:
    """Say it, and note when to say the next thing. Nothing where another process has taken the step."""
    key, outage = KEY + step.source_id, step.outage
    if step.what in ("ends", "forget"):
        is_ours = appointments.cancel(conn, key)
    elif step.what == "lasts" and step.due_at and outage:
        is_ours = appointments.keep(conn, key, step.due_at, remind_after(outage.opened_at, now), now)
    else:
        is_ours = outage is not None and appointments.make(conn, key, remind_after(outage.opened_at, now))
    return _raise(conn, tools, step, outage, now) if is_ours and outage else 0


def _raise(conn: Connection, tools: Tools, step: Step, outage: Outage, now: datetime) -> int:
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
        closed_at=outage.closed_at if step.what == "ends" else None,
        captures=outage.count,
        topics=company.topics,
        addresses=step.addresses,
        reminder=1 if step.what == "lasts" else 0,
    )
    alert = incident_alert(facts, company_id=outage.company_id, base_url=tools.base_url)
    about = (step.what, *([step.due_at] if step.what == "lasts" else []))
    alert = replace(alert, fingerprint=_fingerprint(outage, *about))
    known_facts = facts_of_incident(alert, company=company, kind=outage.kind, source=outage.source_id)
    raised = Raised(alert, known_facts, incident_trace(outage.source_id, outage.host), patience=tools.patience)
    return 1 if raise_alert(conn, raised, tools.routes, now) is not None else 0


def _fingerprint(outage: Outage, *about: object) -> str:
    """The same for the same step of the same incident, whatever its code becomes."""
    words = "\x1f".join(("incident", str(outage.incident_id), *map(str, about)))
    return hashlib.sha256(words.encode()).hexdigest()
