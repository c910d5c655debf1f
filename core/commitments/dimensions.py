"""How two frames differ, dimension by dimension, each with its sign and its reason in words.

``+`` is firmer for the people a promise protects, ``-`` weaker, ``?`` moved in a way that rules cannot direct. A
sentence that permits harm reads the other way round: there a wider scope is weaker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from core.commitments.acts_moved import actions_moved, modality_moved, stance_moved
from core.commitments.breadth import breadth_moved
from core.commitments.conditions import conditions_moved
from core.commitments.delta import Delta, is_duty_of_affected
from core.commitments.frame import Frame
from core.commitments.guard import is_claimed
from core.commitments.lists import Content, coverage_shortened, list_lengthened, list_shortened
from core.commitments.one_word import word_moved
from core.commitments.parts import part_added, parts_moved
from core.commitments.qualifiers import (
    actors_moved,
    anaphora_moved,
    evidence_moved,
    hedges_moved,
    numbers_moved,
    only_moved,
    standards_moved,
)
from core.commitments.scope import lattice_moved, rank_moved
from core.commitments.slot import slot_of
from core.commitments.slots import item_came, slot_moved
from core.commitments.softer import softened
from core.commitments.timing import deadline_moved, duration_moved
from core.commitments.vocabulary import Vocabulary
from core.commitments.wording import word_set

_Comparison = Callable[[Vocabulary, Frame, Frame], Iterator[Delta]]
_COMPARISONS: tuple[tuple[_Comparison, str], ...] = (  # each with the cues without which it finds nothing, if any
    (stance_moved, ""),
    (modality_moved, ""),
    (actions_moved, ""),
    (lattice_moved("places", "place"), "places"),
    (lattice_moved("customers", "customer"), "customers"),
    (breadth_moved, "breadth"),
    (rank_moved("channel", "channel"), "channel"),
    (rank_moved("frequency", "how often"), "frequency"),
    (only_moved, ""),
    (duration_moved, "duration"),
    (deadline_moved, "deadline"),
    (hedges_moved, "hedges"),
    (conditions_moved, ""),
    (actors_moved, ""),
    (evidence_moved, "evidence"),
    (standards_moved, "standards"),
    (numbers_moved, ""),
    (anaphora_moved, "anaphora"),
)


def deltas(vocabulary: Vocabulary, before: Frame, after: Frame, contents: tuple[Content, Content]) -> list[Delta]:
    """Everything that moved between two frames with their contents, in no particular order."""
    met = {mark.dimension for frame in (before, after) for mark in frame.marks}
    found = [
        delta for compare, cue in _COMPARISONS if not cue or cue in met for delta in compare(vocabulary, before, after)
    ]
    shortened = [*list_shortened(before, *contents)] or [*coverage_shortened(vocabulary, before, after, *contents)]
    parts = [*parts_moved(before, after, *contents)]
    lost = shortened or parts or _lost_beside(before, after, found, contents)
    found = [delta for delta in found if not _is_part_of(delta, lost)] + lost
    softer = [*softened(vocabulary, before, after, *contents)]
    found = [delta for delta in found if not any(_is_told_by(delta, other) for other in softer)] + softer
    longer = [*list_lengthened(vocabulary, before, after, *contents)] or _gained_beside(
        vocabulary, before, after, found, contents
    )
    found = [delta for delta in found if not any(_is_within(delta, item) for item in longer)] + longer
    slot = slot_of(before, after, *contents) if before.lang == after.lang == "en" else None
    slots = [*slot_moved(vocabulary, slot)] if slot else []
    if slot and not slots and (told := word_moved(vocabulary, slot)):
        slots = [told]
        found = [delta for delta in found if not _is_of(delta, told)]
    found = [delta for delta in found if not any(_is_told_by(delta, slot) for slot in slots)]
    opened = [slot for slot in slots if slot.dimension == "actors"]  # what anyone may do, and then some
    if is_duty_of_affected(before) or is_duty_of_affected(after):
        return [*(replace(delta, sign="?") for delta in found), *opened]
    if before.stance == after.stance == "permits" and not (_chooses_well(before) and _chooses_well(after)):
        return [*(_turned(delta) for delta in found), *slots]
    if before.firmness is not None and before.firmness <= 0 and after.firmness is not None and after.firmness <= 0:
        return [
            *(replace(delta, sign="?") for delta in found),
            *opened,
        ]  # nothing was promised, so nothing can be softened
    return [*found, *slots]


def _lost_beside(before: Frame, after: Frame, found: Sequence[Delta], contents: tuple[Content, Content]) -> list[Delta]:
    """An item that went while something else moved too: looked for in what the other dimensions leave."""
    rest = _left_over(found, contents)
    return [*list_shortened(before, *rest)] if rest else []


def _gained_beside(
    vocabulary: Vocabulary, before: Frame, after: Frame, found: Sequence[Delta], contents: tuple[Content, Content]
) -> list[Delta]:
    """An item that came while something else moved too."""
    rest = _left_over(found, contents)
    if not rest:
        return []
    longer = [*list_lengthened(vocabulary, before, after, *rest)] or [*item_came(vocabulary, before, after, *rest)]
    return longer or [*part_added(before, after, *rest)]


def _left_over(found: Sequence[Delta], contents: tuple[Content, Content]) -> tuple[Content, Content] | None:
    """What the dimensions with a direction leave; None where there are none."""
    directed = [delta for delta in found if delta.sign != "?"]
    if not directed:
        return None
    claims = [frozenset(at for delta in directed for at in side(delta)) for side in (_claims_before, _claims_after)]
    one, two = (
        [each for each in side if not is_claimed(each, claimed)] for side, claimed in zip(contents, claims, strict=True)
    )
    return one, two


def _claims_before(delta: Delta) -> frozenset[int]:
    return delta.before


def _claims_after(delta: Delta) -> frozenset[int]:
    return delta.after


def _is_part_of(delta: Delta, lost: Sequence[Delta]) -> bool:
    """What a lost part said is lost with it: "… and will not return until then" takes its "until" along."""
    return (
        bool(delta.before) and not delta.after and any(delta.before <= part.before for part in lost if part.sign == "-")
    )


def _is_told_by(delta: Delta, slot: Delta) -> bool:
    """What is unclear of the words of a place is told by what stands around it."""
    if delta.sign != "?" or slot.sign == "?" or delta.is_reversal or delta.forces_reading:
        return False
    is_within = bool(delta.before | delta.after) and delta.before <= slot.before and delta.after <= slot.after
    return delta.dimension == slot.dimension or is_within


_NUMBERS = ("duration", "numbers", "deadline")
_GOOD_TO_CHOOSE = word_set(
    "certified audited audit verified traceable responsible responsibly sustainable recycled accredited assured"
)


def _chooses_well(frame: Frame) -> bool:
    """ "We source our tin from audited smelters": buying that is a promise, though buying as such is none."""
    is_buying = bool(frame.acts) and all(act.group == "source" for act in frame.acts)
    return is_buying and not frame.negations and not _GOOD_TO_CHOOSE.isdisjoint(frame.words)


def _is_of(delta: Delta, told: Delta) -> bool:
    """Whether a delta speaks of nothing but a word whose place has told what follows."""
    if delta.is_reversal or delta.forces_reading:
        return False
    is_open = delta.sign == "?" or (told.dimension in _NUMBERS and delta.dimension in _NUMBERS)
    if delta.sign == "?" and {delta.dimension, told.dimension} <= {*_NUMBERS} and not delta.before and not delta.after:
        return True
    if is_open and told.before <= delta.before and told.after <= delta.after:
        return True  # of the clause around it, or of the number by its unit alone
    if delta.sign == "?" and delta.dimension == "conditions" and not delta.before and not delta.after:
        return True  # all that changed is this word, so its clause changed by nothing else
    return bool(delta.before | delta.after) and delta.before <= told.before and delta.after <= told.after


def _is_within(delta: Delta, item: Delta) -> bool:
    """What an added item says of itself ("joint ventures that we operate") limits that item alone."""
    return bool(delta.after) and not delta.before and delta.after <= item.after


def _turned(delta: Delta) -> Delta:
    """A delta of a permission: more of it is weaker. Less of it is for a reader, for the same words may be a duty
    told as practice ("we use only independent auditors")."""
    if delta.dimension in ("stance", "actions"):
        return delta
    return replace(delta, sign="-" if delta.sign == "+" else "?")
