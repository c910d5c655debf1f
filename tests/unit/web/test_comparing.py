"""Rows of a comparison: in the order a reader looks, nothing left out, nothing twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.model import Act, Edit, Finding, Place, Reading, Verdict
from core.text.diff import compare
from web.comparing import Fold, Move, Pair, Sides, places_shown, rows


def text(*parts: str) -> Reading:
    """Paragraphs; ``# `` begins a heading, ``- `` an item under the last paragraph, ``~ `` a part of the footer."""
    places: list[Place] = []
    heading = lead = -1
    for part in parts:
        if part.startswith("# "):
            places.append(Place(part[2:], "heading", "main", level=2))
            heading = len(places) - 1
        elif part.startswith("- "):
            places.append(Place(part[2:], "item", "main", heading=heading, lead_in=lead))
        elif part.startswith("~ "):
            places.append(Place(part[2:], "paragraph", "surroundings"))
        else:
            places.append(Place(part, "paragraph", "main", heading=heading))
            lead = len(places) - 1
    return Reading(tuple(places))


def sides(before: Reading, after: Reading, *findings: Finding) -> Sides:
    forms = {one: at for at, one in enumerate({place.text for r in (before, after) for place in r.places})}
    was, now = ([forms[place.text] for place in reading.places] for reading in (before, after))
    return Sides(before, after, compare(before, was, after, now), findings)


def told(before: Reading, after: Reading) -> list[str]:
    """The rows as short lines: ``=2``, ``-gone``, ``+new``, ``old>new``, ``from:text``, ``to:text``."""
    lines = []
    for row in rows(sides(before, after), "main").rows:
        match row:
            case Fold():
                lines.append(f"={row.count}")
            case Pair():
                was, now = ("".join(t for _, t in side) if side else "" for side in (row.before, row.after))
                lines.append(f"{was}>{now}" if was and now else (f"-{was}" if was else f"+{now}"))
            case Move():
                lines.append(f"{row.side}:{row.text}")
    return lines


def test_what_went_stands_where_it_stood() -> None:
    before = text("A stays here", "We promise something firm", "This one will go", "Z stays here")
    after = text("A stays here", "We promise something soft", "Something wholly other came", "Z stays here")
    assert told(before, after) == [
        "=1",
        "We promise something firm>We promise something soft",
        "-This one will go",
        "+Something wholly other came",
        "=1",
    ]


def test_a_passage_that_crossed_others_is_a_move_at_both_ends() -> None:
    before = text("# One", "Wanders around freely", "# Two", "Stays put for ever", "Also stays there")
    after = text("# One", "# Two", "Stays put for ever", "Also stays there", "Wanders around freely")
    moved = ["=1", "from:Wanders around freely", "=3", "to:Wanders around freely"]
    assert told(before, after) == [*moved, "Wanders around freely>Wanders around freely"]
    found = rows(sides(before, after), "main")
    ends = [row for row in found.rows if isinstance(row, Move)]
    assert [(row.where, row.other) for row in ends] == [("One", "Two"), ("Two", "One")]
    last = found.rows[-1]
    assert isinstance(last, Pair)
    assert last.note == "It stood under “One”, and stands under “Two” now; its own words stand."
    assert (found.steps, found.differences) == (3, 2)


def test_a_passage_that_crossed_others_in_its_section_is_a_move_and_no_more() -> None:
    before = text("# One", "Wanders around freely", "Stays put for ever", "Also stays there")
    after = text("# One", "Stays put for ever", "Also stays there", "Wanders around freely")
    assert told(before, after) == ["=1", "from:Wanders around freely", "=2", "to:Wanders around freely"]


def test_a_rewording_far_away_does_not_hold_up_what_went_here() -> None:
    promise, reworded = "We promise to look at all of our suppliers", "We promise to look at some of our suppliers"
    before = text(promise, "This one will go", "Stays put for ever", "Also stays there")
    after = text("Stays put for ever", "Also stays there", reworded)
    assert told(before, after) == ["-This one will go", "=2", f"{promise}>{reworded}"]


def test_one_passage_cut_in_two_says_so() -> None:
    before, after = text("First half of it. Second half of it."), text("First half of it.", "Second half of it.")
    (row,) = rows(sides(before, after), "main").rows
    assert isinstance(row, Pair)
    assert row.note == "One passage became two passages."
    assert row.sign.word == "Same words, cut differently"


def test_an_item_that_lost_its_introduction_is_shown_although_its_words_stand() -> None:
    before = text("We will not build:", "- weapons, or parts of them", "- anything against the law")
    after = text("- weapons, or parts of them", "- anything against the law")
    found = [row for row in rows(sides(before, after), "main").rows if isinstance(row, Pair)]
    assert [row.note for row in found][1:] == ["“We will not build:” over it is gone; its own words stand."] * 2
    assert found[1].lead_before == (("out", "We will not build:"),)
    assert found[1].lead_after == ()


def test_menus_and_footers_are_told_apart_from_the_text() -> None:
    pair = sides(text("~ Menu of January", "Stays put for ever"), text("~ Banner in green", "Stays put for ever"))
    assert [type(row) for row in rows(pair, "main").rows] == [Fold]
    assert rows(pair, "surroundings").differences == 2


def test_a_verdict_gives_the_row_its_sign() -> None:
    before, after = text("We will not sell this"), text("We will not knowingly sell this")
    finding = Finding(Verdict.WEAKENED, (("hedges", "-"),), ("hedge added: knowingly",), edit=0)
    (row,) = rows(sides(before, after, finding), "main").rows
    assert isinstance(row, Pair)
    assert (row.sign.sign, row.sign.word, row.reasons) == ("−", "Weakened", ("hedge added: knowingly",))
    assert row.inline == (("same", "We will not"), ("in", " knowingly"), ("same", " sell this"))


def test_a_long_comparison_comes_in_parts_that_meet() -> None:
    before = text(*[f"alpha{at} beta{at}" for at in range(50)])
    after = text(*[f"gamma{at} delta{at}" for at in range(50)])
    pair = sides(before, after)
    found = [rows(pair, "main", start=start, most=40) for start in (0, 40, 80)]
    assert [part.steps for part in found] == [100] * 3
    numbers = [row.number for part in found for row in part.rows if isinstance(row, Pair)]
    assert numbers == list(range(1, 101))


def test_the_places_of_a_part_can_be_named_without_reading_them() -> None:
    pair = sides(text("A stays here", "This one will go"), text("A stays here", "# New", "Came in today"))
    blind = Sides(text("", ""), text("", "# ", ""), pair.edits)
    assert places_shown(blind) == ({1}, {1, 2})


WORDS = st.sampled_from(["we", "will", "not", "sell", "any", "police", "device", "here", "there", "today"])
PASSAGES = st.lists(st.lists(WORDS, min_size=1, max_size=6).map(" ".join), max_size=12)


@given(PASSAGES, PASSAGES)
def test_every_edit_is_shown_and_every_passage_that_stayed_is_counted_once(was: list[str], now: list[str]) -> None:
    pair = sides(text(*was), text(*now))
    found = rows(pair, "main")
    assert found.differences == len({index for index, _ in enumerate(pair.edits)})
    moved = [edit for edit in pair.edits if edit.act is Act.MOVED]
    assert found.steps == len(pair.edits) + len(moved)
    stayed = sum(row.count for row in found.rows if isinstance(row, Fold))
    lost = sum(1 for edit in pair.edits if edit.lost_lead_in)
    touched = {at for edit in pair.edits if not edit.lost_lead_in for at in edit.after}
    assert stayed == len(now) - len(touched) - lost


def test_edits_of_a_hand_made_change_need_not_be_in_order() -> None:
    before, after = text("a first one", "b second one"), text("c third one", "b second one")
    edits = (Edit(Act.ADDED, after=(0,)), Edit(Act.REMOVED, before=(0,)))
    found = rows(Sides(before, after, edits), "main").rows
    assert [type(row) for row in found] == [Pair, Pair, Fold]
