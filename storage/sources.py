"""The sources, the requests (addresses) they ask for, and what ``sources list`` shows: when each was last seen, how it
was graded, when it is due. How they are brought in step with sources.yaml: :mod:`storage.watchlist`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urldefrag, urlsplit

from sqlalchemy import Connection, and_, bindparam, delete, exists, func, or_, select, update

from core.model import Company, Source
from storage.chunks import chunks
from storage.schema import companies, fetches, grades, incidents, request_sources, requests, sources
from storage.schema import hosts as hosts_table
from storage.upsert import insert_or_ignore

SHARED = ".sec.gov"  # all of its servers count together what one of us asks, and so must we
START = "start"
ITEM = "item"
MORE = "more:"  # a further page of a list, with its depth: more:1
LATE = "late:"  # the same, found after the list's first capture: what it shows is news
AT_REST = 86_400  # seconds; the interval column may not be empty, and nothing reads it before a source sets its own


_ASKED = (
    select(request_sources.c.request_id, request_sources.c.part, sources)
    .join(sources, sources.c.id == request_sources.c.source_id)
    .where(request_sources.c.request_id.in_(bindparam("b_ids", expanding=True)), sources.c.ended_at.is_(None))
    .order_by(request_sources.c.part.desc(), sources.c.id)
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A source that asks for a request: as its own address (``start``) or as something it listed (``item``)."""

    source: Source
    part: str
    first_look_at: datetime | None


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A source with what is known of its own address; ``code`` and ``since`` are those of its open incident."""

    source: Source
    started_at: datetime
    ended_at: datetime | None
    request_id: int | None = None
    next_due_at: datetime | None = None
    last_fetch_at: datetime | None = None
    status: int | None = None
    reason: str | None = None
    grade: str | None = None
    failures: int = 0
    incident_code: str | None = None
    incident_since: datetime | None = None


def address(url: str) -> str:
    """The address as it is asked: without its fragment, scheme and host in lower case."""
    parts = urlsplit(urldefrag(url.strip()).url)
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower(), path=parts.path or "/").geturl()


def host_of(url: str) -> str:
    """The host to be polite to, with its port where that is not the usual one."""
    parts = urlsplit(url)
    if (parts.hostname or "").lower().endswith(SHARED):
        return SHARED.removeprefix(".")
    usual = {"http": 80, "https": 443}.get(parts.scheme.lower())
    name = (parts.hostname or "").lower()
    return name if parts.port is None or parts.port == usual else f"{name}:{parts.port}"


def ask(conn: Connection, url: str, *, source_id: str, part: str, every: timedelta, due_at: datetime) -> int:
    """The request for an address, made where it is missing, and the note that this source asks for it.

    An address several sources ask for is one request with the shortest interval. A request nobody asked for any more
    becomes due again.
    """
    url = address(url)
    row = {"url": url, "host": host_of(url), "next_due_at": due_at, "every_seconds": int(every.total_seconds())}
    insert_or_ignore(conn, hosts_table, [{"host": row["host"], "failures": 0}])
    made = insert_or_ignore(conn, requests, [row], returning=[requests.c.id])
    found = select(requests.c.id, requests.c.next_due_at, requests.c.every_seconds).where(requests.c.url == url)
    request = conn.execute(found).one()
    if not made and (request.next_due_at is None or request.every_seconds > int(every.total_seconds())):
        shorter = min(request.every_seconds, int(every.total_seconds()))
        values = {"next_due_at": request.next_due_at or due_at, "every_seconds": shorter}
        conn.execute(update(requests).where(requests.c.id == request.id).values(values))
    insert_or_ignore(conn, request_sources, [{"request_id": request.id, "source_id": source_id, "part": part}])
    return int(request.id)


def leave(conn: Connection, source_id: str, request_id: int) -> None:
    """The source no longer asks for an address; it rests where nobody else does."""
    conn.execute(
        delete(request_sources).where(
            request_sources.c.source_id == source_id, request_sources.c.request_id == request_id
        )
    )
    others = exists().where(request_sources.c.request_id == requests.c.id)
    conn.execute(update(requests).where(requests.c.id == request_id, ~others).values(next_due_at=None))


def pages_of(conn: Connection, source_id: str) -> int:
    """How many further pages of its list a source asks for."""
    theirs = or_(request_sources.c.part.startswith(MORE), request_sources.c.part.startswith(LATE))
    return int(
        conn.execute(
            select(func.count()).select_from(request_sources).where(request_sources.c.source_id == source_id, theirs)
        ).scalar_one()
    )


def at_rest(conn: Connection, url: str) -> int:
    """The request of an address that no source asks for, made where it is missing; it is never due."""
    url = address(url)
    row = {"url": url, "host": host_of(url), "next_due_at": None, "every_seconds": AT_REST}
    insert_or_ignore(conn, hosts_table, [{"host": row["host"], "failures": 0}])
    insert_or_ignore(conn, requests, [row])
    return int(conn.execute(select(requests.c.id).where(requests.c.url == url)).scalar_one())


def asked_by(conn: Connection, request_ids: Sequence[int]) -> dict[int, tuple[Asked, ...]]:
    """Who asks for each request, of the sources still watched; a source's own address first."""
    found: dict[int, tuple[Asked, ...]] = {}
    for some in chunks(request_ids):
        for row in conn.execute(_ASKED, {"b_ids": list(some)}).mappings():
            asked = Asked(_source(row), row["part"], row["first_look_at"])
            found[row["request_id"]] = (*found.get(row["request_id"], ()), asked)
    return found


def by_id(conn: Connection, source_id: str) -> Source | None:
    """A source as it was last declared, watched or not."""
    row = conn.execute(select(sources).where(sources.c.id == source_id)).mappings().one_or_none()
    return _source(row) if row else None


def start_requests(conn: Connection, source_ids: Sequence[str]) -> dict[str, int]:
    """The request of each source's own address, of those that have one."""
    rows = conn.execute(
        select(request_sources.c.source_id, request_sources.c.request_id).where(
            request_sources.c.part == START, request_sources.c.source_id.in_(list(source_ids))
        )
    )
    return {row.source_id: row.request_id for row in rows}


def editions(conn: Connection, company_id: str) -> dict[int, str]:
    """The first addresses of a company's sources that are editions of one another, each with the source they belong to."""
    wanted = select(sources.c.id, sources.c.options).where(sources.c.company_id == company_id)
    heads = {
        row.id: value for row in conn.execute(wanted) for key, value in row.options["options"] if key == "edition_of"
    }
    heads |= {head: head for head in [*heads.values()]}
    return {request: heads[source_id] for source_id, request in start_requests(conn, sorted(heads)).items()}


def requests_of(conn: Connection, source_ids: Sequence[str]) -> list[int]:
    """Every request these sources ask for, their own addresses and what they listed; those still asked for."""
    rows = conn.execute(
        select(requests.c.id)
        .join(request_sources, request_sources.c.request_id == requests.c.id)
        .where(request_sources.c.source_id.in_(list(source_ids)), requests.c.next_due_at.is_not(None))
        .distinct()
        .order_by(requests.c.id)
    )
    return [row.id for row in rows]


def due_now(conn: Connection, source_ids: Sequence[str], now: datetime) -> dict[str, int]:
    """Have the addresses of these sources asked as soon as their hosts allow; the own address of each, by source.

    A source that is no longer watched is left alone.
    """
    wanted = requests_of(conn, source_ids)
    for some in chunks(wanted):
        conn.execute(update(requests).where(requests.c.id.in_(some)).values(next_due_at=now))
    started = start_requests(conn, source_ids)
    return {source: request for source, request in started.items() if request in set(wanted)}


def told_first_look(conn: Connection, source_id: str, now: datetime) -> bool:
    """Note that what already stood at this source has been told. False when it had been before."""
    done = update(sources).where(sources.c.id == source_id, sources.c.first_look_at.is_(None))
    return conn.execute(done.values(first_look_at=now)).rowcount == 1


def tell_anew(conn: Connection, source_ids: Sequence[str]) -> None:
    """Have what stands at these sources told again as a first look."""
    conn.execute(update(sources).where(sources.c.id.in_(list(source_ids))).values(first_look_at=None))


def company_by_id(conn: Connection, company_id: str) -> Company | None:
    """A company as the archive knows it."""
    row = conn.execute(select(companies).where(companies.c.id == company_id)).one_or_none()
    if row is None:
        return None
    return Company(row.id, row.name, aliases=tuple(row.aliases), topics=tuple(row.topics), country=row.country)


def list_sources(
    conn: Connection,
    *,
    with_ended: bool = False,
    company: str | None = None,
    unseen: bool = False,
    limit: int | None = None,
    start: int = 0,
) -> list[SourceHealth]:
    """Every source with the state of its own address, in order of company and id.

    ``company`` and ``unseen`` (those with an open incident) leave only some; ``limit`` and ``start`` a part of the list.
    """
    newest_grade = (
        select(grades.c.level)
        .where(grades.c.fetch_id == requests.c.last_fetch_id)
        .order_by(grades.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    own = and_(request_sources.c.source_id == sources.c.id, request_sources.c.part == START)
    open_incident = and_(incidents.c.request_id == requests.c.id, incidents.c.closed_at.is_(None))
    found = (
        select(
            sources,
            requests.c.id.label("request_id"),
            requests.c.next_due_at,
            requests.c.failures,
            fetches.c.started_at.label("last_fetch_at"),
            fetches.c.status,
            fetches.c.reason,
            newest_grade.label("grade"),
            incidents.c.code,
            incidents.c.opened_at,
        )
        .outerjoin(request_sources, own)
        .outerjoin(requests, requests.c.id == request_sources.c.request_id)
        .outerjoin(fetches, fetches.c.id == requests.c.last_fetch_id)
        .outerjoin(incidents, open_incident)
        .order_by(sources.c.company_id, sources.c.id)
    )
    if not with_ended:
        found = found.where(sources.c.ended_at.is_(None))
    if company is not None:
        found = found.where(sources.c.company_id == company)
    if unseen:
        found = found.where(incidents.c.id.is_not(None))
    return [_health(row) for row in conn.execute(found.limit(limit).offset(start)).mappings()]


def count_sources(conn: Connection, *, company: str | None = None, with_ended: bool = False) -> tuple[int, int]:
    """How many sources there are, and how many of those watched cannot be seen."""
    total = select(func.count()).select_from(sources)
    troubled = (
        select(func.count(sources.c.id.distinct()))
        .join(request_sources, and_(request_sources.c.source_id == sources.c.id, request_sources.c.part == START))
        .join(incidents, and_(incidents.c.request_id == request_sources.c.request_id, incidents.c.closed_at.is_(None)))
        .where(sources.c.ended_at.is_(None))
    )
    if not with_ended:
        total = total.where(sources.c.ended_at.is_(None))
    if company is not None:
        total, troubled = (one.where(sources.c.company_id == company) for one in (total, troubled))
    return int(conn.execute(total).scalar_one()), int(conn.execute(troubled).scalar_one())


def _health(row: Any) -> SourceHealth:
    return SourceHealth(
        source=_source(row),
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        request_id=row["request_id"],
        next_due_at=row["next_due_at"],
        last_fetch_at=row["last_fetch_at"],
        status=row["status"],
        reason=row["reason"],
        grade=row["grade"],
        failures=row["failures"] or 0,
        incident_code=row["code"],
        incident_since=row["opened_at"],
    )


def _source(row: Any) -> Source:
    kept = row["options"]
    return Source(
        id=row["id"],
        company=row["company_id"],
        kind=row["kind"],
        url=row["url"],
        enabled=row["ended_at"] is None,
        role=row["role"],
        lang=row["lang"],
        every=timedelta(seconds=row["every_seconds"]),
        select=tuple(kept["select"]),
        remove=tuple(kept["remove"]),
        always=tuple(kept.get("always", ())),
        note=kept["note"],
        confidence=kept["confidence"],
        options=tuple((key, value) for key, value in kept["options"]),
    )
