"""The labelled real cases, read in place: the right label or "please read", never the opposite."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.commitments import real_cases
from core.commitments import Lexicon

RIGHT = {
    "added": {"NEW", "STRENGTHENED", "UNCLASSIFIED"},
    "removed": {"REMOVED"},
    "reworded": {"REWORDED", "UNCLASSIFIED"},
    "strengthened": {"STRENGTHENED", "UNCLASSIFIED"},
    "weakened": {"WEAKENED", "UNCLASSIFIED"},
}


@pytest.mark.usefixtures("shared")
def test_no_real_case_is_told_the_wrong_way(lexicon: Lexicon, shared: Path) -> None:
    cases = real_cases()
    assert cases is not None
    told = {
        case["id"]: (case["label"], lexicon.compare(case["before"] or "", case["after"] or "").verdict.value)
        for case in cases
    }
    assert len(told) == 10
    assert {name: pair for name, pair in told.items() if pair[1] not in RIGHT[pair[0]]} == {}
