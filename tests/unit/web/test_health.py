"""What monitors are told, and that it names nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from core.vitals import Beat, Vitals
from storage import incidents
from storage.blobs import BlobStore
from storage.engine import Database, open_database
from storage.migrate import prepare
from tests.archive import START, Page, reading
from web.app import create_app

NOW = START + timedelta(days=3)
WELL = Vitals(
    started_at=START,
    is_ready=True,
    beats=(Beat("check", 7, 1, 0, NOW, 0.25),),
    hosts_asked=3,
    free_bytes=10**9,
    full_at=NOW + timedelta(days=90),
    resident_bytes=5,
    threads=6,
    open_files=7,
)


class Watch:
    """The process behind the pages, as it is just now."""

    vitals = WELL


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = open_database(tmp_path / "onrecord.db")
    prepare(found)
    page = Page(found)
    page.reads(reading("We will never sell to the police."))
    with found.write() as conn:
        incidents.open_or_touch(
            conn, page.request_id, source_id="acme-ethics", code="captcha", reasons=["a page that asks"],
            fetch_id=page.fetch_ids[0], now=NOW,
        )  # fmt: skip
    yield found
    found.close()


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def client(database: Database, watch: Watch, tmp_path: Path) -> TestClient:
    app = create_app(
        database, BlobStore(tmp_path), now=lambda: NOW, base_url=None, allowed_hosts=frozenset({"testserver"}),
        vitals=lambda: watch.vitals,
    )  # fmt: skip
    return TestClient(app)


def test_ready_while_the_watch_goes_on(client: TestClient, watch: Watch) -> None:
    assert (client.get("/readyz").status_code, client.get("/readyz").json()) == (200, {"status": "ready"})
    watch.vitals = replace(WELL, is_ready=False, troubles=("there is too little room on the disk",))
    found = client.get("/readyz")
    assert found.status_code == 503
    assert found.json() == {"status": "not ready", "reasons": ["there is too little room on the disk"]}
    assert client.get("/healthz").status_code == 200


def test_neither_alive_nor_ready_without_an_archive(client: TestClient, database: Database) -> None:
    with database.write() as conn:
        conn.exec_driver_sql("DROP TABLE events")
    assert client.get("/healthz").status_code == 503
    assert client.get("/readyz").json() == {"status": "not ready", "reasons": ["the archive cannot be read"]}
    assert client.get("/metrics").status_code == 503


def test_metrics_in_the_form_prometheus_reads(client: TestClient) -> None:
    answer = client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert found[("onrecord_sources",)] == 1
    assert found[("onrecord_fetches_total",)] == 1
    assert found[("onrecord_incidents_open",)] == 1
    assert found[("onrecord_ready",)] == 1
    assert found[("onrecord_hosts_asked",)] == 3
    assert found[("onrecord_disk_free_bytes",)] == 10**9
    assert found[("onrecord_disk_full_timestamp_seconds",)] == (NOW + timedelta(days=90)).timestamp()
    assert found[("onrecord_tick_runs_total", ("tick", "check"))] == 7
    assert found[("onrecord_tick_faults_total", ("tick", "check"))] == 1
    key = ("onrecord_incident_opened_timestamp_seconds", ("code", "captcha"), ("request", "1"))
    assert found[key] == NOW.timestamp()
    assert len(found) >= 23


def test_no_company_source_or_address_is_named(client: TestClient) -> None:
    said = "".join(client.get(address).text for address in ("/healthz", "/readyz", "/metrics")).lower()
    assert "onrecord_sources" in said
    assert [word for word in ("acme", "ethics", "example", "police") if word in said] == []


def test_pages_without_a_watch_have_the_numbers_of_the_archive(database: Database, tmp_path: Path) -> None:
    app = create_app(
        database, BlobStore(tmp_path), now=lambda: datetime(2024, 3, 9, tzinfo=UTC), base_url=None,
        allowed_hosts=frozenset({"testserver"}),
    )  # fmt: skip
    client = TestClient(app)
    assert client.get("/readyz").status_code == 200
    assert "onrecord_sources 1.0" in client.get("/metrics").text
    assert "onrecord_ready" not in client.get("/metrics").text
