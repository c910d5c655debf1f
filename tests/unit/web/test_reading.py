"""The biography beside a text: entered when, worded how before, left when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.model import Place, Reading
from storage.biography import Life
from web.reading import Book, Ghost, Ghosts, PassageRow, Row, lives_at, rows, texts_wanted

START = datetime(2020, 1, 1, tzinfo=UTC)


def day(fetch: int) -> datetime:
    return START + timedelta(days=fetch)


def life(id_: int, form: int, first: int, gone: int | None = None, *, line: int = 0, heading: str = "Promises") -> Life:
    """A span from capture ``first`` up to the one before ``gone``; form and passage have one number."""
    last = None if gone is None else day(gone - 1)
    return Life(
        id_, form, form, "main", heading, first, day(first), last, gone, day(gone) if gone else None, line or id_
    )


READING = Reading(
    (
        Place("Promises", "heading", "main", level=1),
        Place("We sell to nobody in a hurry.", "paragraph", "main", heading=0),
        Place("We publish what we find.", "paragraph", "main", heading=0),
        Place("Contact", "heading", "main", level=1),
        Place("Write to us.", "paragraph", "main", heading=3),
    )
)
FORMS = (100, 12, 13, 101, 14)
LIVES = (
    life(1, 100, 1, heading=""),
    life(2, 10, 1, 3),  # We sell to nobody.
    life(3, 11, 3, 5, line=2),  # We sell to nobody at all.
    life(4, 12, 5, line=2),
    life(5, 13, 1),
    life(6, 101, 1, heading=""),
    life(7, 14, 1, heading="Contact"),
    life(8, 20, 1, 5),  # left with the version on show
    life(9, 21, 1, 3, heading="Contact"),  # left before
    life(10, 22, 2, 4, heading="Old section"),
)
TEXTS = {10: "We sell to nobody.", 11: "We sell to nobody at all.", 20: "We pay.", 21: "Call us.", 22: "Old words."}


def told(fetch: int, forms: tuple[int, ...] = FORMS) -> list[Row]:
    book = Book(READING, forms, lives_at(LIVES, fetch), TEXTS, is_first=False, signs={})
    return rows(book, range(len(READING.places)), is_last_part=True)


def test_each_passage_has_the_date_it_entered_and_what_is_new_is_marked() -> None:
    found = [row for row in told(5) if isinstance(row, PassageRow) and row.kind == "paragraph"]
    assert [(row.text, row.since, row.is_fresh, row.shows_date) for row in found] == [
        ("We sell to nobody in a hurry.", day(5), True, True),
        ("We publish what we find.", day(1), False, True),
        ("Write to us.", day(1), False, False),
    ]


def test_earlier_wordings_follow_the_line_and_mark_what_the_next_one_lost() -> None:
    row = told(5)[1]
    assert isinstance(row, PassageRow)
    assert row.wording_count == 3
    assert [(one.number, one.first_at, one.last_at, one.segments) for one in row.wordings] == [
        (2, day(3), day(4), (("same", "We sell to nobody"), ("out", " at all"), ("same", "."))),
        (1, day(1), day(2), (("same", "We sell to nobody"), ("same", "."))),
    ]


def test_what_left_stands_in_its_section_with_both_dates() -> None:
    found = told(5)
    kinds = [row.row if not isinstance(row, PassageRow) else row.text for row in found]
    assert kinds == [
        "Promises",
        "We sell to nobody in a hurry.",
        "We publish what we find.",
        "ghost",
        "Contact",
        "Write to us.",
        "ghosts",
        "ghosts",
    ]
    assert found[3] == Ghost("We pay.", day(1), day(4), day(5), is_fresh=True)
    assert found[6] == Ghosts((Ghost("Call us.", day(1), day(2), day(3), is_fresh=False),), 0)
    last = found[7]
    assert isinstance(last, Ghosts)
    assert last.section == "Old section"


def test_an_earlier_day_knows_nothing_of_later_ones() -> None:
    forms = (100, 11, 13, 101, 14)
    found = told(3, forms)
    first = found[1]
    assert isinstance(first, PassageRow)
    assert (first.since, first.wording_count) == (day(3), 2)
    ghosts = [ghost.text for row in found if isinstance(row, Ghosts) for ghost in row.ghosts]
    assert ghosts == []
    assert [row.text for row in found if isinstance(row, Ghost)] == ["Call us."]


def test_only_the_texts_that_are_quoted_are_asked_for() -> None:
    assert texts_wanted(lives_at(LIVES, 5), FORMS) == {10, 11, 20, 21, 22}
    assert texts_wanted(lives_at(LIVES, 2), (100, 10, 13)) == set()


def test_a_form_no_span_knows_is_not_dated() -> None:
    row = told(5, (100, 999, 13, 101, 14))[1]
    assert isinstance(row, PassageRow)
    assert row.since is None
    assert not row.is_fresh
