"""What the service manager hears, on a socket of its own."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from monitor import notify


def test_a_datagram_goes_to_the_socket_that_is_named(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        notify.tell("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "notify")})
        assert manager.recv(100) == b"READY=1"


def test_an_abstract_socket_is_one_too() -> None:
    name = f"onrecord-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{name}")
        notify.tell("WATCHDOG=1", {"NOTIFY_SOCKET": f"@{name}"})
        assert manager.recv(100) == b"WATCHDOG=1"


def test_where_nobody_listens_nothing_happens(tmp_path: Path) -> None:
    notify.tell("READY=1", {})
    notify.tell("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "nobody")})


def test_the_watchdog_is_ours_only_where_it_names_this_process() -> None:
    assert notify.watchdog_seconds({"WATCHDOG_USEC": "180000000"}) == 180.0
    assert notify.watchdog_seconds({"WATCHDOG_USEC": "180000000", "WATCHDOG_PID": "1"}) is None
    assert notify.watchdog_seconds({}) is None
