"""Whether other pages of a host were seen well lately: what makes one page's absence a claim about that page."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from storage.schema import fetches, request_sources, requests

MOST_SOONER = 8


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


def sooner(conn: Connection, request_id: int, now: datetime, within: timedelta, share: float) -> int:
    """A page changed: some of those found at the same source are asked within that time, spread over it; how many.

    So that the hot page is not asked alone, and nothing is asked in a burst. Those not asked for longest come first.
    """
    theirs = select(request_sources.c.source_id).where(request_sources.c.request_id == request_id)
    rows = conn.execute(
        select(requests.c.id)
        .join(request_sources, request_sources.c.request_id == requests.c.id)
        .where(
            request_sources.c.source_id.in_(theirs),
            requests.c.id != request_id,
            requests.c.next_due_at > now + within,
        )
        .order_by(requests.c.last_fetch_id, requests.c.id)
        .limit(MOST_SOONER)
    ).scalars()
    found = list(dict.fromkeys(rows))
    for at, sibling in enumerate(found):
        due = now + within * ((at + share) / len(found))
        conn.execute(update(requests).where(requests.c.id == sibling).values(next_due_at=due))
    return len(found)
