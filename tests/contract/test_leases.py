"""Who may ask a host: one claim, one holder, whatever the number of processes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from core.errors import Busy
from core.model import Company, Source
from storage import holders, leases, watchlist
from storage.engine import Database
from storage.schema import hosts, requests
from tests.archive import START

MINUTE = timedelta(minutes=1)


def watch(database: Database, *urls: str) -> None:
    """One source for each address, all due at START."""
    declared = [Source(f"s{number}", "acme", "page", url) for number, url in enumerate(urls)]
    with database.write() as conn:
        watchlist.sync(conn, [Company("acme", "Acme")], declared, START)


def claim(
    database: Database, now: datetime = START, *, limit_hosts: int = 10, only: list[int] | None = None
) -> list[leases.Lease]:
    with database.write() as conn:
        return leases.claim_due(conn, now, lease=MINUTE, limit_hosts=limit_hosts, only=only)


def urls(held: list[leases.Lease]) -> list[list[str]]:
    return [[request.url for request in lease.requests] for lease in held]


def due_at(database: Database, url: str, at: datetime | None) -> None:
    with database.write() as conn:
        conn.execute(update(requests).where(requests.c.url == url).values(next_due_at=at))


A, B, C = "https://a.example/1", "https://b.example/1", "https://a.example/2"


def test_a_host_comes_with_all_its_due_requests(database: Database) -> None:
    watch(database, A, B, C)
    due_at(database, B, START - MINUTE)
    held = claim(database)
    assert urls(held) == [[B], [A, C]]
    assert [lease.leased_until for lease in held] == [START + MINUTE] * 2
    assert held[1].requests[0].every == timedelta(hours=6)


def test_a_held_host_is_nobody_elses_until_its_time_is_over(database: Database) -> None:
    watch(database, A, B)
    assert len(claim(database)) == 2
    assert claim(database, START + timedelta(seconds=59)) == []
    assert len(claim(database, START + MINUTE)) == 2


def test_the_longest_waiting_hosts_come_first(database: Database) -> None:
    watch(database, A, B, "https://c.example/")
    due_at(database, "https://c.example/", START - 2 * MINUTE)
    due_at(database, B, START - MINUTE)
    assert urls(claim(database, limit_hosts=2)) == [["https://c.example/"], [B]]
    assert urls(claim(database, limit_hosts=2)) == [[A]]


def test_a_host_that_had_what_its_budget_allows_by_now_waits_until_it_allows_more(database: Database) -> None:
    watch(database, A, B, C)
    noon = START.replace(hour=12, minute=0)

    def claimed(at: datetime) -> list[str]:
        with database.write() as conn:
            is_due = holders.is_due(conn, at, 16)
            found = leases.claim_due(conn, at, lease=MINUTE, limit_hosts=9, budget=16)
            assert is_due == bool(found)
            return [lease.host for lease in found]

    with database.write() as conn:
        [held] = leases.claim_due(conn, noon, lease=MINUTE, limit_hosts=1)
        leases.release(conn, held, noon, asked=10, now=noon)
        assert held.host == "a.example"
        conn.execute(update(requests).values(next_due_at=noon))
        assert [each.why for each in holders.unseen(conn, noon + MINUTE, timedelta(0), 16)] == [
            "budget",
            "waiting",
            "budget",
        ]
    assert claimed(noon) == ["b.example"]  # ten of sixteen is what noon allows
    assert claimed(noon + timedelta(seconds=59)) == []
    due_at(database, B, None)
    assert claimed(noon + timedelta(hours=1, minutes=59)) == []
    assert claimed(noon + timedelta(hours=2, seconds=1)) == ["a.example"]


def test_what_is_most_overdue_for_its_interval_comes_first_and_a_first_look_counts_as_six_hours(
    database: Database,
) -> None:
    with database.write() as conn:
        declared = [
            Source("daily", "acme", "page", "https://a.example/daily", every=timedelta(hours=24)),
            Source("new", "acme", "page", "https://a.example/new", every=timedelta(hours=24)),
            Source("hourly", "acme", "page", "https://a.example/hourly", every=timedelta(hours=1)),
            Source("failing", "acme", "page", "https://a.example/failing", every=timedelta(hours=24)),
        ]
        watchlist.sync(conn, [Company("acme", "Acme")], declared, START)
        seen = requests.c.url.in_(["https://a.example/daily", "https://a.example/hourly"])
        conn.execute(update(requests).where(seen).values(last_good_fetch_id=1))
        conn.execute(update(requests).where(requests.c.url == "https://a.example/failing").values(failures=1))
        conn.execute(
            update(requests).where(requests.c.url == "https://a.example/daily").values(next_due_at=START - MINUTE)
        )
    assert urls(claim(database, START + timedelta(hours=1))) == [
        ["https://a.example/hourly", "https://a.example/new", "https://a.example/daily", "https://a.example/failing"]
    ]


def test_what_is_not_due_or_not_asked_for_is_left(database: Database) -> None:
    watch(database, A, B, C)
    due_at(database, A, START + MINUTE)
    due_at(database, B, None)
    assert urls(claim(database)) == [[C]]


def test_a_release_says_when_the_host_may_be_asked_again(database: Database) -> None:
    watch(database, A)
    (lease,) = claim(database)
    with database.write() as conn:
        assert leases.release(conn, lease, START + timedelta(seconds=5), failures=3) is True
    assert claim(database, START + timedelta(seconds=4)) == []
    (again,) = claim(database, START + timedelta(seconds=5))
    assert again.host_failures == 3
    assert again.token != lease.token


def test_check_now_ignores_due_times_and_nothing_else(database: Database) -> None:
    watch(database, A, B, C)
    due_at(database, A, START + timedelta(days=1))
    with database.read() as conn:
        ids = {row.url: row.id for row in conn.execute(select(requests))}
    assert urls(claim(database, only=[ids[A]])) == [[A]]
    assert claim(database, only=[ids[A], ids[C]]) == []
    assert urls(claim(database, only=[])) == []


def test_a_lease_that_was_lost_can_write_nothing(database: Database) -> None:
    watch(database, A)
    (lost,) = claim(database)
    (held,) = claim(database, START + MINUTE)
    with pytest.raises(Busy, match=r"host a\.example is held by another process"), database.write() as conn:
        leases.require(conn, lost)
    with pytest.raises(Busy), database.write() as conn:
        leases.hold(conn, lost, START + 9 * MINUTE)
    with database.write() as conn:
        assert leases.release(conn, lost, START) is False
        leases.require(conn, held)
        assert conn.execute(select(hosts.c.token)).scalar() == held.token


def test_a_lease_that_ran_out_and_was_not_taken_is_still_ours(database: Database) -> None:
    watch(database, A)
    (lease,) = claim(database)
    with database.write() as conn:
        leases.require(conn, lease)
        leases.hold(conn, lease, START + 5 * MINUTE)
    assert claim(database, START + 4 * MINUTE) == []


def test_one_lease_carries_a_bounded_number_of_requests(database: Database) -> None:
    watch(database, *(f"https://a.example/{number}" for number in range(leases.REQUESTS_PER_LEASE + 5)))
    (lease,) = claim(database)
    assert len(lease.requests) == leases.REQUESTS_PER_LEASE


def test_a_claim_under_way_is_passed_by(database: Database) -> None:
    """On PostgreSQL two claims at once take different hosts; on SQLite the second waits its turn."""
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    watch(database, A, B)
    with database.write() as first:
        one = leases.claim_due(first, START, lease=MINUTE, limit_hosts=1)
        with database.write() as second:
            other = leases.claim_due(second, START, lease=MINUTE, limit_hosts=5)
    assert {lease.host for lease in one} | {lease.host for lease in other} == {"a.example", "b.example"}
    assert len(one) == len(other) == 1


def test_a_request_whose_row_is_damaged_keeps_nobody_else_from_being_asked(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL takes no damaged time")
    watch(database, A, C, B)
    with database.write() as conn:
        conn.exec_driver_sql(f"UPDATE requests SET absent_since = 'no time' WHERE url = '{A}'")
    assert urls(claim(database)) == [[C], [B]]
    assert claim(database, START + timedelta(hours=23)) != []
    with database.read() as conn:
        due = conn.execute(select(requests.c.next_due_at).where(requests.c.url == A)).scalar_one()
    assert due == START + timedelta(days=1)
