"""The state of the whole archive, read for the first page: what changed lately, what cannot be seen, how much there is.

Only reads. Nothing here loads a text; what an alert said stands in its row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select

from core.model import SEVERITIES, ChangeClass
from storage.chunks import chunks
from storage.schema import (
    alerts,
    case_alerts,
    cases,
    changes,
    companies,
    documents,
    fetches,
    grades,
    handlings,
    incidents,
    requests,
    sources,
)
from storage.schema import request_sources as asked


@dataclass(frozen=True, slots=True)
class Watching:
    """Sources watched; how many of them were seen since a time, were never asked yet, and the oldest start."""

    sources: int
    seen: int
    waiting: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Unseen:
    """An address that cannot be seen now. ``last_good_at`` is None where it never was."""

    source_id: str
    company_id: str
    company: str
    url: str
    code: str
    reasons: tuple[str, ...]
    since: datetime
    last_good_at: datetime | None
    documents: int


@dataclass(frozen=True, slots=True)
class Told:
    """An alert as it was told: ``report`` is ``core.report.Report`` as plain data."""

    id: int
    change_id: int | None
    severity: str
    report: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is. ``first_at`` is the oldest capture."""

    companies: int
    documents: int
    first_at: datetime | None


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A company with how much of it is kept."""

    id: str
    name: str
    documents: int
    versions: int


def recent_changes(
    conn: Connection, since: datetime, *, quiet: bool = False, limit: int | None = None, start: int = 0
) -> list[int]:
    """Ids of the changes found since then, worst first, then the newest; so many from the ``start``-th on.

    ``quiet`` gives those told to nobody for their class (dates, layout, surroundings, variants) instead of the
    substantive ones.
    """
    rank = case({severity.value: at for at, severity in enumerate(SEVERITIES, 1)}, value=changes.c.severity, else_=0)
    loud = changes.c["class"] == ChangeClass.SUBSTANTIVE.value
    rows = conn.execute(
        select(changes.c.id)
        .where(changes.c.detected_at >= since, ~loud if quiet else loud)
        .order_by(rank.desc(), changes.c.detected_at.desc(), changes.c.id.desc())
        .limit(limit)
        .offset(start)
    )
    return [row.id for row in rows]


def classes_since(conn: Connection, since: datetime) -> dict[str, int]:
    """How many changes of each class were found since then."""
    counted = select(changes.c["class"], func.count()).where(changes.c.detected_at >= since)
    return {name: int(count) for name, count in conn.execute(counted.group_by(changes.c["class"]))}


def last_change_at(conn: Connection) -> datetime | None:
    """When the newest substantive change was found."""
    newest = select(func.max(changes.c.detected_at)).where(changes.c["class"] == ChangeClass.SUBSTANTIVE.value)
    found: datetime | None = conn.execute(newest).scalar()
    return found


def told(conn: Connection, change_ids: Sequence[int]) -> dict[int, Told]:
    """The alerts of some changes, by change; changes nobody was told of are missing."""
    found: dict[int, Told] = {}
    for some in chunks(list(change_ids)):
        for row in conn.execute(select(alerts).where(alerts.c.change_id.in_(some)).order_by(alerts.c.id)):
            found[row.change_id] = _told(row)
    return found


def first_looks(conn: Connection, since: datetime, limit: int = 5) -> list[Told]:
    """What was told of first looks since then, the newest first."""
    wanted = select(alerts).where(alerts.c.kind == "first_look", alerts.c.created_at >= since)
    return [_told(row) for row in conn.execute(wanted.order_by(alerts.c.id.desc()).limit(limit))]


def _told(row: Any) -> Told:
    return Told(row.id, row.change_id, row.severity, row.report, row.created_at)


def watching(conn: Connection, since: datetime) -> Watching:
    """How many watched sources a good capture has shown since then; by each source's own address."""
    newest = fetches.alias("newest")
    good = fetches.alias("good")
    level = (
        select(grades.c.level)
        .where(grades.c.fetch_id == newest.c.id)
        .order_by(grades.c.id.desc())
        .limit(1)
        .correlate(newest)
        .scalar_subquery()
    )
    newest_is_good = and_(newest.c.started_at >= since, newest.c.status < 400, func.coalesce(level, "good") == "good")
    seen = or_(newest_is_good, good.c.started_at >= since)
    row = conn.execute(
        select(
            func.count(sources.c.id.distinct()),
            func.count(case((seen, sources.c.id)).distinct()),
            func.count(case((newest.c.id.is_(None), sources.c.id)).distinct()),
            func.min(sources.c.started_at),
        )
        .select_from(sources)
        .outerjoin(asked, and_(asked.c.source_id == sources.c.id, asked.c.part == "start"))
        .outerjoin(requests, requests.c.id == asked.c.request_id)
        .outerjoin(newest, newest.c.id == requests.c.last_fetch_id)
        .outerjoin(good, good.c.id == requests.c.last_good_fetch_id)
        .where(sources.c.ended_at.is_(None))
    ).one()
    return Watching(int(row[0]), int(row[1]), int(row[2]), row[3])


def unseen(conn: Connection) -> list[Unseen]:
    """Addresses still asked for that cannot be seen, the newest incident first."""
    kept = (
        select(func.count())
        .where(documents.c.request_id == requests.c.id)
        .correlate(requests)
        .scalar_subquery()
        .label("documents")
    )
    rows = conn.execute(
        select(
            incidents.c.source_id,
            companies.c.id.label("company_id"),
            companies.c.name.label("company"),
            requests.c.url,
            incidents.c.code,
            incidents.c.reasons,
            incidents.c.opened_at,
            fetches.c.started_at.label("last_good_at"),
            kept,
        )
        .join(requests, requests.c.id == incidents.c.request_id)
        .outerjoin(sources, sources.c.id == incidents.c.source_id)
        .outerjoin(companies, companies.c.id == sources.c.company_id)
        .outerjoin(fetches, fetches.c.id == requests.c.last_good_fetch_id)
        .where(incidents.c.closed_at.is_(None), requests.c.next_due_at.is_not(None))
        .order_by(incidents.c.opened_at.desc(), incidents.c.id.desc())
    )
    return [
        Unseen(
            source_id=row.source_id or "",
            company_id=row.company_id or "",
            company=row.company or "",
            url=row.url,
            code=row.code,
            reasons=tuple(row.reasons),
            since=row.opened_at,
            last_good_at=row.last_good_at,
            documents=int(row.documents),
        )
        for row in rows
    ]


def size(conn: Connection) -> Size:
    """How many companies and documents the archive holds, and since when."""
    counted = conn.execute(select(func.count(), func.count(documents.c.company_id.distinct())).select_from(documents))
    documents_, companies_ = counted.one()
    first: datetime | None = conn.execute(select(func.min(documents.c.appeared_at))).scalar()
    return Size(int(companies_), int(documents_), first)


def list_companies(conn: Connection) -> list[CompanyRow]:
    """Every company of which something is kept, in order of name."""
    rows = conn.execute(
        select(companies.c.id, companies.c.name, func.count(documents.c.id), func.sum(documents.c.version_count))
        .join(documents, documents.c.company_id == companies.c.id)
        .group_by(companies.c.id, companies.c.name)
        .order_by(companies.c.name)
    )
    return [CompanyRow(id_, name, int(count), int(versions or 0)) for id_, name, count, versions in rows]


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case nobody has dealt with: none of its alerts was acknowledged, confirmed or called not relevant."""

    id: int
    alert_id: int
    title: str
    severity: str
    alerts: int
    last_at: datetime


def open_cases(conn: Connection, since: datetime, limit: int = 12) -> list[OpenCase]:
    """Cases with an alert since then that wait for somebody, the gravest first."""
    dealt = (
        select(handlings.c.id)
        .join(case_alerts, case_alerts.c.alert_id == handlings.c.alert_id)
        .where(
            case_alerts.c.case_id == cases.c.id,
            handlings.c.what.in_(("acknowledge", "confirm", "not_relevant")),
            handlings.c.refused == "",
        )
        .correlate(cases)
        .exists()
    )
    rank = case({severity.value: at for at, severity in enumerate(SEVERITIES, 1)}, value=cases.c.severity, else_=0)
    rows = conn.execute(
        select(
            cases.c.id,
            func.max(case_alerts.c.alert_id),
            cases.c.title,
            cases.c.severity,
            func.count(),
            cases.c.last_at,
        )
        .join(case_alerts, case_alerts.c.case_id == cases.c.id)
        .where(cases.c.last_at >= since, ~dealt)
        .group_by(cases.c.id, cases.c.title, cases.c.severity, cases.c.last_at)
        .order_by(rank.desc(), cases.c.last_at.desc())
        .limit(limit)
    )
    return [OpenCase(*row) for row in rows]


def change_times(conn: Connection, company_id: str, limit: int = 400) -> list[tuple[datetime, str, int]]:
    """When substantive changes of a company were found, with the severity and the change, the newest first."""
    rows = conn.execute(
        select(changes.c.detected_at, changes.c.severity, changes.c.id)
        .join(documents, documents.c.id == changes.c.document_id)
        .where(documents.c.company_id == company_id, changes.c["class"] == ChangeClass.SUBSTANTIVE.value)
        .order_by(changes.c.detected_at.desc(), changes.c.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1] or "", row[2]) for row in rows]
