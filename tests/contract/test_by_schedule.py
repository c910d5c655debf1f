"""What is due by schedule, and the numbers of a week, on either database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from alerts.raising import send_straight
from core.config.routes import parse_routes
from core.model import Alert, Intent, Severity
from core.telling import Silence
from storage import appointments, outbox, silences, tellings, week
from storage import incidents as incidents_
from storage.engine import Database
from storage.schema import changes, companies, documents, fetches, incidents, request_sources, requests, sources
from tests.contract.test_raising import MINUTE, NOW, ROUTES, claimed, hows, raised, routes, tell

DAY = timedelta(days=1)
NIGHT = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)


def test_an_appointment_is_kept_once_whoever_looks(database: Database) -> None:
    with database.write() as conn:
        assert appointments.make(conn, "report:ana", NOW)
        assert not appointments.make(conn, "report:ana", NOW + DAY)
        assert appointments.due_at(conn, "report:ana") == NOW
        assert appointments.keep(conn, "report:ana", NOW, NOW + DAY, NOW)
        assert not appointments.keep(conn, "report:ana", NOW, NOW + DAY, NOW)
        assert appointments.all_due(conn) == {"report:ana": NOW + DAY}
        assert appointments.cancel(conn, "report:ana")
        assert not appointments.cancel(conn, "report:ana")


def watched(database: Database) -> None:
    """Two sources: one seen yesterday, one refused for two days until an hour ago, one change of each sort."""
    with database.write() as conn:
        conn.execute(insert(companies).values(id="c", name="Halden", aliases=[], topics=[]))
        for number, name in enumerate(("seen", "refused"), 1):
            about = {
                "company_id": "c",
                "kind": "page",
                "every_seconds": 3600,
                "started_at": NOW - 30 * DAY,
                "options": {},
            }
            conn.execute(insert(sources).values(id=name, url=f"https://h.example/{name}", **about))
            conn.execute(insert(requests).values(id=number, url=f"https://h.example/{name}", host="h", every_seconds=1))
            conn.execute(insert(request_sources).values(request_id=number, source_id=name, part="start"))
        for number, (request, status, at) in enumerate(
            (
                (1, 304, NOW - DAY),
                (2, 403, NOW - 2 * DAY),
                (2, 200, NOW - timedelta(hours=1)),
                (1, None, NOW - 9 * DAY),
            ),
            1,
        ):
            row = {"request_id": request, "url": "u", "purpose": "watch", "started_at": at, "finished_at": at}
            conn.execute(insert(fetches).values(id=number, status=status, **row))
        trouble = {"request_id": 2, "source_id": "refused", "code": "refused", "reasons": [], "opened_fetch_id": 2}
        closed = NOW - timedelta(hours=1)
        conn.execute(insert(incidents).values(opened_at=NOW - 2 * DAY, closed_at=closed, closed_fetch_id=3, **trouble))
        names = {"company_id": "c", "slug": "d", "url": "u", "title": "t", "kind": "page", "appeared_at": NOW}
        conn.execute(insert(documents).values(id=1, request_id=1, **names))
        for kind in ("substantive", "formatting"):
            row = {"document_id": 1, "after_fetch_id": 1, "relation": "next", "cause": "source", "class": kind}
            conn.execute(insert(changes).values(reasons=[], edits=[], detected_at=NOW - DAY, **row))


def test_the_numbers_of_a_week(database: Database) -> None:
    watched(database)
    since, until = NOW - 7 * DAY, NOW
    with database.read() as conn:
        assert week.watched(conn) == ["refused", "seen"]
        assert week.seen(conn, since, until) == {"refused", "seen"}
        assert week.seen(conn, since, NOW - DAY) == set()
        assert week.captures(conn, since, until) == (3, 2)
        assert week.incident_counts(conn, since, until) == (1, 1, 0)
        assert week.change_counts(conn, since, until) == (1, 1)
        (gap,) = week.gaps(conn, since, until)
        assert (gap.source_id, gap.company, gap.unseen, gap.is_open) == (
            "refused",
            "Halden",
            timedelta(hours=47),
            False,
        )
        assert week.stale(conn, until) == []
        assert [name for name, _ in week.stale(conn, NOW + 6 * DAY + timedelta(hours=12))] == ["seen"]
        assert week.noisiest(conn, since, until) == []
        assert week.undelivered(conn, until) == (0, 0)
        assert week.fired(conn) == set()


def test_what_keeps_us_from_a_sources_own_address_is_found_for_its_other_pages(database: Database) -> None:
    watched(database)
    with database.write() as conn:
        conn.execute(insert(requests).values(id=3, url="https://h.example/item", host="h", every_seconds=1))
        conn.execute(insert(request_sources).values(request_id=3, source_id="refused", part="item"))
        assert incidents_.open_at_source(conn, "refused", but=3) is None, "it was closed"
        trouble = {"request_id": 2, "source_id": "refused", "code": "timeout", "reasons": [], "opened_fetch_id": 3}
        conn.execute(insert(incidents).values(opened_at=NOW, **trouble))
        found = incidents_.open_at_source(conn, "refused", but=3)
        assert found is not None
        assert (found.code, found.opened_at) == ("timeout", NOW)
        assert incidents_.open_at_source(conn, "refused", but=2) is None, "its own failure is another matter"
        assert incidents_.open_at_source(conn, "seen", but=3) is None


def test_quiet_hours_hold_a_message_and_a_critical_one_comes_through(database: Database) -> None:
    tree = parse_routes(
        "receivers:\n  ana: {email: a@example.org, quiet: {from: '22:00', to: '07:00'}}\ndefault: ana\n",
        companies=None,
        topics=None,
    )
    tell(database, raised(1), raised(2, severity=Severity.CRITICAL), at=NIGHT, tree=tree)
    assert (hows(database, 1), hows(database, 2)) == ({"ana": "held"}, {"ana": "at_once"})
    assert [each.title for each in claimed(database, NIGHT)] == ["WEAKENED: Halden, Document 2"]
    morning = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
    assert next(each.title for each in claimed(database, morning)) == "WEAKENED: Halden, Document 1"


def test_what_a_silence_kept_back_is_told_once_it_ended(database: Database) -> None:
    quiet = Silence(0, "ana", "redesign", NOW, NOW + DAY, {"document": frozenset({"d1"})})
    with database.write() as conn:
        number = silences.add(conn, quiet)
    tell(database, raised(1))
    with database.write() as conn:
        assert silences.untold(conn) == []
        assert silences.end(conn, number, "over", NOW + DAY)
        assert not silences.end(conn, number, "over", NOW + DAY)
        first, second = silences.untold(conn)
        assert (first.receiver, first.alerts, second.receiver) == ("ana", 1, "desk")
        silences.told(conn, first, "D1")
        assert silences.untold(conn) == [second]


def test_dead_letters_are_gathered_by_place_and_those_about_themselves_are_none(database: Database) -> None:
    tell(database, raised(1), raised(2))
    for delivery in claimed(database, NOW):
        with database.write() as conn:
            assert outbox.dead(conn, delivery.id, delivery.token or "", "closed", now=NOW)
    notice = Alert("n" * 64, "dead_letter", Severity.HIGH, "t", (), {})
    intent = Intent("desk", "slack", "#desk", ("why",), ("desk",))
    with database.write() as conn:
        (id_,) = send_straight(conn, notice, [intent], routes(), NOW)
        assert send_straight(conn, notice, [intent], routes(), NOW) == []
    with database.read() as conn:
        lost = {each.channel: (each.count, each.error) for each in outbox.lost(conn, NOW - DAY)}
        arrivals = outbox.arrivals(conn, outbox.alert_of(conn, "n" * 64) or 0)
    assert lost == {"email": (1, "closed"), "slack": (1, "closed")}
    assert [(each.place, each.is_sent, each.error) for each in arrivals] == [
        (("slack", "#desk"), False, "still queued")
    ]
    assert len(id_) == 26


def test_a_digest_takes_all_that_waits_for_its_target_also_what_waited_for_another_hour(database: Database) -> None:
    tell(database, raised(1, severity=Severity.LOW))
    moved = routes(ROUTES.replace("at_once: high,", "at_once: high, digest: {at: '18:00'},"))
    tell(database, raised(2, severity=Severity.MEDIUM), tree=moved)
    with database.write() as conn:
        evening = NOW.replace(hour=17)  # 18:00 in Brussels
        assert tellings.due(conn, evening - MINUTE) == []
        (waiting,) = tellings.due(conn, evening)
        assert (waiting.alerts, waiting.worst, waiting.receiver) == (2, Severity.MEDIUM, "ana")
        assert tellings.gather(conn, waiting.channel, waiting.target, "D1") == 2
        assert tellings.due(conn, evening + DAY) == []


def test_what_waits_for_a_target_that_hears_no_more_is_not_gathered(database: Database) -> None:
    tell(database, raised(1, severity=Severity.MEDIUM))
    later = NOW + DAY
    with database.write() as conn:
        assert tellings.drop_waiting(conn, [("email", "ana@example.org")]) == 1
        assert tellings.due(conn, later + 9 * DAY) == []
