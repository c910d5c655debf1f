"""Changes as they were told, and told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.errors import NotFound
from core.model import (
    Act,
    Change,
    ChangeClass,
    DocumentEvent,
    Edit,
    Finding,
    Match,
    Relation,
    Severity,
    Verdict,
    Window,
)
from storage import changes, documents, events, versions
from storage.engine import Database
from storage.packing import passage_id
from storage.schema import matches
from tests.archive import START, Page, reading

A = "We will not sell our instruments in Xinjiang."
B = "We do not knowingly sell our instruments in Xinjiang."
EDITS = (Edit(Act.REWORDED, (0,), (0,)), Edit(Act.REMOVED, (1,), (), lost_lead_in=True))


def weakened(page: Page) -> Change:
    """A promise hedged and a sentence dropped, between the first and the second day."""
    first = page.shows(A, "We train our staff.")
    second = page.shows(B, edits=EDITS)
    assert first is not None
    assert second is not None
    with page.database.read() as conn:
        return Change(
            document=documents.ref(conn, page.document_id),
            before=versions.load(conn, first.id).reading,
            after=versions.load(conn, second.id).reading,
            before_version=versions.ref(conn, first.id),
            after_version=versions.ref(conn, second.id),
            window=Window(START, START + timedelta(days=1)),
            edits=EDITS,
            change_class=ChangeClass.SUBSTANTIVE,
            event=DocumentEvent.UNDECLARED,
            matches=(
                Match("sales", "core", Act.REWORDED, Severity.HIGH, ("sell",), edit=0, title="Sales"),
                Match("staff", "core", Act.REMOVED, Severity.LOW, ("staff",), edit=1),
                Match("page", "core", "present", Severity.INFO, ("page",)),
            ),
            findings=(Finding(Verdict.WEAKENED, (("scope", "narrower"),), ("knowingly was added",), edit=0),),
            verdict=Verdict.WEAKENED,
            reasons=("words of a commitment changed",),
        )


def recorded(page: Page, change: Change) -> int:
    with page.database.write() as conn:
        return changes.record_change(
            conn, change, before_fetch_id=page.fetch_ids[0], after_fetch_id=page.fetch_ids[1], now=page.now
        )


@pytest.fixture
def page(database: Database) -> Page:
    return Page(database)


def test_a_change_comes_back_as_it_was_told(page: Page) -> None:
    change = weakened(page)
    number = recorded(page, change)
    with page.database.read() as conn:
        stored = changes.by_id(conn, number)
        light = changes.by_id(conn, number, with_readings=False)
    assert stored.change == replace(change, id=number)
    assert stored.severity is Severity.HIGH
    assert (stored.before_fetch_id, stored.after_fetch_id, stored.detected_at) == (*page.fetch_ids, page.now)
    assert light.change == replace(change, id=number, before=None, after=None)


def test_matches_name_the_passage_that_changed(page: Page) -> None:
    recorded(page, weakened(page))
    with page.database.read() as conn:
        found = conn.execute(select(matches.c.rule, matches.c.passage_id).order_by(matches.c.id)).all()
    assert found == [("sales", passage_id(B)), ("staff", passage_id("We train our staff.")), ("page", None)]


def test_the_same_change_again_is_the_same_row(page: Page) -> None:
    change = weakened(page)
    number = recorded(page, change)
    assert recorded(page, change) == number
    other = recorded(page, replace(change, relation=Relation.SAME_VARIANT))
    assert other != number
    with page.database.read() as conn:
        told = [event for event in events.since(conn, 0) if event.type == "change.detected"]
        assert [event.change_id for event in told] == [number, other]
        assert len(conn.execute(select(matches)).all()) == 6
    assert told[0].company_id == "acme"
    assert told[0].source_id == "acme-ethics"
    assert told[0].fetch_id == page.fetch_ids[1]
    assert told[0].data == {
        "class": "substantive",
        "event": "undeclared",
        "severity": "high",
        "verdict": "WEAKENED",
    }


def test_a_document_that_is_gone_has_no_after(page: Page) -> None:
    first = page.shows(A)
    page.is_gone()
    assert first is not None
    with page.database.read() as conn:
        change = Change(
            document=documents.ref(conn, page.document_id),
            before=reading(A),
            after=None,
            before_version=versions.ref(conn, first.id),
            after_version=None,
            window=Window(START, START + timedelta(days=1)),
            edits=(),
            change_class=ChangeClass.SUBSTANTIVE,
            event=DocumentEvent.GONE,
            cause="source",
            found_late=True,
        )
    number = recorded(page, change)
    assert recorded(page, change) == number
    with page.database.read() as conn:
        assert changes.by_id(conn, number).change == replace(change, id=number)
        assert changes.by_id(conn, number).severity is None


def test_a_new_document_has_no_before(page: Page) -> None:
    first = page.shows(A)
    assert first is not None
    with page.database.write() as conn:
        change = Change(
            document=documents.ref(conn, page.document_id),
            before=None,
            after=reading(A),
            before_version=None,
            after_version=versions.ref(conn, first.id),
            window=Window(None, START),
            edits=(Edit(Act.ADDED, (), (0,)),),
            change_class=ChangeClass.SUBSTANTIVE,
            event=DocumentEvent.NEW,
        )
        numbers = [
            changes.record_change(conn, change, before_fetch_id=None, after_fetch_id=page.fetch_ids[0], now=START)
            for _ in range(2)
        ]
        assert numbers[0] == numbers[1]
        assert changes.by_id(conn, numbers[0]).change == replace(change, id=numbers[0])


def test_the_latest_changes(page: Page) -> None:
    change = weakened(page)
    first = recorded(page, change)
    second = recorded(page, replace(change, relation=Relation.HAND_PICKED, change_class=ChangeClass.FORMATTING))
    with page.database.read() as conn:
        assert [one.change.id for one in changes.latest(conn)] == [second, first]
        assert [one.change.id for one in changes.latest(conn, 1)] == [second]
        assert [one.change.id for one in changes.latest(conn, before_id=second)] == [first]
        assert [one.change.id for one in changes.latest(conn, classes=[ChangeClass.SUBSTANTIVE])] == [first]
        assert changes.latest(conn, company_id="other") == []
        assert [one.change.id for one in changes.of_document(conn, page.document_id)] == [second, first]
        assert change.before_version is not None
        assert change.after_version is not None
        between = changes.between(conn, page.document_id, change.before_version.id, change.after_version.id)
        assert between is not None
        assert between.change.id == second
        assert changes.between(conn, page.document_id, change.after_version.id, change.before_version.id) is None
        with pytest.raises(NotFound, match="change 99"):
            changes.by_id(conn, 99)


def test_a_first_look_is_kept_once(page: Page) -> None:
    row = page.shows(A)
    assert row is not None
    stands = [Match("sales", "core", "present", Severity.INFO, ("sell",), edit=0)]
    with page.database.write() as conn:
        assert changes.record_first_look(conn, row.id, stands, reading(A)) == 1
        assert changes.record_first_look(conn, row.id, stands, reading(A)) == 0
        found = conn.execute(select(matches.c.version_id, matches.c.change_id, matches.c.passage_id)).all()
    assert found == [(row.id, None, passage_id(A))]
