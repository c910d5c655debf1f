"""Addresses that cannot be seen: one open incident each, closed by itself."""

from __future__ import annotations

from datetime import timedelta

from storage import events, incidents
from storage.engine import Database
from tests.archive import ETHICS, START, Page


def cannot_see(page: Page, code: str = "captcha") -> incidents.Incident:
    fetch_id = page.shows_block_page()
    with page.database.write() as conn:
        return incidents.open_or_touch(
            conn,
            page.request_id,
            source_id=page.source.id,
            code=code,
            reasons=[f"a page that asks for a {code}"],
            fetch_id=fetch_id,
            now=page.now,
        )


def told(database: Database) -> list[str]:
    with database.read() as conn:
        return [event.type for event in events.since(conn, 0)]


def test_one_incident_however_often_the_page_is_blocked(database: Database) -> None:
    page = Page(database)
    first = cannot_see(page)
    assert (first.is_new, first.count, first.opened_at) == (True, 1, START + timedelta(days=1))
    again = cannot_see(page, "login")
    assert (again.id, again.is_new, again.count) == (first.id, False, 2)
    assert (again.code, again.reasons) == ("login", ("a page that asks for a login",))
    with database.read() as conn:
        assert [(one.id, one.url) for one in incidents.list_open(conn)] == [(first.id, ETHICS.url)]
    assert told(database) == ["incident.opened"]


def test_it_closes_when_the_page_is_seen_again_and_the_next_is_another(database: Database) -> None:
    page = Page(database)
    opened = cannot_see(page)
    with database.write() as conn:
        closed = incidents.close(conn, page.request_id, page.fetch_ids[-1], page.now)
        assert closed is not None
        assert (closed.id, closed.closed_at) == (opened.id, page.now)
        assert incidents.close(conn, page.request_id, page.fetch_ids[-1], page.now) is None
        assert incidents.list_open(conn) == []
    assert cannot_see(page).id != opened.id
    assert told(database) == ["incident.opened", "incident.closed", "incident.opened"]
    with database.read() as conn:
        first = events.since(conn, 0)[0]
    assert (first.company_id, first.source_id) == ("acme", "acme-ethics")
    assert first.data["code"] == "captcha"
