"""What people did with alerts, on either database: who and when, once, and taken back by one more row."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select

from core.errors import NotFound, Refused
from core.handling import Actor, Handling, NotRelevant, Snooze, Wish, told
from storage import handlings, outbox, silences, switching
from storage.engine import Database
from storage.schema import companies, deliveries, documents, events
from tests.contract.test_outbox import ALERT, NOW, SLACK

OSEI = Actor("slack", "A. Osei", "osei", "U012AB3CD")
DESK = Actor("mail", "desk@example.org", "", "desk@example.org")
ROOT = Actor("command", "root", "", "root")
ACKNOWLEDGE = Wish(Handling.ACKNOWLEDGE)
PEOPLE = ("osei", "marchetti")


def an_alert(database: Database) -> int:
    with database.write() as conn:
        alert_id = outbox.record_alert(conn, ALERT, NOW)
        assert alert_id is not None
        outbox.enqueue(conn, alert_id, [SLACK], NOW)
        return alert_id


def handled(
    database: Database, alert_id: int, wish: Wish, actor: Actor = OSEI, *, at: datetime = NOW, once: str = ""
) -> handlings.Outcome:
    with database.write() as conn:
        return handlings.handle(conn, handlings.Asked(alert_id, wish, actor, once=once), at, people=PEOPLE)


def lines(database: Database, alert_id: int) -> list[str]:
    with database.read() as conn:
        return [told(each) for each in handlings.of_alert(conn, alert_id)]


def test_an_acknowledgement_keeps_who_and_when_and_is_an_event(database: Database) -> None:
    alert_id = an_alert(database)
    outcome = handled(database, alert_id, ACKNOWLEDGE)
    assert (outcome.says, outcome.is_new) == ("Acknowledged.", True)
    with database.read() as conn:
        (row,) = handlings.of_alert(conn, alert_id)
        event = conn.execute(select(events).order_by(events.c.id.desc()).limit(1)).one()
    assert (row.what, row.at, row.actor) == (Handling.ACKNOWLEDGE, NOW, OSEI)
    assert (event.type, event.alert_id, event.data["told"]) == ("alert.handled", alert_id, "Acknowledged by A. Osei")


def test_a_second_acknowledgement_says_who_was_first_and_writes_nothing(database: Database) -> None:
    alert_id = an_alert(database)
    handled(database, alert_id, ACKNOWLEDGE)
    again = handled(database, alert_id, ACKNOWLEDGE, DESK, at=NOW + timedelta(hours=1))
    assert (again.says, again.is_new) == ("Already acknowledged by A. Osei, 23 Nov 2026, 23:10 UTC.", False)
    assert lines(database, alert_id) == ["Acknowledged by A. Osei"]


def test_the_same_press_twice_is_written_once(database: Database) -> None:
    alert_id = an_alert(database)
    note = Wish(Handling.NOTE, text="asked their press office")
    handled(database, alert_id, note, once="slack 1795475352.000001 note")
    again = handled(database, alert_id, note, once="slack 1795475352.000001 note")
    assert (again.says, again.is_new) == ("This was done already.", False)
    assert lines(database, alert_id) == ["Note: asked their press office by A. Osei"]


def test_somebody_not_listed_is_written_down_and_changes_nothing(database: Database) -> None:
    alert_id = an_alert(database)
    stranger = Actor("slack", "U0STRANGER", "", "U0STRANGER")
    outcome = handled(database, alert_id, ACKNOWLEDGE, stranger)
    assert (outcome.refused, outcome.stands.acknowledged) == (True, None)
    assert outcome.says == (
        "only people listed in routes.yaml can act here; this press was written down and changed nothing"
    )
    (line,) = lines(database, alert_id)
    assert line.startswith("Acknowledged: pressed by U0STRANGER, and changed nothing: only people listed")
    assert handled(database, alert_id, ACKNOWLEDGE).is_new


def test_each_thing_people_do(database: Database) -> None:
    alert_id = an_alert(database)
    until = NOW + timedelta(days=7)
    document = replace(ALERT, fingerprint="d" * 64, document_id=a_document(database))
    with database.write() as conn:
        with_document = outbox.record_alert(conn, document, NOW)
    assert with_document is not None
    for id_, wish, says in (
        (alert_id, Wish(Handling.ASSIGN, to="marchetti"), "Assigned to marchetti."),
        (alert_id, Wish(Handling.CONFIRM), "Confirmed."),
        (
            alert_id,
            Wish(Handling.NOT_RELEVANT, reason=NotRelevant.OFF_TOPIC),
            "Not relevant: off topic. What exception would have spared such alerts: onrecord rules precision.",
        ),
        (alert_id, Wish(Handling.NOTE, text="a note"), "Noted."),
        (
            with_document,
            Wish(Handling.SNOOZE, scope=Snooze.UNTIL, until=until),
            "Snoozed until 30 Nov 2026, 23:10 UTC: further alerts about this document wait in the archive.",
        ),
        (with_document, Wish(Handling.SNOOZE, scope=Snooze.NEXT_CHANGE), "Snoozed until the document changes again."),
    ):
        assert handled(database, id_, wish).says == says
    assert lines(database, alert_id) == [
        "Assigned to marchetti by A. Osei",
        "Confirmed by A. Osei",
        "Called not relevant (off topic) by A. Osei",
        "Note: a note by A. Osei",
    ]
    outcome = handled(database, alert_id, Wish(Handling.REOPEN), ROOT)
    assert (outcome.says, outcome.stands.is_taken_up, len(outcome.stands.notes)) == ("Open again.", False, 1)
    with database.read() as conn:
        assert handlings.assigned_to(conn, "marchetti") == []


def a_document(database: Database) -> int:
    with database.write() as conn:
        conn.execute(insert(companies).values(id="halden", name="Halden Biosystems", aliases=[], topics=[]))
        return int(
            conn.execute(
                insert(documents)
                .values(slug="halden/sales", company_id="halden", url="https://halden.example/sales", kind="page",
                        title="Sales", state="live", appeared_at=NOW)
                .returning(documents.c.id)
            ).scalar_one()
        )  # fmt: skip


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (Wish(Handling.ASSIGN, to="nobody"), "there is no person “nobody” in routes.yaml (people: marchetti, osei)"),
        (Wish(Handling.NOTE, text=" "), "a note needs words"),
        (Wish(Handling.NOTE, text="x" * 4_001), "a note may have 4,000 characters, this one has 4,001"),
        (Wish(Handling.SNOOZE), "say how far a snooze reaches: until a date, until the next change, or one rule on this"),
        (Wish(Handling.SNOOZE, scope=Snooze.UNTIL, until=NOW), "a snooze ends after now and within a year, not on 23 Nov"),
        (Wish(Handling.SNOOZE, scope=Snooze.NEXT_CHANGE), "this alert is about no one document: there is nothing to snoo"),
        (Wish(Handling.NOT_RELEVANT), "say why it is not relevant: navigation, translation, formatting, off_topic, dup"),
    ],
    ids=["assign", "empty note", "long note", "snooze", "past", "no document", "no reason"],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_the_reason(database: Database, wish: Wish, reason: str) -> None:
    alert_id = an_alert(database)
    with pytest.raises(Refused) as error:
        handled(database, alert_id, wish, ROOT)
    assert str(error.value).startswith(reason)
    assert lines(database, alert_id) == []


def test_an_alert_that_is_not_there(database: Database) -> None:
    with pytest.raises(NotFound, match="alert 99 is not in the archive"):
        handled(database, 99, ACKNOWLEDGE)


def test_a_snooze_is_a_silence_and_opening_the_alert_again_ends_it(database: Database) -> None:
    document_id = a_document(database)
    with database.write() as conn:
        alert_id = outbox.record_alert(conn, replace(ALERT, fingerprint="d" * 64, document_id=document_id), NOW)
    assert alert_id is not None
    until = NOW + timedelta(days=7)
    handled(database, alert_id, Wish(Handling.SNOOZE, scope=Snooze.UNTIL, until=until, text="they announced it"))
    handled(database, alert_id, Wish(Handling.SNOOZE, scope=Snooze.NEXT_CHANGE))
    with database.read() as conn:
        first, second = silences.active(conn, NOW)
    assert (first.author, first.reason, first.expires_at, first.until_change) == (
        "A. Osei",
        f"snoozed under alert {alert_id}: they announced it",
        until,
        False,
    )
    assert first.match == second.match == {"document": frozenset({"halden/sales"})}
    assert (second.expires_at, second.until_change) == (None, True)
    handled(database, alert_id, Wish(Handling.REOPEN), at=NOW + timedelta(hours=1))
    with database.read() as conn:
        assert silences.active(conn, NOW + timedelta(hours=1)) == []
        assert [each.ended_because for each in silences.kept(conn)] == ["opened again by A. Osei"] * 2


def test_somebody_who_was_switched_off_acts_no_more(database: Database) -> None:
    alert_id = an_alert(database)
    with database.write() as conn:
        assert switching.switch_off(conn, [("person", "osei")], ROOT, "left", NOW) == [("person", "osei")]
    outcome = handled(database, alert_id, ACKNOWLEDGE)
    assert (outcome.refused, outcome.says) == (True, "A. Osei was switched off by root (left)")
    with database.write() as conn:
        assert switching.switch_on(conn, [("person", "osei")], ROOT, NOW) == [("person", "osei")]
    assert handled(database, alert_id, ACKNOWLEDGE).is_new


def test_a_target_that_was_switched_off_gets_nothing_and_says_why(database: Database) -> None:
    alert_id = an_alert(database)
    with database.write() as conn:
        places = [("slack", "#rights")]
        assert switching.switch_off(conn, places, ROOT, "the channel closes", NOW) == places
        assert switching.switch_off(conn, places, ROOT, "again", NOW) == []
        other = outbox.record_alert(conn, replace(ALERT, fingerprint="o" * 64), NOW)
        assert other is not None
        outbox.enqueue(conn, other, [SLACK], NOW)
    with database.read() as conn:
        rows = conn.execute(select(deliveries.c.alert_id, deliveries.c.state, deliveries.c.error)).all()
        assert sorted(tuple(row) for row in rows) == [
            (alert_id, "dropped", "dropped: switched off by root (the channel closes)"),
            (other, "dropped", "dropped: switched off by root (the channel closes)"),
        ]
        assert outbox.claim(conn, NOW, 10, timedelta(minutes=5)) == []
