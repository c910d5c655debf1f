"""Rows that a clock ahead of its time put off: taken back to where they would be, so that nothing waits for years.

What was recorded keeps its times, wrong ones too: they are what was observed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from storage.schema import deliveries, fetches, hosts, requests

SURELY_WRONG: Final = timedelta(minutes=2)  # a fetch of ours that far in the future was made by another clock
LONGEST_LEASE: Final = timedelta(minutes=15)
LONGEST_HOST_PAUSE: Final = timedelta(hours=2)


def pull_back(conn: Connection, now: datetime) -> int:
    """Make due again what waits for a time that was never right; how many rows that were."""
    return _requests(conn, now) + _hosts(conn, now) + _deliveries(conn, now)


def _requests(conn: Connection, now: datetime) -> int:
    wrong = (
        select(requests.c.id, requests.c.every_seconds, requests.c.next_due_at)
        .join(fetches, fetches.c.id == requests.c.last_fetch_id)
        .where(requests.c.next_due_at > now, fetches.c.started_at > now + SURELY_WRONG)
    )
    rows = []
    for row in conn.execute(wrong):
        every = timedelta(seconds=row.every_seconds)
        if row.next_due_at > now + every * 2:
            share = (row.id * 2654435761 % 1000) / 1000  # spread, and the same at every start
            rows.append({"b_id": row.id, "b_due": now + every * share})
    if rows:
        due = bindparam("b_due", type_=requests.c.next_due_at.type)
        conn.execute(update(requests).where(requests.c.id == bindparam("b_id")).values(next_due_at=due), rows)
    return len(rows)


def _hosts(conn: Connection, now: datetime) -> int:
    held = update(hosts).where(hosts.c.leased_until > now + LONGEST_LEASE * 2).values(leased_until=now + LONGEST_LEASE)
    left_alone = update(hosts).where(hosts.c.next_allowed_at > now + LONGEST_HOST_PAUSE).values(next_allowed_at=now)
    return conn.execute(held).rowcount + conn.execute(left_alone).rowcount


def _deliveries(conn: Connection, now: datetime) -> int:
    """Messages from a later time are due now; claims that would last for long run out, as those of the dead do."""
    queued = update(deliveries).where(deliveries.c.state == "queued", deliveries.c.created_at > now + SURELY_WRONG)
    sending = update(deliveries).where(
        deliveries.c.state == "sending", deliveries.c.leased_until > now + LONGEST_LEASE * 2
    )
    put_right = conn.execute(queued.where(deliveries.c.next_attempt_at > now).values(next_attempt_at=now)).rowcount
    return put_right + conn.execute(sending.values(leased_until=now - timedelta(seconds=1))).rowcount
