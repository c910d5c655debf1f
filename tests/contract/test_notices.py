"""What people have not been told yet, on both databases."""

from __future__ import annotations

from datetime import timedelta

from core.model import Alert, Grade, GradeLevel, Intent, Match, Severity, Source
from storage import changes, incidents, notices, outbox, record, sources, watchlist
from storage.engine import Database
from tests.archive import ACME, ETHICS, START, Page, reading

NEWS = Source("acme-news", "acme", "page", "https://acme.example/news")
HIT = Match("hrdd.policy", "hrdd", "present", Severity.LOW, ("human rights",), edit=0, title="human rights: policy")


def test_a_source_is_pending_until_its_address_was_asked_and_read(database: Database) -> None:
    page = Page(database)
    with database.write() as conn:
        watchlist.sync(conn, [ACME], [ETHICS, NEWS], START)
    with database.read() as conn:
        assert [(look.source_id, look.is_pending) for look in notices.first_looks(conn, START)] == [
            ("acme-ethics", True),
            ("acme-news", True),
        ]
        assert notices.last_told_at(conn) is None
    page.shows("We respect human rights.")
    with database.read() as conn:
        assert {look.source_id: look.is_pending for look in notices.first_looks(conn, START)} == {
            "acme-ethics": False,
            "acme-news": True,
        }
    with database.write() as conn:
        assert sources.told_first_look(conn, "acme-ethics", START)
    with database.read() as conn:
        assert [look.source_id for look in notices.first_looks(conn, START)] == ["acme-news"]
        assert notices.last_told_at(conn) == START


def test_bytes_that_were_not_read_yet_keep_a_source_pending(database: Database) -> None:
    from tests.archive import fetched

    page = Page(database)
    with database.write() as conn:
        record.record_fetch(conn, page.request_id, fetched(reading("Some text."), page.now), size=1)
    with database.read() as conn:
        [look] = notices.first_looks(conn, START)
        assert look.is_pending


def test_what_stood_there_with_its_passage_and_heading(database: Database) -> None:
    page = Page(database)
    read = reading("We respect human rights.", heading="Ethics")
    page.reads(read)
    with database.write() as conn:
        assert changes.record_first_look(conn, 1, [HIT, HIT], reading("We respect human rights."))
    with database.read() as conn:
        [stood] = notices.standing(conn, ["acme-ethics"])
        assert notices.standing(conn, ["acme-news"]) == []
    assert (stood.source_id, stood.match.rule, stood.text, stood.heading) == (
        "acme-ethics",
        "hrdd.policy",
        "We respect human rights.",
        "Ethics",
    )


def refused(page: Page) -> None:
    """A day on which the server refuses us."""
    from tests.archive import timed_out

    with page.database.write() as conn:
        fetch_id = record.record_fetch(conn, page.request_id, timed_out(page.now))
        record.record_grade(conn, fetch_id, Grade(GradeLevel.BAD, ("no answer",), "timeout"), "g1")
        incidents.open_or_touch(
            conn, page.request_id, source_id=page.source.id, code="timeout", reasons=("no answer",), fetch_id=fetch_id,
            now=page.now,
        )  # fmt: skip
    page.day += 1


def test_outages_are_of_addresses_that_had_been_seen_well(database: Database) -> None:
    page = Page(database)
    refused(page)
    with database.read() as conn:
        assert notices.outages(conn, closed_since=START) == []  # never seen: that is the first look's to say
        assert notices.last_answer_at(conn) is None
    page.shows("We respect human rights.")
    with database.write() as conn:
        incidents.close(conn, page.request_id, page.fetch_ids[-1], page.now)
    with database.read() as conn:
        assert notices.outages(conn, closed_since=START) == []
    refused(page)
    refused(page)
    with database.read() as conn:
        [outage] = notices.outages(conn, closed_since=START)
        assert notices.last_answer_at(conn) == START + timedelta(days=1)
    assert (outage.source_id, outage.code, outage.count, outage.closed_at) == ("acme-ethics", "timeout", 2, None)
    assert outage.last_good_at == START + timedelta(days=1)
    page.shows("We respect human rights.")
    with database.write() as conn:
        incidents.close(conn, page.request_id, page.fetch_ids[-1], page.now)
    with database.read() as conn:
        [closed] = notices.outages(conn, closed_since=START)
        assert closed.closed_at == page.now
        assert notices.outages(conn, closed_since=page.now + timedelta(seconds=1)) == []


def test_alerts_with_where_they_went(database: Database) -> None:
    alert = Alert("a" * 64, "incident", Severity.LOW, "CANNOT BE SEEN: Acme", ("incident timeout",), {})
    with database.write() as conn:
        alert_id = outbox.record_alert(conn, alert, START)
        assert alert_id is not None
        outbox.enqueue(conn, alert_id, [Intent("desk", "slack", "#rights", ("everything",))], START)
    with database.read() as conn:
        assert notices.raised(conn, ["a" * 64, "b" * 64]) == {"a" * 64}
        [row] = notices.alert_rows(conn, alert_id=alert_id)
        assert notices.alert_rows(conn, change_id=1) == []
    assert (row.title, row.document, row.change_id) == ("CANNOT BE SEEN: Acme", None, None)
    assert [(each.receiver, each.state, each.why) for each in row.deliveries] == [("desk", "queued", ("everything",))]


def test_a_person_retries_and_drops(database: Database) -> None:
    alert = Alert("c" * 64, "incident", Severity.LOW, "title", (), {})
    with database.write() as conn:
        alert_id = outbox.record_alert(conn, alert, START)
        assert alert_id is not None
        [id_] = outbox.enqueue(conn, alert_id, [Intent("desk", "slack", "#rights", ())], START)
        [claimed] = outbox.claim(conn, START, 1, timedelta(minutes=5))
        assert not outbox.send_again(conn, id_, START)  # it is being sent
        assert not outbox.drop(conn, id_, "no", START)
        assert outbox.dead(conn, id_, claimed.token or "", "channel_not_found", now=START)
        assert outbox.send_again(conn, id_, START)
        [again] = outbox.claim(conn, START, 1, timedelta(minutes=5))
        assert outbox.dead(conn, id_, again.token or "", "channel_not_found", now=START)
        assert outbox.drop(conn, id_, "the channel was closed", START)
        assert outbox.pending(conn) == []
        assert outbox.send_again(conn, id_, START)
        assert [each.state for each in outbox.pending(conn)] == ["queued"]
        assert not outbox.send_again(conn, "NOSUCH", START)
