"""Storage's contract runs over both databases: an SQLite file, and a real PostgreSQL.

``database`` is a fresh one at the current schema; ``empty_database`` has nothing in it yet.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage.engine import Database, open_database
from storage.migrate import prepare
from tests.postgres import NoPostgres, Postgres, postgres

BOTH = [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """One server for all tests of this process; skips, with the reason, where none can be had."""
    try:
        with postgres() as server:
            yield server
    except NoPostgres as error:
        pytest.skip(f"NOT RUN on PostgreSQL: {error}")


@pytest.fixture(scope="session")
def prepared_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file brought to the current schema once, to be copied."""
    path = tmp_path_factory.mktemp("prepared") / "onrecord.db"
    _prepare(path)
    return path


@pytest.fixture(scope="session")
def prepared_postgres(postgres_server: Postgres) -> Iterator[str]:
    """A PostgreSQL database brought to the current schema once, to be copied."""
    address = postgres_server.create()
    _prepare(address)
    yield address
    postgres_server.drop(address)


@pytest.fixture(params=BOTH)
def database_address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str | Path]:
    """Where a fresh database at the current schema is, for tests that open it more than once."""
    if request.param == "sqlite":
        path = tmp_path / "onrecord.db"
        shutil.copy(request.getfixturevalue("prepared_sqlite"), path)
        yield path
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    address = server.copy(request.getfixturevalue("prepared_postgres"))
    yield address
    server.drop(address)


@pytest.fixture
def database(database_address: str | Path) -> Iterator[Database]:
    """A fresh database at the current schema."""
    with _opened(database_address) as database:
        yield database


@pytest.fixture(params=BOTH)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with nothing in it."""
    if request.param == "sqlite":
        with _opened(tmp_path / "empty.db") as database:
            yield database
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    address = server.create()
    with _opened(address) as database:
        yield database
    server.drop(address)


@contextmanager
def _opened(address: str | Path) -> Iterator[Database]:
    database = open_database(address)
    try:
        yield database
    finally:
        database.close()


def _prepare(address: str | Path) -> None:
    with _opened(address) as database:
        prepare(database)
