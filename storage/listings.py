"""What a source lists elsewhere (the items of a feed): each item's page becomes a request of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update

from storage import sources
from storage.chunks import chunks
from storage.schema import feed_items, fetches, request_sources


@dataclass(frozen=True, slots=True)
class Listed:
    """One item as the source lists it."""

    guid: str
    url: str
    title: str
    published_at: datetime | None


def record(
    conn: Connection, source_id: str, fetch_id: int, items: Sequence[Listed], *, every: timedelta, due_at: datetime
) -> int:
    """Note what a good capture of the list holds; new items become due. Returns how many were new."""
    rows = conn.execute(select(feed_items.c.id, feed_items.c.guid).where(feed_items.c.source_id == source_id))
    known = {row.guid: row.id for row in rows}
    fresh = [item for item in items if item.guid not in known]
    for item in fresh:
        request_id = sources.ask(conn, item.url, source_id=source_id, part=sources.ITEM, every=every, due_at=due_at)
        conn.execute(
            insert(feed_items).values(
                source_id=source_id,
                guid=item.guid,
                url=item.url,
                title=item.title,
                published_at=item.published_at,
                request_id=request_id,
                first_fetch_id=fetch_id,
                last_fetch_id=fetch_id,
            )
        )
    for some in chunks([known[item.guid] for item in items if item.guid in known]):
        conn.execute(update(feed_items).where(feed_items.c.id.in_(some)).values(last_fetch_id=fetch_id))
    return len(fresh)


def stood_at_first(conn: Connection, request_id: int) -> bool:
    """Was this address listed by the very first good capture of its source? Then it is no news."""
    mine = feed_items.alias("mine")
    first = select(func.min(feed_items.c.first_fetch_id)).where(feed_items.c.source_id == mine.c.source_id)
    row = conn.execute(
        select(mine.c.first_fetch_id, first.scalar_subquery().label("first")).where(mine.c.request_id == request_id)
    ).all()
    return all(found.first_fetch_id == found.first for found in row)


def waiting(conn: Connection, source_id: str) -> int:
    """How many listed addresses of a source have never been asked."""
    asked = select(fetches.c.id).where(fetches.c.request_id == request_sources.c.request_id).exists()
    found = select(func.count()).where(request_sources.c.source_id == source_id, ~asked)
    return int(conn.execute(found).scalar_one())


def published_at(conn: Connection, request_id: int) -> datetime | None:
    """The date the list gives an item, if it gives one."""
    dated = select(feed_items.c.published_at).where(feed_items.c.request_id == request_id)
    found: datetime | None = conn.execute(dated.limit(1)).scalar()
    return found
