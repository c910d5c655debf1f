"""Who holds what: leases of processes that died are given back, and what keeps a host from being asked now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Connection, Select, bindparam, exists, func, select, union, update

from core.schedule import budget_by, day_of
from storage.chunks import chunks
from storage.leases import may_be_asked
from storage.schema import deliveries, hosts, requests
from storage.schema.base import UtcTime


@dataclass(frozen=True, slots=True)
class HostState:
    """Why a host cannot be asked now: another holds it until a time, or it is left alone until one."""

    host: str
    leased_until: datetime | None
    next_allowed_at: datetime | None
    failures: int


# --- processes that died ------------------------------------------------------------------------------------------


def owners(conn: Connection) -> set[str]:
    """The processes that hold a host or a delivery, of those that gave their name."""
    held = union(
        select(hosts.c.token).where(hosts.c.token.is_not(None)),
        select(deliveries.c.token).where(deliveries.c.token.is_not(None)),
    )
    return {token.partition(":")[0] for token in conn.execute(held).scalars() if ":" in token}


def free(conn: Connection, owner: str, now: datetime) -> int:
    """Give back everything a dead process held; how many rows that were.

    Its hosts may be asked again at once. What it was sending may have arrived: its claim runs out, and the next one
    knows that it is uncertain.
    """
    theirs = f"{owner}:"
    asked = conn.execute(
        update(hosts).where(hosts.c.token.startswith(theirs, autoescape=True)).values(leased_until=None, token=None)
    )
    sending = conn.execute(
        update(deliveries)
        .where(deliveries.c.state == "sending", deliveries.c.token.startswith(theirs, autoescape=True))
        .values(leased_until=now - timedelta(seconds=1))
    )
    return asked.rowcount + sending.rowcount


# --- looking --------------------------------------------------------------------------------------------------------


def is_due(conn: Connection, now: datetime, budget: int | None = None) -> bool:
    """Is any request due on a host that may be asked? A look before the claim, which needs the write lock."""
    about: dict[str, object] = {"b_now": now}
    if budget is not None:
        about |= {"b_day": day_of(now), "b_budget": budget_by(now, budget)}
    return bool(conn.execute(_is_due(has_budget=budget is not None), about).scalar())


@cache
def _is_due(*, has_budget: bool) -> Select[tuple[bool]]:  # built once: it is asked every second
    due = requests.c.next_due_at <= bindparam("b_now", type_=UtcTime())
    may_ask = may_be_asked(has_budget=has_budget)
    return select(exists().where(due, hosts.c.host == requests.c.host, may_ask))


def next_due_at(conn: Connection) -> datetime | None:
    """When the next request is due; None where nothing is watched."""
    found: datetime | None = conn.execute(select(func.min(requests.c.next_due_at))).scalar()
    return found


def states(conn: Connection, request_ids: Sequence[int]) -> list[HostState]:
    """The hosts of these requests as they stand, in order of their names."""
    found: dict[str, HostState] = {}
    for some in chunks(list(request_ids)):
        wanted = select(requests.c.host).where(requests.c.id.in_(some))
        for row in conn.execute(select(hosts).where(hosts.c.host.in_(wanted))):
            found[row.host] = HostState(row.host, row.leased_until, row.next_allowed_at, row.failures)
    return [found[host] for host in sorted(found)]


def due_of(conn: Connection, request_ids: Sequence[int], now: datetime) -> list[int]:
    """Those of these requests that are due now."""
    found: list[int] = []
    for some in chunks(list(request_ids)):
        due = select(requests.c.id).where(requests.c.id.in_(some), requests.c.next_due_at <= now)
        found += conn.execute(due.order_by(requests.c.next_due_at, requests.c.id)).scalars()
    return found


def requests_at(conn: Connection, host: str, request_ids: Sequence[int]) -> list[int]:
    """Those of these requests that are addressed to that host."""
    found: list[int] = []
    for some in chunks(list(request_ids)):
        theirs = select(requests.c.id).where(requests.c.id.in_(some), requests.c.host == host)
        found += conn.execute(theirs.order_by(requests.c.id)).scalars()
    return found


def lift(conn: Connection, request_ids: Sequence[int], until: datetime) -> None:
    """Let the hosts of these requests be asked from then on, where they were to be left alone for longer."""
    for some in chunks(list(request_ids)):
        theirs = select(requests.c.host).where(requests.c.id.in_(some))
        conn.execute(
            update(hosts).where(hosts.c.host.in_(theirs), hosts.c.next_allowed_at > until).values(next_allowed_at=until)
        )


@dataclass(frozen=True, slots=True)
class Overdue:
    """An address that should have been asked by now, and what stands in the way, in one word."""

    request_id: int
    url: str
    host: str
    due_at: datetime
    why: str  # budget | failing | waiting


def unseen(conn: Connection, now: datetime, grace: timedelta, budget: int | None = None) -> list[Overdue]:
    """Addresses that are behind their due time by more than the grace, the longest waiting first."""
    rows = conn.execute(
        select(
            requests.c.id,
            requests.c.url,
            requests.c.host,
            requests.c.next_due_at,
            hosts.c.day,
            hosts.c.asked,
            hosts.c.failures,
        )
        .join(hosts, hosts.c.host == requests.c.host)
        .where(requests.c.next_due_at < now - grace)
        .order_by(requests.c.next_due_at, requests.c.id)
    )
    found: list[Overdue] = []
    for row in rows:
        is_spent = budget is not None and row.day == day_of(now) and (row.asked or 0) >= budget_by(now, budget)
        why = "budget" if is_spent else ("failing" if row.failures else "waiting")
        found.append(Overdue(row.id, row.url, row.host, row.next_due_at, why))
    return found


def watched(conn: Connection) -> int:
    """How many addresses somebody asks for."""
    return int(conn.execute(select(func.count()).where(requests.c.next_due_at.is_not(None))).scalar_one())
