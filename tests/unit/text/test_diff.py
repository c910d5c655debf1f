"""Two readings compared: the edits turn the one into the other, and say what happened to each passage."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.model import Act, Edit, Place, Reading
from core.text.diff import compare, words_of


def reading_of(*texts: str) -> Reading:
    places = [Place("Policy", "heading", "main", 1)]
    places += [Place(text, "paragraph", "main", heading=0) for text in texts]
    return Reading(tuple(places))


def forms_of(reading: Reading) -> list[int]:
    return [hash(place.text) for place in reading.places]


def edits_between(before: Reading, after: Reading) -> tuple[Edit, ...]:
    return compare(before, forms_of(before), after, forms_of(after))


SELL = "We do not sell human identification instruments to the police in any region."
SELL_SOFTER = "We do not knowingly sell human identification instruments to the police in any region."
PUBLISH = "We will publish the findings of our assessments every year by 30 June."
AUDIT = "Suppliers give our auditors access to every production site without notice."


def test_a_hedge_that_came_in_is_one_reworded_passage() -> None:
    assert edits_between(reading_of(SELL, PUBLISH), reading_of(SELL_SOFTER, PUBLISH)) == (
        Edit(Act.REWORDED, before=(1,), after=(1,)),
    )


def test_a_passage_that_went_and_one_that_came() -> None:
    assert edits_between(reading_of(SELL, PUBLISH), reading_of(SELL, AUDIT)) == (
        Edit(Act.REMOVED, before=(2,)),
        Edit(Act.ADDED, after=(2,)),
    )


def test_the_same_passage_elsewhere_has_moved() -> None:
    assert edits_between(reading_of(SELL, PUBLISH, AUDIT), reading_of(AUDIT, SELL, PUBLISH)) == (
        Edit(Act.MOVED, before=(3,), after=(1,)),
    )


def test_two_equal_texts_are_two_places() -> None:
    assert edits_between(reading_of(SELL, PUBLISH, SELL), reading_of(SELL, PUBLISH)) == (
        Edit(Act.REMOVED, before=(3,)),
    )


def test_passages_cut_at_other_words_are_one_edit() -> None:
    first, second = f"{SELL} We will", "publish the findings every year. " + AUDIT
    assert edits_between(reading_of(f"{SELL}", f"We will {second}"), reading_of(first, second)) == (
        Edit(Act.REWORDED, before=(1, 2), after=(1, 2)),
    )


def test_a_passage_cut_in_two_is_one_edit() -> None:
    assert edits_between(reading_of(f"{SELL} {PUBLISH}"), reading_of(SELL, PUBLISH)) == (
        Edit(Act.REWORDED, before=(1,), after=(1, 2)),
    )


def test_two_passages_joined_are_one_edit() -> None:
    assert edits_between(reading_of(SELL, PUBLISH), reading_of(f"{SELL} {PUBLISH}")) == (
        Edit(Act.REWORDED, before=(1, 2), after=(1,)),
    )


def test_items_that_lost_their_lead_in_are_named() -> None:
    lead = Place("We will not build:", "paragraph", "main")
    items = [Place(text, "item", "main", 1, lead_in=0) for text in ("weapons", "tools for watching a population")]
    bare = [Place(item.text, "item", "main", 1) for item in items]
    before, after = Reading((lead, *items)), Reading(tuple(bare))
    assert edits_between(before, after) == (
        Edit(Act.REMOVED, before=(0,)),
        Edit(Act.REWORDED, before=(1,), after=(0,), lost_lead_in=True),
        Edit(Act.REWORDED, before=(2,), after=(1,), lost_lead_in=True),
    )


def test_a_heading_and_a_menu_entry_with_the_same_words_do_not_change_places() -> None:
    menu = Place("Red lines", "item", "surroundings", 1)
    heading = Place("Red lines", "heading", "main", 2)
    before = Reading((heading, Place(SELL, "paragraph", "main")))
    after = Reading((menu, heading, Place(SELL, "paragraph", "main")))
    assert edits_between(before, after) == (Edit(Act.ADDED, after=(0,)),)


def test_chinese_is_compared_by_character() -> None:
    assert words_of("我们不向 police 出售") == ["我", "们", "不", "向", "police", "出", "售"]


_PASSAGES = st.lists(
    st.sampled_from([SELL, SELL_SOFTER, PUBLISH, AUDIT, f"{SELL} {PUBLISH}", "a", "b c", ""]), max_size=9
)


@given(_PASSAGES, _PASSAGES)
def test_applying_the_edits_to_the_old_version_gives_the_new_one(old: list[str], new: list[str]) -> None:
    before, after = reading_of(*old), reading_of(*new)
    edits = [edit for edit in edits_between(before, after) if not edit.lost_lead_in]
    gone = [at for edit in edits for at in edit.before]
    came = [at for edit in edits for at in edit.after]
    assert len(set(gone)) == len(gone)
    assert len(set(came)) == len(came)
    stayed = [place.text for at, place in enumerate(before.places) if at not in gone]
    rebuilt: list[str | None] = [None] * len(after.places)
    for at in came:
        rebuilt[at] = after.places[at].text
    rest = iter(stayed)
    assert [text if text is not None else next(rest) for text in rebuilt] == [place.text for place in after.places]
    assert next(rest, None) is None


@given(_PASSAGES)
def test_a_version_compared_with_itself_has_no_edits(texts: list[str]) -> None:
    assert edits_between(reading_of(*texts), reading_of(*texts)) == ()


# --- other figures -------------------------------------------------------------------------------------------------------


def table_of(heading: str, *rows: str) -> Reading:
    places = [Place(heading, "heading", "main", 2)]
    places += [Place(row, "row", "main", heading=0) for row in rows]
    return Reading(tuple(places))


def test_rows_with_other_figures_are_the_same_rows_under_a_heading_of_another_year() -> None:
    before = table_of("Fiscal 2025", "Basic | 6.11 | 6.16", "Diluted | 6.08 | 6.13", "96,169 | 13 %", "Basic | 15,343")
    after = table_of("Fiscal 2026", "Basic | 7.20 | 6.11", "Diluted | 7.01 | 6.08", "99,201 | 3 %", "Basic | 15,101")
    assert edits_between(before, after) == tuple(Edit(Act.REWORDED, before=(at,), after=(at,)) for at in range(5))


def test_a_row_that_went_is_gone_whatever_the_others_say_now() -> None:
    before = table_of("Sales", "China | 12 | 13", "India | 4 | 5", "Japan | 7 | 8")
    after = table_of("Sales", "China | 14 | 12", "Japan | 9 | 7")
    assert set(edits_between(before, after)) == {
        Edit(Act.REMOVED, before=(2,)),
        Edit(Act.REWORDED, before=(1,), after=(1,)),
        Edit(Act.REWORDED, before=(3,), after=(2,)),
    }


def test_a_passage_cut_in_two_in_the_next_year_is_one_edit() -> None:
    before = reading_of(f"{SELL} In 2025 nobody asked us to.", AUDIT)
    after = reading_of(SELL, "In 2026 nobody asked us to.", AUDIT)
    assert edits_between(before, after) == (Edit(Act.REWORDED, before=(1,), after=(1, 2)),)
