"""Hooks as rows, and what a call comes to: the source's own address is due. Nothing a caller sends is kept."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from core.hooks import PAUSE
from storage import events
from storage.schema import hooks, request_sources, requests, sources
from storage.sources import START


@dataclass(frozen=True, slots=True)
class Hook:
    """An address that says "look now" for one source. ``called_at``: the newest call that counted."""

    name: str
    source_id: str
    made_at: datetime
    called_at: datetime | None = None


def make(conn: Connection, source_id: str, now: datetime) -> Hook:
    """A new hook of a source; the one it had before ends."""
    end(conn, source_id, now)
    hook = Hook(secrets.token_urlsafe(18), source_id, now)
    conn.execute(insert(hooks).values(name=hook.name, source_id=source_id, made_at=now))
    return hook


def end(conn: Connection, source_id: str, now: datetime) -> bool:
    """Revoke the hook of a source. False where it has none."""
    alive = update(hooks).where(hooks.c.source_id == source_id, hooks.c.ended_at.is_(None))
    return conn.execute(alive.values(ended_at=now)).rowcount > 0


def by_name(conn: Connection, name: str) -> Hook | None:
    """The hook of that name, while it lasts."""
    row = conn.execute(select(hooks).where(hooks.c.name == name, hooks.c.ended_at.is_(None))).one_or_none()
    return _hook(row) if row else None


def all_hooks(conn: Connection) -> list[Hook]:
    """Those that last, by source."""
    rows = conn.execute(select(hooks).where(hooks.c.ended_at.is_(None)).order_by(hooks.c.source_id))
    return [_hook(row) for row in rows]


def count_call(conn: Connection, hook: Hook, now: datetime) -> bool:
    """Note a call. False where the one before was less than a minute ago: then this one counts for nothing."""
    rested = or_(hooks.c.called_at.is_(None), hooks.c.called_at <= now - PAUSE)
    mine = update(hooks).where(hooks.c.name == hook.name, hooks.c.ended_at.is_(None), rested)
    return conn.execute(mine.values(called_at=now)).rowcount == 1


def look_soon(conn: Connection, source_id: str, by: str, now: datetime) -> bool:
    """Have the source's own address asked as soon as its host allows; what it listed keeps its times, so there is no burst.

    False where the source is no longer watched. ``by`` says who wished it.
    """
    own = (
        select(request_sources.c.request_id)
        .join(sources, sources.c.id == request_sources.c.source_id)
        .where(request_sources.c.source_id == source_id, request_sources.c.part == START, sources.c.ended_at.is_(None))
    )
    watched = update(requests).where(requests.c.id.in_(own), requests.c.next_due_at.is_not(None))
    due = watched.values(next_due_at=now).returning(requests.c.id)
    if not conn.execute(due).all():
        return False
    events.write(conn, "check.asked", at=now, source_id=source_id, data={"by": by})
    return True


def _hook(row: Any) -> Hook:
    return Hook(row.name, row.source_id, row.made_at, row.called_at)
