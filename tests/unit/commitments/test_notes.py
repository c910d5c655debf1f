"""A footnote mark that comes to a promise is no rewording."""

from __future__ import annotations

import pytest

from core.commitments.notes import marks_of
from core.model import Verdict
from monitor.app import lexicon

PROMISE = "We pay a living wage to all staff."


@pytest.mark.parametrize(
    ("after", "mark"),
    [
        ("We pay a living wage to all staff.*", "*"),
        ("We pay a living wage to all staff*.", "*"),
        ("We pay a living wage to all staff.†", "†"),
        ("We pay a living wage to all staff.¹", "¹"),
        ("We pay a living wage to all staff.[1]", "[1]"),
        ("We pay a living wage to all staff.1", "1"),
        ("We pay a living wage2 to all staff.", "2"),
    ],
)
def test_a_promise_that_gained_a_footnote_is_for_a_reader(after: str, mark: str) -> None:
    found = lexicon().compare(PROMISE, after)
    assert found.verdict is Verdict.UNCLASSIFIED
    assert f"a footnote was added ({mark}): what it says may take part of it back" in found.reasons


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (PROMISE, PROMISE),
        ("We pay a living wage to all staff.*", "We pay a living wage to all staff.*"),
        ("We pay a living wage to all staff.[1]", "We pay a living wage to all staff.[2]"),
        ("We pay a living wage to all staff.*", PROMISE),
        ("We pay a living wage to all staff.", "*We pay a living wage to all staff.*"),
    ],
    ids=["none", "the same", "another number", "gone", "emphasis"],
)
def test_other_marks_change_nothing(before: str, after: str) -> None:
    assert lexicon().compare(before, after).verdict is Verdict.REWORDED


def test_what_is_part_of_a_name_is_no_mark() -> None:
    assert marks_of("CO2, the G20, ISO 45001, SA8000 and version 2 of the code (see 4.1).") == []


def test_a_weaker_promise_stays_weaker() -> None:
    assert lexicon().compare(PROMISE, "We aim to pay a living wage to all staff.*").verdict is Verdict.WEAKENED
