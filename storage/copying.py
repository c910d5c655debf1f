"""A whole copy of an SQLite database that is in use: SQLite's own online backup, page by page, of one moment.

PostgreSQL has pg_dump for that, and nothing here is for it.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

from core.errors import StorageError

PAGES_AT_ONCE: Final = 4_000
BUSY_SECONDS: Final = 30


def copy_database(source: Path, target: Path) -> None:
    """Write a consistent copy, synced, for its owner alone. Raises StorageError, and leaves nothing half done.

    Writers may go on: what they commit meanwhile makes SQLite begin again, and at the end the copy is of one moment.
    """
    partial = target.with_name(f".{target.name}.partial")
    try:
        os.close(os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
        with (
            closing(sqlite3.connect(f"file:{quote(str(source))}?mode=ro", uri=True, timeout=BUSY_SECONDS)) as given,
            closing(sqlite3.connect(partial)) as taken,
        ):
            # All pages in one step hold the moment; in write-ahead mode a reader stops no writer.
            given.execute("BEGIN")
            given.execute("SELECT count(*) FROM sqlite_master").fetchone()
            given.backup(taken, pages=PAGES_AT_ONCE)
            taken.execute("PRAGMA journal_mode=DELETE")  # one file, whole in itself
        sync(partial)
        partial.replace(target)
        sync(target.parent)
    except (OSError, sqlite3.Error) as error:
        partial.unlink(missing_ok=True)
        raise StorageError(f"the database could not be copied to {target}: {error}") from error


def sync(path: Path) -> None:
    """On disk when this returns, a file or a folder's names."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def stamp_of(path: Path) -> str | None:
    """The schema step of an SQLite file that nobody uses. Raises StorageError where it is damaged or no database."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)) as conn:
            found = [str(row[0]) for row in conn.execute("PRAGMA quick_check(3)")]
            if found != ["ok"]:
                raise StorageError(f"the database in it is damaged: {found[0]}")
            row = conn.execute("SELECT version_num FROM alembic_version").fetchone()
            return str(row[0]) if row else None
    except sqlite3.Error as error:
        raise StorageError(f"the database in it cannot be read: {error}") from error


def newest_of(path: Path) -> tuple[str, int]:
    """When an archive was last asked for something (ISO, empty where never), and how many fetches it holds."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=BUSY_SECONDS)) as conn:
            at, count = conn.execute("SELECT max(started_at), count(*) FROM fetches").fetchone()
            return str(at or ""), int(count)
    except sqlite3.Error as error:
        raise StorageError(f"{path} cannot be read: {error}") from error


def digests_of(path: Path) -> set[str]:
    """Every snapshot an SQLite file speaks of."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)) as conn:
            return {str(row[0]) for row in conn.execute("SELECT digest FROM snapshots")}
    except sqlite3.Error as error:
        raise StorageError(f"{path} cannot be read: {error}") from error
