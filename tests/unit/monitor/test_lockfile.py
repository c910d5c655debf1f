"""Locks that end with their process: one daemon, and names that are alive as long as their owner."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import Busy, StorageError
from monitor.lockfile import HOLDERS, LOCK, DaemonLock, Holder, Watch, is_alive, watch_of

NOW = datetime(2026, 11, 23, 18, 4, tzinfo=UTC)


def test_a_second_daemon_is_told_who_is_there_and_since_when(tmp_path: Path) -> None:
    with DaemonLock(tmp_path, NOW):
        with pytest.raises(Busy) as refused, DaemonLock(tmp_path, NOW):
            pass
        assert str(refused.value) == (
            f"another `onrecord run` (process {os.getpid()}, since 2026-11-23 18:04:00 UTC) "
            f"already works on {tmp_path}; stop it first"
        )
    with DaemonLock(tmp_path, NOW):
        pass


def test_a_lock_file_left_behind_locks_nothing(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text(json.dumps({"pid": 1, "since": "long ago"}))
    with DaemonLock(tmp_path, NOW):
        assert json.loads((tmp_path / LOCK).read_text())["pid"] == os.getpid()


def test_who_watches_is_known_without_taking_anything(tmp_path: Path) -> None:
    assert watch_of(tmp_path) is None
    with DaemonLock(tmp_path, NOW):
        up = Watch(f"`onrecord run` (process {os.getpid()}, since 2026-11-23 18:04:00 UTC)", is_alive=True)
        assert watch_of(tmp_path) == up
        assert watch_of(tmp_path) == up
    assert watch_of(tmp_path) == Watch("", is_alive=False)
    (tmp_path / LOCK).write_text(json.dumps({"pid": 1, "since": "long ago"}))
    assert watch_of(tmp_path) == Watch("`onrecord run` (process 1, since long ago)", is_alive=False)


def test_a_folder_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be opened"), DaemonLock(tmp_path / "nowhere", NOW):
        pass


def test_a_holder_is_alive_until_it_ends(tmp_path: Path) -> None:
    folder = tmp_path / HOLDERS
    with Holder(tmp_path) as one, Holder(tmp_path) as other:
        assert one.name != other.name
        assert is_alive(folder, one.name)
        assert is_alive(folder, other.name)
    assert not is_alive(folder, one.name)
    assert [path.name for path in folder.iterdir()] == [".id"]


def test_a_file_nobody_locks_is_a_dead_process(tmp_path: Path) -> None:
    with Holder(tmp_path) as holder:
        folder_id = holder.name.split("-")[0]
    left = tmp_path / HOLDERS / f"{folder_id}-123-abcdef01"
    left.touch()
    assert not is_alive(tmp_path / HOLDERS, left.name)
    assert not left.exists()


def test_of_another_folders_processes_nothing_is_known(tmp_path: Path) -> None:
    with Holder(tmp_path):
        assert is_alive(tmp_path / HOLDERS, "0123456789ab-77-abcdef01")
