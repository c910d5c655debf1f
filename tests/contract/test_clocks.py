"""Rows that a clock ahead of its time put off, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select, update

from storage import record
from storage.clocks import pull_back
from storage.engine import Database
from storage.leases import request_by_id
from storage.schema import hosts
from tests.archive import START, Page, not_modified, reading

AHEAD = START + timedelta(days=400)


def asked_at_a_wrong_time(database: Database) -> Page:
    page = Page(database)
    page.reads(reading("We will never sell to the police."))
    with database.write() as conn:
        fetch_id = record.record_fetch(conn, page.request_id, not_modified(AHEAD), size=0, media_type=None)
        fetch = replace(not_modified(AHEAD), id=fetch_id)
        due = AHEAD + timedelta(hours=6)
        record.record_unchanged(conn, page.request_id, page.document_id, fetch_id, fetch, next_due_at=due)
        conn.execute(update(hosts).values(next_allowed_at=due, leased_until=due, token="x"))
    return page


def test_what_waits_for_a_time_that_never_was_is_due_in_its_own(database: Database) -> None:
    page = asked_at_a_wrong_time(database)
    now = START + timedelta(days=2)
    with database.write() as conn:
        assert pull_back(conn, now) == 3
        request = request_by_id(conn, page.request_id)
        host = conn.execute(select(hosts)).one()
    assert request.next_due_at is not None
    assert now <= request.next_due_at <= now + request.every
    assert (host.next_allowed_at, host.leased_until) == (now, now + timedelta(minutes=15))
    with database.write() as conn:
        assert pull_back(conn, now) == 0


def test_where_the_clock_is_right_nothing_is_touched(database: Database) -> None:
    page = asked_at_a_wrong_time(database)
    with database.write() as conn:
        conn.execute(update(hosts).values(next_allowed_at=None, leased_until=None))
        assert pull_back(conn, AHEAD + timedelta(hours=1)) == 0
        assert request_by_id(conn, page.request_id).next_due_at == AHEAD + timedelta(hours=6)
