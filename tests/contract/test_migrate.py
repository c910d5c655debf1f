"""An empty database becomes ready, a ready one is left alone, a newer or foreign one is refused untouched."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from core.errors import StorageError
from storage import migrate, search, versions
from storage.engine import Database, open_database
from storage.schema import metadata
from tests.released import RELEASED, file_of, fill


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


# --- from every release ------------------------------------------------------------------------------------------


def test_every_release_has_its_rows() -> None:
    """All steps but the one that is still being written."""
    steps = sorted(path.name[1:5] for path in (migrate.MIGRATIONS / "versions").glob("r*.py"))
    assert steps[:-1] == RELEASED


@pytest.mark.parametrize("release", RELEASED)
def test_an_archive_of_every_release_is_brought_up_to_date_with_all_it_held(
    empty_database: Database, release: str
) -> None:
    fill(empty_database, release)
    before = rows_of(empty_database)
    kept = migrate.prepare(empty_database)
    assert stamp(empty_database) == migrate.HEAD
    after = rows_of(empty_database)
    assert {name: after[name] for name in before} == before
    assert before["changes"] == 1
    with empty_database.read() as conn:
        differences = compare_metadata(MigrationContext.configure(conn, opts={"include_object": is_ours}), metadata)
        assert differences == []
        [found] = search.search(conn, "knowingly", limit=5)
        assert found.text.startswith("We do not knowingly sell DNA kits")
        assert len(versions.numbers(conn, 1)) == 2
        assert len(versions.load(conn, 2).reading.places) > 1
    assert (kept is not None) is empty_database.is_sqlite
    if kept is not None:
        assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)
        assert stamp(open_database(kept)) == release
        assert rows_of(open_database(kept)) == before


def is_ours(_item: object, _name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    return not (kind == "table" and reflected and compare_to is None)


def rows_of(database: Database) -> dict[str, int]:
    with database.read() as conn:
        names = [name for name in inspect(conn).get_table_names() if not name.startswith(("passage_index", "alembic"))]
        return {name: int(conn.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()) for name in names}


KILLED = """\
import os, signal, sys
from storage.engine import open_database
from storage import migrate, search, versions
from storage.schema import metadata
from tests.released import RELEASED, file_of, fill
def killed(conn, **options):
    conn.exec_driver_sql("CREATE TABLE half_made (id TEXT)")
    conn.exec_driver_sql("DELETE FROM matches")
    os.kill(os.getpid(), signal.SIGKILL)
metadata.create_all = killed
migrate.prepare(open_database(sys.argv[1]))
"""


def test_a_process_killed_in_the_midst_of_a_step_leaves_the_archive_as_it_was(tmp_path: Path) -> None:
    path = file_of(tmp_path / "onrecord.db", "0001")
    before = rows_of(open_database(path))
    assert subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False).returncode == -9
    database = open_database(path)
    assert (stamp(database), rows_of(database)) == ("0001", before)
    kept = migrate.prepare(database)
    assert stamp(database) == migrate.HEAD
    assert kept == tmp_path / "before-upgrade" / "onrecord-schema-0001-1.db"  # the killed one left its own


def test_without_room_for_the_copy_nothing_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = open_database(file_of(tmp_path / "onrecord.db", "0001"))
    monkeypatch.setattr("storage.migrate.shutil.disk_usage", lambda _path: SimpleNamespace(free=1_000))
    with pytest.raises(StorageError, match=r"copied before it is brought up to date: 1 MB are needed .* Nothing was"):
        migrate.prepare(database)
    assert stamp(database) == "0001"
    assert not (tmp_path / "before-upgrade").exists()
