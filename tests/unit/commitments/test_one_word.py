"""One word or number that changed, and what its place tells; and where the same change tells nothing of the kind."""

from __future__ import annotations

import pytest

from core.commitments import Lexicon
from core.model import Verdict

NUMBERS = [  # (before, after): the later is weaker
    ("We will cut our water use by 40 percent by 2030.", "We will cut our water use by 25 percent by 2030."),
    ("We delete call recordings after 30 days.", "We delete call recordings after 90 days."),
    ("We give at least six months' notice before any closure.", "We give at least 60 days' notice before any closure."),
    ("Workers receive at least 16 weeks of paid leave.", "Workers receive at least 12 weeks of paid leave."),
    ("All farmers will earn a living income by 2026.", "All farmers will earn a living income by 2029."),
]
WEAKER = [
    ("We keep location data for 30 days.", "We keep location data for 90 days."),
    ("We never retaliate against whistleblowers.", "We never unfairly retaliate against whistleblowers."),
    ("Anyone may report a concern to the ombudsman.", "Suppliers may report a concern to the ombudsman."),
    ("We hand over user data only with a court order.", "We hand over user data only with a court order or a letter."),
    ("Workers can refuse unsafe work without loss of pay.", "Workers can refuse unsafe work."),
    ("Calls are encrypted by default.", "Calls can be encrypted."),
    ("Users can appeal a removal to a human reviewer.", "Users can appeal a removal."),
    ("We refuse requests that are vague.", "We refuse requests that are vague where we consider it appropriate."),
]
FIRMER = [
    ("We protect the privacy of our users.", "We protect the privacy of our users and visitors."),
    (
        "We consult villages before we mine on their land.",
        "We obtain the consent of villages before we mine on their land.",
    ),
    ("We aim to source our tin from audited smelters.", "We source our tin from audited smelters."),
    ("We reimburse workers for recruitment fees.", "We reimburse workers for recruitment fees, visa costs and travel."),
]
NO_GAIN = [  # what looks like one of them and protects nobody
    ("We will cut wages by 10 percent.", "We will cut wages by 20 percent."),
    ("We reduce the notice period by 10 days.", "We reduce the notice period by 20 days."),
    ("We keep audit records for five years.", "We keep audit records for two years."),
    ("We store evidence of abuse for ten years.", "We store evidence of abuse for one year."),
    ("Workers must give at least two weeks' notice.", "Workers must give at least four weeks' notice."),
    ("We respect the privacy of our users.", "We respect the privacy of our users and the interests of governments."),
    ("We hand over data of users.", "We hand over data of users and visitors."),
    ("We consult villages before we mine.", "We seek the consent of villages before we mine."),
    ("We aim to source cotton from the region.", "We source cotton from the region."),
    ("We do not support unions.", "We do not actively support unions."),
    ("We reimburse fees of up to 500 dollars.", "We reimburse fees of up to 100 dollars."),
    ("We audit working hours at up to 100 sites.", "We audit working hours at up to 20 sites."),
    ("We give leave to workers employed at least 12 months.", "We give leave to workers employed at least 24 months."),
    (
        "We give training to suppliers with at least 10 workers.",
        "We give training to suppliers with at least 100 workers.",
    ),
    ("We delete evidence of abuse after five years.", "We delete evidence of abuse after 30 days."),
    ("We keep video of use of force for five years.", "We keep video of use of force for 30 days."),
    ("We consult governments before we notify users.", "We obtain the consent of governments before we notify users."),
    ("We reimburse workers for recruitment fees.", "We reimburse workers for recruitment fees or travel."),
    ("We respect the rights of workers.", "We respect the rights of workers and their employers and suppliers."),
    ("We remediate harm.", "We remediate harm and disclose victims."),
    ("We hope to close the grievance line.", "We close the grievance line."),
    ("We stop all dealings with sanctioned mines.", "We stop our dealings with sanctioned mines."),
    ("We suspend sales upon receipt of a report.", "We suspend sales after receiving a report."),
    ("No more workers shall be dismissed.", "More workers shall not be dismissed."),
    ("We lower energy subsidies for workers by 10 percent.", "We lower energy subsidies for workers by 20 percent."),
    ("We reduce water access by 10 percent.", "We reduce water access by 30 percent."),
    ("We delete complaints after 90 days.", "We delete complaints after 30 days."),
    ("We delete evidence logs after two years.", "We delete evidence logs after one month."),
    ("Workers receive at least 2 days without pay.", "Workers receive at least 5 days without pay."),
    ("We disclose data that is requested if we believe it is lawful.", "We disclose data that is requested."),
]


@pytest.mark.parametrize(("before", "after"), NUMBERS)
def test_a_number_is_read_by_what_it_measures(lexicon: Lexicon, before: str, after: str) -> None:
    assert lexicon.compare(before, after).verdict is Verdict.WEAKENED
    assert lexicon.compare(after, before).verdict is Verdict.STRENGTHENED


@pytest.mark.parametrize(("before", "after"), WEAKER)
def test_a_word_whose_place_says_that_less_is_promised(lexicon: Lexicon, before: str, after: str) -> None:
    assert lexicon.compare(before, after).verdict is Verdict.WEAKENED
    assert lexicon.compare(after, before).verdict is not Verdict.WEAKENED


@pytest.mark.parametrize(("before", "after"), FIRMER)
def test_a_word_whose_place_says_that_more_is_promised(lexicon: Lexicon, before: str, after: str) -> None:
    assert lexicon.compare(before, after).verdict is Verdict.STRENGTHENED
    assert lexicon.compare(after, before).verdict in (Verdict.WEAKENED, Verdict.UNCLASSIFIED)


def test_verbs_that_share_what_follows_may_change_places(lexicon: Lexicon) -> None:
    found = lexicon.compare("We do not share or sell your health data.", "We do not sell or share your health data.")
    assert found.verdict is Verdict.REWORDED


def test_a_raised_figure_is_no_number(lexicon: Lexicon) -> None:
    lexicon.compare("We delete recordings after ² days.", "We delete recordings after ③ days.")
    found = lexicon.compare("We delete recordings after 30² days.", "We delete recordings after 90³ days.")
    assert found.verdict is not Verdict.STRENGTHENED


def test_neither_nor_is_one_negation(lexicon: Lexicon) -> None:
    both = "Neither we nor our joint ventures supply parts for nuclear weapons."
    assert lexicon.frame(both).stance == "restrains"
    assert lexicon.compare(both, "We do not supply parts for nuclear weapons.").verdict is not Verdict.REVERSED
    assert lexicon.compare(both, "We supply parts for nuclear weapons.").verdict is Verdict.REVERSED


@pytest.mark.parametrize(("before", "after"), NO_GAIN)
def test_what_only_looks_like_it_is_no_gain(lexicon: Lexicon, before: str, after: str) -> None:
    assert lexicon.compare(before, after).verdict not in (Verdict.STRENGTHENED, Verdict.REWORDED)
