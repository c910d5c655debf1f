"""What already stood there when the watch began: gathered once for all new sources, told as one summary a receiver.

A source is told when its own address and everything it listed have been asked. While others of the same beginning are
still on their way, those that are ready wait for them, ten minutes at most: one message, never a flood.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from alerts.decide import first_look_alert
from alerts.raising import Raised, raise_alert
from alerts.routes import facts_of_look, share_first_look
from core.occasions import CompanyLook, SourceLook, Standing
from monitor.tools import Tools
from storage import documents, incidents, notices, sources
from storage.incidents import Incident
from storage.notices import FirstLook

PATIENCE: Final = timedelta(minutes=10)


def tell(tools: Tools, *, only: Collection[str] | None = None) -> int:
    """Tell what is ready to be told; how many sources that were.

    With ``only`` (ids a person has just checked) those that are ready are told at once and the others stay.
    """
    now = tools.now()
    with tools.database.read() as conn:
        found = notices.first_looks(conn, now)
        last_told_at = notices.last_told_at(conn) if found else None
    ready = ready_ones(found, now, last_told_at) if only is None else [
        look for look in found if look.source_id in only and not look.is_pending
    ]  # fmt: skip
    if not ready:
        return 0
    with tools.database.write() as conn:
        ours = [look for look in ready if sources.told_first_look(conn, look.source_id, now)]
        if ours and tools.tells:
            _raise(conn, tools, gather(conn, tools, ours), now)
    return len(ours)


def ready_ones(found: Sequence[FirstLook], now: datetime, last_told_at: datetime | None) -> list[FirstLook]:
    """Which to tell now: all that are ready, once nothing is pending or they have waited long enough. Pure."""
    ready = [look for look in found if not look.is_pending]
    if len(ready) == len(found):
        return ready
    begun = min((look.started_at for look in ready), default=now)
    since = max(begun, last_told_at) if last_told_at else begun
    return ready if now - since >= PATIENCE else []


def gather(conn: Connection, tools: Tools, told: Sequence[FirstLook]) -> list[CompanyLook]:
    """What these sources showed, company by company."""
    ids = [look.source_id for look in told]
    stood: dict[str, list[Standing]] = {}
    found = notices.standing(conn, ids)
    names = documents.refs(conn, [each.document_id for each in found])
    for each in found:
        heading = (each.heading,) if each.heading else ()
        standing = Standing(each.match, each.text, names[each.document_id], heading)
        stood.setdefault(each.source_id, []).append(standing)
    refused = {incident.source_id: incident for incident in incidents.list_open(conn)}
    by_company: dict[str, list[FirstLook]] = {}
    for look in told:
        by_company.setdefault(look.company_id, []).append(look)
    looks: list[CompanyLook] = []
    for company_id, theirs in by_company.items():
        company = tools.companies.get(company_id) or sources.company_by_id(conn, company_id)
        looks.append(
            CompanyLook(
                company_id=company_id,
                company=company.name if company else company_id,
                topics=company.topics if company else (),
                sources=tuple(_source_look(conn, look, refused.get(look.source_id)) for look in theirs),
                standing=tuple(each for look in theirs for each in stood.get(look.source_id, ())),
            )
        )
    return looks


def _source_look(conn: Connection, look: FirstLook, incident: Incident | None) -> SourceLook:
    seen = documents.list_documents(conn, source_id=look.source_id)
    is_refused = incident is not None and incident.url == sources.address(look.url)
    why = "; ".join(incident.reasons) or incident.code if incident and is_refused else ""
    return SourceLook(look.source_id, look.url, sum(1 for each in seen if each.current_version_id is not None), why)


def _raise(conn: Connection, tools: Tools, looks: Sequence[CompanyLook], now: datetime) -> None:
    for followed, intents in share_first_look(looks, tools.routes):
        alert = first_look_alert(followed, at=now, base_url=tools.base_url)
        raise_alert(conn, Raised(alert, facts_of_look(followed)), tools.routes, now, intents=intents)
