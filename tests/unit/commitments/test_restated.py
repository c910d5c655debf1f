"""Turns of phrase that say the same, and those beside them that do not."""

from __future__ import annotations

import pytest

from core.commitments import Lexicon
from core.commitments.restated import restated
from core.model import Verdict

SAME = [
    ("We require suppliers to sign our code.", "Suppliers must sign our code."),
    ("We do not allow contractors to carry firearms.", "Contractors may not carry firearms."),
    ("Our suppliers are not permitted to employ anyone younger than 15.", "Our suppliers may not employ anyone under 15."),
    ("Suppliers must keep a record of working hours.", "Working hours must be recorded by suppliers."),
    ("We do not buy tin from mines controlled by militias.", "We do not buy tin from mines that are controlled by militias."),
    ("Suppliers must provide drinking water to all workers.", "Suppliers must provide all workers with drinking water."),
    ("Suppliers are prohibited from charging recruitment fees to workers.", "Suppliers are not allowed to charge workers recruitment fees."),
    ("Our company has a zero-tolerance policy on human trafficking.", "We have zero tolerance for human trafficking."),
    ("We cut ties with any supplier that refuses an audit.", "We end our relationship with any supplier that refuses to be audited."),
    ("We oppose the death penalty in every case.", "In every case, we oppose the death penalty."),
    ("We will not, in any circumstances, sell spyware.", "Under no circumstances will we sell spyware."),
    ("Workers and their families may use the clinic.", "The clinic may be used by workers and their families."),
    ("Access to footage requires a court order.", "A court order is required for access to footage."),
    ("We do not allow child labour in any of our plants.", "Child labour is not allowed in any of our plants by us."),
    ("We never sell data.", "We do not ever sell data."),
    ("Our policy applies to employees, contractors and suppliers in every country where we operate.",
     "In every country where we operate, our policy applies to employees, suppliers and contractors."),
]  # fmt: skip
NOT_SAME = [
    ("We keep a public record of all complaints.", "We keep a record of all complaints."),
    ("We require suppliers to sign our code.", "We ask suppliers to sign our code."),
    ("We repay workers who were charged fees.", "We repay workers who are charged fees."),
    ("Suppliers are not permitted to hold passports.", "Suppliers are permitted to hold passports."),
    ("Suppliers must not charge fees.", "Suppliers may not charge fees."),
    ("We provide all workers with training.", "We provide workers with training."),
    ("Suppliers, who must pay overtime at double rate, are audited yearly.",
     "Suppliers who must pay overtime at double rate are audited yearly."),
]  # fmt: skip


@pytest.mark.parametrize(("one", "two"), SAME)
def test_what_says_the_same_is_reworded_either_way_round(lexicon: Lexicon, one: str, two: str) -> None:
    assert lexicon.compare(one, two).verdict is Verdict.REWORDED
    assert lexicon.compare(two, one).verdict is Verdict.REWORDED


@pytest.mark.parametrize(("one", "two"), NOT_SAME)
def test_what_stands_beside_a_turn_of_phrase_is_no_rewording(lexicon: Lexicon, one: str, two: str) -> None:
    assert lexicon.compare(one, two).verdict is not Verdict.REWORDED
    assert lexicon.compare(two, one).verdict is not Verdict.REWORDED


def test_a_sentence_without_such_turns_stands_as_it_is() -> None:
    assert restated("we will not sell drones to the police.") == "we will not sell drones to the police."


def test_reasons_quote_the_words_as_captured(lexicon: Lexicon) -> None:
    finding = lexicon.compare(
        "We require suppliers to pay the wages of all workers.",
        "We require suppliers to pay the wages of all workers where possible.",
    )
    assert finding.verdict is Verdict.WEAKENED
    assert finding.reasons == ("hedge added: where possible",)
