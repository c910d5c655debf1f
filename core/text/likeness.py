"""How alike two whole readings are: the share of passages kept, and the vocabulary in common.

Kept passages say "the same page, edited"; shared vocabulary without kept passages says "the same subject, rewritten";
neither says "another page".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.model import Reading
from core.text.diff import words_of
from core.text.normalise import word_count

_SHORT_WORD: Final = 3  # Latin words up to this length are mostly grammar and alike in every text


@dataclass(frozen=True, slots=True)
class Likeness:
    """``kept``: share of the earlier main words that stand in passages still there. ``vocabulary``: Dice's
    coefficient over longer words. ``within``: share of the later long words found in the earlier text (a part cut out
    of a whole is all within it). ``size``: later main words over earlier main words."""

    kept: float
    vocabulary: float
    size: float
    within: float


def likeness(before: Reading, before_forms: Sequence[int], after: Reading, after_forms: Sequence[int]) -> Likeness:
    """Compare the main streams; an empty earlier reading is like nothing (kept 0, size infinite)."""
    still_there = set(after_forms)
    words = kept = 0
    for place, form in zip(before.places, before_forms, strict=True):
        if place.stream == "main":
            count = word_count(place.text)
            words += count
            if form in still_there:
                kept += count
    later = sum(word_count(place.text) for place in after.places if place.stream == "main")
    share = kept / words if words else 0.0
    vocabulary, within = (1.0, 1.0) if share > 0.6 else _vocabulary(before, after)
    return Likeness(share, vocabulary, later / words if words else float("inf"), within)


def _vocabulary(before: Reading, after: Reading) -> tuple[float, float]:
    left, right = _long_words(before), _long_words(after)
    shared = (left & right).total()
    total = left.total() + right.total()
    return (2 * shared / total if total else 0.0), (shared / right.total() if right else 0.0)


def _long_words(reading: Reading) -> Counter[str]:
    counts: Counter[str] = Counter()
    for place in reading.places:
        if place.stream == "main":
            counts.update(word for word in words_of(place.text) if len(word) > _SHORT_WORD or not word.isascii())
    return counts
