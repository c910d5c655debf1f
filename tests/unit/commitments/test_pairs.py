"""The labelled pairs, the same pairs turned round and with swapped words, and sentences softened by rule."""

from __future__ import annotations

import pytest

from bench.commitments import QUIET, SETS, TURNED, Pair, pairs, report, softened, swapped
from core.commitments import Lexicon
from core.model import Verdict

COUNTS = {
    "change-cases": 40,
    "unseen": 74,
    "unseen-2": 62,
    "unseen-3": 30,
    "unseen-4": 24,
    "unseen-5": 300,
    "unseen-6": 149,
    "unseen-7": 75,
    "unseen-8": 52,
    "unseen-9": 114,
    "unseen-10": 52,
    "unseen-11": 26,
    "unseen-12": 52,
    "unseen-13": 52,
    "unseen-14": 52,
    "unseen-15": 26,
    "unseen-16": 104,
    "unseen-17": 26,
    "unseen-18": 78,
    "unseen-19": 60,
    "unseen-20": 36,
    "unseen-21": 26,
    "unseen-22": 104,
    "unseen-languages": 88,
    "unseen-short": 74,
    "mended": 399,
}
LEAST_EXACT = {
    "change-cases": 39,
    "unseen": 66,
    "unseen-2": 54,
    "unseen-3": 23,
    "unseen-4": 7,
    "unseen-5": 239,
    "unseen-6": 125,
    "unseen-7": 25,
    "unseen-8": 37,
    "unseen-9": 94,
    "unseen-10": 33,
    "unseen-11": 21,
    "unseen-12": 39,
    "unseen-13": 31,
    "unseen-14": 29,
    "unseen-15": 11,
    "unseen-16": 83,
    "unseen-17": 18,
    "unseen-18": 55,
    "unseen-19": 49,
    "unseen-20": 26,
    "unseen-21": 24,
    "unseen-22": 44,
    "unseen-languages": 85,
    "unseen-short": 70,
    "mended": 325,
}
SOFTENED = 1157
SWAPPED = 295
MOST_FALSE_LOSSES = (
    8  # true rewordings of sets f to i and k and one more, whole sentences in other words, that are called weaker
)


def all_pairs() -> list[Pair]:
    return [pair for name in SETS for pair in pairs(name)]


@pytest.mark.parametrize("name", SETS)
def test_every_set_is_whole(name: str) -> None:
    assert len(pairs(name)) == COUNTS[name]


@pytest.mark.parametrize("name", SETS)
def test_enough_verdicts_are_exact(lexicon: Lexicon, name: str) -> None:
    exact = [pair.id for pair in pairs(name) if lexicon.compare(pair.before, pair.after).verdict in pair.right]
    assert len(exact) >= LEAST_EXACT[name]


@pytest.mark.parametrize("name", SETS)
def test_no_weakening_is_told_as_reworded_or_stronger(lexicon: Lexicon, name: str) -> None:
    judged = [(pair, lexicon.compare(pair.before, pair.after)) for pair in pairs(name)]
    assert [(pair.id, finding.reasons) for pair, finding in judged if pair.is_dangerous(finding)] == []
    assert [pair.id for pair, finding in judged if not finding.reasons] == []


@pytest.mark.parametrize("name", SETS)
def test_turned_round_the_direction_turns_or_a_reader_is_asked(lexicon: Lexicon, name: str) -> None:
    wrong = []
    for pair in pairs(name):
        there = lexicon.compare(pair.before, pair.after).verdict
        back = lexicon.compare(pair.after, pair.before)
        allowed = set(Verdict)
        if there is Verdict.STRENGTHENED:  # what we dare to call firmer is weaker the other way
            allowed = {Verdict.WEAKENED}
        if there in (Verdict.REWORDED, Verdict.REVERSED):
            allowed = {there, Verdict.UNCLASSIFIED}
        if pair.is_dangerous(back, TURNED.get(pair.label, pair.label)) or back.verdict not in allowed:
            wrong.append((pair.id, there.value, back.verdict.value, back.reasons))
    assert wrong == []


def test_true_rewordings_are_not_given_a_direction(lexicon: Lexicon) -> None:
    rewordings = [pair for pair in pairs("change-cases") if pair.label == "REWORDED"]
    rewordings += [pair for name in SETS[1:] for pair in pairs(name) if pair.label == "REWORDED"]
    wrong = [
        pair.id
        for pair in rewordings
        if lexicon.compare(pair.before, pair.after).verdict in (Verdict.STRENGTHENED, Verdict.WEAKENED)
    ]
    assert len(rewordings) == 282
    assert [each for each in wrong if each[0] not in "fghik" and each != "m279"] == []
    assert len(wrong) <= MOST_FALSE_LOSSES


def test_swapped_words_leave_the_verdict_standing(lexicon: Lexicon) -> None:
    swaps = [(pair, *swap) for pair in all_pairs() for swap in swapped(lexicon, pair)]
    changed = [
        (pair.id, what)
        for pair, what, before, after in swaps
        if lexicon.compare(before, after).verdict != lexicon.compare(pair.before, pair.after).verdict
    ]
    assert len(swaps) == SWAPPED
    assert changed == []


def test_no_softened_sentence_passes_as_reworded_or_stronger(lexicon: Lexicon) -> None:
    cases = list(softened())
    passed = [changed for _, base, changed in cases if lexicon.compare(base, changed).verdict in QUIET]
    assert len(cases) == SOFTENED
    assert passed == []


def test_no_loss_in_the_clothes_of_a_gain_passes(lexicon: Lexicon) -> None:
    from bench.commitments import _yaml

    traps = _yaml("traps.yaml")["cases"]
    passed = [each["id"] for each in traps if lexicon.compare(each["before"], each["after"]).verdict in QUIET]
    assert len(traps) == 231
    assert passed == []


def test_the_dimensions_of_the_known_pairs_are_named(lexicon: Lexicon) -> None:
    from bench.commitments import _yaml

    wrong = []
    for case in _yaml("change-cases.yaml")["cases"]:
        finding = lexicon.compare(case["before"], case["after"])
        named = dict(finding.dimensions)
        if finding.verdict is Verdict.UNCLASSIFIED:
            continue
        missing = {name: sign for name, sign in case["dims"].items() if name != "action" and named.get(name) != sign}
        if missing and case["label"] != "REVERSED":
            wrong.append((case["id"], missing, finding.dimensions))
    assert len(wrong) <= 3, wrong


def test_the_report_lists_every_miss(lexicon: Lexicon) -> None:
    text = report(lexicon, with_ledgers=False)
    assert "| change-cases | 40 |" in text
    missed = [pair for pair in all_pairs() if lexicon.compare(pair.before, pair.after).verdict not in pair.right]
    assert [pair.id for pair in missed if f"- {pair.id}: " not in text] == []
