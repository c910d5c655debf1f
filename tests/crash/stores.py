"""Where a home's data lies between two lives, and how it is put back as it was: SQLite's files, or a PostgreSQL database."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Protocol

import psycopg
from sqlalchemy import make_url

from tests.crash.image import Rows, rows_of
from tests.postgres import Postgres


class Store(Protocol):
    """Keeps what a home holds, under a folder; puts it back; reads it."""

    environ: dict[str, str]

    def keep(self, home: Path, kept: Path) -> None: ...
    def restore(self, home: Path, kept: Path | None) -> None: ...
    def rows(self, home: Path) -> Rows: ...


class Files:
    """Everything is a file of the data folder."""

    environ: dict[str, str] = {}  # noqa: RUF012 (the protocol's name; never written)

    def keep(self, home: Path, kept: Path) -> None:
        """Copy what there is."""
        if (home / "data").exists():
            shutil.copytree(home / "data", kept / "data")

    def restore(self, home: Path, kept: Path | None) -> None:
        """As it was kept; None: as it was before anything."""
        shutil.rmtree(home / "data", ignore_errors=True)
        if kept is not None and (kept / "data").exists():
            shutil.copytree(kept / "data", home / "data")

    def rows(self, home: Path) -> Rows:
        """Nothing at all where there is no table yet."""
        database = home / "data" / "onrecord.db"
        with closing(sqlite3.connect(database)) if database.exists() else closing(sqlite3.connect(":memory:")) as conn:
            if not conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'fetches'").fetchall():
                return lambda _sql: []
        return rows_of(database)


class InPostgres(Files):
    """Rows in one database of a real server, kept as copies of it; bytes are files as everywhere."""

    def __init__(self, server: Postgres) -> None:
        address = make_url(server.create())
        self.environ = {"ONRECORD_DATABASE_URL": address.render_as_string(hide_password=False)}
        self._name = str(address.database)
        self._line = address.set(drivername="postgresql").render_as_string(hide_password=False)
        self._aside = address.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
        self._kept: dict[Path, str] = {}

    def keep(self, home: Path, kept: Path) -> None:
        super().keep(home, kept)
        name = self._kept.setdefault(kept, f"{self._name}_{len(self._kept)}")
        self._copy(self._name, name)

    def restore(self, home: Path, kept: Path | None) -> None:
        super().restore(home, kept)
        self._copy(self._kept[kept] if kept is not None else "template0", self._name)

    def rows(self, home: Path) -> Rows:
        with psycopg.connect(self._line) as conn:
            if conn.execute("SELECT to_regclass('fetches')").fetchone() == (None,):
                return lambda _sql: []

        def rows(sql: str) -> list[tuple[object, ...]]:
            with psycopg.connect(self._line) as conn:
                return conn.execute(sql.encode()).fetchall()

        return rows

    def _copy(self, source: str, target: str) -> None:
        with psycopg.connect(self._aside, autocommit=True) as conn:
            conn.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)'.encode())
            left_over = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            conn.execute(left_over, (source,))  # of a process that was killed a moment ago
            conn.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"'.encode())
