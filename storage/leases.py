"""Who may ask a host, and until when: one statement claims hosts that have due requests.

A lease is a row with a token, not a lock in memory, so the daemon, a worker and a command share one politeness.
Every write of a check calls :func:`require` first, in its own transaction (fencing).
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    Integer,
    Row,
    Select,
    Text,
    Update,
    and_,
    bindparam,
    case,
    extract,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from core.errors import Busy, NotFound
from core.schedule import budget_by, day_of
from storage.schema import hosts, requests
from storage.schema.base import UtcTime

log = logging.getLogger(__name__)

REQUESTS_PER_LEASE = 50
FIRST_LOOK_SECONDS = 6 * 3_600  # what was never seen is as urgent as what is looked at at the usual interval
OPEN_AT = 5  # failures of a host in a row: from here on one address asks for all of them whether it is back
_NOW = bindparam("b_now", type_=UtcTime())
_TOKEN = select(hosts.c.token).where(hosts.c.host == bindparam("b_host")).with_for_update(read=True)


@dataclass(frozen=True, slots=True)
class DueRequest:
    """An address to ask now, with what the last accepted capture left behind (validators, digest)."""

    id: int
    url: str
    host: str
    next_due_at: datetime | None
    every: timedelta
    etag: str | None
    last_modified: str | None
    last_digest: str | None
    last_good_fetch_id: int | None
    unread_fetch_id: int | None
    suspect_fetch_id: int | None
    failures: int
    absences: int
    absent_since: datetime | None
    whole_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to ask one host. ``host_failures`` counts the failures of the host as a whole, for its back-off."""

    host: str
    token: str
    leased_until: datetime
    requests: tuple[DueRequest, ...]
    host_failures: int = 0


def claim_due(  # noqa: PLR0913 (what decides a claim, each by name)
    conn: Connection,
    now: datetime,
    *,
    lease: timedelta,
    limit_hosts: int,
    only: Sequence[int] | None = None,
    owner: str = "",
    budget: int | None = None,
) -> list[Lease]:
    """Hosts that nobody holds, that may be asked again, and that have due requests; the longest waiting first.

    With ``only`` (request ids) due times are ignored, and nothing else: leases and the politeness gap still hold.
    A lease carries at most ``REQUESTS_PER_LEASE`` requests; the rest of a host stays due. ``owner`` names the process
    that claims, so that its leases can be given back for it when it has died (``storage.holders.free``). A host that had
    what its ``budget`` of a day allows by now waits (``core.schedule.budget_by``). Of a host, what is most overdue for its interval comes first (six
    hours at most, for what was never seen); of one that keeps failing, what has failed already, so that no other address has to fail for it.
    """
    token = token_of(owner)
    until = now + lease
    asked: dict[str, object] = {"b_now": now} if only is None else {"b_only": list(only)}
    about = {"b_now": now, "b_until": until, "b_token": token, "b_most": limit_hosts}
    if only is None and budget is not None:
        about |= {"b_day": day_of(now), "b_budget": budget_by(now, budget)}
    claim = _claim(is_named=only is not None, has_budget=only is None and budget is not None)
    claimed = conn.execute(claim, about | asked).all()
    if not claimed:
        return []
    held = [row.host for row in claimed]
    try:
        by_host = _due_requests(conn, asked, now, held)
    except (ValueError, TypeError):  # a row that was damaged: it must keep nobody else from being asked
        _put_damaged_off(conn, held, now)
        by_host = _due_requests(conn, asked, now, held)
    leases = [Lease(row.host, token, until, tuple(by_host.get(row.host, ())), row.failures) for row in claimed]
    return sorted(leases, key=lambda held: (min((r.next_due_at or now for r in held.requests), default=now), held.host))


# Statements of every check are built once: building one costs more than running it.


def _due(*, is_named: bool) -> ColumnElement[bool]:
    return requests.c.id.in_(bindparam("b_only", expanding=True)) if is_named else requests.c.next_due_at <= _NOW


@cache
def _claim(*, is_named: bool, has_budget: bool) -> ReturningUpdate[tuple[str, int]]:
    waiting = (
        select(requests.c.host, func.min(requests.c.next_due_at).label("since"))
        .where(_due(is_named=is_named))
        .group_by(requests.c.host)
        .subquery("waiting")
    )
    free = (
        select(hosts.c.host)
        .join(waiting, waiting.c.host == hosts.c.host)
        .where(may_be_asked(has_budget=has_budget))
        .order_by(waiting.c.since, hosts.c.host)
        .limit(bindparam("b_most", type_=Integer))
        .with_for_update(of=hosts, skip_locked=True)  # PostgreSQL only; SQLite has one writer anyway
        .cte("free")
    )
    return (
        update(hosts)
        .where(hosts.c.host.in_(select(free.c.host)))
        .values(leased_until=bindparam("b_until"), token=bindparam("b_token"))
        .returning(hosts.c.host, hosts.c.failures)
    )


def may_be_asked(*, has_budget: bool) -> ColumnElement[bool]:
    """Nobody holds the host, it is not left alone, and it has requests left today (``b_now``, ``b_day``, ``b_budget``)."""
    left = or_(hosts.c.day.is_(None), hosts.c.day != bindparam("b_day"), hosts.c.asked < bindparam("b_budget"))
    return and_(
        or_(hosts.c.leased_until.is_(None), hosts.c.leased_until <= _NOW),
        or_(hosts.c.next_allowed_at.is_(None), hosts.c.next_allowed_at <= _NOW),
        *([left] if has_budget else []),
    )


def _due_requests(
    conn: Connection, asked: dict[str, object], now: datetime, held: list[str]
) -> dict[str, list[DueRequest]]:
    by_host: dict[str, list[DueRequest]] = {}
    about = {"b_seconds": now.timestamp(), "b_held": held} | asked
    for row in conn.execute(_most_overdue(is_named="b_only" in asked), about):
        by_host.setdefault(row.host, []).append(_due_request(row))
    return by_host


@cache
def _most_overdue(*, is_named: bool) -> Select[Any]:
    is_first_look = and_(requests.c.last_good_fetch_id.is_(None), requests.c.failures == 0)
    within = case(
        (and_(is_first_look, requests.c.every_seconds > FIRST_LOOK_SECONDS), FIRST_LOOK_SECONDS),
        else_=requests.c.every_seconds,
    )
    seconds = bindparam("b_seconds", type_=Float)
    overdue = (seconds - extract("epoch", requests.c.next_due_at)) * 1.0 / within
    is_probe = case((and_(hosts.c.failures >= OPEN_AT, requests.c.failures > 0), 0), else_=1)
    order = func.row_number().over(
        partition_by=requests.c.host,
        order_by=(is_probe, requests.c.next_due_at.is_(None), overdue.desc(), requests.c.next_due_at, requests.c.id),
    )
    ranked = (
        select(requests, order.label("place"))
        .join(hosts, hosts.c.host == requests.c.host)
        .where(_due(is_named=is_named), requests.c.host.in_(bindparam("b_held", expanding=True)))
        .subquery("ranked")
    )
    return select(ranked).where(ranked.c.place <= REQUESTS_PER_LEASE).order_by(ranked.c.host, ranked.c.place)


def _put_damaged_off(conn: Connection, held: list[str], now: datetime) -> None:
    """Requests whose rows cannot be read are put off by a day; what is wrong with them is logged."""
    for request_id in conn.execute(select(requests.c.id).where(requests.c.host.in_(held))).scalars().all():
        try:
            conn.execute(select(requests).where(requests.c.id == request_id)).one()
        except (ValueError, TypeError):
            log.exception("request %s: its row is damaged; put off by a day", request_id)
            conn.execute(
                update(requests).where(requests.c.id == request_id).values(next_due_at=now + timedelta(days=1))
            )


def request_by_id(conn: Connection, request_id: int) -> DueRequest:
    """One request as it stands now. Raises NotFound."""
    row = conn.execute(select(requests).where(requests.c.id == request_id)).one_or_none()
    if row is None:
        raise NotFound(f"request {request_id} is not in the archive")
    return _due_request(row)


def _due_request(row: Row[Any]) -> DueRequest:
    return DueRequest(
        id=row.id,
        url=row.url,
        host=row.host,
        next_due_at=row.next_due_at,
        every=timedelta(seconds=row.every_seconds),
        etag=row.etag,
        last_modified=row.last_modified,
        last_digest=row.last_digest,
        last_good_fetch_id=row.last_good_fetch_id,
        unread_fetch_id=row.unread_fetch_id,
        suspect_fetch_id=row.suspect_fetch_id,
        failures=row.failures,
        absences=row.absences,
        absent_since=row.absent_since,
        whole_at=row.whole_at,
    )


def require(conn: Connection, lease: Lease) -> None:
    """Raise Busy when the lease was lost to another process; until this transaction ends nobody can take it."""
    if conn.execute(_TOKEN, {"b_host": lease.host}).scalar() != lease.token:
        raise Busy(f"host {lease.host} is held by another process")


def hold(conn: Connection, lease: Lease, until: datetime) -> None:
    """Keep the host until a later time (a long list of requests). Busy when the lease was lost meanwhile."""
    kept = conn.execute(update(hosts).where(_ours(lease)).values(leased_until=until))
    if kept.rowcount != 1:
        raise Busy(f"host {lease.host} is held by another process")


def release(
    conn: Connection,
    lease: Lease,
    next_allowed_at: datetime | None,
    *,
    failures: int | None = None,
    asked: int = 0,
    now: datetime | None = None,
) -> bool:
    """Give the host back and say when it may be asked again. False, and nothing changed, when it was lost before.

    ``asked`` requests were made of it, which count against its budget of today (``now``).
    """
    about: dict[str, object] = {"b_host": lease.host, "b_token": lease.token, "b_allowed": next_allowed_at}
    is_counted = bool(asked and now is not None)
    if asked and now is not None:
        about |= {"b_day": day_of(now), "b_asked": asked}
    if failures is not None:
        about["b_failures"] = failures
    return conn.execute(_release(is_counted=is_counted, is_judged=failures is not None), about).rowcount == 1


@cache
def _release(*, is_counted: bool, is_judged: bool) -> Update:
    values: dict[str, object] = {"leased_until": None, "token": None, "next_allowed_at": bindparam("b_allowed")}
    if is_counted:
        day, asked = bindparam("b_day", type_=Text), bindparam("b_asked", type_=Integer)
        today = case((hosts.c.day == day, func.coalesce(hosts.c.asked, 0) + asked), else_=asked)
        values |= {"day": day, "asked": today}
    if is_judged:
        values["failures"] = bindparam("b_failures")
    ours = and_(hosts.c.host == bindparam("b_host"), hosts.c.token == bindparam("b_token"))
    return update(hosts).where(ours).values(values)


def _ours(lease: Lease) -> ColumnElement[bool]:
    return and_(hosts.c.host == lease.host, hosts.c.token == lease.token)


def token_of(owner: str) -> str:
    """A token nobody can guess; it begins with the name of the process it was made for, where that has one."""
    return f"{owner}:{secrets.token_hex(16)}" if owner else secrets.token_hex(16)
