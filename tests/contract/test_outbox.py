"""The outbox on either database: nothing lost, nothing claimed twice, every failure visible."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from core.model import Alert, Intent, Severity
from storage import deliveries as deliveries_module
from storage import outbox
from storage.engine import Database
from storage.schema import companies, deliveries, events

NOW = datetime(2026, 11, 23, 23, 10, tzinfo=UTC)
LEASE = timedelta(minutes=5)
SLACK = Intent("rights", "slack", "#rights", ("rights: severity is high",))
MAIL = Intent("rights", "email", "desk@example.org", ("rights: severity is high",))
ALERT = Alert(
    fingerprint="f" * 64,
    kind="change",
    severity=Severity.HIGH,
    title="WEAKENED: Halden Biosystems, Responsible sales (high)",
    reasons=("the words changed in substance",),
    report={"kind": "change"},
)


def raised(database: Database, *intents: Intent, alert: Alert = ALERT, at: datetime = NOW) -> list[str]:
    """An alert with its deliveries, as the pipeline writes them."""
    with database.write() as conn:
        alert_id = outbox.record_alert(conn, alert, at)
        assert alert_id is not None
        return outbox.enqueue(conn, alert_id, intents, at)


def claimed(database: Database, at: datetime = NOW, limit: int = 10) -> list[deliveries_module.Delivery]:
    with database.write() as conn:
        return outbox.claim(conn, at, limit, LEASE)


def told(database: Database) -> list[tuple[str, str | None]]:
    with database.read() as conn:
        return [(row.type, row.delivery_id) for row in conn.execute(select(events).order_by(events.c.id))]


def test_an_alert_with_the_same_fingerprint_is_written_once(database: Database) -> None:
    with database.write() as conn:
        assert outbox.record_alert(conn, ALERT, NOW) == 1
        assert outbox.record_alert(conn, ALERT, NOW + LEASE) is None
    assert told(database) == [("alert.raised", None)]


def test_an_alert_keeps_its_company(database: Database) -> None:
    with database.write() as conn:
        conn.execute(insert(companies).values(id="halden", name="Halden Biosystems", aliases=[], topics=[]))
        assert outbox.record_alert(conn, replace(ALERT, company_id="halden"), NOW) == 1
    with database.read() as conn:
        assert conn.execute(select(events.c.company_id)).scalar_one() == "halden"


def test_enqueuing_twice_adds_nothing_and_gives_the_same_ids(database: Database) -> None:
    with database.write() as conn:
        alert_id = outbox.record_alert(conn, ALERT, NOW)
        assert alert_id is not None
        first = outbox.enqueue(conn, alert_id, [SLACK, MAIL], NOW)
        assert outbox.enqueue(conn, alert_id, [SLACK, MAIL], NOW + LEASE) == first
    assert len(set(first)) == 2
    assert all(len(id_) == 26 and set(id_) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for id_ in first)
    with database.read() as conn:
        assert outbox.counts(conn) == {"queued": 2}


def queue_and_be_killed(database: Database) -> None:
    with database.write() as conn:
        alert_id = outbox.record_alert(conn, ALERT, NOW)
        assert alert_id is not None
        outbox.enqueue(conn, alert_id, [SLACK], NOW)
        raise RuntimeError("killed")


def test_what_is_rolled_back_was_never_queued(database: Database) -> None:
    with pytest.raises(RuntimeError, match="killed"):
        queue_and_be_killed(database)
    assert claimed(database) == []
    assert told(database) == []


def test_a_claim_carries_all_that_a_message_needs(database: Database) -> None:
    (id_,) = raised(database, SLACK)
    (delivery,) = claimed(database)
    assert (delivery.id, delivery.channel, delivery.target, delivery.receiver) == (id_, "slack", "#rights", "rights")
    assert (delivery.title, delivery.severity, delivery.report) == (ALERT.title, "high", {"kind": "change"})
    assert (delivery.attempts, delivery.state, delivery.is_uncertain) == (1, "sending", False)
    assert delivery.why == ("rights: severity is high",)
    assert claimed(database) == []


def test_a_receipt_ends_it(database: Database) -> None:
    (id_,) = raised(database, SLACK)
    (delivery,) = claimed(database)
    with database.write() as conn:
        assert outbox.sent(conn, id_, delivery.token or "", {"ts": "1.2"}, NOW)
    with database.read() as conn:
        row = conn.execute(select(deliveries)).one()
        assert (row.state, row.receipt, row.sent_at, row.token) == ("sent", {"ts": "1.2"}, NOW, None)
        assert outbox.pending(conn) == []
    assert told(database) == [("alert.raised", None), ("delivery.sent", id_)]


def test_a_retry_waits_for_its_time_and_keeps_its_reason(database: Database) -> None:
    (id_,) = raised(database, SLACK)
    (delivery,) = claimed(database)
    later = NOW + timedelta(minutes=1)
    with database.write() as conn:
        assert outbox.retry(
            conn, id_, delivery.token or "", outbox.Failure("Slack could not be reached"), later, now=NOW
        )
    assert claimed(database, later - timedelta(seconds=1)) == []
    with database.read() as conn:
        (waiting,) = outbox.pending(conn)
    assert (waiting.state, waiting.error) == ("queued", "Slack could not be reached")
    (again,) = claimed(database, later)
    assert (again.id, again.attempts, again.is_uncertain) == (id_, 2, False)
    assert told(database)[-1] == ("delivery.failed", id_)


def test_a_dead_letter_stays_in_sight_and_is_not_claimed(database: Database) -> None:
    (id_,) = raised(database, SLACK)
    (delivery,) = claimed(database)
    with database.write() as conn:
        assert outbox.dead(conn, id_, delivery.token or "", "invalid_auth", now=NOW)
    assert claimed(database, NOW + timedelta(days=30)) == []
    with database.read() as conn:
        (letter,) = outbox.pending(conn)
    assert (letter.state, letter.error) == ("dead", "invalid_auth")
    assert told(database)[-1] == ("delivery.dead", id_)


def test_a_claim_that_ran_out_is_claimed_again_and_says_so(database: Database) -> None:
    (id_,) = raised(database, SLACK)
    (first,) = claimed(database)
    assert claimed(database, NOW + LEASE) == []
    (second,) = claimed(database, NOW + LEASE + timedelta(seconds=1))
    assert (second.id, second.attempts, second.is_uncertain) == (id_, 2, True)
    with database.write() as conn:
        assert not outbox.sent(conn, id_, first.token or "", {}, NOW)
        assert outbox.sent(conn, id_, second.token or "", {}, NOW)
    assert told(database) == [("alert.raised", None), ("delivery.sent", id_)]


def test_a_target_has_one_message_in_flight_and_others_are_not_held_up(database: Database) -> None:
    for number in range(3):
        raised(database, SLACK, MAIL, alert=replace(ALERT, fingerprint=str(number)), at=NOW + timedelta(seconds=number))
    at = NOW + timedelta(minutes=1)
    first = claimed(database, at)
    assert sorted(delivery.channel for delivery in first) == ["email", "slack"]
    assert claimed(database, at) == []
    slack = next(delivery for delivery in first if delivery.channel == "slack")
    with database.write() as conn:
        outbox.sent(conn, slack.id, slack.token or "", {}, at)
    assert [delivery.channel for delivery in claimed(database, at)] == ["slack"]


def test_a_target_that_asked_for_patience_gets_it(database: Database) -> None:
    raised(database, SLACK, MAIL, alert=replace(ALERT, fingerprint="1"))
    with database.write() as conn:
        outbox.hold(conn, "slack", "#rights", NOW + timedelta(seconds=30))
        assert outbox.due_channels(conn, NOW) == ["email"]
    assert [delivery.channel for delivery in claimed(database)] == ["email"]
    assert [delivery.channel for delivery in claimed(database, NOW + timedelta(seconds=30))] == ["slack"]


def test_what_was_claimed_and_never_tried_is_given_back_as_it_was(database: Database) -> None:
    raised(database, SLACK)
    first = claimed(database)
    with database.write() as conn:
        outbox.release(conn, first)
    (again,) = claimed(database)
    assert (again.attempts, again.is_uncertain) == (1, False)


def test_a_claim_may_be_for_one_channel_and_has_a_limit(database: Database) -> None:
    for number in range(4):
        intent = replace(MAIL, target=f"desk{number}@example.org")
        raised(
            database, SLACK, intent, alert=replace(ALERT, fingerprint=str(number)), at=NOW + timedelta(seconds=number)
        )
    at = NOW + timedelta(minutes=1)
    with database.write() as conn:
        mails = outbox.claim(conn, at, 3, LEASE, channel="email")
    assert [delivery.target for delivery in mails] == ["desk0@example.org", "desk1@example.org", "desk2@example.org"]


def test_a_delivery_whose_alert_is_damaged_is_a_dead_letter_and_holds_up_no_other(database: Database) -> None:
    [broken] = raised(database, SLACK)
    [whole] = raised(database, replace(MAIL, channel="slack"), alert=replace(ALERT, fingerprint="e" * 64))
    if not database.is_sqlite:
        pytest.skip("PostgreSQL takes no damaged JSON")
    with database.write() as conn:
        conn.exec_driver_sql('UPDATE alerts SET report = \'{"kind": "cha\' WHERE id = 1')
    assert [delivery.id for delivery in claimed(database)] == [whole]
    with database.read() as conn:
        row = conn.execute(select(deliveries).where(deliveries.c.id == broken)).one()
    assert (row.state, row.token) == ("dead", None)
    assert row.error == "its row or its alert is damaged (JSONDecodeError): onrecord archive verify"
    assert claimed(database) == []
