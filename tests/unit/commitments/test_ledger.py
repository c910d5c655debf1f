"""What becomes of promises from version to version, and the ledger as it was known at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest

from core.commitments import Lexicon
from core.commitments.fate import Became, fates
from core.commitments.ledger import Entry, Sight, advance, as_of, due_date
from core.commitments.promises import Promise, promises_of, sentences_of
from core.model import Place, Reading

RED_LINES = "We will not pursue the following applications:"
SALES = "We will not sell drones to the police in China."
FEES = "Suppliers must repay all recruitment fees to workers."


def reading(*blocks: str) -> Reading:
    """Blocks as a reading: ``# heading``, ``- item`` (introduced by the paragraph before), else a paragraph."""
    places: list[Place] = []
    heading = lead = -1
    for block in blocks:
        at = len(places)
        if block.startswith("# "):
            places.append(Place(block[2:], "heading", "main", 1))
            heading, lead = at, -1
        elif block.startswith("- "):
            places.append(Place(block[2:], "item", "main", 1, heading, lead))
        else:
            places.append(Place(block, "paragraph", "main", 0, heading))
            lead = at
    return Reading(tuple(places))


def lived(lexicon: Lexicon, *versions: Sequence[str]) -> tuple[Entry, ...]:
    """The ledger of versions seen on the first days of 2026, one a day; an empty one is a document that is gone."""
    entries: tuple[Entry, ...] = ()
    last: Sight | None = None
    for number, blocks in enumerate(versions, start=1):
        moment = datetime(2026, 1, number, tzinfo=UTC)
        sight = Sight(number, moment, number, number, last.fetch_id if last else None, last.at if last else None)
        entries = advance(lexicon, entries, sentences_of(lexicon, reading(*blocks)), sight, ("1", ("Halden",)))
        last = sight
    return entries


def lives(entries: Sequence[Entry]) -> list[tuple[str, list[str]]]:
    return [(entry.first.text, [event.became.value for event in entry.happenings]) for entry in entries]


def became(lexicon: Lexicon, before: Sequence[str], after: Sequence[str]) -> list[tuple[str, str]]:
    """The fate table: each old promise with its fate, then what is new."""
    old = promises_of(sentences_of(lexicon, reading(*before)))
    found = fates(lexicon, old, sentences_of(lexicon, reading(*after)))
    return [((fate.before or fate.after or Promise("")).text, fate.became.value) for fate in found]


# --- fates ---------------------------------------------------------------------------------------------------------


def test_a_rewritten_document(lexicon: Lexicon) -> None:
    before = ["# Sales", SALES, "We publish a human rights report every year.", "# Work", FEES,
              "We do not tolerate child labour in our supply chain."]  # fmt: skip
    after = ["# Sales", "We will not knowingly sell drones to the police in China.", "# Work",
             "We publish a human rights report every year.", "Suppliers must repay certain recruitment fees to workers.",
             "We will audit our cotton suppliers by 2027.", "# Other", "We like the harbour."]  # fmt: skip
    assert became(lexicon, before, after) == [
        (SALES, "conditioned"),
        ("We publish a human rights report every year.", "moved"),
        (FEES, "narrowed"),
        ("We do not tolerate child labour in our supply chain.", "removed"),
        ("We will audit our cotton suppliers by 2027.", "introduced"),
    ]


def test_a_heading_that_is_reworded_moves_nothing(lexicon: Lexicon) -> None:
    assert became(lexicon, ["# Sales", SALES], ["# What we sell", SALES]) == [(SALES, "kept")]


def test_red_lines_whose_lead_in_vanishes_are_all_removed(lexicon: Lexicon) -> None:
    items = ("- weapons and drones for police", "- surveillance that breaks human rights norms")
    assert became(lexicon, ["# Lines", RED_LINES, *items], ["# Lines", *items]) == [
        ("weapons and drones for police", "removed"),
        ("surveillance that breaks human rights norms", "removed"),
    ]


def test_a_sentence_split_in_two_is_not_lost(lexicon: Lexicon) -> None:
    one = "We will audit cotton suppliers every year and publish the audit reports for each of them."
    two = "We will audit cotton suppliers every year. We may publish the audit reports for each of them."
    [(text, fate)] = [pair for pair in became(lexicon, [one], [two]) if pair[1] != "introduced"]
    assert text == one
    assert fate in ("weakened", "changed")


def test_a_sentence_cut_by_a_line_break_is_whole(lexicon: Lexicon) -> None:
    whole = "We will not sell drones, cameras or any other equipment to the police in China."
    cut = ["We will not sell drones, cameras or any other equipment", "to the police in China."]
    assert became(lexicon, [whole], cut) == [(whole, "kept")]


def test_a_promise_softened_to_a_belief_is_followed(lexicon: Lexicon) -> None:
    before = "We conduct human rights due diligence on every government customer."
    after = "We believe in human rights due diligence for every government customer."
    assert became(lexicon, [before], [after]) == [(before, "weakened")]


@pytest.mark.parametrize(
    "text",
    [
        "Our commitment to human rights",
        "Please do not send us requests without a court order.",
        "Will you sell drones to the police?",
        "You must not use drones to harm people.",
        "We may share user data with police.",
    ],
)
def test_what_binds_nobody_is_no_promise(lexicon: Lexicon, text: str) -> None:
    assert promises_of(sentences_of(lexicon, reading(text))) == ()


# --- the ledger ----------------------------------------------------------------------------------------------------


def test_one_promise_through_five_versions(lexicon: Lexicon) -> None:
    narrower = "We will not sell drones to the police in Xinjiang."
    entries = lived(lexicon, [SALES], [narrower], [SALES], [], [SALES])
    assert lives(entries) == [(SALES, ["introduced", "narrowed", "widened", "removed", "restored"])]
    [entry] = entries
    assert [(event.sight.last_fetch_id, event.sight.fetch_id) for event in entry.happenings] == [
        (None, 1), (1, 2), (2, 3), (3, 4), (4, 5)]  # fmt: skip
    assert entry.stands
    assert entry.is_softer


def test_the_first_wording_never_disappears(lexicon: Lexicon) -> None:
    second = "We will not knowingly sell drones to the police in China."
    [entry] = lived(lexicon, [SALES], [second], [])
    assert entry.first.text == SALES
    assert entry.now.text == second
    assert [event.before for event in entry.happenings] == ["", SALES, second]


def test_said_twice_on_a_page_it_is_one_promise(lexicon: Lexicon) -> None:
    assert lives(lived(lexicon, [SALES, FEES, SALES])) == [(SALES, ["introduced"]), (FEES, ["introduced"])]


def test_the_same_versions_give_the_same_ledger(lexicon: Lexicon) -> None:
    versions = [[SALES, FEES], [FEES, "We will audit all suppliers."], [SALES, FEES]]
    assert lived(lexicon, *versions) == lived(lexicon, *versions)


def test_the_ledger_as_it_was_known(lexicon: Lexicon) -> None:
    [entry] = lived(lexicon, [SALES], ["We will not knowingly sell drones to the police in China."], [])
    assert as_of(entry, datetime(2025, 12, 31, tzinfo=UTC)) is None
    first = as_of(entry, datetime(2026, 1, 1, 12, tzinfo=UTC))
    assert first is not None
    assert (first.now.text, first.stands, first.is_softer) == (SALES, True, False)
    second = as_of(entry, datetime(2026, 1, 2, 12, tzinfo=UTC))
    assert second is not None
    assert (second.stands, second.is_softer) == (True, True)


def test_red_lines_of_a_list_are_entries_of_their_own(lexicon: Lexicon) -> None:
    items = ("- sell drones to police", "- sell cameras to armies", "- share user data with states")
    entries = lived(lexicon, ["We will not:", *items], ["We will not:", *items[:2]])
    assert lives(entries) == [
        ("sell drones to police", ["introduced"]),
        ("sell cameras to armies", ["introduced"]),
        ("share user data with states", ["introduced", "removed"]),
    ]


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("We will audit all suppliers by 2027.", date(2027, 12, 31)),
        ("We will audit all suppliers by the end of March 2027.", date(2027, 3, 31)),
        ("By 30 June 2026 we will publish our supplier list.", date(2026, 6, 30)),
        ("We will publish our supplier list before 2027.", date(2027, 1, 1)),
        ("We will publish our supplier list by the end of February 2028.", date(2028, 2, 29)),
        ("We stopped all sales in 2019.", None),
        ("We have stopped all sales in 2026.", None),
        ("We will repay fees within 30 days.", None),
        ("我们将在2028年底前停止向警方销售该设备。", date(2028, 12, 31)),
    ],
)
def test_when_a_promise_falls_due(lexicon: Lexicon, text: str, due: date | None) -> None:
    assert due_date(lexicon.frame(text), datetime(2026, 1, 1, tzinfo=UTC)) == due


def test_a_page_of_two_thousand_promises_is_survived(lexicon: Lexicon) -> None:
    old = [Promise(f"We will not sell item {n} to police {n}.", place=n) for n in range(1_000)]
    new = [Promise(f"We will not lease thing {n} to armies {n}.", place=n) for n in range(1_000)]
    found = fates(lexicon, old, new)
    assert len(found) == 2_000
    assert {fate.became for fate in found} == {Became.REMOVED, Became.INTRODUCED}


def test_a_sentence_of_200_kilobytes_is_in_the_ledger_by_its_beginning(lexicon: Lexicon) -> None:
    endless = "We will not sell drones, " + "cameras, " * 22_000 + "or kits to the police."
    [entry] = lived(lexicon, [endless], [endless])
    assert entry.now.text.startswith("We will not sell drones, cameras, ")
    assert entry.now.text.endswith("…")
    assert len(entry.now.text) == 5_000


@pytest.mark.parametrize(
    "text",
    [
        "Requests for the contents of communications must include an official address.",
        "Requests must be sent by the police to this address.",
        "We are required to comply with local laws on surveillance.",
        "As a global company, we feel a deep sense of responsibility for human rights.",
        "But we also know our work on human rights will never be finished.",
        "Respect for human rights shapes how we make our products.",
        "This statement is reviewed every year by the people who wrote it.",
        "Accept · Decline · Settings",
        "Reject all | Accept all | Manage choices",
        "We are not liable for losses of our workers' data.",
    ],
)
def test_what_binds_nobody_is_in_no_ledger(lexicon: Lexicon, text: str) -> None:
    assert promises_of(sentences_of(lexicon, reading(text))) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Requests for the contents of communications require a valid search warrant.",
        "We comply with the higher standard where laws on human rights differ.",
        "We respect human rights.",
        "Complaints of workers are investigated within a month.",
        "Our staff shares our commitment to human rights, and the board will hold leaders accountable for it.",
        "Our policy is to notify users of requests for their information.",
    ],
)
def test_what_is_told_as_practice_is(lexicon: Lexicon, text: str) -> None:
    assert [each.text for each in promises_of(sentences_of(lexicon, reading(text)))] == [text]


def test_a_heading_over_a_list_stands_before_its_items_with_a_colon(lexicon: Lexicon) -> None:
    places = (
        Place("Uses and limits of our kits", "heading", "main", 1),
        Place("We will not sell kits to the police.", "item", "main", 1, 0, 0),
        Place("We will not:", "paragraph", "main", 0, 0),
        Place("sell drones to the police.", "item", "main", 1, 0, 2),
    )
    found = promises_of(sentences_of(lexicon, Reading(places)))
    assert [promise.whole for promise in found] == [
        "Uses and limits of our kits: We will not sell kits to the police.",
        "We will not sell drones to the police.",
    ]
    assert found[0].key == "uses and limits of our kits we will not sell kits to the police."
