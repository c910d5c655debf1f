"""Leases of processes that died, and what keeps a host from being asked, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import Busy
from core.model import Alert, Intent, Severity, Source
from storage import holders, leases, outbox, sources, watchlist
from storage.engine import Database
from tests.archive import ACME, START

LEASE = timedelta(minutes=15)
ETHICS = Source("acme/ethics", "acme", "page", "https://acme.example/ethics")
NEWS = Source("acme/news", "acme", "page", "https://news.example/")


@pytest.fixture
def watched(database: Database) -> Database:
    with database.write() as conn:
        watchlist.sync(conn, [ACME], [ETHICS, NEWS], START)
    return database


def claimed(database: Database, owner: str) -> list[leases.Lease]:
    with database.write() as conn:
        return leases.claim_due(conn, START, lease=LEASE, limit_hosts=10, owner=owner)


def test_what_a_dead_process_held_can_be_claimed_at_once(watched: Database) -> None:
    held = claimed(watched, "folder-12-ab")
    assert [lease.host for lease in held] == ["acme.example", "news.example"]
    assert claimed(watched, "folder-13-cd") == []
    with watched.read() as conn:
        assert holders.owners(conn) == {"folder-12-ab"}
    with watched.write() as conn:
        assert holders.free(conn, "folder-1", START) == 0  # part of a name is another name
        assert holders.free(conn, "folder-12-ab", START) == 2
    assert [lease.host for lease in claimed(watched, "folder-13-cd")] == ["acme.example", "news.example"]
    with watched.write() as conn, pytest.raises(Busy):
        leases.require(conn, held[0])


def test_what_a_dead_process_was_sending_is_claimed_again_and_uncertain(watched: Database) -> None:
    alert = Alert("f" * 64, "incident", Severity.LOW, "title", (), {})
    with watched.write() as conn:
        alert_id = outbox.record_alert(conn, alert, START)
        assert alert_id is not None
        outbox.enqueue(conn, alert_id, [Intent("desk", "slack", "#rights", ("why",))], START)
        [first] = outbox.claim(conn, START, 10, LEASE, owner="folder-12-ab")
    with watched.write() as conn:
        assert outbox.claim(conn, START, 10, LEASE) == []
        assert holders.owners(conn) == {"folder-12-ab"}
        assert holders.free(conn, "folder-12-ab", START) == 1
        [second] = outbox.claim(conn, START, 10, LEASE, owner="folder-13-cd")
    assert (second.id, second.is_uncertain, second.attempts) == (first.id, True, 2)
    with watched.write() as conn:
        assert not outbox.sent(conn, first.id, first.token or "", {}, START)
        assert outbox.sent(conn, second.id, second.token or "", {}, START)


def test_leases_without_a_name_are_nobodys(watched: Database) -> None:
    claimed(watched, "")
    with watched.read() as conn:
        assert holders.owners(conn) == set()


def test_what_is_due_and_when(watched: Database) -> None:
    with watched.read() as conn:
        ids = list(sources.start_requests(conn, [ETHICS.id, NEWS.id]).values())
        assert holders.is_due(conn, START)
        assert not holders.is_due(conn, START - timedelta(seconds=1))
        assert holders.next_due_at(conn) == START
        assert sorted(holders.due_of(conn, ids, START)) == sorted(ids)
    held = claimed(watched, "me")
    with watched.read() as conn:
        assert not holders.is_due(conn, START)
    with watched.write() as conn:
        leases.release(conn, held[0], START + timedelta(seconds=5))
        leases.release(conn, held[1], START + timedelta(hours=1), failures=7)
    with watched.read() as conn:
        assert not holders.is_due(conn, START)
        assert holders.is_due(conn, START + timedelta(seconds=5))
        assert [(state.host, state.failures) for state in holders.states(conn, ids)] == [
            ("acme.example", 0),
            ("news.example", 7),
        ]
        [acme] = holders.requests_at(conn, "acme.example", ids)
        assert leases.request_by_id(conn, acme).url == ETHICS.url


def test_a_person_lifts_what_failures_added_and_keeps_the_gap(watched: Database) -> None:
    held = claimed(watched, "me")
    with watched.write() as conn:
        leases.release(conn, held[0], START + timedelta(seconds=2))
        leases.release(conn, held[1], START + timedelta(hours=1), failures=7)
        ids = list(sources.start_requests(conn, [ETHICS.id, NEWS.id]).values())
        holders.lift(conn, ids, START + timedelta(seconds=5))
    with watched.read() as conn:
        assert [state.next_allowed_at for state in holders.states(conn, ids)] == [
            START + timedelta(seconds=2),
            START + timedelta(seconds=5),
        ]
