"""What became of each promise between two versions of a document: kept, reworded, weakened, moved, lost.

Equal sentences first, wherever they stand; then the most alike, in the same section sooner than elsewhere; then one
with two, where a sentence was split or two were joined. The verdict between two wordings is that of ``verdict.py``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from core.commitments.promises import Promise
from core.commitments.wording import prepare
from core.model import Finding, Verdict
from core.promising import Promising

LEAST_ALIKE = 0.5
LEAST_ALIKE_AT_HOME = 0.34
"""Shared words, of all words of both, from which two sentences are one promise: anywhere, and in the same section."""

MERGE_GAIN = 0.08
_SHARE_HELD, _LEAST_HELD = 0.75, 5  # a sentence of five key words or more may have grown around what it said

MOST_PAIRS = 200_000
"""Of sentences that are weighed against each other; beyond, only equal ones are paired and the rest is told as changed."""


class Became(StrEnum):
    """What happened to one promise."""

    INTRODUCED = "introduced"
    KEPT = "kept"
    REWORDED = "reworded"
    STRENGTHENED = "strengthened"
    WIDENED = "widened"
    WEAKENED = "weakened"
    NARROWED = "narrowed"
    CONDITIONED = "conditioned"
    REVERSED = "reversed"
    MIXED = "mixed"
    CHANGED = "changed"
    MOVED = "moved"
    REMOVED = "removed"
    RESTORED = "restored"


SOFTER = frozenset(
    {Became.WEAKENED, Became.NARROWED, Became.CONDITIONED, Became.REVERSED, Became.MIXED, Became.REMOVED}
)
FIRMER = frozenset({Became.STRENGTHENED, Became.WIDENED})

_REACH = frozenset({"places", "customers", "channel", "objects", "list", "actors"})
_TERMS = frozenset({"hedges", "conditions"})


@dataclass(frozen=True, slots=True)
class Fate:
    """One promise on both sides; ``after`` is None where it is lost, ``before`` where it is new."""

    before: Promise | None
    after: Promise | None
    became: Became
    finding: Finding
    alike: float = 1.0


def fates(
    lexicon: Promising, before: Sequence[Promise], after: Sequence[Promise], names: tuple[str, ...] = ()
) -> tuple[Fate, ...]:
    """The fate of every promise of ``before`` (in order), then what is new. ``after`` are all sentences of the version.

    A sentence of ``before`` counts as a promise whatever its ``binds`` says: the caller chose them.
    """
    matcher = _Matcher(before, after)
    matcher.equal()
    matcher.alike()
    matcher.split()
    found = [_fate(lexicon, matcher, at, names) for at in range(len(before))]
    taken = {other for others in matcher.pairs.values() for other in others}
    found += [
        Fate(None, promise, Became.INTRODUCED, Finding(Verdict.NEW, (), ("nothing like it stood here before",)))
        for at, promise in enumerate(after)
        if at not in taken and promise.binds
    ]
    return tuple(found)


def became_of(finding: Finding) -> Became:
    """The word for what a verdict says happened."""
    verdict = finding.verdict
    if verdict is Verdict.WEAKENED:
        down = {name for name, sign in finding.dimensions if sign == "-"}
        if down and down <= _REACH:
            return Became.NARROWED
        return Became.CONDITIONED if down and down <= _TERMS else Became.WEAKENED
    if verdict is Verdict.STRENGTHENED:
        up = {name for name, sign in finding.dimensions if sign == "+"}
        return Became.WIDENED if up and up <= _REACH else Became.STRENGTHENED
    return _BECAME[verdict]


_BECAME = {
    Verdict.REVERSED: Became.REVERSED,
    Verdict.MIXED: Became.MIXED,
    Verdict.REWORDED: Became.REWORDED,
    Verdict.UNCLASSIFIED: Became.CHANGED,
    Verdict.REMOVED: Became.REMOVED,
    Verdict.NEW: Became.INTRODUCED,
}


def alikeness(one: frozenset[str], two: frozenset[str]) -> float:
    """Key words on both sides, of all key words (Dice), or nearly all of the first in the second: 0 to 1."""
    shared, total = len(one & two), len(one) + len(two)
    if not total:
        return 0.0
    held = _SHARE_HELD * shared / len(one) if len(one) >= _LEAST_HELD else 0.0
    return max(2 * shared / total, held)


def key_words(text: str) -> frozenset[str]:
    """The words by which a sentence is known again: their first six letters, without the short ones; Han one by one."""
    prepared = prepare(text)
    found = {word.strip(".,;:()'\"")[:6] for word in prepared.split() if len(word.strip(".,;:()'\"")) > 3}
    if not prepared.isascii():
        found |= {char for char in prepared if char >= "\u2e80"}
    return frozenset(found)


class _Matcher:
    """The pairing under way: indices of ``before`` to one or two of ``after``; joined: two of before to one."""

    def __init__(self, before: Sequence[Promise], after: Sequence[Promise]) -> None:
        self.before, self.after = before, after
        self.pairs: dict[int, tuple[int, ...]] = {}
        self.scores: dict[int, float] = {}
        self.joined: dict[int, tuple[int, ...]] = {}  # index of before -> all of before that share its counterpart
        self._words_before = [key_words(each.whole) for each in before]
        self._words_after = [key_words(each.whole) for each in after]

    @property
    def _left(self) -> list[int]:
        return [at for at in range(len(self.before)) if at not in self.pairs]

    @property
    def _right(self) -> list[int]:
        taken = {other for others in self.pairs.values() for other in others}
        return [at for at in range(len(self.after)) if at not in taken]

    def equal(self) -> None:
        """The same words: in the same section first, then anywhere; last the same item without its lead-in."""
        for name in ("home", "whole", "text"):
            free: Mapping[str, list[int]] = _by(self.after, self._right, name)
            for at in self._left:
                others = free.get(_name(self.before[at], name))
                if others:
                    self._pair(at, (others.pop(0),), 1.0)

    def alike(self) -> None:
        """The most alike of what is left, in the same section sooner than elsewhere."""
        left, right = self._left, [at for at in self._right if not self.after[at].is_heading]
        if not left or not right or len(left) * len(right) > MOST_PAIRS:
            return
        index: dict[str, list[int]] = defaultdict(list)
        for other in right:
            for word in self._words_after[other]:
                index[word].append(other)
        scored: list[tuple[float, int, int, int]] = []
        for at in left:
            for other in {other for word in self._words_before[at] for other in index.get(word, ())}:
                score = alikeness(self._words_before[at], self._words_after[other])
                is_home = self.before[at].heading == self.after[other].heading
                if score >= (LEAST_ALIKE_AT_HOME if is_home else LEAST_ALIKE):
                    scored.append((-score - 0.1 * is_home, abs(at - other), at, other))
        taken: set[int] = set()
        for negative, _, at, other in sorted(scored):
            if at not in self.pairs and other not in taken:
                taken.add(other)
                self._pair(at, (other,), min(1.0, -negative))

    def split(self) -> None:
        """One sentence with two, where together they are more alike."""
        free = set(self._right)
        for at, others in list(self.pairs.items()):
            if self.scores[at] >= 1.0 or len(others) != 1:
                continue
            other = others[0]
            alone = alikeness(self._words_before[at], self._words_after[other])
            for near in (other + 1, other - 1):
                both = self._words_after[other] | (self._words_after[near] if near in free else frozenset())
                if near in free and alikeness(self._words_before[at], both) >= alone + MERGE_GAIN:
                    self.pairs[at] = tuple(sorted((other, near)))
                    free.discard(near)
                    break
        self._join()

    def _join(self) -> None:
        """A lost sentence beside one that was paired, where both together are more like the new one."""
        for at in self._left:
            for near in (at - 1, at + 1):
                others = self.pairs.get(near, ())
                if len(others) != 1 or near in self.joined:
                    continue
                alone = alikeness(self._words_before[near], self._words_after[others[0]])
                both = self._words_before[near] | self._words_before[at]
                if alikeness(both, self._words_after[others[0]]) >= alone + MERGE_GAIN:
                    group = tuple(sorted((at, near)))
                    self._pair(at, others, self.scores[near])
                    self.joined[at] = self.joined[near] = group
                    break

    def _pair(self, at: int, others: tuple[int, ...], score: float) -> None:
        self.pairs[at] = others
        self.scores[at] = score


def _by(promises: Sequence[Promise], which: Sequence[int], name: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for at in which:
        found[_name(promises[at], name)].append(at)
    return found


def _name(promise: Promise, name: str) -> str:
    if name == "text":
        return prepare(promise.text)
    return f"{promise.heading}\x1f{promise.key}" if name == "home" else promise.key


def _fate(lexicon: Promising, matcher: _Matcher, at: int, names: tuple[str, ...]) -> Fate:
    before = matcher.before[at]
    others = matcher.pairs.get(at, ())
    if not others:
        return Fate(before, None, Became.REMOVED, Finding(Verdict.REMOVED, (), ("nothing stands in its place",)))
    after = _joined([matcher.after[other] for other in others])
    was = _joined([matcher.before[each] for each in matcher.joined.get(at, (at,))])
    alike = matcher.scores[at]
    if was.key == after.key:
        same = Finding(Verdict.REWORDED, (), ("the same words",))
        if before.heading != after.heading and _stands_on(matcher.after, before.heading):
            told = f"section: {before.heading or 'none'} → {after.heading or 'none'}"
            return Fate(before, after, Became.MOVED, Finding(Verdict.REWORDED, (), (told,)), alike)
        return Fate(before, after, Became.KEPT, same, alike)
    finding = lexicon.compare(
        was.text, after.text, lead_in_before=was.lead_in, lead_in_after=after.lead_in, company_names=names
    )
    if finding.verdict is Verdict.REMOVED:  # its lead-in went
        return Fate(before, None, Became.REMOVED, finding, alike)
    return Fate(before, after, became_of(finding), finding, alike)


def _joined(parts: Sequence[Promise]) -> Promise:
    first = parts[0]
    if len(parts) == 1:
        return first
    return replace(first, text=" ".join(part.text for part in parts), is_heading=False)


def _stands_on(after: Sequence[Promise], heading: str) -> bool:
    """Whether the section a promise left is still there: else it was the heading that was reworded."""
    return any(promise.heading == heading for promise in after)
