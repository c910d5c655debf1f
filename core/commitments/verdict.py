"""The verdict on two wordings of one sentence, and on two passages of several.

Dominance, no score: everything that moved is firmer, or everything is weaker, or both are said (MIXED). REWORDED and
STRENGTHENED are claims that may quiet a reader, so they need every changed word accounted for; what is not accounted
for is UNCLASSIFIED: "changed, please read".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from core.commitments.conditions import is_set_off_otherwise
from core.commitments.delta import Delta, Sign, is_for_its_subject
from core.commitments.dimensions import deltas
from core.commitments.frame import Frame
from core.commitments.guard import (
    LIST_WORDS,
    Difference,
    Element,
    antonyms_between,
    contents,
    difference,
    unexplained,
)
from core.commitments.lists import covers_at
from core.commitments.objects import kinds_of
from core.commitments.parts import is_turned_by_negation
from core.commitments.retold import is_retold
from core.commitments.roles import roles_apart
from core.commitments.sameness import is_genitive_change, is_voice_change, same_order
from core.commitments.vocabulary import Vocabulary
from core.commitments.wording import word_set
from core.commitments.worth import is_known_good
from core.model import Finding, Verdict

LEAST_LIKENESS = 0.4
"""Below this share of common content two sentences are no two wordings of one promise, and no direction is named."""


def judge(vocabulary: Vocabulary, before: Frame, after: Frame) -> Finding:
    """The verdict on one sentence and its later wording, with every dimension that moved and why."""
    if before.prepared == after.prepared:
        return Finding(Verdict.REWORDED, (), ("the same words",))
    one, two = contents(vocabulary, before, after)
    apart = difference(one, two)
    if before.lang != after.lang:
        return Finding(Verdict.UNCLASSIFIED, (), (f"language: {before.lang} → {after.lang}",))
    if before.lang == "other":
        return _without_cues(one, two)
    if not is_set_off_otherwise(before, after) and is_retold(before, after, one, two):
        return Finding(Verdict.REWORDED, (), ("the same content in other words",))
    moved = deltas(vocabulary, before, after, (one, two))
    if _is_rebuilt(one, two, apart):
        moved = [
            replace(delta, sign="?", is_reversal=False) if delta.dimension in _BY_BUILD else delta for delta in moved
        ]
    opposites = antonyms_between(vocabulary, before, after)
    unread = _unread(apart, moved)
    if is_turned_by_negation(before, after, one, two) and apart.likeness >= LEAST_LIKENESS:
        verdict: Verdict | None = Verdict.REVERSED
        moved = [*moved, _turned_by(before, after)]
    else:
        verdict = _decided(vocabulary, (before, after), moved, apart, unread, opposites)
    if verdict is None:
        verdict = _if_nothing_moved(before, after, one, two)
    elif verdict is Verdict.STRENGTHENED and not _stays_in_order(one, two, apart):
        verdict = Verdict.UNCLASSIFIED
    if verdict is Verdict.STRENGTHENED or (verdict is Verdict.REWORDED and same_order(before, after, one, two)):
        turned = roles_apart(before, after, one, two)
        if turned:
            return Finding(Verdict.UNCLASSIFIED, (("roles", "?"),), (turned,))
    return _finding(vocabulary, verdict, moved, (before, after), unread, opposites)


_BY_BUILD = ("stance", "actions", "actors", "objects", "list", "parts", "channel")
"""What is read from how a sentence is built; where both say nearly the same in another build, nothing follows from it."""

_SAID_AGAIN = 0.6  # of all that either side says
_IN_ORDER = 0.7  # of what both say


def _is_rebuilt(one: Sequence[Element], two: Sequence[Element], apart: Difference) -> bool:
    """Whether nearly everything is said again, and much of it in another place."""
    if apart.shared < _SAID_AGAIN * max(len(one), len(two)):
        return False
    left = [each.id for each in one if each not in apart.only_before]
    right = [each.id for each in two if each not in apart.only_after]
    if left == right:
        return False
    in_order = sum(block.size for block in SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks())
    return in_order < _IN_ORDER * len(left)


def _likeness_of_stems(frames: tuple[Frame, Frame], apart: Difference) -> float:
    """How alike two sentences are where verbs are inflected by rules we do not have: by the beginnings of words."""
    if frames[0].lang not in ("fr", "de", "es"):
        return 0.0
    gone = Counter(each.id[:5] for each in apart.only_before)
    came = Counter(each.id[:5] for each in apart.only_after)
    return (apart.shared + (gone & came).total()) / max(apart.smaller, 1)


def _turned_by(before: Frame, after: Frame) -> Delta:
    sign: Sign = "-" if before.negations and before.stance != "permits" else "?"
    told = "what was denied is said" if len(before.negations) > len(after.negations) else "what was said is denied"
    return Delta("stance", sign, f"stance: {told}", is_reversal=True)


def _decided(
    vocabulary: Vocabulary,
    frames: tuple[Frame, Frame],
    moved: Sequence[Delta],
    apart: Difference,
    unread: Sequence[tuple[str, Element]],
    opposites: tuple[str, str] | None,
) -> Verdict | None:
    """The verdict where any dimension moved or any word changed; None where nothing did."""
    after = frames[1]
    signs = {delta.sign for delta in moved}
    if not moved and not apart.only_before and not apart.only_after and not opposites:
        return None
    if apart.likeness < LEAST_LIKENESS and _likeness_of_stems(frames, apart) < LEAST_LIKENESS:
        return Verdict.UNCLASSIFIED
    if any(delta.is_reversal for delta in moved):
        return Verdict.REVERSED
    if opposites or any(delta.forces_reading for delta in moved):
        return Verdict.UNCLASSIFIED
    if "-" in signs:
        return Verdict.MIXED if "+" in signs else Verdict.WEAKENED
    is_clear = signs == {"+"} and not unread
    if is_clear and _is_ban_prolonged(vocabulary, after, moved):
        return Verdict.STRENGTHENED
    is_told = any(delta.dimension == "modality" and delta.sign == "+" for delta in moved)  # "we aim to pay", "we pay"
    if frames[0].stance == "restrains" and not after.acts:  # "we consult", "we obtain the consent of"
        is_told = is_told or any(delta.dimension == "actions" and delta.before and delta.after for delta in moved)
    is_promise = after.stance in ("restrains", "permits") or (
        after.stance == "none" and (covers_at(after) > 0 or is_told or is_for_its_subject(after) or after.lang == "en")
    )
    if is_clear and is_promise and is_known_good(vocabulary, after):
        return Verdict.STRENGTHENED
    return Verdict.UNCLASSIFIED


_BANS = word_set("ban moratorium prohibition suspension embargo")


def _is_ban_prolonged(vocabulary: Vocabulary, frame: Frame, moved: Sequence[Delta]) -> bool:
    """ "The ban on exports to Myanmar is temporary", "… is permanent": nothing but how long moved, and it bans harm."""
    if any(delta.dimension != "duration" for delta in moved) or frame.negations or frame.clauses:
        return False
    kinds = kinds_of(vocabulary, frame.words)
    return (
        not _BANS.isdisjoint(frame.words[:3])
        and bool(kinds & {"harm", "product"} or frame.of("places") or frame.of("customers"))
        and not kinds & {"benefit", "private", "people"}
    )


def _if_nothing_moved(before: Frame, after: Frame, one: Sequence[Element], two: Sequence[Element]) -> Verdict:
    if same_order(before, after, one, two) and before.actor == after.actor:
        return Verdict.REWORDED
    if is_voice_change(before, after, one, two) or is_genitive_change(before, after, one, two):
        return Verdict.REWORDED
    return Verdict.UNCLASSIFIED


def _without_cues(one: Sequence[Element], two: Sequence[Element]) -> Finding:
    if [each.id for each in one] == [each.id for each in two]:
        return Finding(Verdict.REWORDED, (), ("the same words",))
    return Finding(Verdict.UNCLASSIFIED, (), ("no cues for this language: changed, please read",))


def _unread(apart: Difference, moved: Sequence[Delta]) -> list[tuple[str, Element]]:
    """Changed words that no dimension with a direction accounts for."""
    directed = [delta for delta in moved if delta.sign != "?"]
    claimed_before = frozenset(at for delta in directed for at in delta.before)
    claimed_after = frozenset(at for delta in directed for at in delta.after)
    return [
        *(("-", each) for each in unexplained(apart.only_before, claimed_before)),
        *(("+", each) for each in unexplained(apart.only_after, claimed_after)),
    ]


def _stays_in_order(one: Sequence[Element], two: Sequence[Element], apart: Difference) -> bool:
    """Whether what both sides say stands in the same order on both sides: no word changed what it belongs to."""
    gone, came = {*apart.only_before}, {*apart.only_after}
    return _kept_order(one, gone) == _kept_order(two, came)


def _kept_order(elements: Sequence[Element], changed: set[Element]) -> list[str]:
    """What stayed, without the "and" and "or" of lists: their number is the guard's, their place follows the items."""
    return [each.id for each in elements if each not in changed and each.id not in LIST_WORDS]


def _finding(
    vocabulary: Vocabulary,
    verdict: Verdict,
    moved: Sequence[Delta],
    frames: tuple[Frame, Frame],
    unread: Sequence[tuple[str, Element]],
    opposites: tuple[str, str] | None,
) -> Finding:
    order = sorted(moved, key=lambda delta: -vocabulary.weights.get(delta.dimension, 0))
    dimensions = tuple(dict.fromkeys((delta.dimension, str(delta.sign)) for delta in order))
    reasons = [delta.reason for delta in order]
    if opposites:
        reasons.append(f"opposites: {opposites[0]} → {opposites[1]}")
        dimensions += (("antonyms", "?"),)
    if unread and verdict is not Verdict.REWORDED:
        reasons.append(_words_told(frames, unread))
        dimensions += (("words", "?"),)
    if verdict is Verdict.UNCLASSIFIED and not reasons:
        reasons.append("the same words in another order")
        dimensions += (("order", "?"),)
    if verdict is Verdict.REWORDED and not reasons:
        reasons.append("the same content in other words")
    return Finding(verdict, dimensions, tuple(dict.fromkeys(reasons)))


def _words_told(frames: tuple[Frame, Frame], unread: Sequence[tuple[str, Element]]) -> str:
    gone = [_quoted(frames[0], each) for side, each in unread if side == "-"]
    came = [_quoted(frames[1], each) for side, each in unread if side == "+"]
    return f"words: {', '.join(reversed(gone)) or 'none'} → {', '.join(reversed(came)) or 'none'}"


def _quoted(frame: Frame, element: Element) -> str:
    return " ".join(frame.words[element.at : element.last])
