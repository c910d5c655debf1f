"""Pictures and single-file copies of captures, kept as bytes like any snapshot; and which addresses need a browser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from storage.fetches import keep_snapshot
from storage.schema import fetches, incidents, pictures, requests
from storage.upsert import insert_or_ignore


@dataclass(frozen=True, slots=True)
class Picture:
    """One of them. ``what`` is picture or single_file."""

    what: str
    digest: str


def keep(conn: Connection, fetch_id: int, picture: Picture, *, size: int, media_type: str, now: datetime) -> None:
    """Note bytes that the archive holds as belonging to a capture."""
    keep_snapshot(conn, picture.digest, size=size, media_type=media_type, now=now)
    row = {"fetch_id": fetch_id, "what": picture.what, "digest": picture.digest, "kept_at": now}
    insert_or_ignore(conn, pictures, [row])


def of_fetch(conn: Connection, fetch_id: int) -> tuple[Picture, ...]:
    """What is kept beside a capture."""
    found = select(pictures.c.what, pictures.c.digest).where(pictures.c.fetch_id == fetch_id).order_by(pictures.c.what)
    return tuple(Picture(row.what, row.digest) for row in conn.execute(found))


def is_picture(conn: Connection, digest: str) -> bool:
    """Whether these bytes are a picture we took ourselves."""
    found = select(pictures.c.id).where(pictures.c.digest == digest, pictures.c.what == "picture").limit(1)
    return conn.execute(found).first() is not None


def trouble_and_record(conn: Connection, request_id: int) -> tuple[str | None, dict[str, Any]]:
    """The code of an address's open incident, and how its newest good capture was made."""
    trouble = select(incidents.c.code).where(incidents.c.request_id == request_id, incidents.c.closed_at.is_(None))
    good = (
        select(fetches.c.record)
        .join(requests, requests.c.last_good_fetch_id == fetches.c.id)
        .where(requests.c.id == request_id)
    )
    return conn.execute(trouble).scalar(), conn.execute(good).scalar() or {}
