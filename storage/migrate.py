"""Brings a database to the schema this program knows: numbered steps, forward only, each in one transaction.

The usual start finds the right stamp and is done with one small query; alembic is imported only when there is work.
A database written by a newer On Record is refused untouched.
"""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from core.errors import StorageError
from storage.copying import copy_database
from storage.engine import Database

HEAD = "0002"
"""The newest revision in storage/migrations/versions (a test compares)."""

MIGRATIONS = Path(__file__).parent / "migrations"
STAMP_TABLE = "alembic_version"
_LOCK = 0x6F6E7265636F7264  # "onrecord": one advisory lock of PostgreSQL, held while a schema changes


BEFORE = "before-upgrade"


def prepare(database: Database) -> Path | None:
    """Make an empty database ready, or bring an older one up to date; nothing at all when it is current.

    An SQLite file that holds an archive is copied first, and the copy's path returned (of a PostgreSQL the operator
    takes a pg_dump). Several processes may call this at once: the first one works, the others wait and find it done.
    Raises StorageError when the database is newer than this program, holds something else under our names, or could not
    be copied; it is then unchanged.
    """
    with database.read() as conn:
        if stamp(conn) == HEAD:
            return None
    with database.write() as conn:
        if not database.is_sqlite:  # there, BEGIN IMMEDIATE has already made us alone
            conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        found = stamp(conn)
        if found == HEAD:
            return None
        _refuse_strangers(conn, found)
        kept = _copy_of(database, found) if found is not None else None  # others read meanwhile, and nobody writes
        _upgrade(conn)
    return kept


def _copy_of(database: Database, found: str) -> Path | None:
    """The file as it is before the upgrade, beside it. Raises StorageError where there is no room for it."""
    file = database.file
    if file is None:
        return None
    folder = file.parent / BEFORE
    needed, left = file.stat().st_size, shutil.disk_usage(file.parent).free
    if left < needed * 2:  # the copy, and what the upgrade itself writes
        raise StorageError(
            f"the database is of an older On Record (schema {found}) and is copied before it is brought up to date: "
            f"{needed * 2 / 1e6:,.0f} MB are needed in {folder}, {left / 1e6:,.0f} MB are free. Nothing was changed"
        )
    folder.mkdir(mode=0o700, exist_ok=True)
    names = (f"onrecord-schema-{found}{f'-{number}' if number else ''}.db" for number in count())
    target = next(path for name in names if not (path := folder / name).exists())
    copy_database(file, target)
    return target


def stamp(conn: Connection) -> str | None:
    """The step a database stands at; None where it has none."""
    if not inspect(conn).has_table(STAMP_TABLE):
        return None
    found: str | None = conn.execute(text(f"SELECT version_num FROM {STAMP_TABLE}")).scalar()  # noqa: S608 (our constant)
    return found


def _refuse_strangers(conn: Connection, stamp: str | None) -> None:
    if stamp is None:
        if inspect(conn).has_table("fetches"):
            raise StorageError(
                "the database holds tables of On Record without the stamp of their schema; it is left as it is. "
                "Restore a backup, or start with an empty database"
            )
    elif not stamp.isdigit():
        raise StorageError(f"the database belongs to another program (schema {stamp}); give On Record one of its own")
    elif stamp > HEAD:
        raise StorageError(
            f"the database was written by a newer On Record (schema {stamp}, this program knows {HEAD}); "
            "update On Record. Nothing was changed"
        )


def _upgrade(conn: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": conn})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")
