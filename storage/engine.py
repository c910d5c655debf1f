"""Connections to SQLite or PostgreSQL, and the two kinds of transaction: reading, and writing.

SQLite: WAL, ``synchronous=FULL`` (a committed fact survives a power cut), writers take BEGIN IMMEDIATE, so two
processes queue for the lock instead of failing half-way. On a disk reached over a network the older journal takes WAL's
place, which is slower and safe as long as one machine uses it. Driver errors are wrapped here, once.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from core.errors import StorageError
from storage.filesystems import network_disk

BUSY_SECONDS = 30


class Database:
    """One database. ``read()`` and ``write()`` give connections inside a transaction; nothing else does."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._turn = threading.Lock()

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view; nothing written in it is kept."""
        with _wrapped(), self.engine.connect() as conn:
            yield conn
            conn.rollback()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One short write transaction: committed at the end, rolled back on any exception.

        SQLite has one writer, and whoever finds it busy sleeps and looks again: threads of one process take turns instead.
        """
        with _wrapped(), self._in_turn(), self.engine.connect() as conn:
            conn = conn.execution_options(onrecord_write=True)
            with conn.begin():
                yield conn

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise sqlite3.OperationalError("database is locked")
        try:
            yield
        finally:
            self._turn.release()

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database; None for PostgreSQL and for one in memory."""
        name = self.engine.url.database if self.is_sqlite else None
        return Path(name) if name else None

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _wrapped() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise StorageError(f"database: {error.orig}") from error
    except sqlite3.Error as error:  # of BEGIN, which goes to the driver directly
        raise StorageError(f"database: {error}") from error


def open_database(address: str | Path) -> Database:
    """A database by SQLAlchemy address, or by the path of an SQLite file (made with mode 0600 where missing)."""
    text = str(address)
    if "://" in text and not text.startswith("sqlite"):
        return Database(create_engine(_postgres(text), pool_size=5, max_overflow=10, pool_pre_ping=True))
    path = Path(text.removeprefix("sqlite:///"))
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        pool_size=4,
        max_overflow=14,  # more are opened where more are wanted at once, and closed again
        pool_use_lifo=True,  # the one used last: by turns every one of them would fill a cache of its own
        # which stays as small as SQLite makes it (2 MB): with 16 a search cost the same, and a year 50 MB more
    )
    # Memory shared between processes, which WAL needs, does not reach a network disk. A journal is named once a connection:
    # changing it needs the file alone, and one connection would wait for another.
    journal = "WAL" if network_disk(path.parent) is None else "DELETE"
    event.listen(engine, "connect", partial(_prepare_sqlite, journal))
    event.listen(engine, "begin", _begin_sqlite)
    return Database(engine)


@contextmanager
def open_to_look(address: str) -> Iterator[Database]:
    """A database by its address that nothing is changed in: a file is opened for reading, and never made.

    On a disk that takes no writes the file is read as it lies; what a write-ahead log beside it holds is then not seen.
    """
    if not address.startswith("sqlite:///"):
        database = open_database(address)
    else:
        path = Path(address.removeprefix("sqlite:///"))
        mode = "mode=ro" if os.access(path.parent, os.W_OK) else "immutable=1"
        place = f"file:{quote(str(path))}?{mode}"

        def connect() -> sqlite3.Connection:
            return sqlite3.connect(place, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)

        database = Database(create_engine("sqlite://", creator=connect))
    try:
        yield database
    finally:
        database.close()


def _postgres(address: str) -> str:
    return address.replace("postgres://", "postgresql://", 1).replace("postgresql://", "postgresql+psycopg://", 1)


def _prepare_sqlite(journal: str, connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    for pragma in (
        f"journal_mode={journal}",
        "synchronous=FULL",
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "foreign_keys=ON",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(conn: Connection) -> None:
    writes = conn.get_execution_options().get("onrecord_write", False)
    driver: Any = conn.connection.dbapi_connection
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
