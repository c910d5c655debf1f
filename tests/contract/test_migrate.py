"""An empty database becomes ready, a ready one is left alone, a newer or foreign one is refused untouched."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from core.errors import StorageError
from storage import migrate
from storage.engine import Database, open_database
from storage.schema import metadata


def stamp(database: Database) -> str:
    with database.read() as conn:
        return str(conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def set_stamp(database: Database, value: str) -> None:
    with database.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = :value"), {"value": value})


def tables(database: Database) -> set[str]:
    with database.read() as conn:
        return set(inspect(conn).get_table_names())


def test_an_empty_database_gets_every_table_and_the_search_index(empty_database: Database) -> None:
    migrate.prepare(empty_database)
    assert stamp(empty_database) == migrate.HEAD
    assert {"fetches", "snapshots", "versions", "changes", "alerts", "deliveries", "events", "passage_index"} <= tables(
        empty_database
    )


def test_the_steps_end_at_what_the_schema_says(database: Database) -> None:
    def is_ours(_item: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
        # what stands in the database and not in the schema is the search index, kept by storage/fulltext.py
        return not (kind == "table" and reflected and compare_to is None)

    def differences(conn: Connection) -> list[Any]:
        context = MigrationContext.configure(conn, opts={"include_object": is_ours, "target_metadata": metadata})
        return list(compare_metadata(context, metadata))

    with database.read() as conn:
        assert differences(conn) == []


def test_preparing_again_changes_nothing(database: Database) -> None:
    before = tables(database)
    migrate.prepare(database)
    assert (stamp(database), tables(database)) == (migrate.HEAD, before)


def test_several_may_prepare_at_once(empty_database: Database) -> None:
    failures: list[BaseException] = []

    def start() -> None:
        try:
            migrate.prepare(empty_database)
        except BaseException as error:  # noqa: BLE001 (reported by the assertion below)
            failures.append(error)

    starts = [threading.Thread(target=start) for _ in range(4)]
    for each in starts:
        each.start()
    for each in starts:
        each.join()
    assert failures == []
    assert stamp(empty_database) == migrate.HEAD


def test_a_newer_database_is_refused_untouched(database: Database) -> None:
    set_stamp(database, "0417")
    before = tables(database)
    with pytest.raises(
        StorageError, match=r"newer On Record \(schema 0417, this program knows \d{4}\); update On Record"
    ):
        migrate.prepare(database)
    assert (stamp(database), tables(database)) == ("0417", before)


def test_the_database_of_another_program_is_refused(database: Database) -> None:
    set_stamp(database, "ae1027a6acf")
    with pytest.raises(StorageError, match="belongs to another program"):
        migrate.prepare(database)


def test_tables_without_a_stamp_are_refused(empty_database: Database) -> None:
    with empty_database.write() as conn:
        conn.execute(text("CREATE TABLE fetches (id INTEGER)"))
    with pytest.raises(StorageError, match="without the stamp"):
        migrate.prepare(empty_database)
    assert tables(empty_database) == {"fetches"}


def test_a_step_that_fails_leaves_nothing_behind(empty_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def half_way(conn: Connection, **_options: object) -> None:
        conn.execute(text("CREATE TABLE half_made (id TEXT)"))
        raise RuntimeError("power cut")

    monkeypatch.setattr(metadata, "create_all", half_way)
    with pytest.raises(RuntimeError, match="power cut"):
        migrate.prepare(empty_database)
    assert tables(empty_database) == set()


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "onrecord.db"
    path.write_bytes(b"not a database, but long enough to be taken for one" * 40)
    with pytest.raises(StorageError, match="file is not a database"):
        migrate.prepare(open_database(path))


def test_the_known_head_is_the_newest_step() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    steps = [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]
    assert steps == sorted(steps, reverse=True), "steps are numbered in order, and there is one line of them"
    assert steps[0] == migrate.HEAD
    assert len(steps) == len(list((migrate.MIGRATIONS / "versions").glob("r*.py")))


def test_a_current_database_does_not_import_alembic(prepared_sqlite: Path) -> None:
    code = (
        "import sys; from storage.engine import open_database; from storage.migrate import prepare;"
        f"prepare(open_database({str(prepared_sqlite)!r})); print('alembic' in sys.modules)"
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert child.stdout == "False\n"
