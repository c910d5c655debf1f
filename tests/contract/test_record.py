"""A check as rows: fetches, versions, spans, validators, and what they cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event, select

from core.errors import NotFound
from core.model import Place, Purpose, Reading, Source
from storage import documents, packing, passages, record, versions, watchlist
from storage.engine import Database
from storage.schema import fetches, grades, readings, requests, snapshots, spans
from tests.archive import (
    BAD,
    START,
    Page,
    digest_of,
    fetched,
    not_modified,
    plain,
    reading,
    reworded,
    timed_out,
)

A = "We will not sell our instruments in Xinjiang."
B = "We do not knowingly sell our instruments in Xinjiang."
C = "We respect human rights."


@pytest.fixture
def page(database: Database) -> Page:
    return Page(database)


def request_row(page: Page) -> dict[str, object]:
    with page.database.read() as conn:
        return dict(conn.execute(select(requests).where(requests.c.id == page.request_id)).mappings().one())


def lives(page: Page) -> list[tuple[str, int, int | None, int | None]]:
    """Every span as (text, first, last, gone), captures counted from 0."""
    number = {fetch_id: at for at, fetch_id in enumerate(page.fetch_ids)} | {None: None}
    with page.database.read() as conn:
        rows = conn.execute(select(spans).order_by(spans.c.id)).all()
        texts = passages.texts(conn, [row.passage_id for row in rows])
    return [
        (texts[r.passage_id], number[r.first_fetch_id] or 0, number[r.last_fetch_id], number[r.gone_fetch_id])
        for r in rows
    ]


# --- fetches -----------------------------------------------------------------------------------------------------


def test_an_attempt_comes_back_as_it_was(page: Page) -> None:
    fetch = fetched(reading(A), START)
    with page.database.write() as conn:
        fetch_id = record.record_fetch(conn, page.request_id, fetch, size=1234, media_type="text/html")
        stored = record.fetch_by_id(conn, fetch_id)
        assert conn.execute(select(snapshots.c.size, snapshots.c.media_type)).all() == [(1234, "text/html")]
    assert stored.id == fetch_id
    assert stored.header("etag") == fetch.header("etag")
    assert (stored.url, stored.status, stored.digest, stored.started_at) == (fetch.url, 200, fetch.digest, START)
    assert stored.headers == fetch.headers


def test_a_304_stays_lean(page: Page) -> None:
    with page.database.write() as conn:
        record.record_fetch(conn, page.request_id, not_modified(START))
        lean = conn.execute(select(fetches.c.id).where(fetches.c.record.is_(None), fetches.c.digest.is_(None)))
        raw = conn.exec_driver_sql("SELECT count(*) FROM fetches WHERE record IS NULL").scalar()
        assert raw == 1
        assert len(lean.all()) <= 1


def test_a_failure_leaves_a_row_and_the_validators_alone(page: Page) -> None:
    page.shows(A)
    before = request_row(page)
    with page.database.write() as conn:
        fetch_id = record.record_fetch(conn, page.request_id, timed_out(page.now))
        stored = record.fetch_by_id(conn, fetch_id)
    assert (stored.status, stored.reason, stored.transient) == (None, "timeout", True)
    after = request_row(page)
    assert after == before | {"last_fetch_id": fetch_id}


def test_bytes_that_differ_wait_to_be_read(page: Page) -> None:
    page.shows(A)
    with page.database.write() as conn:
        again = record.record_fetch(conn, page.request_id, fetched(reading(A), page.now), size=1)
    assert request_row(page)["unread_fetch_id"] is None
    with page.database.write() as conn:
        other = record.record_fetch(conn, page.request_id, fetched(reading(B), page.now), size=1)
    assert request_row(page)["unread_fetch_id"] == other
    assert request_row(page)["last_good_fetch_id"] != again


def test_a_rehearsal_leaves_its_row_and_nothing_else(page: Page) -> None:
    page.shows(A)
    before = request_row(page)
    rehearsal = fetched(reading(B), page.now, purpose=Purpose.REHEARSAL)
    with page.database.write() as conn:
        fetch_id = record.record_fetch(conn, page.request_id, rehearsal, size=1)
        assert record.fetch_by_id(conn, fetch_id).purpose is Purpose.REHEARSAL
    assert request_row(page) == before


def test_what_is_not_there_is_not_found(page: Page) -> None:
    with page.database.read() as conn:
        with pytest.raises(NotFound, match="fetch 99"):
            record.fetch_by_id(conn, 99)
        with pytest.raises(NotFound, match="version 99"):
            versions.load(conn, 99)


def test_the_newest_judgement_counts(page: Page) -> None:
    page.shows(A)
    with page.database.write() as conn:
        record.record_grade(conn, page.fetch_ids[0], BAD, "g2")
        assert record.grade_of(conn, page.fetch_ids[0]) == BAD
        assert len(conn.execute(select(grades)).all()) == 2
        assert record.grade_of(conn, 99) is None


# --- versions ----------------------------------------------------------------------------------------------------


def test_a_version_comes_back_with_its_text(page: Page) -> None:
    row = page.shows(A, C, heading="Where we sell")
    assert row == record.VersionRow(row.id, 1, is_new=True) if row else False
    with page.database.read() as conn:
        stored = versions.load(conn, row.id if row else 0)
        document = documents.by_id(conn, page.document_id)
    assert stored.reading == reading(A, C, heading="Where we sell")
    assert stored.forms == tuple(packing.forms_of(stored.reading, plain))
    assert (stored.ref.number, stored.ref.seen_at, stored.words) == (1, START, 15)
    assert (document.title, document.lang, document.version_count) == ("Ethics", "en", 1)
    assert document.current_version_id == stored.ref.id


def test_text_that_comes_back_is_the_old_version(page: Page) -> None:
    numbers = [row and (row.number, row.is_new) for row in (page.shows(A), page.shows(B), page.shows(A), page.shows(B))]
    assert numbers == [(1, True), (2, True), (1, False), (2, False)]
    with page.database.read() as conn:
        assert documents.by_id(conn, page.document_id).version_count == 2
        assert [version.number for version in versions.numbers(conn, page.document_id)] == [1, 2]
        shown = conn.execute(select(readings.c.version_id).order_by(readings.c.fetch_id)).scalars().all()
    assert [shown[0], shown[1]] == [shown[2], shown[3]]


def test_the_validators_are_those_of_the_accepted_capture(page: Page) -> None:
    page.shows(A)
    page.shows_block_page()
    row = request_row(page)
    assert row["etag"] == f'"{digest_of(reading(A))[:8]}"'
    assert row["last_digest"] == digest_of(reading(A))
    assert (row["last_good_fetch_id"], row["last_fetch_id"]) == (page.fetch_ids[0], page.fetch_ids[1])
    assert (row["unread_fetch_id"], row["suspect_fetch_id"]) == (None, None)


def test_a_suspect_capture_waits_and_a_bad_one_in_between_does_not_end_that(page: Page) -> None:
    page.shows(A)
    with page.database.write() as conn:
        suspect = record.record_fetch(conn, page.request_id, fetched(reading("?"), page.now), size=1)
        record.mark_suspect(conn, page.request_id, suspect)
    assert (request_row(page)["suspect_fetch_id"], request_row(page)["unread_fetch_id"]) == (suspect, None)
    page.shows_block_page()
    assert request_row(page)["suspect_fetch_id"] == suspect
    page.shows(A)
    assert request_row(page)["suspect_fetch_id"] is None


def test_a_suspect_capture_can_be_discarded(page: Page) -> None:
    with page.database.write() as conn:
        suspect = record.record_fetch(conn, page.request_id, fetched(reading("?"), page.now), size=1)
        record.mark_suspect(conn, page.request_id, suspect)
        record.discard(conn, page.request_id, suspect)
    assert request_row(page)["suspect_fetch_id"] is None


def test_a_good_capture_ends_a_count_of_absences(page: Page) -> None:
    page.shows(A)
    with page.database.write() as conn:
        assert record.record_absence(conn, page.request_id, START) == record.Absence(1, START)
        later = START + timedelta(hours=3)
        assert record.record_absence(conn, page.request_id, later) == record.Absence(2, START)
    page.answers_not_modified()
    assert (request_row(page)["absences"], request_row(page)["absent_since"]) == (0, None)


def test_a_schedule_does_not_wake_what_nobody_asks_for(page: Page) -> None:
    with page.database.write() as conn:
        record.schedule(conn, page.request_id, START + timedelta(hours=1), 2)
    assert (request_row(page)["next_due_at"], request_row(page)["failures"]) == (START + timedelta(hours=1), 2)
    with page.database.write() as conn:
        watchlist.sync(conn, [], [], START)
        record.schedule(conn, page.request_id, START + timedelta(hours=2), 0)
    assert request_row(page)["next_due_at"] is None
    page.answers_not_modified()
    assert request_row(page)["next_due_at"] is None


def test_bytes_read_again_by_another_reader_keep_their_number(page: Page) -> None:
    page.reads(reading(A), extractor="x1")
    row = page.reads(reading(A, C), extractor="x1")
    assert row is not None
    with page.database.write() as conn:
        again = record.accept_version(
            conn,
            document_id=page.document_id,
            request_id=page.request_id,
            fetch_id=page.fetch_ids[1],
            reading=reading(A, C, "A menu the old reader missed"),
            forms=packing.forms_of(reading(A, C, "A menu the old reader missed"), plain),
            digest=digest_of(reading(A, C)),
            extractor="x2",
            is_reread=True,
            edits=None,
            before_version_id=row.id,
        )
        assert (again.number, again.is_new) == (2, True)
        assert [version.id for version in versions.numbers(conn, page.document_id)][1] == again.id


# --- spans -------------------------------------------------------------------------------------------------------


def test_a_passage_lives_from_capture_to_capture(page: Page) -> None:
    page.shows(A, C)
    page.answers_not_modified()
    page.shows(B, C, edits=[reworded(0, 0)])
    assert lives(page) == [(A, 0, 1, 2), (C, 0, None, None), (B, 2, None, None)]


def test_a_reworded_passage_goes_on_its_line_and_so_does_one_that_returns(page: Page) -> None:
    page.shows(A, C)
    page.shows(B, C, edits=[reworded(0, 0)])
    page.shows(A, edits=[reworded(0, 0)])
    page.shows(A, C)
    with page.database.read() as conn:
        rows = conn.execute(select(spans).order_by(spans.c.id)).all()
    first, respect = rows[0].id, rows[1].id
    assert [(row.lineage or row.id) for row in rows] == [first, respect, first, first, respect]


def test_two_equal_passages_are_two_lives(page: Page) -> None:
    page.shows(C, A, C)
    page.shows(C, A)
    page.shows(C, A, C)
    assert lives(page) == [(C, 0, None, None), (A, 0, None, None), (C, 0, 0, 1), (C, 2, None, None)]


def test_of_two_equal_passages_the_one_under_the_heading_that_lost_it_ends(page: Page) -> None:
    def two_sections(first: bool, second: bool) -> Reading:
        places = [Place("Europe", "heading", "main", level=2), Place("Asia", "heading", "main", level=2)]
        places += [Place(C, "paragraph", "main", heading=0)] if first else []
        places += [Place(C, "paragraph", "main", heading=1)] if second else []
        return Reading(tuple(places), title="Ethics", lang="en")

    page.reads(two_sections(first=True, second=True))
    page.reads(two_sections(first=False, second=True))
    with page.database.read() as conn:
        closed = conn.execute(select(spans.c.heading).where(spans.c.last_fetch_id.is_not(None))).scalars().all()
    assert closed == ["Europe"]


def test_a_masked_token_that_differs_ends_no_life(page: Page) -> None:
    def mask_clock(text: str) -> str:
        return text.replace("09:15", "<time>").replace("10:40", "<time>")

    page.shows("Updated at 09:15.", A, mask=mask_clock)
    page.shows("Updated at 10:40.", B, mask=mask_clock)
    assert lives(page) == [("Updated at 09:15.", 0, None, None), (A, 0, 0, 1), (B, 1, None, None)]


def test_a_mask_that_changes_ends_no_life_either(page: Page) -> None:
    page.shows("Call 5 people.", A)
    page.shows("Call 5 people.", B, mask=lambda text: text.replace("5", "<number>"))
    assert lives(page) == [("Call 5 people.", 0, None, None), (A, 0, 0, 1), (B, 1, None, None)]
    page.shows(B, mask=lambda text: text.replace("5", "<number>"))
    assert lives(page)[0] == ("Call 5 people.", 0, 1, 2)


def test_a_document_that_is_gone_and_returns(page: Page) -> None:
    page.shows(A, C)
    page.is_gone()
    with page.database.write() as conn:
        assert documents.by_id(conn, page.document_id).state == "gone"
        assert record.mark_gone(conn, page.document_id, page.fetch_ids[-1]) is False
    row = page.shows(A, C)
    assert row is not None
    assert (row.number, row.is_new) == (1, False)
    assert lives(page) == [(A, 0, 0, 1), (C, 0, 0, 1), (A, 2, None, None), (C, 2, None, None)]
    with page.database.read() as conn:
        assert documents.by_id(conn, page.document_id).state == "live"
        assert {span.lineage for span in conn.execute(select(spans).where(spans.c.first_fetch_id > 2))} == {1, 2}


def test_an_empty_page_closes_everything(page: Page) -> None:
    page.shows(A, C)
    page.shows()
    assert lives(page) == [(A, 0, 0, 1), (C, 0, 0, 1)]


def test_the_history_of_a_form(page: Page) -> None:
    page.shows(A, C, C)
    page.shows(B, C)
    page.shows(A, C)
    a, b, c, never = (packing.passage_id(text) for text in (A, B, C, "never said"))
    first, second, third = page.fetch_ids
    with page.database.read() as conn:
        history = versions.form_history(conn, page.document_id, [a, b, c, never])
    assert history == {
        a: versions.FormLife(2, 1, True, first, None),
        b: versions.FormLife(1, 1, False, second, second),
        c: versions.FormLife(1, 1, True, first, None),
    }
    assert third > second


PASSAGES = [A, B, C, "Our policy applies to all.", "We train our staff."]
page_texts = st.lists(st.sampled_from(PASSAGES), max_size=6)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(page_texts, min_size=2, max_size=8))
def test_spans_say_exactly_when_each_passage_stood(database: Database, history: list[list[str]]) -> None:
    """A, B, A over random pages: for every capture, the spans that cover it are the multiset of what it showed."""
    unique = f"https://acme.example/{id(history)}-{len(history)}-{next(_numbers)}"
    page = Page(database, source=Source(f"s{unique[-6:]}", "acme", "page", unique))
    for texts in history:
        page.shows(*texts)
    with database.read() as conn:
        rows = conn.execute(select(spans).where(spans.c.document_id == page.document_id)).all()
        texts_by_id = passages.texts(conn, [row.passage_id for row in rows])
        last_good = documents.by_id(conn, page.document_id).last_good_fetch_id or 0
        versions_shown = {
            row.version_id for row in conn.execute(select(readings).where(readings.c.document_id == page.document_id))
        }
    for fetch_id, shown in zip(page.fetch_ids, history, strict=True):
        standing = Counter(
            texts_by_id[row.passage_id]
            for row in rows
            if row.first_fetch_id <= fetch_id <= (row.last_fetch_id or last_good)
        )
        assert standing == Counter(shown)
    for row in rows:
        assert (row.last_fetch_id is None) == (row.gone_fetch_id is None)
        assert row.gone_fetch_id is None or row.gone_fetch_id > row.last_fetch_id >= row.first_fetch_id
    assert len(versions_shown) == len({tuple(texts) for texts in history})


_numbers = iter(range(10**9))


# --- when a version was seen ---------------------------------------------------------------------------------------


def test_each_time_a_version_stood_there(page: Page) -> None:
    first = page.shows(A)
    page.answers_not_modified()
    page.shows_block_page()
    page.shows(B)
    page.shows(A)
    page.answers_not_modified()
    ids = page.fetch_ids
    assert first is not None
    with page.database.read() as conn:
        seen = versions.seen_interval(conn, first.id)
    day = timedelta(days=1)
    assert seen == (
        versions.Seen(ids[0], START, ids[1], START + day, ids[3], START + 3 * day),
        versions.Seen(ids[4], START + 4 * day, ids[5], START + 5 * day, None, None),
    )


def test_the_timeline_of_a_document(page: Page) -> None:
    page.shows(A)
    page.answers_not_modified()
    page.shows_block_page()
    page.shows(B)
    with page.database.read() as conn:
        timeline = versions.captures(conn, page.document_id)
        assert len(versions.captures(conn, page.document_id, limit=2)) == 2
    assert [(one.status, one.grade, one.grade_code, one.version) for one in timeline] == [
        (200, "good", "", 2),
        (200, "bad", "captcha", None),
        (304, None, None, None),
        (200, "good", "", 1),
    ]


def test_versions_by_number_and_by_text(page: Page) -> None:
    page.shows(A)
    second = page.shows(B)
    assert second is not None
    with page.database.read() as conn:
        assert versions.by_number(conn, page.document_id, 2).id == second.id
        with pytest.raises(NotFound, match="no version 3; it has 1 to 2"):
            versions.by_number(conn, page.document_id, 3)
        text = versions.load(conn, second.id).text_digest
        seen = versions.version_seen_before(conn, page.document_id, text)
        assert seen is not None
        assert seen.number == 2
        assert versions.version_seen_before(conn, page.document_id, "0" * 64) is None


# --- cost --------------------------------------------------------------------------------------------------------


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements sent while this is open."""
    sent: list[str] = []

    def note(_conn: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.split(" ", 1)[0] in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"):
            sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def test_a_check_costs_the_same_after_10_and_after_200_captures(page: Page) -> None:
    def flip(day: int) -> None:
        page.shows(A if day % 2 else B, C, f"Day {day}.", edits=[reworded(0, 0)] if day else [])

    costs = []
    for day in range(201):
        with counted(page.database) as changed:
            flip(day)
        with counted(page.database) as quiet:
            page.answers_not_modified()
        if day in (10, 200):
            costs.append((len(changed), len(quiet)))
    assert costs[0] == costs[1]
    assert costs[0][1] == 4  # the row, the request's last attempt, the request, the document
    assert costs[0][0] <= 26  # the page's own look-ups included
