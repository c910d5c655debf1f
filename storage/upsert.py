"""Insert, or leave the row that is there: SQLite and PostgreSQL spell it alike, SQLAlchemy once for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_or_ignore(
    conn: Connection, table: Table, rows: Sequence[dict[str, Any]], *, returning: Column[Any] | None = None
) -> list[Any]:
    """Insert the rows whose keys are not there yet. With ``returning``, that column of those really inserted."""
    if not rows:
        return []
    statement = sqlite.insert(table) if conn.dialect.name == "sqlite" else postgresql.insert(table)
    quiet = statement.on_conflict_do_nothing()
    if returning is None:
        conn.execute(quiet, list(rows))
        return []
    return list(conn.execute(quiet.returning(returning), list(rows)).scalars())
