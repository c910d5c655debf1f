"""What people changed through the pages, and what they took with them: append-only, for the operator to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from storage.schema import audit


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry: ``act`` is like ``export`` or ``account.closed``; ``about`` names what it was done to."""

    id: int
    at: datetime
    who: str
    act: str
    about: str
    data: dict[str, object]


def note(
    conn: Connection, who: str, act: str, *, at: datetime, about: str = "", data: Mapping[str, object] | None = None
) -> None:
    """Write one down, in the transaction that does it."""
    conn.execute(insert(audit).values(at=at, who=who, act=act, about=about[:500], data=dict(data or {})))


def newest(conn: Connection, limit: int = 100, start: int = 0) -> list[Deed]:
    """The newest first."""
    found = select(audit).order_by(audit.c.id.desc()).limit(limit).offset(start)
    return [Deed(row.id, row.at, row.who, row.act, row.about, row.data) for row in conn.execute(found)]


def count(conn: Connection) -> int:
    """How many there are."""
    return int(conn.execute(select(func.count()).select_from(audit)).scalar_one())
