"""What robots.txt of each origin says, as it was fetched last."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from storage.schema import robots
from storage.upsert import insert_or_update

_OF_ORIGIN = select(robots).where(robots.c.origin == bindparam("b_origin"))


@dataclass(frozen=True, slots=True)
class Kept:
    """The newest answer. ``state``: rules (``digest`` names them), none (all may be asked), unreachable (nothing may)."""

    origin: str
    fetch_id: int
    asked_at: datetime
    fresh_until: datetime
    status: int | None
    state: str
    digest: str | None
    detail: str = ""
    delay: float | None = None


def of_origin(conn: Connection, origin: str) -> Kept | None:
    """What is known of an origin."""
    row = conn.execute(_OF_ORIGIN, {"b_origin": origin}).mappings().one_or_none()
    return Kept(**row) if row else None


def keep(conn: Connection, kept: Kept) -> None:
    """The newest answer takes the place of the one before."""
    insert_or_update(conn, robots, asdict(kept), "origin")
