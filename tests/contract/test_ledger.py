"""The ledger as rows, the same on both databases: made step by step or anew, asked by condition, marked by people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, select

from core.commitments.fate import Became
from core.commitments.promises import Promise
from core.errors import NotFound
from core.model import Change, ChangeClass, DocumentEvent, Window
from core.query.grammar import parse
from monitor.app import lexicon
from storage import changes, documents, facets, ledger, promises, search, versions
from storage.engine import Database
from storage.ledger import Made
from storage.promises import Promised, Wanted
from storage.schema import commitment_events, commitments, passages
from tests.archive import ETHICS, START, Page, reading, reworded

DAY = timedelta(days=1)
SALES = "We will not sell drones to the police in China."
HEDGED = "We will not knowingly sell drones to the police in China."
AUDIT = "We will audit every cotton supplier by 2031."
FEES = "Suppliers must repay all recruitment fees to workers."
DOCUMENT = Wanted()


def topics_of(sentence: str, lead_in: str) -> Sequence[str]:
    return [topic for word, topic in (("drones", "sales"), ("cotton", "cotton"), ("fees", "fees")) if word in sentence]


def made(stamp: str = "1") -> Made:
    return Made(lexicon(), lambda sentence, lead_in: tuple(topics_of(sentence, lead_in)), stamp, ("Acme",))


@pytest.fixture
def page(database: Database) -> Page:
    """Three promises; the first is hedged, the last goes and comes back. The ledger is made after each capture."""
    written = Page(database)
    for texts, edits in (
        ((SALES, AUDIT, FEES), []),
        ((HEDGED, AUDIT), [reworded(0, 0)]),
        ((HEDGED, AUDIT, FEES), []),
    ):
        written.shows(*texts, edits=edits)
        refresh(written)
    return written


def refresh(page: Page, stamp: str = "1") -> int:
    with page.database.write() as conn:
        return ledger.refresh(conn, page.document_id, made(stamp), page.now)


def listed(page: Page, wanted: Wanted = DOCUMENT) -> list[Promised]:
    with page.database.read() as conn:
        return promises.listed(conn, wanted)


def lives(found: Sequence[Promised]) -> dict[str, list[tuple[str, str]]]:
    return {
        each.entry.first.text: [(event.became.value, f"{event.sight.at:%d}") for event in each.entry.happenings]
        for each in found
    }


def everything(conn: Connection) -> list[tuple[object, ...]]:
    """Every row of the ledger without the numbers of rows."""
    rows = conn.execute(select(commitments).order_by(commitments.c.key)).mappings().all()
    keys = {row["id"]: row["key"] for row in rows}
    events = conn.execute(select(commitment_events).order_by(commitment_events.c.id)).mappings().all()
    return [
        *(tuple(value for name, value in row.items() if name != "id") for row in rows),
        *sorted(
            (keys[row["commitment_id"]], *(str(v) for n, v in row.items() if n not in ("id", "commitment_id")))
            for row in events
        ),
    ]


def test_each_promise_lives_its_own_life(page: Page) -> None:
    assert lives(listed(page)) == {
        SALES: [("introduced", "01"), ("conditioned", "02")],
        AUDIT: [("introduced", "01")],
        FEES: [("introduced", "01"), ("removed", "02"), ("restored", "03")],
    }
    events = [
        event for each in listed(page) for event in each.entry.happenings if event.became is not Became.INTRODUCED
    ]
    assert {(event.sight.last_at, event.sight.at) for event in events} == {
        (START, START + DAY),
        (START + DAY, START + 2 * DAY),
    }


def test_going_on_and_making_it_anew_end_in_the_same_rows(page: Page) -> None:
    with page.database.read() as conn:
        went_on = everything(conn)
    assert refresh(page, stamp="2") == 3
    with page.database.read() as conn:
        assert everything(conn) == went_on
        assert ledger.stale(conn, "2") == []
        assert ledger.stale(conn, "3") == [page.document_id]


def test_a_new_showing_leaves_the_ledger_behind_until_it_is_made(page: Page) -> None:
    page.shows(HEDGED, AUDIT)
    with page.database.read() as conn:
        assert ledger.stale(conn, "1") == [page.document_id]
    refresh(page)
    with page.database.read() as conn:
        assert ledger.stale(conn, "1") == []
    assert [each.entry.first.text for each in listed(page, Wanted(state="gone"))] == [FEES]


def test_a_text_longer_than_any_policy_has_no_ledger_and_the_log_says_so(
    page: Page, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ledger, "LONGEST", 25)
    page.shows(SALES, AUDIT, FEES, "One more sentence.")
    assert refresh(page) == 0
    assert listed(page) == []
    assert "has no ledger: version 4 has 29 words, and the most that are read is 25" in caplog.text
    with page.database.read() as conn:
        assert ledger.stale(conn, "1") == []
    page.shows(SALES)
    assert refresh(page) == 0, "what comes after it would be told as new"


def test_a_document_that_is_gone_takes_its_promises_with_it(page: Page) -> None:
    gone = page.is_gone()
    with page.database.write() as conn:
        change = Change(
            document=documents.ref(conn, page.document_id),
            before=reading(HEDGED, AUDIT, FEES),
            after=None,
            before_version=versions.numbers(conn, page.document_id)[-1],
            after_version=None,
            window=Window(START + 2 * DAY, START + 3 * DAY),
            edits=(),
            change_class=ChangeClass.SUBSTANTIVE,
            event=DocumentEvent.GONE,
        )
        changes.record_change(conn, change, before_fetch_id=page.fetch_ids[2], after_fetch_id=gone, now=page.now)
    refresh(page)
    assert [each.entry.stands for each in listed(page)] == [False, False, False]
    assert {each.entry.happenings[-1].became for each in listed(page)} == {Became.REMOVED}


CONDITIONS: list[tuple[Wanted, set[str]]] = [
    (Wanted(company_id="acme"), {SALES, AUDIT, FEES}),
    (Wanted(company_id="other"), set()),
    (Wanted(topic="cotton"), {AUDIT}),
    (Wanted(softened=True), {SALES, FEES}),
    (Wanted(state="standing"), {SALES, AUDIT, FEES}),
    (Wanted(due_until=date(2031, 12, 31)), {AUDIT}),
    (Wanted(due_until=date(2031, 12, 30)), set()),
    (Wanted(moment=START + DAY), {SALES, AUDIT, FEES}),
    (Wanted(moment=START, softened=True), set()),
    (Wanted(moment=START + DAY, state="gone"), {FEES}),
    (Wanted(moment=START - DAY), set()),
]


def test_entries_by_condition(page: Page) -> None:
    found = [{each.entry.first.text for each in listed(page, wanted)} for wanted, _ in CONDITIONS]
    assert found == [expected for _, expected in CONDITIONS]


def test_what_a_person_says_stays_with_the_promise(page: Page) -> None:
    [audit] = listed(page, Wanted(topic="cotton"))
    with page.database.write() as conn:
        told = promises.act(conn, audit.entry.key[:8], "kept", by="ana", note="seen", now=page.now)
        assert told.status == "kept"
        assert promises.due_between(conn, date(2031, 12, 1), date(2032, 1, 1)) == []
    refresh(page, stamp="2")
    [again] = listed(page, Wanted(topic="cotton"))
    assert (again.entry.key, again.status) == (audit.entry.key, "kept")
    with page.database.read() as conn:
        assert [(act.act, act.by, act.note, act.quote) for act in promises.acts(conn, again)] == [
            ("kept", "ana", "seen", AUDIT)
        ]
        assert promises.counts(conn) == (3, 1)
        assert promises.topics(conn) == ("cotton", "fees", "sales")


def test_what_a_person_dismissed_is_not_listed(page: Page) -> None:
    [fees] = listed(page, Wanted(topic="fees"))
    with page.database.write() as conn:
        promises.act(conn, fees.entry.key, "dismissed", by="ana", note="", now=page.now)
    assert len(listed(page)) == 2
    assert len(listed(page, Wanted(with_dismissed=True))) == 3


def test_what_falls_due_is_found_by_its_day(page: Page) -> None:
    with page.database.read() as conn:
        [due] = promises.due_between(conn, date(2031, 12, 31), date(2031, 12, 31))
    assert (due.entry.now.text, due.entry.due) == (AUDIT, date(2031, 12, 31))
    assert due.document.source == ETHICS.id


def test_names_that_nobody_has_are_told(page: Page) -> None:
    with page.database.read() as conn:
        for key in ("", "zzzz", "_", "%"):
            with pytest.raises(NotFound):
                promises.by_key(conn, key)
        assert promises.company_called(conn, "Acme") == "acme"
        with pytest.raises(NotFound, match="there are acme"):
            promises.company_called(conn, "Kestrel")


def test_words_that_stand_elsewhere_are_found(page: Page) -> None:
    with page.database.read() as conn:
        assert promises.standing_elsewhere(conn, "acme", page.document_id) == {}
        elsewhere = promises.standing_elsewhere(conn, "acme", page.document_id + 1)
    assert elsewhere[Promise(AUDIT).key] == "acme/ethics"


VERDICTS = ("weakened", "conditioned", "removed", "restored", "introduced", "new", "widened", "reversed")


def brute(conn: Connection, verdict: str) -> set[str]:
    """Texts in which a wording stands, or which end it, of a promise to which that happened: read one by one."""
    events = conn.execute(select(commitment_events)).all()
    told = [event for event in events if verdict in (event.verdict.lower(), event.became)]
    wordings = {words for event in told for words in (event.before, event.after) if words}
    texts = conn.execute(select(passages.c.text)).scalars()
    return {text for text in texts if any(words in text or words.endswith(text) for words in wordings)}


def test_a_verdict_alone_is_looked_up_however_large_the_archive(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "LARGEST_READING", 0)
    with page.database.read() as conn:
        found = {verdict: {one.text for one in search.stream(conn, f"verdict:{verdict}")} for verdict in VERDICTS}
        assert found == {verdict: brute(conn, verdict) for verdict in VERDICTS}
        assert found["conditioned"] == {SALES, HEDGED}
        assert found["removed"] == found["restored"] == {FEES}
        assert found["widened"] == set()
        assert facets.facets(conn, parse("verdict:conditioned")).total == 2
        assert facets.facets(conn, parse("drones verdict:conditioned")).total == 2
        assert facets.facets(conn, parse("drones verdict:removed")).total == 0
        assert {one.text for one in search.stream(conn, "verdict:conditioned still:no")} == {SALES}
        assert {
            one.text for one in search.stream(conn, "verdict:introduced -verdict:removed -verdict:conditioned")
        } == {AUDIT}


def test_what_a_verdict_finds_follows_the_ledger_made_anew(page: Page) -> None:
    page.shows(HEDGED, AUDIT)
    page.shows("Nothing of the kind is said here.")
    refresh(page)
    with page.database.read() as conn:
        assert {one.text for one in search.stream(conn, "verdict:removed")} == {HEDGED, AUDIT, FEES}


def test_a_variant_shown_for_the_first_time_does_not_begin_every_promise_anew(page: Page) -> None:
    """The first text shows three promises as they stand; the other one narrows the second and leaves out the third."""
    page.shows(HEDGED, AUDIT.replace("every", "each high-risk"), variant=1)
    refresh(page)
    narrowed = {
        SALES: [("introduced", "01"), ("conditioned", "02")],
        AUDIT: [("introduced", "01"), ("narrowed", "04")],
    }
    assert [(each.variant, each.entry.first.text) for each in listed(page) if each.entry.first.text == SALES] == [
        (0, SALES)
    ]
    assert lives([each for each in listed(page) if each.variant == 1 or each.entry.first.text == SALES]) == narrowed
    assert lives([each for each in listed(page) if each.variant == 0])[FEES][-1] == ("restored", "03")
    with page.database.read() as conn:
        went_on = everything(conn)
    refresh(page, stamp="2")
    with page.database.read() as conn:
        assert everything(conn) == went_on
