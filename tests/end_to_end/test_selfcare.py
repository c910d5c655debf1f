"""The daemon and its own troubles: told once when they begin, once when they end, whatever is restarted in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select

from core.config.routes import console_routes
from core.config.secret import Secret
from core.config.settings import DiskSettings, Settings
from monitor.clocks import ClockWatch
from monitor.pulse import Pulse
from monitor.selfcare import SelfCare
from monitor.tools import Tools
from storage import leases
from storage.blobs import BlobStore
from storage.engine import open_database
from storage.migrate import prepare
from storage.schema import alerts, deliveries, events, requests
from tests.archive import Page, not_modified, reading

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
LOW = Settings(disk=DiskSettings(floor_mb=10_000_000))
ROOMY = Settings(disk=DiskSettings(floor_mb=0))


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[Tools]:
    database = open_database(tmp_path / "onrecord.db")
    prepare(database)
    nobody: Any = None
    yield Tools(
        database=database, blobs=BlobStore(tmp_path / "blobs"), reader=nobody, rules=nobody, commitments=nobody,
        routes=console_routes(), now=Clock(), share=lambda: 0.5, companies={},
    )  # fmt: skip
    database.close()


def care_of(tools: Tools, data: Path) -> SelfCare:
    care = SelfCare(data, tools, Pulse(tools.now))
    seconds = iter(range(0, 10_000, 60))
    care.floor._monotonic = lambda: float(next(seconds))
    care.clock = ClockWatch(tools.now, lambda: 0.0)
    return care


def told(tools: Tools) -> list[tuple[str, str]]:
    with tools.database.read() as conn:
        return [(row.title, row.report["found"]) for row in conn.execute(select(alerts).order_by(alerts.c.id))]


def test_too_little_room_pauses_with_one_alarm_and_ends_with_one(tools: Tools, tmp_path: Path) -> None:
    care = care_of(tools, tmp_path)
    care.begin(tools, LOW)
    assert care.is_paused
    care.look(tools, LOW)
    again = care_of(tools, tmp_path)  # a restart
    again.begin(tools, LOW)
    [(title, found)] = told(tools)
    assert "On Record" in title
    assert found.startswith("Found: only ")
    assert found.endswith("less than 10,000.0 GB: no source is looked at until there is room.")
    assert again.troubles() == ["there is too little room on the disk"]
    again.look(tools, ROOMY)
    assert not again.is_paused
    again.look(tools, ROOMY)
    assert len(told(tools)) == 2
    again.look(tools, LOW)
    assert len(told(tools)) == 2 or told(tools)[2][1].startswith("Found: only")
    with tools.database.read() as conn:
        assert {row.target for row in conn.execute(select(deliveries.c.target))} != set()
        kinds = list(conn.execute(select(events.c.type).order_by(events.c.id)).scalars())
    assert [kind for kind in kinds if kind.startswith("agent.")][:2] == ["agent.disk.began", "agent.disk.over"]


def test_vitals_say_whether_the_watch_goes_on(tools: Tools, tmp_path: Path) -> None:
    care = care_of(tools, tmp_path)
    care.begin(tools, ROOMY)
    vitals = care.vitals()
    assert (vitals.is_ready, vitals.troubles, vitals.is_paused) == (True, (), False)
    assert vitals.free_bytes
    assert vitals.resident_bytes


def test_a_clock_set_back_leaves_nothing_waiting_for_years(tools: Tools, tmp_path: Path) -> None:
    page = Page(tools.database)
    clock = tools.now
    assert isinstance(clock, Clock)
    page.reads(reading("We will never sell to the police."))
    clock.at = NOW + timedelta(days=365)
    care = care_of(tools, tmp_path)
    care.begin(tools, ROOMY)
    with tools.database.write() as conn:
        from storage import record

        fetch = not_modified(clock.at)
        fetch_id = record.record_fetch(conn, page.request_id, fetch, size=0, media_type=None)
        record.record_unchanged(
            conn, page.request_id, page.document_id, fetch_id, replace(fetch, id=fetch_id),
            next_due_at=clock.at + timedelta(hours=6),
        )  # fmt: skip
    clock.at = NOW
    care.look(tools, ROOMY)
    with tools.database.read() as conn:
        due = leases.request_by_id(conn, page.request_id).next_due_at
        every = conn.execute(select(requests.c.every_seconds)).scalar_one()
        [jump] = [row for row in conn.execute(select(events)) if row.type == "clock.jumped"]
    assert due is not None
    assert NOW <= due <= NOW + timedelta(seconds=every)
    assert jump.data["what"] == "the clock was set back by 365 days"


@pytest.fixture
def switch() -> Iterator[tuple[str, list[str]]]:
    """A dead-man's switch, and what it heard."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(f"{self.path} {self.headers['User-Agent']}")
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/s3cr3t", heard
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_switch_hears_of_us_while_all_is_well_and_not_otherwise(
    tools: Tools, tmp_path: Path, switch: tuple[str, list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    address, heard = switch
    care = care_of(tools, tmp_path)
    care.begin(tools, ROOMY)
    care.ping(replace(ROOMY, ping=Secret(address)))
    assert heard == ["/s3cr3t OnRecord/0.1 (+policy archive)"]
    care.look(tools, LOW)
    care.ping(replace(LOW, ping=Secret(address)))
    care.ping(ROOMY)
    assert len(heard) == 1
    care.look(tools, ROOMY)
    for _ in range(3):
        care.ping(replace(ROOMY, ping=Secret(address.replace("http://127.0.0.1:", "http://127.0.0.1:1"))))
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(warnings) == 1
    assert warnings[0].startswith("the dead-man's switch could not be reached: ")
    assert "s3cr3t" not in caplog.text
