"""Which troubles of the agent itself stand open, and since when: told once however often it is started."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from storage.schema import meta
from storage.upsert import insert_or_ignore

_PREFIX = "alarm."


def begin(conn: Connection, code: str, now: datetime) -> datetime | None:
    """Note that a trouble stands open; since when, or None where it stood open already."""
    row = {"key": _PREFIX + code, "value": now.isoformat()}
    return now if insert_or_ignore(conn, meta, [row], returning=[meta.c.key]) else None


def end(conn: Connection, code: str) -> datetime | None:
    """Note that it is over; since when it stood open, or None where it did not."""
    key = _PREFIX + code
    found = conn.execute(select(meta.c.value).where(meta.c.key == key)).scalar()
    conn.execute(delete(meta).where(meta.c.key == key))
    return datetime.fromisoformat(found) if found else None
