"""What a change of one edition of a document no longer shares with the others, for the alert that tells it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from core.commitments.editions import Divergence, divergences, family_of
from core.model import Change
from monitor.tools import Tools
from storage import documents, versions
from storage.across import edition

TOLD: Final = ("place", "stance")  # what an alert says; the command tells topics and old age too
MOST: Final = 3  # lines of an alert


def parted(conn: Connection, tools: Tools, change: Change) -> tuple[str, ...]:
    """What another edition says and this one no longer does, or the other way round: in words, since this change only."""
    if change.before is None or change.after is None or not change.findings:
        return ()
    here = change.document
    family = family_of(here.url)
    others = [
        row
        for row in documents.live_addresses(conn, here.company_id)
        if row.id != here.id and family_of(row.url) == family
    ]
    if not others:
        return ()
    company = tools.companies.get(here.company_id)
    names = (company.name, *company.aliases) if company else ()
    now = tools.now()
    was, is_ = (
        edition(tools.commitments, (here.slug, here.lang), reading, now, (names, None))
        for reading in (change.before, change.after)
    )
    told: list[str] = []
    for row in others[:MOST]:
        reading = versions.load(conn, row.version_id).reading
        other = edition(tools.commitments, (row.slug, row.lang), reading, now, (names, None))
        known = {_name(each) for each in divergences(tools.commitments, (was, other), names)}
        found = divergences(tools.commitments, (is_, other), names)
        told += [f"Editions part: {each.reason}" for each in found if each.kind in TOLD and _name(each) not in known]
    return tuple(dict.fromkeys(told))[:MOST]


def _name(divergence: Divergence) -> tuple[str, str, str]:
    return divergence.kind, divergence.what, divergence.there
