"""What pages read of a document and of the whole archive, the same on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core.errors import NotFound
from core.model import Act, Change, ChangeClass, Company, Edit, Source, Window
from storage import biography, changes, documents, incidents, overview
from storage.engine import Database
from tests.archive import START, Page, reading, reworded

DAY = timedelta(days=1)
SOFT, FIRM, KEPT = "We may look at our suppliers.", "We will look at our suppliers.", "We answer every letter."


@pytest.fixture
def page(database: Database) -> Page:
    """Soft, then firm, a day of refusal, then soft again."""
    written = Page(database)
    written.shows(SOFT, KEPT, heading="Suppliers")
    written.shows(FIRM, KEPT, heading="Suppliers", edits=[reworded(1, 1)])
    written.answers_not_modified()
    written.shows_block_page()
    written.shows(SOFT, KEPT, heading="Suppliers", edits=[reworded(1, 1)])
    return written


def test_a_document_shows_versions_by_turns(page: Page) -> None:
    with page.database.read() as conn:
        shown = biography.appearances(conn, page.document_id)
    assert [(one.number, one.at) for one in shown] == [(1, START), (2, START + DAY), (1, START + 4 * DAY)]


def test_lives_have_both_dates_and_one_line(page: Page) -> None:
    with page.database.read() as conn:
        found = biography.lives(conn, page.document_id, 0)
        texts = biography.texts_of(conn, [life.passage_id for life in found])
    told = [(texts[life.passage_id], life.first_at, life.last_at, life.gone_at) for life in found if life.heading]
    assert told == [
        (SOFT, START, START, START + DAY),
        (KEPT, START, None, None),
        (FIRM, START + DAY, START + 2 * DAY, START + 4 * DAY),
        (SOFT, START + 4 * DAY, None, None),
    ]
    first, _, second, third = [life for life in found if life.heading]
    assert first.lineage == second.lineage == third.lineage == first.id


def test_a_part_of_a_version_has_its_words_and_its_headings(page: Page) -> None:
    with page.database.read() as conn:
        outlined = biography.outline(conn, biography.appearances(conn, page.document_id)[0].version_id)
        part = biography.read_part(conn, outlined, [2, 99])
        more = biography.read_part(conn, outlined, [1], part)
        whole = biography.read_whole(conn, outlined)
        with pytest.raises(NotFound, match="version 999 is not in the archive"):
            biography.outline(conn, 999)
    assert [place.text for place in part.places] == ["Suppliers", "", KEPT]
    assert part.heading_path(2) == ("Suppliers",)
    assert more == whole
    assert [place.text for place in whole.places][::2] == ["Suppliers", KEPT]


def test_attempts_are_counted_by_day_good_and_bad(page: Page) -> None:
    with page.database.read() as conn:
        days = biography.capture_days(conn, page.document_id)
    assert [(one.day, one.good, one.bad) for one in days] == [
        (date(2024, 3, 1), 1, 0),
        (date(2024, 3, 2), 1, 0),
        (date(2024, 3, 3), 1, 0),
        (date(2024, 3, 4), 0, 1),
        (date(2024, 3, 5), 1, 0),
    ]


def test_a_passage_came_and_went_between_versions(page: Page) -> None:
    with page.database.read() as conn:
        ids = {
            biography.texts_of(conn, [life.passage_id])[life.passage_id]: life.passage_id
            for life in biography.lives(conn, page.document_id, 0)
        }
        found = biography.edges(conn, list(ids.values()), [page.document_id])
    at = {text: found[ids[text], page.document_id] for text in (SOFT, FIRM, KEPT)}
    assert at[FIRM] == biography.Edges((1, 2), (2, 1))
    assert at[KEPT] == biography.Edges(None, None)
    assert at[SOFT] == biography.Edges(None, None)


def recorded(page: Page, change_class: ChangeClass, at: int) -> int:
    """The change between the first two versions, as the pipeline would write it down on that day."""
    with page.database.write() as conn:
        shown = biography.appearances(conn, page.document_id)
        before, after = (biography.outline(conn, one.version_id) for one in shown[:2])
        change = Change(
            document=documents.ref(conn, page.document_id),
            before=reading(SOFT, KEPT, heading="Suppliers"),
            after=reading(FIRM, KEPT, heading="Suppliers"),
            before_version=before.ref,
            after_version=after.ref,
            window=Window(START, START + DAY),
            edits=(Edit(Act.REWORDED, (1,), (1,)),),
            change_class=change_class,
        )
        return changes.record_change(
            conn,
            change,
            before_fetch_id=page.fetch_ids[0],
            after_fetch_id=page.fetch_ids[at],
            now=START + at * DAY,
        )


def test_changes_between_two_numbers_are_found_the_newest_first(page: Page) -> None:
    first, second = recorded(page, ChangeClass.SUBSTANTIVE, 1), recorded(page, ChangeClass.VARIANT, 4)
    with page.database.read() as conn:
        assert biography.changes_between(conn, page.document_id, 1, 2) == (second, first)
        assert biography.changes_between(conn, page.document_id, 2, 1) == ()
        assert [one.change.id for one in changes.by_ids(conn, [first, 999, second])] == [first, second]
        assert overview.recent_changes(conn, START) == [first]
        assert overview.recent_changes(conn, START, quiet=True) == [second]
        assert overview.recent_changes(conn, START + 2 * DAY) == []
        assert overview.classes_since(conn, START) == {"substantive": 1, "variant": 1}
        assert overview.last_change_at(conn) == START + DAY


def test_sources_are_seen_or_not(page: Page) -> None:
    other = Page(
        page.database,
        company=Company("kestrel", "Kestrel Optics"),
        source=Source("kestrel-news", "kestrel", "page", "https://kestrel.example/"),
    )
    with page.database.write() as conn:
        incidents.open_or_touch(
            conn,
            other.request_id,
            source_id="kestrel-news",
            code="refused",
            reasons=("refuses us (403)",),
            fetch_id=page.fetch_ids[0],
            now=START,
        )
    with page.database.read() as conn:
        watching = overview.watching(conn, START + 4 * DAY)
        assert (watching.sources, watching.seen, watching.waiting) == (2, 1, 1)
        assert overview.watching(conn, START + 5 * DAY).seen == 0
        (one,) = overview.unseen(conn)
        assert (one.company, one.reasons, one.since, one.last_good_at) == (
            "Kestrel Optics",
            ("refuses us (403)",),
            START,
            None,
        )
        assert overview.size(conn) == overview.Size(2, 2, START)
        assert [(row.id, row.documents, row.versions) for row in overview.list_companies(conn)] == [
            ("acme", 1, 2),
            ("kestrel", 1, 0),
        ]
        assert overview.told(conn, [1]) == {}
        assert overview.first_looks(conn, START) == []
