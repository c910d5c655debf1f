"""What is formatting, and which signs are what the text says."""

from __future__ import annotations

import pytest

from core.same_words import says_the_same

SAME = [
    ("The mill – and the port – is open", "The mill - and the port - is open"),
    ("Farm, mill and port", "Farm mill and port"),
    ("HUMAN RIGHTS POLICY", "Human rights policy"),
    ("We do NOT sell", "We do not sell"),
    ("The “Code” of suppliers", 'The "Code" of suppliers'),
    ("“Services” means what we sell", "Services means what we sell"),
    ("Learn more →", "Learn more"),
    ("• Mines in Peru", "Mines in Peru"),
    ("● Mines in Peru", "■ Mines in Peru"),
    ("Acme® mills", "Acme mills"),
    ("sub-contractors by e-mail", "subcontractors by email"),
    ("The policyWe have", "The policy We have"),
    ("It can not be undone", "It cannot be undone"),
    ("4 % of mills", "4% of mills"),
    ("Home > Policies", "Home / Policies"),
]
OTHER = [
    ("Dose ≤ 5 mSv", "Dose ≥ 5 mSv"),
    ("Dose < 5", "Dose > 5"),
    ("Dose = 5", "Dose ≠ 5"),
    ("Wages − 4 %", "Wages + 4 %"),
    ("Wages ↑ 4 %", "Wages ↓ 4 %"),
    ("Risk: 🔴", "Risk: 🟢"),
    ("Stun guns ●●●○○", "Stun guns ●○○○○"),
    ("Risk: ▲", "Risk: ▼"),
    ("Face match ○ ×", "Face match × ○"),
    ("Mines: 🇵🇪 🇹🇩 🇲🇱", "Mines: 🇵🇪 🇲🇱"),
    ("Mill score: A+", "Mill score: A"),
    ("Mill score: A-", "Mill score: A"),
    ("Balance: (400)", "Balance: 400"),
    ("Mines: ~~Chad~~, Peru", "Mines: Chad, Peru"),
    ("1/2 day", "12 day"),
    ("Wage (€)", "Wage (₦)"),
    ("The mill is safe.", "The mill is safe?"),
    ("No, mining in parks goes on", "No mining in parks goes on"),
    ('The mill is "safe".', "The mill is safe."),
    ("All farms pay in full", "All farms pay in full*"),
    ("The re-signed pact", "The resigned pact"),
    ("un-ionised plants", "unionised plants"),
    ("not able to strike", "notable to strike"),
    ("in formal talks", "informal talks"),
    ("AIDS for workers", "aids for workers"),
    ("SWAT teams are here", "swat teams are here"),
]
OTHER_IF_GUARDED = [
    ("Suppliers must not hire children; under 15 they may help.", "Suppliers must not hire children under 15; they may help."),
    ("We do not sell: to police; weapons.", "We do not sell to police; weapons."),
    ("We will not sell drones, armed or not.", "We will not sell drones armed or not."),
]  # fmt: skip


@pytest.mark.parametrize(("was", "now"), SAME)
def test_how_a_text_looks_is_no_change(was: str, now: str) -> None:
    assert says_the_same(was, now, guarded=False)
    assert says_the_same(now, was, guarded=False)


@pytest.mark.parametrize(("was", "now"), OTHER)
def test_a_sign_that_means_something_is_a_word(was: str, now: str) -> None:
    for guarded in (False, True):
        assert not says_the_same(was, now, guarded)
        assert not says_the_same(now, was, guarded)


@pytest.mark.parametrize(("was", "now"), OTHER_IF_GUARDED)
def test_in_a_promise_every_sign_counts(was: str, now: str) -> None:
    assert says_the_same(was, now, guarded=False)
    assert not says_the_same(was, now, guarded=True)
    assert not says_the_same(now, was, guarded=True)


def test_the_signs_that_part_a_list_do_not_count_in_a_promise() -> None:
    listed = "We will not sell to: police; armies; guards."
    assert says_the_same(listed, "We will not sell to: police • armies • guards", guarded=True)
