"""Sources in step with their file; ended, never deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select, update

from core.model import Company, Source
from storage import incidents, record, sources, watchlist
from storage.engine import Database
from storage.schema import requests
from storage.schema import sources as sources_table
from tests.archive import ACME, BAD, ETHICS, START, Page, reading, timed_out

FEED = Source(
    "acme-news",
    "acme",
    "feed",
    "https://acme.example/rss#latest",
    every=timedelta(minutes=30),
    select=("main",),
    remove=(".ads", "nav"),
    note="press releases",
    confidence="seen",
    options=(("links", "follow"),),
)
LATER = START + timedelta(days=1)


def sync(
    database: Database, *declared: Source, now: datetime = START, companies: tuple[Company, ...] = (ACME,)
) -> watchlist.Synced:
    with database.write() as conn:
        return watchlist.sync(conn, companies, declared, now)


def due(database: Database) -> dict[str, datetime | None]:
    with database.read() as conn:
        return {row.url: row.next_due_at for row in conn.execute(select(requests))}


def test_a_new_source_begins_and_its_address_is_due(database: Database) -> None:
    assert sync(database, ETHICS, FEED) == watchlist.Synced(added=("acme-ethics", "acme-news"))
    assert due(database) == {"https://acme.example/ethics.html": START, "https://acme.example/rss": START}
    with database.read() as conn:
        assert [health.source for health in sources.list_sources(conn)] == [ETHICS, FEED]
        assert sources.company_by_id(conn, "acme") == ACME
        assert sources.company_by_id(conn, "nobody") is None


def test_an_unchanged_file_writes_nothing(database: Database) -> None:
    sync(database, ETHICS, FEED)
    written: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("SELECT", "BEGIN", "PRAGMA")):
            written.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    assert sync(database, ETHICS, FEED, now=LATER) == watchlist.Synced()
    event.remove(database.engine, "before_cursor_execute", note)
    assert written == []


def test_a_source_that_is_removed_or_disabled_ends_and_is_kept(database: Database) -> None:
    page = Page(database)
    page.shows("We will not sell.")
    sync(database, ETHICS, FEED)
    assert sync(database, replace(ETHICS, enabled=False), now=LATER).ended == ("acme-ethics", "acme-news")
    assert set(due(database).values()) == {None}
    with database.read() as conn:
        assert sources.list_sources(conn) == []
        kept = sources.list_sources(conn, with_ended=True)
    assert [(health.source.id, health.source.enabled, health.ended_at) for health in kept] == [
        ("acme-ethics", False, LATER),
        ("acme-news", False, LATER),
    ]


def test_a_source_that_comes_back_goes_on(database: Database) -> None:
    sync(database, ETHICS)
    sync(database)
    assert sync(database, ETHICS, now=LATER) == watchlist.Synced(added=("acme-ethics",))
    assert due(database) == {ETHICS.url: LATER}
    with database.read() as conn:
        assert conn.execute(select(sources_table.c.started_at, sources_table.c.ended_at)).all() == [(START, None)]


def test_a_source_never_enabled_is_not_watched(database: Database) -> None:
    assert sync(database, replace(ETHICS, enabled=False)) == watchlist.Synced()
    assert due(database) == {}


def test_a_changed_address_is_asked_instead_of_the_old_one(database: Database) -> None:
    sync(database, ETHICS)
    moved = replace(ETHICS, url="https://acme.example/new-ethics")
    assert sync(database, moved, now=LATER) == watchlist.Synced(changed=("acme-ethics",))
    assert due(database) == {ETHICS.url: None, "https://acme.example/new-ethics": LATER}
    with database.read() as conn:
        assert len(sources.list_sources(conn)) == 1


def test_an_address_of_two_sources_is_one_request_with_the_shorter_interval(database: Database) -> None:
    twin = replace(ETHICS, id="other", every=timedelta(hours=1))
    sync(database, ETHICS, twin)
    with database.read() as conn:
        assert conn.execute(select(requests.c.url, requests.c.every_seconds)).all() == [(ETHICS.url, 3600)]
    sync(database, ETHICS)
    with database.read() as conn:
        row = conn.execute(select(requests)).one()
        assert (row.every_seconds, row.next_due_at) == (6 * 3600, START)
        assert [asked.source.id for asked in sources.asked_by(conn, [row.id])[row.id]] == ["acme-ethics"]


def test_a_changed_setting_is_a_change(database: Database) -> None:
    sync(database, ETHICS, FEED)
    quicker = replace(FEED, every=timedelta(minutes=5), remove=())
    assert sync(database, ETHICS, quicker, now=LATER) == watchlist.Synced(changed=("acme-news",))
    assert due(database)["https://acme.example/rss"] == START
    with database.read() as conn:
        assert [health.source for health in sources.list_sources(conn)][1] == quicker


def test_a_shorter_interval_counts_from_the_edit_on(database: Database) -> None:
    sync(database, ETHICS, FEED)
    tomorrow = LATER + timedelta(days=1)
    with database.write() as conn:  # as after a check of each; the feed's host asked for patience
        conn.execute(update(requests).values(next_due_at=tomorrow))
        conn.execute(update(requests).where(requests.c.url.contains("rss")).values(failures=2))
    quicker = [replace(each, every=timedelta(minutes=5)) for each in (ETHICS, FEED)]
    sync(database, *quicker, now=LATER)
    assert due(database) == {ETHICS.url: LATER + timedelta(minutes=5), "https://acme.example/rss": tomorrow}
    sync(database, ETHICS, FEED, now=LATER)  # a longer one from the next check on
    assert due(database) == {ETHICS.url: LATER + timedelta(minutes=5), "https://acme.example/rss": tomorrow}


def test_a_company_follows_its_file(database: Database) -> None:
    sync(database, ETHICS)
    renamed = replace(ACME, name="Acme Group", topics=("dna", "xinjiang"))
    sync(database, ETHICS, companies=(renamed,))
    with database.read() as conn:
        assert sources.company_by_id(conn, "acme") == renamed


def test_what_a_feed_lists_is_asked_for_its_sake(database: Database) -> None:
    sync(database, ETHICS, FEED)
    item = "https://ACME.example/news/1#top"
    with database.write() as conn:
        first = sources.ask(conn, item, source_id="acme-news", part="item", every=timedelta(hours=6), due_at=LATER)
        assert (
            sources.ask(conn, item, source_id="acme-news", part="item", every=timedelta(days=1), due_at=START) == first
        )
        ethics = sources.ask(
            conn, ETHICS.url, source_id="acme-news", part="item", every=timedelta(days=9), due_at=LATER
        )
        assert sources.start_requests(conn, ["acme-ethics"]) == {"acme-ethics": ethics}
        assert sources.requests_of(conn, ["acme-news"]) == sorted(
            [first, ethics, sources.start_requests(conn, ["acme-news"])["acme-news"]]
        )
        asked = sources.asked_by(conn, [first, ethics])
    assert [(one.source, one.part) for one in asked[ethics]] == [(ETHICS, "start"), (FEED, "item")]
    assert [(one.source, one.part) for one in asked[first]] == [(FEED, "item")]
    assert due(database)["https://acme.example/news/1"] == LATER
    sync(database, ETHICS, now=LATER)
    assert due(database) == {
        ETHICS.url: START,
        "https://acme.example/rss": None,
        "https://acme.example/news/1": None,
    }


def test_what_stood_there_is_told_once(database: Database) -> None:
    sync(database, ETHICS)
    with database.write() as conn:
        assert sources.told_first_look(conn, "acme-ethics", START) is True
        assert sources.told_first_look(conn, "acme-ethics", LATER) is False
        (asked,) = sources.asked_by(conn, sources.requests_of(conn, ["acme-ethics"])).popitem()[1]
        assert asked.first_look_at == START


def test_the_health_of_a_source(database: Database) -> None:
    page = Page(database)
    with database.read() as conn:
        (never,) = sources.list_sources(conn)
    assert (never.last_fetch_at, never.grade, never.next_due_at) == (None, None, START)
    page.shows("We will not sell.")
    with database.write() as conn:
        record.record_grade(conn, page.fetch_ids[0], BAD, "later")
        fetch_id = record.record_fetch(conn, page.request_id, timed_out(page.now))
        incidents.open_or_touch(
            conn,
            page.request_id,
            source_id="acme-ethics",
            code="timeout",
            reasons=["no answer"],
            fetch_id=fetch_id,
            now=page.now,
        )
        (health,) = sources.list_sources(conn)
    assert (health.last_fetch_at, health.status, health.reason, health.grade) == (page.now, None, "timeout", None)
    assert (health.incident_code, health.incident_since) == ("timeout", page.now)
    page.shows("We will not sell.", "Nor buy.")
    with database.read() as conn:
        (health,) = sources.list_sources(conn)
    assert (health.status, health.grade, health.source) == (200, "good", ETHICS)
    assert reading("x").title == "Ethics"


@pytest.mark.parametrize(
    ("url", "address", "host"),
    [
        ("https://Acme.Example/Path#part", "https://acme.example/Path", "acme.example"),
        ("https://acme.example", "https://acme.example/", "acme.example"),
        ("https://acme.example:443/", "https://acme.example:443/", "acme.example"),
        ("http://127.0.0.1:8099/a?b=c", "http://127.0.0.1:8099/a?b=c", "127.0.0.1:8099"),
        ("https://[2001:db8::1]/", "https://[2001:db8::1]/", "2001:db8::1"),
    ],
)
def test_addresses_and_hosts(url: str, address: str, host: str) -> None:
    assert (sources.address(url), sources.host_of(url)) == (address, host)
