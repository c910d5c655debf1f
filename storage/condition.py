"""How a database stands, for the doctor: asked without changing anything."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DatabaseError

from core.text.tokens import index_tokens, units
from storage.migrate import HEAD, stamp
from storage.schema import fetches, passages

ANSWERS: Final = 60
SAMPLE: Final = 200


@dataclass(frozen=True, slots=True)
class Times:
    """``newest``: when we last asked, by our clock then. ``differences``: seconds servers' clocks were ahead of ours."""

    newest: datetime | None
    differences: tuple[float, ...]


def times(conn: Connection) -> Times:
    """Our clock beside those of the servers that answered last."""
    columns = (fetches.c.started_at, fetches.c.finished_at, fetches.c.record)
    rows = conn.execute(select(*columns).order_by(fetches.c.id.desc()).limit(ANSWERS)).all()
    differences: list[float] = []
    for row in rows:
        said = next((value for name, value in (row.record or {}).get("headers", ()) if name == "date"), None)
        try:
            at = parsedate_to_datetime(said) if said else None
        except (TypeError, ValueError):
            at = None
        if at is not None and at.tzinfo is not None:
            differences.append((at - row.finished_at).total_seconds())
    return Times(max((row.started_at for row in rows), default=None), tuple(differences))


@dataclass(frozen=True, slots=True)
class Schema:
    """The step a database stands at (None: no stamp), and the one this program knows."""

    found: str | None
    known: str = HEAD


def schema(conn: Connection) -> Schema:
    return Schema(stamp(conn))


def damages(conn: Connection) -> list[str]:
    """What SQLite finds broken in its file, a few lines at most; nothing for a PostgreSQL, which looks after itself."""
    if conn.dialect.name != "sqlite":
        conn.execute(text("SELECT 1"))
        return []
    try:
        found = [str(row[0]) for row in conn.execute(text("PRAGMA quick_check(5)"))]
    except DatabaseError as error:
        if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT:
            return [str(error.orig)]
        raise
    return [] if found == ["ok"] else found


def not_indexed(conn: Connection) -> Sequence[int]:
    """Of a sample of passages from all of the archive, the numbers of those that the search index does not propose."""
    least, most = conn.execute(select(func.min(passages.c.number), func.max(passages.c.number))).one()
    if most is None:
        return []
    step = max(1, (most - least) // SAMPLE)
    wanted = range(most, least - 1, -step)
    rows = conn.execute(select(passages.c.number, passages.c.text).where(passages.c.number.in_(list(wanted)[:SAMPLE])))
    lost: list[int] = []
    sqlite = conn.dialect.name == "sqlite"
    asked = text(
        "SELECT count(*) FROM passage_index WHERE passage_index MATCH :q AND rowid = :number"
        if sqlite
        else "SELECT count(*) FROM passage_index WHERE number = :number "
        "AND (tokens IS NULL OR tokens @@ CAST(:q AS tsquery))"
    )
    for row in rows:
        tokens = index_tokens(units(row.text))
        if not tokens:
            continue
        word = f'"{tokens[0]}"' if sqlite else f"'{tokens[0]}'"
        if not conn.execute(asked, {"q": word, "number": row.number}).scalar():
            lost.append(row.number)
    return lost
