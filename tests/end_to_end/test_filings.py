"""Filings over years: each read once, the next of a form held against the one before. A controlled clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from textwrap import wrap

import pytest
from sqlalchemy import select

from core.model import Ask, ChangeClass, Relation, Source
from monitor.kinds import sec
from monitor.tools import Clock
from monitor.workers import Desk, claim, paces, work
from storage import changes, documents, incidents, versions
from storage.schema import alerts, deliveries
from storage.schema import changes as change_rows
from tests.filings import LIST, PROSE, SOURCE, Edgar, Filed, annual
from tests.pdf_maker import Line, Page, make_pdf
from tests.site import Answer, Got, World, world

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NO_SALE = "We do not sell our products to customers in Belarus, China, Iran, North Korea, Russia or Syria."
SHORTER = "We do not sell our products to customers in Belarus, Iran, North Korea, Russia or Syria."
MAY = "Suppliers of our suppliers may use forced labor, which would harm our reputation and our business."
HAVE = "Suppliers of our suppliers have used forced labor, which harmed our reputation and our business."
STANDS = "Our audits cover every factory of our suppliers in every region in which we buy goods, once a year."


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


def told(acme: World) -> list[str]:
    with acme.database.read() as conn:
        return list(conn.execute(select(alerts.c.title).order_by(alerts.c.id)).scalars())


def slugs(acme: World) -> list[str]:
    with acme.database.read() as conn:
        return [row.slug for row in documents.list_documents(conn)]


def all_changes(acme: World) -> list[changes.StoredChange]:
    with acme.database.read() as conn:
        return [changes.by_id(conn, number) for number in conn.execute(select(change_rows.c.id)).scalars()]


def quoted(stored: changes.StoredChange) -> list[tuple[str, str, str]]:
    """Each edit as (act, before, after)."""
    change = stored.change
    assert change.before is not None
    assert change.after is not None
    return [
        (
            edit.act.value,
            " / ".join(change.before.places[at].text for at in edit.before),
            " / ".join(change.after.places[at].text for at in edit.after),
        )
        for edit in change.edits
    ]


TRAINED = "Everybody who buys goods for us is trained once a year to see the signs of work that is not free."
LAST_YEAR = Filed(3, "10-K", "2025-02-14", annual(2024, NO_SALE, MAY, STANDS, TRAINED))
THIS_YEAR = Filed(12, "10-K", "2026-03-05", annual(2025, TRAINED, SHORTER, HAVE, STANDS))


def test_this_years_filing_is_held_against_last_years_item_by_item(acme: World) -> None:
    acme.watch(SOURCE)
    edgar = Edgar([LAST_YEAR])
    edgar.serve(acme)
    assert sorted(acme.statuses()) == ["new", "new"]
    assert told(acme) == []  # what stood there is the first look's
    edgar.files(THIS_YEAR)
    edgar.serve(acme)
    acme.check(4 * DAY)
    (stored,) = all_changes(acme)
    change = stored.change
    assert (change.relation, change.change_class) == (Relation.PREVIOUS_FILING, ChangeClass.SUBSTANTIVE)
    assert change.event is None
    edits = [edit for edit in quoted(stored) if "Form 10-K |" not in edit[1]]
    assert ("reworded", NO_SALE, SHORTER) in edits  # a country dropped is shown
    assert ("reworded", MAY, HAVE) in edits  # a risk that came true is shown
    assert [act for act, before, _ in edits if before in (TRAINED, STANDS)] == [
        "moved"
    ]  # what only moved is no removal
    assert {act for act, _, _ in edits} == {"reworded", "moved"}
    assert change.after is not None
    places = [edit.after[0] for edit in change.edits if change.after.places[edit.after[0]].text in (SHORTER, HAVE)]
    assert {change.after.heading_path(at) for at in places} == {("Item 1A. Risk Factors",)}
    (alert,) = told(acme)
    assert "10-K filed 2026-03-05" in alert
    assert slugs(acme) == ["acme/10-k"]  # one document, a version a year


def test_a_paragraph_dropped_this_year_is_a_removal(acme: World) -> None:
    acme.watch(SOURCE)
    edgar = Edgar([LAST_YEAR])
    edgar.serve(acme)
    acme.check()
    edgar.files(replace(THIS_YEAR, body=annual(2025, MAY, STANDS)))
    edgar.serve(acme)
    acme.check(4 * DAY)
    (stored,) = all_changes(acme)
    assert ("removed", NO_SALE, "") in quoted(stored)
    assert stored.change.verdict == "REMOVED"


def test_each_filing_is_asked_once_for_ever(acme: World) -> None:
    acme.watch(SOURCE)
    edgar = Edgar([LAST_YEAR, THIS_YEAR])
    edgar.serve(acme)
    for _ in range(60):
        acme.check(DAY)
    asked = Counter(ask.url for ask in acme.site.asked)
    assert (asked[LAST_YEAR.url], asked[THIS_YEAR.url]) == (1, 1)
    assert asked[LIST] > 50
    acme.watch(replace(SOURCE, every=2 * HOUR))  # an edit of the file is no reason to read a filing again
    acme.check(DAY)
    assert Counter(ask.url for ask in acme.site.asked)[LAST_YEAR.url] == 1


def test_differences_between_filings_of_the_past_are_found_late(acme: World) -> None:
    acme.watch(SOURCE)
    Edgar([LAST_YEAR, THIS_YEAR]).serve(acme)
    acme.check()
    (stored,) = all_changes(acme)
    assert stored.change.found_late
    assert ("reworded", NO_SALE, SHORTER) in quoted(stored)
    with acme.database.read() as conn:
        assert conn.execute(select(deliveries.c.id)).all() == []  # for the digest, never at once
    order = [ask.url for ask in acme.site.asked]
    assert order.index(LAST_YEAR.url) < order.index(THIS_YEAR.url)


def test_an_event_and_its_exhibit_are_documents_of_their_own(acme: World) -> None:
    acme.watch(SOURCE)
    edgar = Edgar([LAST_YEAR])
    edgar.serve(acme)
    acme.check()
    release = f"<p>Acme will stop selling its products in Xinjiang, China. {PROSE}</p>".encode()
    exhibits = (("EX-99.1", "ex991.htm", release), ("EX-10.1", "ex101.htm", b"<p>A credit agreement</p>"))
    event = Filed(20, "8-K", "2026-03-02", f"<p>Item 7.01 Regulation FD</p><p>{PROSE}</p>".encode(), "7.01", exhibits)
    edgar.files(event)
    edgar.serve(acme)
    acme.check(2 * DAY)
    assert slugs(acme) == ["acme/10-k", "acme/8-k-2026-03-02", "acme/ex-99-1"]
    assert f"{event.folder}/ex101.htm" not in [ask.url for ask in acme.site.asked]
    assert any("EX-99.1 to 8-K" in title for title in told(acme))


def test_an_amendment_holds_a_part_and_removes_nothing(acme: World) -> None:
    acme.watch(SOURCE)
    edgar = Edgar([LAST_YEAR])
    edgar.serve(acme)
    acme.check()
    body = f"<p><b>Item 10. Directors</b></p><p>{PROSE}</p>".encode()
    edgar.files(Filed(14, "10-K/A", "2026-03-03", body))
    edgar.serve(acme)
    acme.check(3 * DAY)
    assert [stored.change.before for stored in all_changes(acme)] == [None]  # a new document, held against nothing
    assert slugs(acme) == ["acme/10-k", "acme/10-k-a-2026-03-03"]


# --- what the service answers besides -----------------------------------------------------------------------------------

BLOCK = (
    b"<html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head>"
    b"<body><h1>Your Request Originates from an Undeclared Automated Tool</h1><p>To allow for equitable access"
    b" to all users, SEC reserves the right to limit requests.</p></body></html>"
)


def open_incidents(acme: World) -> list[str]:
    with acme.database.read() as conn:
        return [each.code for each in incidents.list_open(conn)]


@pytest.mark.parametrize("status", [200, 403, 429])
def test_the_block_page_is_known_by_its_words_and_never_a_document(acme: World, status: int) -> None:
    acme.watch(SOURCE)
    edgar = Edgar([LAST_YEAR])
    edgar.serve(acme)
    acme.site.answers[LAST_YEAR.url] = Answer(BLOCK, status)
    acme.check()
    assert (slugs(acme), open_incidents(acme)) == ([], ["rate_limited"])
    edgar.serve(acme)
    acme.check(DAY)
    assert (slugs(acme), open_incidents(acme)) == (["acme/10-k"], [])


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (BLOCK, 200, "rate_limited"),
        (b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>", 404, "absent"),
        (b'{"cik": "1234567", "filings": {"recent": {"accessionNumber": ["0001', 200, "unreadable"),
    ],
)
def test_a_list_that_cannot_be_read_is_an_incident_and_loses_nothing(
    acme: World, body: bytes, status: int, code: str
) -> None:
    acme.watch(SOURCE)
    edgar = Edgar([LAST_YEAR])
    edgar.serve(acme)
    acme.check()
    acme.site.answers[LIST] = Answer(body, status)
    acme.check(DAY)
    assert (slugs(acme), open_incidents(acme)) == (["acme/10-k"], [code])
    assert told(acme) == []


def test_an_older_part_of_the_list_that_is_missing_costs_only_itself(acme: World) -> None:
    acme.watch(replace(SOURCE, options=(*SOURCE.options, ("since", "2005-01-01"), ("pages", "3"))))
    Edgar([LAST_YEAR]).serve(acme, older=["CIK0001234567-submissions-001.json"])
    acme.check()
    assert slugs(acme) == ["acme/10-k"]
    assert open_incidents(acme) == ["absent"]


def test_a_company_that_changed_its_name_is_shown_with_the_names_it_had(acme: World) -> None:
    acme.watch(SOURCE)
    Edgar([LAST_YEAR]).serve(acme)
    found = sec.read(acme.site.answers[LIST].body, content_type="application/json", url=LIST)
    assert found.found_by == "1 of 1 filings of ACME CORP, formerly OLD ACME INC"


def test_a_company_nobody_knows_is_an_incident_and_no_claim(acme: World) -> None:
    acme.watch(SOURCE)  # EDGAR answers 404 for a key it never gave
    acme.check()
    assert (slugs(acme), open_incidents(acme), told(acme)) == ([], ["absent"], [])


def contents_alone(year: int) -> bytes:
    """A filing that is a table of contents: the text is said to stand in exhibits."""
    lines = "".join(f"<tr><td>Item {number}.</td><td>See page {number}</td></tr>" for number in ("1", "1A", "1B", "7"))
    return f"<html><body><p>{year}</p><p>{PROSE}</p><table>{lines}</table></body></html>".encode()


def a_long_table(year: int) -> bytes:
    rows = "".join(f"<tr><td>Plant {at}</td><td>{at * year % 997}</td></tr>" for at in range(5_000))
    return annual(year, NO_SALE).replace(b"</body>", f"<table>{rows}</table></body>".encode())


def of_2003(year: int) -> bytes:
    """Tables in tables in fonts, never closed, as filings of that time are."""
    deep = "<table><tr><td><font size=2><div>" * 200
    return annual(year, NO_SALE).replace(b"<p><b>Item 1.", f"{deep}<p><b>Item 1.".encode())


def on_paper(year: int) -> bytes:
    said = (
        "Item 1A. Risk Factors",
        *wrap(PROSE, 80),
        *wrap(NO_SALE, 80),
        f"These are the risks of our fiscal year {year}.",
    )
    return make_pdf([Page(tuple(Line(72, 700 - 16 * at, text) for at, text in enumerate(said)))])


@pytest.mark.parametrize("made", [contents_alone, a_long_table, of_2003, on_paper])
def test_whatever_a_main_document_is_two_years_of_it_are_kept_and_compared(
    acme: World, made: Callable[[int], bytes]
) -> None:
    acme.watch(SOURCE)
    edgar = Edgar([Filed(3, "10-K", "2025-02-14", made(2024))])
    edgar.serve(acme)
    acme.check()
    edgar.files(Filed(12, "10-K", "2026-03-05", made(2025)))
    edgar.serve(acme)
    acme.check(5 * DAY)
    assert (slugs(acme), open_incidents(acme)) == (["acme/10-k"], [])
    with acme.database.read() as conn:
        assert len(versions.numbers(conn, documents.list_documents(conn)[0].id)) == 2
    compared = [stored for stored in all_changes(acme) if stored.change.before is not None]
    assert len(compared) == 1
    sentences = [before for act, before, _ in quoted(compared[0]) if act == "removed" and len(before.split()) > 6]
    assert (sentences, compared[0].change.verdict) == ([], None)  # a row of figures may go; nothing that was said did


def test_all_servers_of_the_sec_together_keep_one_pace(acme: World) -> None:
    """Twelve companies, lists on one server and filings on another: never two requests within half a second."""
    watched: list[Source] = []
    for number in range(12):
        cik = f"{number + 1:010d}"
        edgar = Edgar([replace(LAST_YEAR, cik=cik), replace(THIS_YEAR, cik=cik)], cik)
        edgar.serve(acme)
        watched.append(replace(SOURCE, id=f"acme/sec-{number}", url=edgar.list_url, options=(("cik", cik),)))
    acme.watch(*watched)
    asked_at: list[datetime] = []

    class Watched:
        def fetch(self, ask: Ask, now: Clock) -> Got:
            asked_at.append(now())
            return acme.site.fetch(ask, now)

    desk = Desk(Watched(), "test", timedelta(0), lambda _checked: None, paces=paces(2))
    for _ in range(400):
        for lease in claim(acme.tools, desk, 20):
            work(acme.tools, desk, lease)
        acme.now += timedelta(seconds=0.2)
    gaps = [after - before for before, after in pairwise(asked_at)]
    assert len(asked_at) >= 36  # every list, and both filings of each
    assert min(gaps) >= timedelta(seconds=0.5)
    assert Counter(ask.url for ask in acme.site.asked).most_common(1)[0][1] == 1
