"""What people did about sources and documents: each a row with what undoing it needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from core.errors import NotFound
from storage import events
from storage.schema import acts, document_addresses, documents, requests


@dataclass(frozen=True, slots=True)
class Act:
    """One act, in words, with what it needs to be undone."""

    id: int
    at: datetime
    act: str
    what: str
    data: dict[str, Any]
    undone_at: datetime | None = None


def log(conn: Connection, act: str, what: str, data: dict[str, Any], now: datetime) -> int:
    """Note an act; its number."""
    row = {"at": now, "act": act, "what": what, "data": data}
    act_id = int(conn.execute(insert(acts).values(row).returning(acts.c.id)).scalar_one())
    events.write(conn, f"sources.{act}", at=now, data={"what": what, "act": act_id})
    return act_id


def newest(conn: Connection, limit: int = 50) -> list[Act]:
    """The last acts, the newest first."""
    rows = conn.execute(select(acts).order_by(acts.c.id.desc()).limit(limit)).mappings()
    return [Act(**row) for row in rows]


def by_id(conn: Connection, act_id: int | None) -> Act:
    """An act, or the newest that was not undone. Raises NotFound."""
    wanted = select(acts).where(acts.c.id == act_id) if act_id else select(acts).where(acts.c.undone_at.is_(None))
    row = conn.execute(wanted.order_by(acts.c.id.desc()).limit(1)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"there is no act {act_id}" if act_id else "there is nothing to undo")
    return Act(**row)


def undone(conn: Connection, act: Act, now: datetime) -> None:
    """Note that an act was taken back."""
    conn.execute(update(acts).where(acts.c.id == act.id).values(undone_at=now))
    events.write(conn, f"sources.{act.act}.undone", at=now, data={"what": act.what, "act": act.id})


def send_back(conn: Connection, document_id: int, old: int, new: int) -> None:
    """A document that was moved goes on under the request it had before."""
    url = conn.execute(select(requests.c.url).where(requests.c.id == old)).scalar_one()
    conn.execute(
        update(documents)
        .where(documents.c.id == document_id, documents.c.request_id == new)
        .values(request_id=old, url=url)
    )
    conn.execute(
        delete(document_addresses).where(
            document_addresses.c.document_id == document_id, document_addresses.c.request_id == old
        )
    )
