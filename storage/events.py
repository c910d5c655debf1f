"""What happened, in order: one append-only table with a cursor, written in the transaction that made it true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict, Unpack

from sqlalchemy import Connection, func, insert, select, text

from storage.schema import events

# Numbers are given out before transactions end, so on PostgreSQL event 8 can be committed before event 7 and a reader
# whose cursor stands at 8 would never see 7. Writers share this advisory lock until they commit; a reader takes it
# alone for one select. SQLite has one writer.
_ORDER_LOCK = 0x4F6E5265
_INSERT = insert(events).returning(events.c.id)


@dataclass(frozen=True, slots=True)
class Event:
    """One step: ``type`` is like ``change.detected``; ids name the rows it is about; ``data`` are small extras."""

    id: int
    at: datetime
    type: str
    company_id: str | None = None
    source_id: str | None = None
    document_id: int | None = None
    fetch_id: int | None = None
    change_id: int | None = None
    alert_id: int | None = None
    delivery_id: str | None = None
    data: dict[str, object] = field(default_factory=dict)


class About(TypedDict, total=False):
    """The rows an event may name."""

    company_id: str | None
    source_id: str | None
    document_id: int | None
    fetch_id: int | None
    change_id: int | None
    alert_id: int | None
    delivery_id: str | None


def write(
    conn: Connection, type_: str, *, at: datetime, data: Mapping[str, object] | None = None, **about: Unpack[About]
) -> int:
    """Append one event and return its number. ``about`` are the ids of the rows it concerns."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _ORDER_LOCK})
    row = {"type": type_, "at": at, "data": dict(data or {}), **about}
    return int(conn.execute(_INSERT, row).scalar_one())


def since(conn: Connection, after_id: int, limit: int = 500) -> list[Event]:
    """Events with a greater number, oldest first. No event is ever committed behind a cursor taken from here.

    Not to be called in a transaction that itself wrote events.
    """
    found = select(events).where(events.c.id > after_id).order_by(events.c.id).limit(limit)
    if conn.dialect.name != "postgresql":
        return [Event(**row) for row in conn.execute(found).mappings()]
    conn.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ORDER_LOCK})
    try:
        return [Event(**row) for row in conn.execute(found).mappings()]
    finally:
        conn.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ORDER_LOCK})


def last_id(conn: Connection) -> int:
    """The number of the newest event, 0 where there is none: where a new reader starts who wants no past."""
    return int(conn.execute(select(func.coalesce(func.max(events.c.id), 0))).scalar_one())
