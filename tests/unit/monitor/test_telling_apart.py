"""What is told by schedule is told apart: a fault in one part keeps no other from its turn."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from core.errors import StorageError
from monitor import daemon, duties, first_looks, outages, reminders


def test_a_damaged_incident_or_a_busy_archive_keeps_no_digest_and_no_reminder_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []

    def damaged(_tools: Any) -> int:
        done.append("outages")
        raise ValueError("no time")

    def busy(_tools: Any) -> int:
        done.append("digests")
        raise StorageError("the archive is busy")

    def note(name: str) -> Any:
        return lambda *_: done.append(name)

    monkeypatch.setattr(first_looks, "tell", note("first looks"))
    monkeypatch.setattr(outages, "tell", damaged)
    monkeypatch.setattr(duties, "DUTIES", {"send digests": busy, "send the drill": note("drill")})
    monkeypatch.setattr(reminders, "tell", note("reminders"))
    running = daemon.Daemon.__new__(daemon.Daemon)
    alerts = SimpleNamespace(repeat_after=timedelta(hours=4))
    loaded = SimpleNamespace(settings=SimpleNamespace(alerts=alerts))
    monkeypatch.setattr(
        running, "state", SimpleNamespace(tools=SimpleNamespace(tells=True), loaded=loaded), raising=False
    )
    with capture_logs() as said:
        running.tell()
    assert done == ["first looks", "outages", "digests", "drill", "reminders"]
    assert [line["event"] for line in said] == [
        "a fault in On Record while it wanted to tell of sources that cannot be seen; it goes on",
        "send digests: the archive is busy; tried again",
    ]
