"""What stands on most pages of a host is furniture of the site; and what an address needs to be told unchanged."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import NotFound
from core.model import Act, Edit, Source
from storage import documents, packing
from storage.engine import Database
from storage.habits import boilerplate, habits, moved_together
from storage.spans import restless
from tests.archive import Page

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
        return {by_form[form] for form in boilerplate(conn, page.document_id, list(by_form))}


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


def test_what_comes_to_several_pages_at_once_is_one_matter_and_what_stood_there_at_first_is_not(
    database: Database,
) -> None:
    banner, first = "See us at the fair in Lyon.", "We build instruments in Graz."
    page = page_of(database, "policy", OWN)
    others = [page_of(database, f"other-{number}", f"Page {number} says this alone.", first) for number in range(3)]
    forms = [packing.passage_id(text) for text in (banner, first)]

    def together(later: timedelta = timedelta()) -> set[int]:
        with database.read() as conn:
            return set(moved_together(conn, page.document_id, forms, others[-1].now + later))

    assert together() == set()
    others[0].shows("Page 0 says this alone.", first, banner)
    assert together() == set()
    others[1].shows("Page 1 says this alone.", first, banner)
    assert together() == {forms[0]}
    assert together(timedelta(days=30)) == set()
    others[0].shows("Page 0 says this alone.")
    others[1].shows("Page 1 says this alone.")
    assert together() == {forms[0]}  # what left them was told of nobody's coming


def test_a_passage_worded_anew_again_and_again_is_restless(database: Database) -> None:
    page = Page(database)
    found = []
    for minutes in range(5):
        page.shows(OWN, f"Wait: {minutes} minutes", edits=[Edit(Act.REWORDED, (1,), (1,))] if minutes else ())
        forms = [packing.passage_id(text) for text in (OWN, f"Wait: {minutes} minutes")]
        with database.read() as conn:
            found.append(restless(conn, page.document_id, forms, page.now) == {forms[1]})
            assert restless(conn, page.document_id, forms, page.now + timedelta(days=60)) == set()
    assert found == [False, False, False, True, True]
    with database.read() as conn:
        assert habits(conn, page.document_id).restless == ("Wait: 4 minutes",)


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
