"""Whom a firmer wording serves, and in which role every word stands: what is told firmer or the same must be so."""

from __future__ import annotations

import pytest

from core.commitments import Lexicon
from core.model import Verdict

QUIET = (Verdict.STRENGTHENED, Verdict.REWORDED)
BASE = "We will not sell drones to the army of any country."


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ("We will publish the names of our mills.", Verdict.STRENGTHENED),
        ("We will compensate villagers for lost harvests.", Verdict.STRENGTHENED),
        ("We will publish the names of those who complain.", Verdict.UNCLASSIFIED),
        ("We will search lockers.", Verdict.UNCLASSIFIED),
        ("We will end our support for widows.", Verdict.UNCLASSIFIED),
        ("We will comply with every order of the ministry.", Verdict.UNCLASSIFIED),
    ],
)
def test_a_sentence_added_is_firmer_only_where_it_serves_people(
    lexicon: Lexicon, added: str, expected: Verdict
) -> None:
    assert lexicon.compare(BASE, f"{BASE} {added}").verdict is expected


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("Deposits are returned to tenants.", "Deposits are returned by tenants.", "role: to tenants → by tenants"),
        ("Fishers will be repaid.", "Fishers will repay.", "role: repay (passive) → repay"),
        ("We respect the dignity of children.", "We respect the dignity of our children.", "role: of children → of our children"),
    ],
)  # fmt: skip
def test_a_role_that_changed_is_told(lexicon: Lexicon, before: str, after: str, reason: str) -> None:
    finding = lexicon.compare(before, after)
    assert finding.verdict not in QUIET
    assert reason in finding.reasons


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("We will pay fees for miners and farmers.", "We will pay fees for farmers and miners."),
        ("Every year, we assess risks in our mills.", "We assess risks in our mills every year."),
        ("We listen to every worker in our mills.", "We listen to every worker at our mills."),
    ],
)
def test_small_words_that_say_the_same_stay_a_rewording(lexicon: Lexicon, before: str, after: str) -> None:
    assert lexicon.compare(before, after).verdict is Verdict.REWORDED


def test_a_company_called_like_a_word_does_not_hide_the_word(lexicon: Lexicon) -> None:
    names = ("Harbour",)
    assert lexicon.compare("Harbour sells no drones.", "We sell no drones.", company_names=names).verdict in QUIET
    hidden = lexicon.compare("We buy from harbour agents.", "We buy from agents.", company_names=names)
    assert hidden.verdict not in QUIET


def test_a_lead_in_may_turn_its_items_round(lexicon: Lexicon) -> None:
    finding = lexicon.compare(
        "Owners", "Owners", lead_in_before="Costs are paid by:", lead_in_after="Costs are paid to:"
    )
    assert finding.verdict not in QUIET
