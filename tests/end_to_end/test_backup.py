"""Backups: made while the archive is in use, checked to the last byte, laid down elsewhere, never over what is newer."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor import restoring
from monitor.home import Home
from monitor.lockfile import DaemonLock, Holder
from storage.engine import open_database
from storage.migrate import HEAD, prepare
from tests.command import onrecord, write_home
from tests.far_side import Site, page
from tests.postgres import NoPostgres, postgres
from tests.released import file_of
from tests.repository import ROOT

PROMISE = "We will not sell DNA kits to the police in any region where they are used against people."
HEDGED = "We do not knowingly sell DNA kits to the police in any region where they are used against people."
SNAPSHOTS = 3  # robots.txt, and the page twice
NOW = datetime(2026, 11, 28, 3, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """A home with two versions of a page, its backup, and nobody at work."""
    folder = tmp_path_factory.mktemp("backup")
    with Site() as site, pytest.MonkeyPatch.context() as patch:
        patch.setenv("ONRECORD_HOME", str(folder))
        write_home(folder, site.authority, f'{{url: "{site.url("/policy.html")}", role: policy}}')
        for text in (PROMISE, HEDGED):
            site.pages["/policy.html"] = page(text)
            assert onrecord("check").status == 0
        [told] = onrecord("archive", "backup", "--json").lines
        yield folder, Path(told["file"])


@pytest.fixture
def kept(_made: tuple[Path, Path], home: Path) -> Path:
    """A home of its own with that archive."""
    shutil.copytree(_made[0], home, dirs_exist_ok=True)
    return home


@pytest.fixture
def backup(_made: tuple[Path, Path]) -> Path:
    return _made[1]


def answers() -> list[object]:
    """What a researcher gets out of an archive."""
    return [
        onrecord("history", "halden-biosystems/policy", "--json").lines,
        onrecord("search", "kits", "--json").lines,
        onrecord("diff", "halden-biosystems/policy", "1", "2", "--json").lines,
    ]


def rows(home: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(home / "data" / "onrecord.db")) as conn:
        return conn.execute(sql).fetchall()


# --- there and back --------------------------------------------------------------------------------------------------


def test_somebody_else_restores_it_and_finds_everything(kept: Path, backup: Path, tmp_path: Path) -> None:
    expected = answers()
    other = tmp_path / "elsewhere"
    ran = onrecord("--home", other, "archive", "restore", backup)
    assert ran.status == 0, ran.err
    assert (
        f"Restored into {other}: three fetches, three snapshots, the newest of " in ran.out
    )  # robots.txt, and the page twice
    shutil.rmtree(kept)
    other.rename(kept)
    assert answers() == expected
    assert onrecord("archive", "verify").err == "All is as it was kept: three snapshots.\n"
    assert onrecord("validate").status == 0
    inside = [path for path in (kept / "data").rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o077 for path in [kept / "data", *inside]} == {0}
    assert not (kept / "data" / restoring.MARK).exists()


def test_it_holds_what_was_written_and_no_secret(kept: Path, tmp_path: Path) -> None:
    Home(kept).keep_secret("ONRECORD_SLACK_TOKEN", "xoxb-s3cr3t")
    (kept / "rules").mkdir()
    (kept / "rules" / "own.yaml").write_text("pack: own\nrules: []\n")
    onrecord("archive", "backup", tmp_path / "b.tar")
    with tarfile.open(tmp_path / "b.tar") as tar:
        names = tar.getnames()
    assert names[0] == "README.txt"
    assert names[-2:] == ["SHA256SUMS", "about.json"]
    assert [name for name in names if name.startswith("home/")] == [
        "home/sources.yaml",
        "home/settings.yaml",
        "home/rules/own.yaml",
    ]
    assert b"xoxb-s3cr3t" not in (tmp_path / "b.tar").read_bytes()
    assert (tmp_path / "b.tar").stat().st_mode & 0o777 == 0o600


MORE_NOTES_THAN_COMPANIES = "SELECT (SELECT count(*) FROM meta) - (SELECT count(*) FROM companies)"


def test_it_is_of_one_moment_while_others_write(kept: Path, tmp_path: Path) -> None:
    """Two tables grow together in one transaction, for as long as the copy takes: it never holds one without the other."""
    before = rows(kept, MORE_NOTES_THAN_COMPANIES)
    stop, written = threading.Event(), []

    def write() -> None:
        with closing(sqlite3.connect(kept / "data" / "onrecord.db", timeout=30)) as conn:
            while not stop.is_set():
                with conn:
                    conn.execute("INSERT INTO meta VALUES (hex(randomblob(8)), 'x')")
                    conn.execute("INSERT INTO companies VALUES (hex(randomblob(8)), 'x', '[]', '[]', NULL)")
                written.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            assert onrecord("archive", "backup", tmp_path / f"{number}.tar").status == 0
            assert onrecord("archive", "verify-backup", tmp_path / f"{number}.tar").status == 0
            with tarfile.open(tmp_path / f"{number}.tar") as tar:
                tar.extract("onrecord.db", tmp_path / str(number), filter="data")
            with closing(sqlite3.connect(tmp_path / str(number) / "onrecord.db")) as conn:
                assert conn.execute(MORE_NOTES_THAN_COMPANIES).fetchall() == before
                assert conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        stop.set()
        writer.join()
    assert len(written) > 5


def test_only_as_many_are_kept_as_wanted(kept: Path) -> None:
    folder = kept / "backups"
    shutil.rmtree(folder)
    folder.mkdir()
    for name in ("onrecord-20200101T000000Z.tar", "onrecord-20200102T000000Z.tar", "mine.tar"):
        (folder / name).write_bytes(b"")
    [told] = onrecord("archive", "backup", "--keep", "2", "--json").lines
    assert [Path(name).name for name in told["removed"]] == ["onrecord-20200101T000000Z.tar"]
    assert sorted(path.name for path in folder.iterdir())[:2] == ["mine.tar", "onrecord-20200102T000000Z.tar"]


def test_nothing_to_back_up_and_nothing_overwritten(home: Path, tmp_path: Path) -> None:
    assert "nothing to back up" in onrecord("archive", "backup").err
    assert not (home / "data").exists()


def test_a_file_that_is_there_is_not_overwritten(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("letters")
    ran = onrecord("archive", "backup", tmp_path / "mine")
    assert (ran.status, "is there already; nothing is overwritten" in ran.err) == (1, True)
    assert (tmp_path / "mine").read_text() == "letters"


# --- cut short, damaged ----------------------------------------------------------------------------------------------


def test_a_backup_cut_short_anywhere_is_known_for_one(kept: Path, backup: Path, tmp_path: Path) -> None:
    whole = backup.read_bytes()
    end = whole.rindex(b'"sums"') + 80
    assert end > 50_000
    other = tmp_path / "other"
    cuts = [0, 1, 511, 512, 700, *range(3_000, end, end // 40), end - 200, end - 81]
    for cut in cuts:
        (tmp_path / "cut.tar").write_bytes(whole[:cut])
        ran = onrecord("archive", "verify-backup", tmp_path / "cut.tar")
        assert ran.status == 1, cut
        assert ran.err.startswith(f"onrecord: {tmp_path}/cut.tar "), ran.err
        assert "a fault in On Record" not in ran.err, cut
    ran = onrecord("--home", other, "archive", "restore", tmp_path / "cut.tar")
    assert ran.status == 1
    assert [path.name for path in (other / "data").iterdir()] == ["holders", "onrecord.lock"] or not list(
        (other / "data").rglob("*.db")
    )
    assert not list((other / "data").rglob("*.zst"))


def test_one_byte_that_changed_is_named(backup: Path, tmp_path: Path) -> None:
    whole = bytearray(backup.read_bytes())
    with tarfile.open(backup) as tar:
        blob = next(member for member in tar if member.name.startswith("blobs/"))
    whole[blob.offset_data + 60] ^= 1
    (tmp_path / "b.tar").write_bytes(whole)
    ran = onrecord("archive", "verify-backup", tmp_path / "b.tar")
    assert (ran.status, ran.err) == (1, f"onrecord: {tmp_path}/b.tar is damaged: {blob.name} is not what was put in\n")


def test_a_tar_file_of_other_things_is_refused(tmp_path: Path, home: Path) -> None:
    (tmp_path / "evil").write_text("x")
    for name in ("../../evil", "/etc/evil", "home/../../evil.yaml", "blobs/aa/bb/x.zst"):
        with tarfile.open(tmp_path / "b.tar", "w") as tar:
            tar.add(tmp_path / "evil", arcname=name)
        ran = onrecord("archive", "restore", tmp_path / "b.tar")
        assert (ran.status, "is no backup of On Record: it holds" in ran.err) == (1, True), name
    assert not list(home.rglob("evil*"))


# --- over what is there ----------------------------------------------------------------------------------------------


def test_a_restore_over_a_newer_archive_is_refused_and_with_replace_moves_it_aside(kept: Path, backup: Path) -> None:
    with closing(sqlite3.connect(kept / "data" / "onrecord.db")) as conn, conn:
        conn.execute("UPDATE fetches SET started_at = '2031-01-01 00:00:00.000000' WHERE id = 2")
    ran = onrecord("archive", "restore", backup)
    assert ran.status == 1
    assert "is newer than this backup: it was last asked on 2031-01-01 00:00, the backup ends on 20" in ran.err
    assert "Nothing was changed. --replace puts the backup there and moves what is there aside" in ran.err
    assert rows(kept, "SELECT count(*) FROM fetches WHERE started_at LIKE '2031%'") == [(1,)]

    (kept / "sources.yaml").write_text("companies: []\n")
    [told] = onrecord("archive", "restore", backup, "--replace", "--json").lines
    assert rows(kept, "SELECT count(*) FROM fetches WHERE started_at LIKE '2031%'") == [(0,)]
    aside = Path(told["aside"])
    with closing(sqlite3.connect(aside / "onrecord.db")) as conn:
        assert conn.execute("SELECT count(*) FROM fetches WHERE started_at LIKE '2031%'").fetchone() == (1,)
    assert len(list((aside / "blobs").rglob("*.zst"))) == SNAPSHOTS
    assert (told["written"], told["kept"]) == ([], ["sources.yaml"])
    assert (kept / "sources.yaml").read_text() == "companies: []\n"


def test_a_restore_over_an_equal_archive_needs_the_word_too(kept: Path, backup: Path) -> None:
    ran = onrecord("archive", "restore", backup)
    assert (ran.status, "there is an archive in" in ran.err) == (1, True)


def test_nobody_may_be_at_work(kept: Path, backup: Path) -> None:
    with DaemonLock(kept / "data", NOW):
        ran = onrecord("archive", "restore", backup, "--replace")
    assert (ran.status, "already works on" in ran.err) == (1, True)
    with Holder(kept / "data"):
        ran = onrecord("archive", "restore", backup, "--replace")
    assert (ran.status, "another onrecord command works on" in ran.err) == (1, True)
    assert onrecord("archive", "restore", backup, "--replace").status == 0


CUT_SHORT = """\
import json, os, shutil, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from monitor import restoring
from monitor.home import Home

home, backup = Path(sys.argv[1]), Path(sys.argv[2])

def killed_at(wanted, work):
    left = [wanted]
    def wrap(name, owner):
        real = getattr(owner, name)
        def called(*args, **named):
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **named)
        setattr(owner, name, called)
    for name, owner in (("move", shutil), ("rename", Path), ("write_text", Path), ("unlink", Path)):
        wrap(name, owner)
    restore(work)

def restore(work):
    restoring.restore(Home(work), {}, backup, datetime.now(UTC), replaces=True)

def forked(what, *given):
    child = os.fork()
    if child == 0:
        what(*given)
        os._exit(0)
    return os.waitpid(child, 0)[1]

seen = []
for wanted in range(60):
    work = home.parent / f"killed-{wanted}"
    shutil.copytree(home, work)
    data = work / "data"
    status = forked(killed_at, wanted, work)
    state = [status, (data / restoring.MARK).exists(), (data / "onrecord.db").exists()]
    again = forked(restore, work) if status else 0
    seen.append([*state, again, (data / restoring.MARK).exists(), len(list((data / "blobs").rglob("*.zst")))])
    if status == 0:
        break
print(json.dumps(seen))
"""


def test_a_restore_killed_anywhere_is_done_again_and_nobody_takes_half_of_it_for_an_archive(
    kept: Path, backup: Path
) -> None:
    expected = answers()
    command = [sys.executable, "-c", CUT_SHORT, str(kept), str(backup)]
    ran = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    seen = json.loads(ran.stdout)
    assert [status for status, *_ in seen] == [signal.SIGKILL] * (len(seen) - 1) + [0]
    assert len(seen) >= 7
    assert [mark or database for _, mark, database, *_ in seen] == [True] * len(seen)
    assert sum(mark and not database for _, mark, database, *_ in seen) >= 2
    assert [again for _, _, _, *again in seen] == [[0, False, SNAPSHOTS]] * len(seen)
    shutil.rmtree(kept)
    (kept.parent / "killed-4").rename(kept)
    assert answers() == expected
    assert onrecord("archive", "verify").status == 0


def test_where_a_restore_was_cut_short_nothing_begins_a_new_archive(kept: Path, backup: Path) -> None:
    about = {"file": str(backup), "aside": str(kept / "data" / "replaced-1")}
    (kept / "data" / restoring.MARK).write_text(json.dumps(about))
    told = onrecord("check")
    assert told.status == 1
    assert f"run `onrecord archive restore {backup} --replace` again" in told.err
    assert onrecord("archive", "restore", backup, "--replace").status == 0
    assert onrecord("history", "halden-biosystems/policy").status == 0


def test_a_backup_of_a_newer_version_is_refused_before_anything_moves(kept: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(kept / "data" / "onrecord.db")) as conn, conn:
        conn.execute("UPDATE alembic_version SET version_num = '0417'")
    assert onrecord("archive", "backup", tmp_path / "new.tar").status == 0
    with closing(sqlite3.connect(kept / "data" / "onrecord.db")) as conn, conn:
        conn.execute("UPDATE alembic_version SET version_num = ?", (HEAD,))
    ran = onrecord("archive", "restore", tmp_path / "new.tar", "--replace")
    assert (ran.status, f"(schema 0417, this program knows {HEAD}): update On Record" in ran.err) == (1, True)
    assert answers()[0]


# --- upgrades --------------------------------------------------------------------------------------------------------


def test_an_upgrade_keeps_a_copy_that_can_be_restored(kept: Path) -> None:
    database = kept / "data" / "onrecord.db"
    for path in (kept / "data").glob("onrecord.db*"):
        path.unlink()
    file_of(database, "0001")
    ran = onrecord("history", "halden-biosystems/policy")
    assert ran.status == 0
    copy = kept / "data" / "before-upgrade" / "onrecord-schema-0001.db"
    assert f"the database was brought up to date; as it was before, it is kept in {copy}" in ran.err
    with closing(sqlite3.connect(database)) as conn, conn:
        conn.execute("DELETE FROM matches")
    assert onrecord("archive", "restore", copy).status == 1
    assert onrecord("archive", "restore", copy, "--replace").status == 0
    assert rows(kept, "SELECT version_num FROM alembic_version") == [("0001",)]
    assert rows(kept, "SELECT count(*) FROM matches")[0][0]
    assert len(list((kept / "data" / "blobs").rglob("*.zst"))) == SNAPSHOTS


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


@pytest.mark.postgres
def test_of_a_postgresql_pg_dump_makes_the_copy(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        with postgres() as server:
            address = server.create()
            database = open_database(address)
            prepare(database)
            database.close()
            monkeypatch.setenv("ONRECORD_DATABASE_URL", address)
            ran = onrecord("archive", "backup", tmp_path / "b.tar")
            assert ran.status == 0, ran.err
            assert 'pg_dump --format=custom --file=onrecord.dump "$ONRECORD_DATABASE_URL"' in ran.err
            ran = onrecord("--home", tmp_path / "other", "archive", "restore", tmp_path / "b.tar")
            assert 'pg_restore --no-owner --dbname="$ONRECORD_DATABASE_URL" onrecord.dump' in ran.err
            assert len(list((tmp_path / "other" / "data" / "blobs").rglob("*.zst"))) == SNAPSHOTS
            server.drop(address)
    except NoPostgres as error:
        pytest.skip(f"NOT RUN on PostgreSQL: {error}")


# --- verify ----------------------------------------------------------------------------------------------------------


def test_verify_names_what_is_damaged_and_what_mends_it(kept: Path) -> None:
    blobs = sorted((kept / "data" / "blobs").rglob("*.zst"))
    blobs[0].write_bytes(blobs[0].read_bytes()[:-5])
    ran = onrecord("archive", "verify", "--json")
    assert ran.status == 1
    where = {line["where"] for line in ran.lines}
    assert where == {"snapshot"}
    assert any(blobs[0].stem in line["what"] for line in ran.lines)
    assert f"copy its file from a backup: blobs/{blobs[0].stem[:2]}/" in ran.lines[0]["mend"] or len(ran.lines) == 2
    blobs[0].unlink()
    [backed] = onrecord("archive", "backup", kept / "with-a-loss.tar", "--json").lines
    assert backed["missing"] == 1
    with closing(sqlite3.connect(kept / "data" / "onrecord.db")) as conn:
        conn.execute("PRAGMA foreign_keys=OFF")
        conn.execute("DELETE FROM passages WHERE number = 1")
        conn.commit()
    assert {line["where"] for line in onrecord("archive", "verify", "--json").lines} == {"snapshot", "version"}


def test_help_of_a_backup_is_in_the_backup(backup: Path) -> None:
    with tarfile.open(backup) as tar:
        body = tar.extractfile("README.txt")
        about = tar.extractfile("about.json")
        assert body is not None
        assert about is not None
        assert b"archive restore" in body.read()
        assert json.loads(about.read())["schema"] == HEAD
    assert backup.parent.stat().st_mode & 0o777 == 0o700
