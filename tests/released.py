"""Databases as released versions left them: made by the frozen step of that release, filled with a small archive.

``tests/data/schema/NNNN.json`` holds the rows: one page, captured twice, a promise that was hedged in between, told once.
A release adds the file of its own step.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, Table, insert, select, text

from storage import fulltext
from storage.engine import Database
from storage.migrate import MIGRATIONS
from tests.repository import ROOT

FOLDER = ROOT / "tests" / "data" / "schema"
RELEASED = sorted(path.stem for path in FOLDER.glob("*.json"))


def fill(database: Database, release: str) -> None:
    """Make an empty database one of that release."""
    rows: dict[str, list[dict[str, Any]]] = json.loads((FOLDER / f"{release}.json").read_text(encoding="utf-8"))
    with database.write() as conn:
        config = Config(attributes={"connection": conn})
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        command.upgrade(config, release)
        tables = MetaData()
        for name, entries in rows.items():
            table = Table(name, tables, autoload_with=conn, extend_existing=True)
            conn.execute(insert(table), [_row(entry, database) for entry in entries])
        passages = tables.tables["passages"]
        texts = {row.number: row.text for row in conn.execute(select(passages.c.number, passages.c.text))}
        fulltext.feed(conn, texts)
        _count_on(conn, rows)


def _row(entry: dict[str, Any], database: Database) -> dict[str, Any]:
    def value(kept: Any) -> Any:
        if isinstance(kept, dict) and kept.keys() == {"hex"}:
            return bytes.fromhex(kept["hex"])
        if isinstance(kept, dict) and kept.keys() == {"at"}:
            at = datetime.fromisoformat(kept["at"])
            return at if database.is_sqlite else at.replace(tzinfo=UTC)
        return kept

    return {name: value(kept) for name, kept in entry.items()}


def _count_on(conn: Connection, rows: dict[str, list[dict[str, Any]]]) -> None:
    """PostgreSQL's counters do not see numbers that were given."""
    if conn.dialect.name != "postgresql":
        return
    for name, entries in rows.items():
        for column in ("id", "number"):
            if isinstance(entries[0].get(column), int) and not (name == "passages" and column == "id"):
                conn.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{name}', '{column}'), (SELECT max({column}) FROM {name}))"
                    )
                )


def file_of(path: Path, release: str) -> Path:
    """An SQLite file of that release."""
    from storage.engine import open_database

    database = open_database(path)
    fill(database, release)
    database.close()
    return path
