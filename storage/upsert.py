"""Insert, or leave the row that is there: SQLite and PostgreSQL spell it alike, SQLAlchemy once for each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert


def insert_or_ignore(
    conn: Connection, table: Table, rows: Sequence[dict[str, Any]], *, returning: Sequence[Column[Any]] = ()
) -> list[tuple[Any, ...]]:
    """Insert the rows whose keys are not there yet. With ``returning``, those columns of the rows really inserted."""
    if not rows:
        return []
    quiet = _ignoring(conn.dialect.name, table, tuple(returning))
    if not returning:
        conn.execute(quiet, list(rows))
        return []
    return [tuple(row) for row in conn.execute(quiet, list(rows))]


def insert_or_update(conn: Connection, table: Table, row: dict[str, Any], key: str) -> None:
    """Insert the row, or bring the one with the same key to the same values."""
    conn.execute(_updating(conn.dialect.name, table, tuple(row), key), row)


# Built once each: building a statement costs more than running it.


@cache
def _ignoring(dialect: str, table: Table, returning: tuple[Column[Any], ...]) -> ReturningInsert[Any] | Insert:
    quiet = _insert(dialect, table).on_conflict_do_nothing()
    return quiet.returning(*returning) if returning else quiet


@cache
def _updating(dialect: str, table: Table, names: tuple[str, ...], key: str) -> Insert:
    statement = _insert(dialect, table)
    others = {name: statement.excluded[name] for name in names if name != key}
    return statement.on_conflict_do_update(index_elements=[key], set_=others)


def _insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
