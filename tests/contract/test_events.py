"""What happened, in order, and never behind a reader's back."""

from __future__ import annotations

import threading

import pytest

from storage import events
from storage.engine import Database
from tests.archive import START


def test_events_come_in_order_after_a_cursor(database: Database) -> None:
    with database.write() as conn:
        assert events.last_id(conn) == 0
        first = events.write(conn, "fetched", at=START, fetch_id=3, source_id="acme-ethics")
        second = events.write(conn, "change.detected", at=START, document_id=7, data={"class": "substantive"})
    with database.read() as conn:
        assert events.since(conn, 0) == [
            events.Event(first, START, "fetched", source_id="acme-ethics", fetch_id=3),
            events.Event(second, START, "change.detected", document_id=7, data={"class": "substantive"}),
        ]
        assert [event.id for event in events.since(conn, first)] == [second]
        assert [event.id for event in events.since(conn, 0, limit=1)] == [first]
        assert events.last_id(conn) == second


def test_an_event_of_a_transaction_that_failed_never_happened(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as conn:
        events.write(conn, "fetched", at=START, data={"never": 1 / 0})
    with database.read() as conn:
        assert events.since(conn, 0) == []


def test_no_event_is_committed_behind_a_cursor(database: Database) -> None:
    """A reader that could see the later of two events while the earlier is not committed would never see that one."""
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    seen: list[int] = []

    def follow() -> None:
        with database.read() as conn:
            seen.extend(event.id for event in events.since(conn, 0))

    with database.write() as slow:
        first = events.write(slow, "fetched", at=START)
        with database.write() as quick:
            second = events.write(quick, "fetched", at=START)
        reader = threading.Thread(target=follow)
        reader.start()
        reader.join(0.2)
        assert seen == []
    reader.join(10)
    assert seen == [first, second]
