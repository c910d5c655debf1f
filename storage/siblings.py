"""Whether other pages of a host were seen well lately: what makes one page's absence a claim about that page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from storage.schema import fetches, requests


def newest_good_on_host(conn: Connection, request_id: int, *, since: datetime) -> str | None:
    """The address of another request of the same host whose newest attempt was good and recent; None without one."""
    host = select(requests.c.host).where(requests.c.id == request_id).scalar_subquery()
    found: str | None = conn.execute(
        select(requests.c.url)
        .join(fetches, fetches.c.id == requests.c.last_good_fetch_id)
        .where(
            requests.c.host == host,
            requests.c.id != request_id,
            requests.c.last_fetch_id == requests.c.last_good_fetch_id,
            fetches.c.started_at >= since,
        )
        .order_by(requests.c.last_good_fetch_id.desc())
        .limit(1)
    ).scalar()
    return found
