"""Insert, or leave the row that is there: SQLite and PostgreSQL spell it alike, SQLAlchemy once for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_or_ignore(
    conn: Connection, table: Table, rows: Sequence[dict[str, Any]], *, returning: Sequence[Column[Any]] = ()
) -> list[tuple[Any, ...]]:
    """Insert the rows whose keys are not there yet. With ``returning``, those columns of the rows really inserted."""
    if not rows:
        return []
    quiet = _insert(conn, table).on_conflict_do_nothing()
    if not returning:
        conn.execute(quiet, list(rows))
        return []
    return [tuple(row) for row in conn.execute(quiet.returning(*returning), list(rows))]


def insert_or_update(conn: Connection, table: Table, row: dict[str, Any], key: str) -> None:
    """Insert the row, or bring the one with the same key to the same values."""
    statement = _insert(conn, table)
    others = {name: statement.excluded[name] for name in row if name != key}
    conn.execute(statement.on_conflict_do_update(index_elements=[key], set_=others), row)


def _insert(conn: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if conn.dialect.name == "sqlite" else postgresql.insert(table)
