"""Addresses of feeds that have ended. Every address holds the serial of its feed; ending one ends all given out so far."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from core.links import FeedKind
from storage import events
from storage.schema import feed_endings
from storage.upsert import insert_or_ignore


def serial(conn: Connection, kind: FeedKind, name: str) -> int:
    """What an address of that feed must hold now."""
    of_feed = feed_endings.c.kind == kind, feed_endings.c.name == name
    last = conn.execute(select(func.max(feed_endings.c.serial)).where(*of_feed)).scalar()
    return 0 if last is None else int(last) + 1


def end(conn: Connection, kind: FeedKind, name: str, by: str, now: datetime) -> int:
    """End every address of that feed given out so far; the serial of those that come."""
    ended = serial(conn, kind, name)
    row = {"kind": kind, "name": name, "serial": ended, "at": now, "by": by}
    insert_or_ignore(conn, feed_endings, [row])
    events.write(conn, "feed.ended", at=now, data={"feed": kind, "name": name, "by": by})
    return ended + 1
