"""What people have not been told yet: sources on their first look, and incidents that opened or ended.

Looks only; the alerts are written by ``storage.outbox``, and ``storage.sources.told_first_look`` notes the telling.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import Connection, and_, exists, func, or_, select

from core.errors import NotFound
from core.model import Act, Match, Severity
from storage.chunks import chunks
from storage.incidents import GONE
from storage.schema import (
    alerts,
    companies,
    deliveries,
    document_sources,
    documents,
    fetches,
    hosts,
    incidents,
    matches,
    passages,
    request_sources,
    requests,
    sources,
    spans,
    versions,
)

# --- first looks --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FirstLook:
    """A source whose standing words have not been told. ``is_pending``: an address of it has yet to be asked or read."""

    source_id: str
    company_id: str
    url: str
    started_at: datetime
    is_pending: bool


@dataclass(frozen=True, slots=True)
class Stood:
    """A rule found in a first version, with the passage it was found in and the heading that stands over it."""

    source_id: str
    document_id: int
    match: Match
    text: str
    heading: str


def first_looks(conn: Connection, now: datetime) -> list[FirstLook]:
    """Every watched source not told of yet, in order of company and id; an empty list costs one small look."""
    untold = (sources.c.first_look_at.is_(None), sources.c.ended_at.is_(None))
    if not conn.execute(select(sources.c.id).where(*untold).limit(1)).first():
        return []
    is_open = or_(
        requests.c.last_fetch_id.is_(None),
        requests.c.unread_fetch_id.is_not(None),
        and_(hosts.c.leased_until.is_not(None), hosts.c.leased_until > now),
    )
    theirs = (
        exists()
        .where(
            request_sources.c.source_id == sources.c.id,
            requests.c.id == request_sources.c.request_id,
            hosts.c.host == requests.c.host,
            is_open,
        )
        .label("is_pending")
    )
    has_own = exists().where(request_sources.c.source_id == sources.c.id).label("has_own")
    rows = conn.execute(
        select(sources.c.id, sources.c.company_id, sources.c.url, sources.c.started_at, theirs, has_own)
        .where(*untold)
        .order_by(sources.c.company_id, sources.c.id)
    )
    return [
        FirstLook(row.id, row.company_id, row.url, row.started_at, bool(row.is_pending) or not row.has_own)
        for row in rows
    ]


def last_told_at(conn: Connection) -> datetime | None:
    """When a first look was told last."""
    found: datetime | None = conn.execute(select(func.max(sources.c.first_look_at))).scalar()
    return found


def standing(conn: Connection, source_ids: Sequence[str]) -> list[Stood]:
    """What rules found in the first versions at these sources, by source and document; a first passage for each rule."""
    found: list[Stood] = []
    seen: set[tuple[str, int, str]] = set()
    for some in chunks(list(source_ids)):
        rows = conn.execute(
            select(document_sources.c.source_id, versions.c.document_id, matches, passages.c.text)
            .select_from(matches)
            .join(versions, versions.c.id == matches.c.version_id)
            .join(document_sources, document_sources.c.document_id == versions.c.document_id)
            .outerjoin(passages, passages.c.id == matches.c.passage_id)
            .where(document_sources.c.source_id.in_(some))
            .order_by(document_sources.c.source_id, versions.c.document_id, matches.c.id)
        ).mappings()
        for row in rows:
            key = (row["source_id"], row["document_id"], row["rule"])
            if key not in seen:
                seen.add(key)
                found.append(_stood(conn, row))
    return found


def _stood(conn: Connection, row: Any) -> Stood:
    heading = conn.execute(
        select(spans.c.heading)
        .where(spans.c.document_id == row["document_id"], spans.c.passage_id == row["passage_id"])
        .where(spans.c.stream == "main")  # what stands around the text is under none of its headings
        .order_by(spans.c.id)
        .limit(1)
    ).scalar()
    match = Match(
        rule=row["rule"],
        pack=row["pack"],
        act=cast(Literal["present"], row["act"]) if row["act"] == "present" else Act(row["act"]),
        severity=Severity(row["severity"]),
        words=tuple(row["words"]),
        edit=row["edit"],
        title=row["title"],
    )
    return Stood(row["source_id"], row["document_id"], match, row["text"] or " … ".join(match.words), heading or "")


# --- incidents ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outage:
    """An incident of an address that had been seen well before, with what its alert says."""

    incident_id: int
    source_id: str
    company_id: str
    kind: str
    host: str
    url: str
    code: str
    reasons: tuple[str, ...]
    opened_at: datetime
    closed_at: datetime | None
    count: int
    last_good_at: datetime | None


def outages(conn: Connection, *, closed_since: datetime) -> list[Outage]:
    """Open incidents, and those closed since then, of addresses seen well before they opened; the oldest first."""
    good = (
        select(func.max(fetches.c.id))
        .where(
            fetches.c.request_id == incidents.c.request_id,
            fetches.c.id < incidents.c.opened_fetch_id,
            fetches.c.status < 400,
        )
        .correlate(incidents)
        .scalar_subquery()
    )
    last_good = fetches.alias("last_good")
    rows = conn.execute(
        select(
            incidents,
            requests.c.url,
            requests.c.host,
            sources.c.company_id,
            sources.c.kind,
            last_good.c.started_at.label("last_good_at"),
        )
        .join(requests, requests.c.id == incidents.c.request_id)
        .join(sources, sources.c.id == incidents.c.source_id)
        .outerjoin(last_good, last_good.c.id == good)
        .where(
            or_(incidents.c.closed_at.is_(None), incidents.c.closed_at >= closed_since),
            incidents.c.code != GONE,
            requests.c.last_good_fetch_id.is_not(None),
            last_good.c.id.is_not(None),
            sources.c.ended_at.is_(None),
        )
        .order_by(incidents.c.opened_at, incidents.c.id)
    )
    return [
        Outage(
            incident_id=row.id,
            source_id=row.source_id,
            company_id=row.company_id,
            kind=row.kind,
            host=row.host,
            url=row.url,
            code=row.code,
            reasons=tuple(row.reasons),
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            count=row._mapping["count"],  # a row is a tuple, whose own count() hides the column's
            last_good_at=row.last_good_at,
        )
        for row in rows
    ]


def last_answer_at(conn: Connection) -> datetime | None:
    """When any server of all those watched last answered anything."""
    newest = select(fetches.c.started_at).where(fetches.c.status.is_not(None)).order_by(fetches.c.id.desc()).limit(1)
    found: datetime | None = conn.execute(newest).scalar()
    return found


def raised(conn: Connection, fingerprints: Collection[str]) -> set[str]:
    """Those of these fingerprints that an alert has."""
    found: set[str] = set()
    for some in chunks(list(fingerprints)):
        found |= set(conn.execute(select(alerts.c.fingerprint).where(alerts.c.fingerprint.in_(some))).scalars())
    return found


# --- looking at alerts ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sending:
    """Where one alert went or waits."""

    delivery_id: str
    receiver: str
    channel: str
    target: str
    state: str
    why: tuple[str, ...]
    error: str | None
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert with what became of it. ``document`` is the document's permanent name."""

    id: int
    kind: str
    severity: str
    title: str
    reasons: tuple[str, ...]
    created_at: datetime
    company_id: str | None
    document: str | None
    change_id: int | None
    deliveries: tuple[Sending, ...]


def report_of(conn: Connection, alert_id: int) -> dict[str, Any]:
    """The report an alert was told with, as plain values. Raises NotFound."""
    found: dict[str, Any] | None = conn.execute(select(alerts.c.report).where(alerts.c.id == alert_id)).scalar()
    if found is None:
        raise NotFound(f"alert {alert_id} is not in the archive")
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """An alert about a change as it was told."""

    id: int
    fingerprint: str
    title: str
    created_at: datetime
    report: dict[str, Any]


def told_alerts(
    conn: Connection,
    *,
    company_id: str | None = None,
    topic: str | None = None,
    of_every_kind: bool = False,
    limit: int = 50,
) -> list[Told]:
    """The newest alerts about changes first; with ``of_every_kind`` also first looks, incidents, alarms and the rest.

    ``company_id`` and ``topic`` (of the alert's company) each leave out the others; together both must fit.
    """
    wanted = select(alerts).order_by(alerts.c.id.desc()).limit(limit)
    if not of_every_kind:
        wanted = wanted.where(alerts.c.kind == "change")
    if company_id is not None:
        wanted = wanted.where(alerts.c.company_id == company_id)
    if topic is not None:
        every = conn.execute(select(companies.c.id, companies.c.topics))
        wanted = wanted.where(alerts.c.company_id.in_([row.id for row in every if topic in row.topics]))
    return [Told(row.id, row.fingerprint, row.title, row.created_at, row.report) for row in conn.execute(wanted)]


def count(conn: Connection) -> int:
    """How many alerts were ever raised."""
    return int(conn.execute(select(func.count()).select_from(alerts)).scalar_one())


def alert_rows(
    conn: Connection, limit: int = 50, *, alert_id: int | None = None, change_id: int | None = None, start: int = 0
) -> list[AlertRow]:
    """Alerts with their deliveries, the newest first."""
    wanted = (
        select(alerts, documents.c.slug)
        .outerjoin(documents, documents.c.id == alerts.c.document_id)
        .order_by(alerts.c.id.desc())
        .limit(limit)
        .offset(start)
    )
    if alert_id is not None:
        wanted = wanted.where(alerts.c.id == alert_id)
    if change_id is not None:
        wanted = wanted.where(alerts.c.change_id == change_id)
    rows = conn.execute(wanted).all()
    sent: dict[int, list[Sending]] = {}
    for some in chunks([row.id for row in rows]):
        theirs = select(deliveries).where(deliveries.c.alert_id.in_(some)).order_by(deliveries.c.id)
        for row in conn.execute(theirs):
            sending = Sending(
                row.id, row.receiver, row.channel, row.target, row.state, tuple(row.why), row.error, row.sent_at
            )
            sent.setdefault(row.alert_id, []).append(sending)
    return [
        AlertRow(
            id=row.id,
            kind=row.kind,
            severity=row.severity,
            title=row.title,
            reasons=tuple(row.reasons),
            created_at=row.created_at,
            company_id=row.company_id,
            document=row.slug,
            change_id=row.change_id,
            deliveries=tuple(sent.get(row.id, ())),
        )
        for row in rows
    ]
