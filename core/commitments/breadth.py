"""How much of the thing a promise speaks of: "all", "some", and the words that narrow a noun."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.commitments.delta import Delta, Sign, is_restraint, quotes, span, surplus
from core.commitments.frame import Frame, Mark
from core.commitments.vocabulary import Vocabulary
from core.commitments.wording import word_set

_LEGAL = ("unlawful", "illegal", "unauthori", "improper", "arbitrary", "indiscriminate")
_EACH_TIME = ("always", "at all times", "in all cases", "in every case", "without exception")
_EVERY = {"all": "all", "every": "all", "each": "all", "full": "full", "fully": "full"}
_COVERED = word_set(
    "suppliers workers employees customers sites factories countries operations contractors partners users communities "
    "markets mines smelters stores offices plants facilities locations distributors subcontractors"
)
"""Whom and what a duty covers: an adjective put before them covers fewer."""
_NO_SUPERLATIVE = word_set("request interest test latest protest arrest harvest forest rest contest")
_FURTHER = word_set("additional future new")


def breadth_moved(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
    """Quantifiers, and words that narrow a noun."""
    one, two = surplus(before.of("breadth"), after.of("breadth"), _EVERY)
    if not one and not two:
        return
    reason = f"object: {quotes(before, one)} → {quotes(after, two)}"
    signs = {_breadth_gone(before, mark) for mark in one} | {_breadth_added(after, mark) for mark in two}
    if two and not before.negations and not after.negations and all(_took_all(before, after, mark) for mark in two):
        signs = {"-"}
    if one and two and not before.negations and not after.negations and _is_widened(one, two):
        signs = {"+"}
    if two and not one and all(mark.value == "narrowing" and _joins_another(after, mark) for mark in two):
        signs = {"+"}
    if one and not two and all(mark.value == "narrowing" and _joins_another(before, mark) for mark in one):
        signs = {"-"}
    sign: Sign = "?" if "+" in signs and len(signs) > 1 else "-" if "-" in signs else signs.pop()
    links = frozenset(
        at
        for mark in two
        for at in (mark.first - 1, mark.last)
        if sign == "+" and after.words[at : at + 1] in (("and",), ("or",))
    )
    largest = _largest(before, after) if sign == "+" and two and not one else frozenset()
    yield Delta("objects", sign, reason, span(one) | largest, span(two) | links | _where_all(after, two, sign))


def _largest(before: Frame, after: Frame) -> frozenset[int]:
    """ "Our largest suppliers", "all our suppliers": the word that left the others out goes with it."""
    return frozenset(
        at
        for at, word in enumerate(before.words[:-1])
        if word.endswith("est")
        and word not in _NO_SUPERLATIVE
        and word not in after.words
        and before.words[at + 1] in _COVERED
    )


_AT = word_set("at across in throughout for")


def _where_all(frame: Frame, marks: Sequence[Mark], sign: Sign) -> frozenset[int]:
    """ "… at all our sites": the place that "all" speaks of comes with it, where the sentence ends behind it."""
    if sign != "+" or len(marks) != 1 or frame.words[max(marks[0].first - 1, 0)] not in _AT:
        return frozenset()
    rest = [at for at in range(marks[0].last, len(frame.words)) if frame.words[at] != "."]
    return (
        frozenset(rest)
        if len(rest) <= _SHORT_NAME and all(frame.words[at] in _COVERED | {"our", "of", "its"} for at in rest)
        else frozenset()
    )


_SHORT_NAME = 3


def _joins_another(frame: Frame, mark: Mark) -> bool:
    """ "New suppliers", "new and existing suppliers": beside another word that narrows, it takes in more."""
    return any(
        other.dimension == "breadth"
        and other is not mark
        and frame.words[min(other.last, mark.last) : max(other.first, mark.first)] in (("and",), ("or",))
        for other in frame.marks
    )


def _took_all(before: Frame, after: Frame, mark: Mark) -> bool:
    """ "All customers" and "high-risk customers": what was said of all is said of those."""
    if mark.value == "whole" or mark.last >= len(after.words):
        return False
    noun = after.words[mark.last]
    at = next((at for at, word in enumerate(before.words) if word[:5] == noun[:5]), -1)
    if at < 0:
        return False
    return before.words[at - 1] in _EVERY or (noun in _COVERED and mark.text not in _FURTHER)


def _is_widened(one: Sequence[Mark], two: Sequence[Mark]) -> bool:
    """ "Serious harms" and "all harms": the word that narrowed gave way to one that leaves nothing out."""
    return all(mark.value != "whole" for mark in one) and all(mark.value == "whole" for mark in two)


def _breadth_added(frame: Frame, mark: Mark) -> Sign:
    if mark.value == "whole" and mark.first == 0 and frame.negations:  # "any camera is not sold"
        return "?"
    if mark.text in _EACH_TIME and not frame.negations:
        return "+"
    if mark.value == "whole":  # "not every agency" may spare some
        governs = {at for act in frame.acts for at in act.claims}  # "suspend every account", but "not to all of them"
        is_spared = frame.negations or (is_restraint(frame) and mark.first - 1 not in governs)
        return "?" if is_spared and mark.text != "any" else "+"
    return "-" if mark.value == "part" or is_restraint(frame) else "?"


def _breadth_gone(frame: Frame, mark: Mark) -> Sign:
    if mark.value == "whole":
        if any(clause.kind == "relative" and clause.first - mark.last in (1, 2) for clause in frame.clauses):
            return "?"  # "any supplier that uses it", "suppliers that use it": a class either way
        return "?" if frame.negations and mark.text not in ("any", "all") else "-"
    if mark.text.startswith(_LEGAL) and not is_restraint(frame):  # "we report unlawful content" and "we report content"
        return "?"
    return "+" if mark.value == "part" else "?"
