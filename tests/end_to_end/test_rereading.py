"""Promise P6: our own changes are not news. A frozen archive read by a new extractor raises nothing."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

import monitor.capture
import monitor.intake
import monitor.rereading
from core.config.routes import console_routes
from core.model import ChangeClass, Fetch, Place, Purpose, Reading
from core.rules.parse import parse_packs
from monitor.app import lexicon
from monitor.importing import Recorded, import_capture
from monitor.readers import InlineReader
from monitor.tools import Tools
from storage import changes, documents, outbox, tellings, versions
from storage.blobs import BlobStore
from storage.engine import Database, open_database
from storage.migrate import prepare
from storage.schema import alerts, spans

START = datetime(2026, 1, 1, tzinfo=UTC)
RULES = Path(__file__).resolve().parents[2] / "rules"
URL = "https://acme.example/policy"
STANDING = "".join(
    f"<p>Passage {at} of the policy says what the company does in its plants and offices.</p>" for at in range(12)
)


class KeenReader(InlineReader):
    """A newer extractor: it also reads what stands in an attribute the old one never looked at."""

    def read(self, body: bytes, **about: Any) -> Reading:
        reading = super().read(body, **about)
        if b"data-note" not in body:
            return reading
        note = body.split(b'data-note="')[1].split(b'"')[0].decode()
        return dataclasses.replace(reading, places=(*reading.places, Place(note, "paragraph", "main")))


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[Tools]:
    database = open_database(tmp_path / "onrecord.db")
    prepare(database)
    yield Tools(
        database=database,
        blobs=BlobStore(tmp_path / "blobs"),
        reader=InlineReader(),
        rules=parse_packs({path.name: path.read_text() for path in sorted(RULES.glob("*.yaml"))}),
        commitments=lexicon(),
        routes=console_routes(),
        now=lambda: START,
        share=lambda: 0.5,
    )
    database.close()


def shows(tools: Tools, day: int, extra: str) -> str:
    body = f"<html><head><title>Policy</title></head><body><h1>Policy</h1>{STANDING}{extra}</body></html>".encode()
    at = START + timedelta(days=day)
    fetch = Fetch(
        URL,
        Purpose.IMPORT,
        at,
        at,
        200,
        final_url=URL,
        headers=(("content-type", "text/html; charset=utf-8"),),
        digest=hashlib.sha256(body).hexdigest(),
    )
    return import_capture(tools, Recorded(fetch, body)).taken.status


def a_new_extractor(monkeypatch: pytest.MonkeyPatch, tools: Tools) -> Tools:
    for module in (monitor.capture, monitor.rereading):
        monkeypatch.setattr(module, "EXTRACTOR", "html-next")
    return dataclasses.replace(tools, reader=KeenReader())


def alert_count(database: Database) -> int:
    with database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(alerts)).scalar_one())


def classes(database: Database) -> list[tuple[ChangeClass, bool]]:
    with database.read() as conn:
        document = documents.list_documents(conn)[0]
        return [(each.change.change_class, each.change.found_late) for each in changes.of_document(conn, document.id)]


SOLD = "<p>We will not sell instruments to the police.</p>"


def test_a_frozen_archive_read_again_gives_no_alert(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [shows(tools, 0, ""), shows(tools, 1, SOLD), shows(tools, 2, "")] == ["new", "changed", "changed"]
    before = alert_count(tools.database)
    tools = a_new_extractor(monkeypatch, tools)
    done = list(monitor.rereading.reread_all(tools))
    assert [(each.captures, each.technical, each.found_late) for each in done] == [(3, 0, 0)]
    assert alert_count(tools.database) == before
    assert list(monitor.rereading.reread_all(tools)) == [], "what is done is not done again"
    with tools.database.read() as conn:
        document = documents.list_documents(conn)[0]
        assert [version.number for version in versions.numbers(conn, document.id)] == [1, 2]
        stored = versions.by_number(conn, document.id, 2)
        assert versions.load(conn, stored.id).extractor == "html-next"


def test_what_only_our_reading_changed_is_technical(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    note = '<div data-note="We will publish our findings every year."></div>'
    shows(tools, 0, note)
    tools = a_new_extractor(monkeypatch, tools)
    done = list(monitor.rereading.reread_all(tools))
    assert [(each.technical, each.found_late) for each in done] == [(1, 0)]
    assert classes(tools.database) == [(ChangeClass.TECHNICAL, False)]
    assert alert_count(tools.database) == 0


def test_a_real_change_the_old_reading_missed_is_found_late(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    shows(tools, 0, '<div data-note="We will not sell instruments to the police."></div>')
    assert shows(tools, 1, '<div data-note="We may sell instruments to the police."></div>') == "unchanged"
    tools = a_new_extractor(monkeypatch, tools)
    done = list(monitor.rereading.reread_all(tools))
    assert [each.found_late for each in done] == [1]
    assert (ChangeClass.SUBSTANTIVE, True) in classes(tools.database)
    assert alert_count(tools.database) == 1
    with tools.database.read() as conn:
        (told,) = tellings.of_alert(conn, 1)
        assert (told.how, told.delivery_id, outbox.counts(conn)) == ("digest", None, {})
    assert told.why[-1].startswith("found late: ")


def test_a_check_after_an_upgrade_compares_like_with_like(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    note = '<div data-note="We will publish our findings every year."></div>'
    shows(tools, 0, note)
    before = alert_count(tools.database)
    tools = a_new_extractor(monkeypatch, tools)
    assert shows(tools, 1, note + "<!-- other bytes, the same words -->") == "unchanged"
    assert alert_count(tools.database) == before


def test_spans_are_those_of_an_archive_read_by_the_new_extractor_from_the_start(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day, extra in enumerate(("", SOLD, "", SOLD + "<p>And a second passage that stands here now for good.</p>")):
        shows(tools, day, extra)

    def lives() -> list[tuple[Any, ...]]:
        columns = (spans.c.form, spans.c.first_fetch_id, spans.c.last_fetch_id, spans.c.gone_fetch_id)
        with tools.database.read() as conn:
            return sorted(tuple(row) for row in conn.execute(select(*columns)))

    before = lives()
    tools = a_new_extractor(monkeypatch, tools)
    list(monitor.rereading.reread_all(tools))
    assert lives() == before
