"""One dimension that moved, and the small questions every comparison of two frames asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from core.commitments.frame import Clause, Frame, Mark

Sign = Literal["+", "-", "?"]

NOTHING_SAME: Mapping[str, str] = MappingProxyType({})
TURNED: dict[Sign, Sign] = {"+": "-", "-": "+", "?": "?"}


@dataclass(frozen=True, slots=True)
class Delta:
    """One dimension that moved. The word positions it accounts for are claimed on either side."""

    dimension: str
    sign: Sign
    reason: str
    before: frozenset[int] = frozenset()
    after: frozenset[int] = frozenset()
    forces_reading: bool = False  # no direction may be named at all
    is_reversal: bool = False


def is_restraint(frame: Frame) -> bool:
    """Everything the sentence does is to hold back, stop or forbid: there less condition and more scope are firmer."""
    return bool(frame.acts) and all(
        act.stance == "restrains" and (act.is_harm or act.group in ("sever", "suspend")) for act in frame.acts
    )


def is_duty_of_affected(frame: Frame) -> bool:
    """A duty laid on the people a promise should protect; a firmer one is no stronger promise."""
    if frame.actor not in ("users", "affected") or frame.tier is None:
        return False
    if frame.negations or frame.is_passive:
        return False
    modals = frame.of("modality")
    if modals and all(mark.text in ("can", "could") for mark in modals):  # "workers can complain": a right, no duty
        return False
    return not _ENJOYED.intersection(frame.words)


_ENJOYED = frozenset(
    {"receive", "entitled", "right", "rights", "protected", "free", "access", "earn", "gain", "enjoy", "benefit"}
)


def is_for_its_subject(frame: Frame) -> bool:
    """ "Workers receive 12 weeks of leave": what is told of people is promised to them."""
    return frame.actor in ("users", "affected") and not frame.negations and not _GETS.isdisjoint(frame.words)


_GETS = frozenset({"receive", "earn", "entitled"})


def is_disclaimer(frame: Frame) -> bool:
    """ "We are not liable", "we do not warrant": what a company will not answer for is no promise to anybody."""
    if not frame.negations or any(act.lemma not in _TAKING_ON for act in frame.acts):
        return False
    return not _LIABILITY.isdisjoint(frame.words[frame.negations[0] : frame.negations[0] + _NEAR])


_LIABILITY = frozenset(
    [
        "liable",
        "liability",
        "liabilities",
        "responsible",
        "responsibility",
        "warrant",
        "warrants",
        "warranty",
        "warranties",
        "endorse",
        "endorses",
    ]
)
_TAKING_ON = ("accept", "provide", "give", "offer", "make", "assume", "grant")
_NEAR = 6  # words


def unless_restraint(sign: Sign, *frames: Frame) -> Sign:
    """A "+" that holds for restraints only; elsewhere the same words may have been the substance of the promise."""
    return sign if sign != "+" or all(is_restraint(frame) for frame in frames) else "?"


def span(marks: Sequence[Mark | Clause]) -> frozenset[int]:
    return frozenset(at for mark in marks for at in range(mark.first, mark.last))


def quotes(frame: Frame, marks: Sequence[Mark | Clause]) -> str:
    return (
        ", ".join(dict.fromkeys(frame.quote(mark) for mark in sorted(marks, key=lambda mark: mark.first))) or "nothing"
    )


def surplus(
    one: Sequence[Mark], two: Sequence[Mark], same: Mapping[str, str] = NOTHING_SAME
) -> tuple[list[Mark], list[Mark]]:
    """The marks whose words stand on one side only; ``same`` gives one name to words that say the same."""
    names_one, names_two = ([same.get(mark.text, mark.text) for mark in marks] for marks in (one, two))
    counts_one, counts_two = Counter(names_one), Counter(names_two)
    return _pick(one, names_one, counts_one - counts_two), _pick(two, names_two, counts_two - counts_one)


def _pick(marks: Sequence[Mark], names: Sequence[str], counts: Counter[str]) -> list[Mark]:
    left, found = dict(counts), []
    for mark, name in zip(reversed(marks), reversed(names), strict=True):
        if left.get(name, 0):
            left[name] -= 1
            found.append(mark)
    return found
