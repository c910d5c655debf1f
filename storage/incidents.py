"""Addresses that cannot be seen: at most one open incident a request, closed by the next good capture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from storage import events
from storage.schema import Id, UtcTime, incidents, request_sources, requests, sources
from storage.sources import START

GONE = "gone"  # the code an incident ends with when the document was found to be gone: nothing was seen again


# Built once: building a statement costs more than running it, and every good capture asks.
_CLOSE = (
    update(incidents)
    .where(incidents.c.request_id == bindparam("b_request"), incidents.c.closed_at.is_(None))
    .values(closed_at=bindparam("b_now", type_=UtcTime()), closed_fetch_id=bindparam("b_fetch", type_=Id))
    .returning(incidents)
)


@dataclass(frozen=True, slots=True)
class Incident:
    """Why an address cannot be seen, since when, and how many captures have said so. ``is_new``: opened just now."""

    id: int
    request_id: int
    source_id: str | None
    code: str
    reasons: tuple[str, ...]
    opened_at: datetime
    closed_at: datetime | None
    count: int
    url: str = ""
    is_new: bool = False


def open_or_touch(  # noqa: PLR0913 (the columns of one row)
    conn: Connection,
    request_id: int,
    *,
    source_id: str | None,
    code: str,
    reasons: Sequence[str],
    fetch_id: int,
    now: datetime,
) -> Incident:
    """Open an incident (event ``incident.opened``), or count one more in the one that is open.

    An open one takes the newest code and reasons: what keeps us from seeing may change while we cannot see.
    """
    known = (
        update(incidents)
        .where(incidents.c.request_id == request_id, incidents.c.closed_at.is_(None))
        .values(count=incidents.c.count + 1, code=code, reasons=list(reasons))
        .returning(incidents)
    )
    row = conn.execute(known).mappings().one_or_none()
    is_new = row is None
    if row is None:
        values = {
            "request_id": request_id,
            "source_id": source_id,
            "code": code,
            "reasons": list(reasons),
            "opened_at": now,
            "opened_fetch_id": fetch_id,
            "count": 1,
        }
        row = conn.execute(insert(incidents).values(values).returning(incidents)).mappings().one()
        _event(conn, "incident.opened", row, fetch_id, now)
    return _incident(row, is_new=is_new)


def close(conn: Connection, request_id: int, fetch_id: int, now: datetime) -> Incident | None:
    """Close the open incident of a request (event ``incident.closed``); None where there is none."""
    row = conn.execute(_CLOSE, {"b_request": request_id, "b_now": now, "b_fetch": fetch_id}).mappings().one_or_none()
    if row is None:
        return None
    _event(conn, "incident.closed", row, fetch_id, now)
    return _incident(row)


def list_open(conn: Connection) -> list[Incident]:
    """Every open incident with its address, the oldest first."""
    wanted = (
        select(incidents, requests.c.url)
        .join(requests, requests.c.id == incidents.c.request_id)
        .where(incidents.c.closed_at.is_(None))
        .order_by(incidents.c.opened_at, incidents.c.id)
    )
    return [_incident(row, url=row["url"]) for row in conn.execute(wanted).mappings()]


def open_at_source(conn: Connection, source_id: str, *, but: int) -> Incident | None:
    """What keeps us from seeing the source's own address now, if that is not this request."""
    wanted = (
        select(incidents, requests.c.url)
        .join(requests, requests.c.id == incidents.c.request_id)
        .join(request_sources, request_sources.c.request_id == requests.c.id)
        .where(
            incidents.c.closed_at.is_(None),
            incidents.c.request_id != but,
            request_sources.c.source_id == source_id,
            request_sources.c.part == START,
        )
        .order_by(incidents.c.opened_at)
        .limit(1)
    )
    row = conn.execute(wanted).mappings().first()
    return _incident(row, url=row["url"]) if row else None


def _event(conn: Connection, type_: str, row: Any, fetch_id: int, now: datetime) -> None:
    company = conn.execute(select(sources.c.company_id).where(sources.c.id == row["source_id"])).scalar()
    data = {"code": row["code"], "reasons": row["reasons"], "request_id": row["request_id"], "count": row["count"]}
    events.write(conn, type_, at=now, company_id=company, source_id=row["source_id"], fetch_id=fetch_id, data=data)


def _incident(row: Any, *, is_new: bool = False, url: str = "") -> Incident:
    return Incident(
        id=row["id"],
        request_id=row["request_id"],
        source_id=row["source_id"],
        code=row["code"],
        reasons=tuple(row["reasons"]),
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        count=row["count"],
        url=url,
        is_new=is_new,
    )
