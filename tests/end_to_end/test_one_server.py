"""What happens to servers: no room, a read-only disk, a disk on the network, odd locales and zones, monitors that ask."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage import filesystems
from storage.engine import open_database
from tests.command import onrecord, write_home
from tests.end_to_end.test_daemon import Daemon, free_port
from tests.far_side import Site, page
from tests.repository import ROOT

PROMISE = "We will not sell DNA kits to the police in any region where they are used against people."


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        running.pages["/policy.html"] = page(PROMISE)
        yield running


def watching(home: Path, site: Site, port: int, settings: str = "") -> None:
    write_home(
        home,
        site.authority,
        f'{{url: "{site.url("/policy.html")}", role: policy, every: 1h}}',
        port=port,
        settings=settings,
    )


def asked(port: int, address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{address}", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def test_without_room_it_pauses_says_so_everywhere_and_goes_on_when_there_is_some(home: Path, site: Site) -> None:
    port = free_port()
    watching(home, site, port, "disk: {floor_mb: 10000000}\n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(home / "notify"))
        manager.settimeout(60)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("NOTIFY_SOCKET", str(home / "notify"))
            patch.setenv("WATCHDOG_USEC", "180000000")
            daemon = Daemon()
        with daemon:
            told = daemon.wait_for_event("agent.disk.began")
            assert told["level"] == "error"
            assert "no source is looked at until there is room" in told["text"]
            daemon.wait_for_event("delivery.sent")
            status, said = asked(port, "/readyz")
            assert (status, json.loads(said)["reasons"]) == (503, ["there is too little room on the disk"])
            assert "onrecord_paused 1.0" in asked(port, "/metrics")[1]
            assert asked(port, "/healthz")[0] == 200
            assert site.asked == []

            watching(home, site, port)
            daemon.wait_for_event("agent.disk.over")
            daemon.wait_for_event("version.recorded")
            assert asked(port, "/readyz") == (200, '{"status":"ready"}')
            heard = {manager.recv(100) for _ in range(2)}
            assert heard == {b"READY=1", b"WATCHDOG=1"}
            daemon.stop()
            assert any("CANNOT BE SEEN" in line for line in daemon.said)


def test_lines_of_the_log_name_source_and_fetch(home: Path, site: Site) -> None:
    watching(home, site, free_port())
    with Daemon("--no-web") as daemon:
        kept = daemon.wait_for_event("version.recorded")
        daemon.stop()
    assert (kept["source"], type(kept["fetch"])) == ("halden-biosystems/policy", int)
    assert kept.keys() >= {"at", "level", "text", "type", "document"}


def in_a_namespace(home: Path, mount: str, *words: str) -> subprocess.CompletedProcess[str]:
    """The command where the data folder was mounted anew in that way; status 97 where nobody may mount."""
    script = f'{mount} || exit 97\nshift; exec "$@"\n'
    return subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", str(home / "data"), sys.executable, "-P", "-m", "monitor", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "ONRECORD_HOME": str(home)},
        check=False,
        timeout=120,
    )


def test_a_read_only_disk_is_named_and_nothing_is_lost(home: Path, site: Site) -> None:
    watching(home, site, free_port())
    assert onrecord("check").status == 0
    mount = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1"'
    for words in (("check",), ("run", "--no-web")):
        ran = in_a_namespace(home, mount, *words)
        if ran.returncode == 97 or "unshare" in ran.stderr:
            pytest.skip(f"NOT RUN: this machine lets nobody mount: {ran.stderr.strip()[-200:]}")
        assert ran.returncode == 1, ran.stderr
        assert "ead-only" in ran.stderr or "readonly" in ran.stderr
        assert "Traceback" not in ran.stderr
    told = in_a_namespace(home, mount, "doctor").stdout
    assert f"BAD  disk           {home}/data cannot be written to" in told
    assert "mount -o remount,rw" in told
    assert onrecord("check").status == 0
    assert onrecord("archive", "verify").status == 0


def test_on_a_disk_over_the_network_the_database_is_kept_without_shared_memory(
    home: Path, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"90 22 0:44 / {os.path.realpath(home)} rw,relatime shared:50 - nfs4 nas:/export rw\n")
    monkeypatch.setattr(filesystems, "MOUNTS", mounts)
    watching(home, site, free_port())
    for _ in range(2):
        assert onrecord("check").status == 0
    assert sorted(path.name for path in (home / "data").glob("onrecord.db*")) == ["onrecord.db"]
    with closing(sqlite3.connect(home / "data" / "onrecord.db")) as conn:
        assert conn.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    together = open_database(home / "data" / "onrecord.db")
    with together.read() as first:
        assert first.exec_driver_sql("SELECT count(*) FROM snapshots").scalar() == 2
        with together.read() as second:  # a new connection waits for nobody who is reading
            assert second.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
    together.close()
    monkeypatch.undo()
    database = open_database(home / "data" / "onrecord.db")
    with database.read() as conn:
        assert conn.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    database.close()


def test_odd_zones_and_locales_change_nothing_that_is_kept(home: Path, site: Site) -> None:
    """The same check under a zone that does not exist and a locale that knows only ASCII."""
    site.pages["/policy.html"] = page(
        "Nous ne vendrons jamais d’appareils à la police, même à l’étranger — 我们不会出售。"
    )
    watching(home, site, free_port())
    odd = {"TZ": "Mars/Olympus_Mons", "LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii", "PYTHONCOERCECLOCALE": "0"}
    for words in (["check"], ["search", "étranger"]):
        ran = subprocess.run(
            [sys.executable, "-P", "-m", "monitor", *words],
            env={**os.environ, **odd},
            capture_output=True,
            cwd=ROOT,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        ran.stdout.decode("ascii")
    [found] = onrecord("search", "étranger", "--json").lines
    assert found["text"].endswith("même à l’étranger — 我们不会出售。")
    [(started,)] = rows(home, "SELECT started_at FROM fetches WHERE id = 1")
    [(finished,)] = rows(home, "SELECT max(at) FROM events")
    assert str(started)[:13] == str(finished)[:13]


def rows(home: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(home / "data" / "onrecord.db")) as conn:
        return conn.execute(sql).fetchall()


def test_a_row_that_is_damaged_in_every_table_does_not_keep_the_watch_from_starting_and_working(
    home: Path, site: Site
) -> None:
    """One source's rows are garbage; the daemon starts, asks the other one, and ends as it should."""
    site.pages["/other.html"] = page("We will never sell cameras to the police, whatever they pay us for them.")
    own = [f'{{url: "{site.url(path)}", role: {path[1:5]}, every: 2s}}' for path in ("/policy.html", "/other.html")]
    write_home(home, site.authority, *own, port=free_port())
    assert onrecord("check").status == 0
    with closing(sqlite3.connect(home / "data" / "onrecord.db")) as conn, conn:
        conn.execute("PRAGMA foreign_keys=OFF")
        conn.execute("UPDATE sources SET options = '{\"a\": ' WHERE id LIKE '%poli'")
        conn.execute("UPDATE requests SET absent_since = 'no time' WHERE url LIKE '%policy.html'")
        conn.execute("UPDATE alerts SET report = '{' WHERE id = 1")
        conn.execute("UPDATE deliveries SET state = 'queued', next_attempt_at = '2020-01-01 00:00:00.000000'")
        conn.execute("UPDATE incidents SET reasons = '['")
    site.pages["/other.html"] = page("We will not knowingly sell cameras to the police, whatever they pay us for them.")
    with Daemon("--no-web") as daemon:
        daemon.wait_for_event("change.detected")
        daemon.wait_for(lambda line: line.get("type") == "delivery.sent")
        assert daemon.process.poll() is None
        daemon.stop()
        assert daemon.process.returncode == 0
    assert rows(home, "SELECT count(*) FROM deliveries WHERE state = 'dead'") == [(1,)]
    assert rows(home, "PRAGMA integrity_check") == [("ok",)]


def test_two_daemons_on_one_folder(home: Path, site: Site) -> None:
    watching(home, site, free_port())
    with Daemon("--no-web") as first:
        first.wait_for_text("Next check")
        ran = subprocess.run(
            [sys.executable, "-P", "-m", "monitor", "run", "--no-web"],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        assert ran.returncode == 1
        assert f"another `onrecord run` (process {first.process.pid}, since " in ran.stderr
        assert f"already works on {home}/data; stop it first" in ran.stderr
        first.stop()


def test_everything_kept_is_its_owners_alone_whatever_the_umask(home: Path, site: Site) -> None:
    watching(home, site, free_port())
    shutil.rmtree(home / "data", ignore_errors=True)
    ran = subprocess.run(
        ["sh", "-c", 'umask 000; exec "$@"', "sh", sys.executable, "-P", "-m", "monitor", "check"],
        cwd=ROOT, check=False, capture_output=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    subprocess.run(
        ["sh", "-c", 'umask 000; exec "$@"', "sh", sys.executable, "-P", "-m", "monitor", "validate"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    every = list((home / "data").rglob("*"))
    assert len(every) >= 8
    assert [str(path) for path in every if path.is_dir() and path.stat().st_mode & 0o777 != 0o700] == []
    assert [str(path) for path in every if path.is_file() and path.stat().st_mode & 0o777 != 0o600] == []
