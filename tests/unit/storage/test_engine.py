"""Writers of one process take turns; one that waits too long is told so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from core.errors import StorageError
from storage import engine
from storage.engine import open_database


def test_threads_that_write_take_turns_without_losing_one(tmp_path: Path) -> None:
    database = open_database(tmp_path / "x.db")
    with database.write() as conn:
        conn.execute(text("CREATE TABLE t (n INTEGER)"))

    def add(_number: int) -> None:
        with database.write() as conn:
            most = conn.execute(text("SELECT COUNT(*) FROM t")).scalar_one()
            conn.execute(text("INSERT INTO t VALUES (:n)"), {"n": most})

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add, range(64)))
    with database.read() as conn:
        assert list(conn.execute(text("SELECT n FROM t ORDER BY n")).scalars()) == list(range(64))
    database.close()


def test_who_waits_too_long_for_a_turn_is_told_that_the_database_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0)
    database = open_database(tmp_path / "x.db")
    with (
        database.write(),
        pytest.raises(StorageError, match="database is locked"),
        database.write(),
    ):
        pass
    with database.write() as conn:  # the turn was given back
        conn.execute(text("CREATE TABLE t (n INTEGER)"))
    database.close()


def test_one_after_another_the_same_connection_is_used(tmp_path: Path) -> None:
    database = open_database(tmp_path / "x.db")

    def used() -> int:
        with database.read() as conn:
            return id(conn.connection.dbapi_connection)

    with database.read(), database.read(), database.read():
        pass
    assert len({used() for _ in range(9)}) == 1
    database.close()
