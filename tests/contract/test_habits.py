"""What stands on most pages of a host is furniture of the site; and what an address needs to be told unchanged."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from alerts.decide import decide
from core.errors import NotFound
from core.model import Act, Change, ChangeClass, DocumentRef, Edit, Source, VersionRef, Window
from storage import documents, packing
from storage.changes import record_change
from storage.engine import Database
from storage.habits import AFTER_ALL, boilerplate, habits, moved_together
from storage.outbox import record_alert
from storage.spans import Moment, restless
from tests.archive import START, Page, reading

MENU = "Products Services Careers Contact"
OWN = "We will not sell our instruments to the bureau."


def page_of(database: Database, name: str, *texts: str, host: str = "acme.example") -> Page:
    page = Page(database, source=Source(f"acme-{name}", "acme", "page", f"https://{host}/{name}.html"))
    page.shows(*texts)
    return page


def shared(page: Page, *texts: str) -> set[str]:
    """Those of the texts that count as furniture of the page's site."""
    by_form = {packing.passage_id(text): text for text in texts}
    with page.database.read() as conn:
        return {by_form[form] for form in boilerplate(conn, page.document_id, list(by_form), AFTER_ALL)}


def test_what_stands_on_most_other_pages_of_the_host_is_furniture(database: Database) -> None:
    page = page_of(database, "policy", OWN, MENU, "Half of the pages say so.")
    for number in range(6):
        some = ("Half of the pages say so.",) if number % 2 else ()
        page_of(database, f"other-{number}", f"Page {number} says this alone.", MENU, *some)
    assert shared(page, OWN, MENU, "Half of the pages say so.", "Page 3 says this alone.") == {MENU}


def test_few_pages_make_no_site_and_other_hosts_do_not_count(database: Database) -> None:
    page = page_of(database, "policy", OWN, MENU)
    for number in range(4):
        page_of(database, f"other-{number}", f"Page {number} says this alone.", MENU)
    for number in range(6):
        page_of(database, f"away-{number}", f"Page {number} of another site.", MENU, host="other.example")
    assert shared(page, OWN, MENU) == set()


def test_what_has_gone_from_the_other_pages_is_no_furniture(database: Database) -> None:
    page = page_of(database, "policy", OWN, MENU)
    others = [page_of(database, f"other-{number}", f"Page {number} says this alone.", MENU) for number in range(5)]
    assert shared(page, MENU) == {MENU}
    for number, other in enumerate(others[:3]):
        other.shows(f"Page {number} says this alone.")
    assert shared(page, MENU) == set()


BANNER, STOOD = "See us at the fair in Lyon.", "We build instruments in Graz."


def comes(page: Page, text: str, *, is_told: bool = True, besides: int = 0) -> None:
    """A line comes to a page beside what stood there, with its change and, where it is told, its alert."""
    own = f"{page.source.id} says this alone."
    more = [f"Line {at} of {page.source.id} is new." for at in range(besides)]
    came = page.now
    row = page.shows(own, STOOD, text, *more)
    assert row is not None
    before, after = reading(own, STOOD), reading(own, STOOD, text, *more)
    edits = tuple(Edit(Act.ADDED, (), (at,)) for at in range(2, 3 + besides))
    ref = DocumentRef(page.document_id, page.source.id, page.source.url, "", "page", "acme", "Acme")
    was = VersionRef(row.id - 1, 1, "0" * 64, START, 1)
    now = VersionRef(row.id, 2, "1" * 64, came, page.fetch_ids[-1])
    change = Change(ref, before, after, was, now, Window(START, came), edits, ChangeClass.SUBSTANTIVE)
    with page.database.write() as conn:
        change_id = record_change(
            conn, change, before_fetch_id=page.fetch_ids[-2], after_fetch_id=page.fetch_ids[-1], now=came
        )
        alert = decide(replace(change, id=change_id))
        assert alert is not None
        if is_told:
            assert record_alert(conn, alert, came) is not None


def site_with(database: Database, count: int) -> tuple[Page, list[Page]]:
    """A page, and others of its host that stand a day later."""
    page = page_of(database, "policy", OWN)
    others = [
        page_of(database, f"other-{number}", f"acme-other-{number} says this alone.", STOOD) for number in range(count)
    ]
    return page, others


def together(page: Page, at: datetime) -> set[str]:
    """Those of the two lines that count as come to other pages at once, as of a time."""
    by_form = {packing.passage_id(text): text for text in (BANNER, STOOD)}
    with page.database.read() as conn:
        return {by_form[form] for form in moved_together(conn, page.document_id, list(by_form), Moment(at, 2**62))}


def test_what_came_to_two_other_pages_at_once_and_was_told_there_is_one_matter(database: Database) -> None:
    page, others = site_with(database, 3)
    at = others[0].now
    assert together(page, at) == set()
    comes(others[0], BANNER)
    assert together(page, at) == set()
    comes(others[1], BANNER)
    assert together(page, at) == {BANNER}  # and what stood there at first did not come
    assert together(page, at + timedelta(days=30)) == set()
    assert together(page, at - timedelta(hours=1)) == set()  # a capture of the past, imported now, knows nothing of it


def test_furniture_that_has_lately_gone_still_counts_as_furniture(database: Database) -> None:
    page = page_of(database, "policy", OWN, MENU)
    others = [page_of(database, f"other-{at}", f"Page {at} says this alone.", MENU) for at in range(5)]
    for at, other in enumerate(others):
        other.shows(f"Page {at} says this alone.")
    left = others[0].now - timedelta(days=1)
    for later, expected in ((0, {MENU}), (1, {MENU}), (3, set())):
        with database.read() as conn:
            moment = Moment(left + timedelta(days=later), 2**62)
            assert set(boilerplate(conn, page.document_id, [packing.passage_id(MENU)], moment)) == {
                packing.passage_id(text) for text in expected
            }


def test_what_nobody_was_told_of_on_the_other_pages_is_told_here(database: Database) -> None:
    page, others = site_with(database, 3)
    for other in others:
        comes(other, BANNER, is_told=False)
    assert together(page, others[0].now) == set()


def test_a_line_that_an_alert_only_counts_among_further_ones_was_told(database: Database) -> None:
    page, others = site_with(database, 2)
    for other in others:
        comes(other, BANNER, besides=6)
    assert together(page, others[0].now) == {BANNER}


def wordings(page: Page, text: str) -> dict[str, tuple[str, ...]]:
    """What is restless just before the next capture, by text."""
    by_form = {packing.passage_id(each): each for each in (OWN, text)}
    with page.database.read() as conn:
        return {
            by_form[form]: past
            for form, past in restless(conn, page.document_id, list(by_form), Moment(page.now, 2**62)).items()
        }


def waits(page: Page, minutes: int, *, first: bool = False) -> str:
    text = f"Wait: {minutes} minutes"
    page.shows(OWN, text, edits=() if first else [Edit(Act.REWORDED, (1,), (1,))])
    return text


def test_a_figure_that_nearly_every_visit_finds_changed_is_restless(database: Database) -> None:
    page = Page(database)
    found = []
    for minutes in range(8):
        text = waits(page, minutes, first=not minutes)
        found.append(set(wordings(page, text)))
    assert found == [set()] * 5 + [{f"Wait: {minutes} minutes"} for minutes in (5, 6, 7)]
    assert wordings(page, text)[text] == tuple(f"Wait: {minutes} minutes" for minutes in range(7, -1, -1))
    with database.read() as conn:
        assert habits(conn, page.document_id).restless == ("Wait: 7 minutes",)
        forms = [packing.passage_id(text)]
        assert restless(conn, page.document_id, forms, Moment(page.now + timedelta(days=60), 2**62)) == {}
        assert restless(conn, page.document_id, forms, Moment(START, 2**62)) == {}  # then, nothing of it had been seen


def test_a_few_edits_among_many_visits_make_no_restless_figure(database: Database) -> None:
    page = Page(database)
    text = waits(page, 0, first=True)
    for minutes in range(1, 12):
        text = waits(page, minutes // 2)  # every other visit finds what stood
        assert wordings(page, text) == {}


def test_a_passage_worded_anew_in_words_is_not_restless(database: Database) -> None:
    page = Page(database)
    for at, name in enumerate(("Anna", "Bela", "Carl", "Dora", "Emil", "Fay", "Gwen", "Hugo")):
        page.shows(OWN, f"Ask {name}, room 4", edits=[Edit(Act.REWORDED, (1,), (1,))] if at else ())
        assert wordings(page, f"Ask {name}, room 4") == {}


def test_what_stands_at_an_address(database: Database) -> None:
    page = Page(database)
    with database.read() as conn:
        empty = documents.standing(conn, page.request_id)
    assert (empty.document_id, empty.is_readable, empty.has_incident) == (page.document_id, False, False)
    page.shows(OWN)
    with database.read() as conn:
        assert documents.standing(conn, page.request_id).is_readable
    page.is_gone()
    with database.read() as conn:
        assert not documents.standing(conn, page.request_id).is_readable
        with pytest.raises(NotFound):
            documents.standing(conn, 4_711)


def test_a_known_document_is_found_without_writing_only_where_all_its_sources_are_noted(database: Database) -> None:
    page = Page(database)
    with database.read() as conn:
        found = documents.find(conn, "acme", page.request_id, ["acme-ethics"])
        assert found is not None
        assert found.id == page.document_id
        assert documents.find(conn, "acme", page.request_id, ["acme-ethics", "another"]) is None
        assert documents.find(conn, "another", page.request_id, ["acme-ethics"]) is None
