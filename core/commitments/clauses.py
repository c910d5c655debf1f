"""Conditions, exceptions and relative clauses: where each begins, and where it ends."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from core.commitments.frame import Clause
from core.commitments.patterns import Found
from core.commitments.vocabulary import Vocabulary

_BOUNDARIES = frozenset(",;:()，；：（）、")
_PREPOSITIONS = frozenset({"in", "of", "to", "from", "at", "on", "with", "for", "by"})
_SUBJECTS = frozenset({"we", "they", "it", "you"})
_MODALS = frozenset({"will", "shall", "must", "may", "might", "can", "could", "should", "would", "cannot"})


def word_span(start: int, end: int, starts: list[int]) -> tuple[int, int]:
    first = max(bisect_right(starts, start) - 1, 0)
    return first, max(bisect_left(starts, end), first + 1)


def clauses_of(
    vocabulary: Vocabulary, found: list[Found], words: list[str], starts: list[int], prepared: str
) -> tuple[Clause, ...]:
    """Conditions, exceptions and relative clauses, in order, not nested (an exception cuts the one it stands in)."""
    made: list[Clause] = []
    hedged = {
        word_span(each.start, each.end, starts)[0] for each in found if each.cue.dimension in ("hedges", "deadline")
    }
    for each in found:
        if each.cue.dimension != "conditions":
            continue
        first, last_of_cue = word_span(each.start, each.end, starts)
        kind = each.cue.value
        if kind == "relative" and not _opens_relative(vocabulary, words, first):
            continue
        if made and first < made[-1].last:
            if kind not in ("exception", "unmet"):
                continue
            cut = made[-1]
            made[-1] = Clause(cut.kind, cut.first, first, _text(prepared, starts, cut.first, first))
        last = _clause_end(words, first, last_of_cue, hedged)
        if kind == "relative":
            last = _before_next_phrase(words, last_of_cue, last)
        if kind == "relative" and first <= _SUBJECT_WORDS and _VERBS.isdisjoint(words[:first]):
            last = _verb_after(words, first + 1, last)
        made.append(Clause(kind, first, last, _text(prepared, starts, first, last)))
    return tuple(made)


def _before_next_phrase(words: list[str], start: int, end: int) -> int:
    """ "Companies which we own and to joint ventures": the phrase beside the one that the clause is about."""
    for at in range(start, end - 1):
        if words[at] in ("and", "or") and words[at + 1] in ("to", "of", "from", "for", "in", "with", "by", "at"):
            return at
    return end


_SUBJECT_WORDS = 6
_VERBS = _MODALS | {"is", "are", "was", "were", "has", "have", "do", "does"}


def _verb_after(words: list[str], start: int, end: int) -> int:
    """Where the main verb of "suppliers who hide subcontractors will …" stands: it ends the clause about its subject."""
    for at in range(start + 1, end):
        if words[at] in _VERBS and words[at - 1] not in _SUBJECTS | _VERBS | {"that", "who", "which", "not", "never"}:
            return at
    return end


def _opens_relative(vocabulary: Vocabulary, words: list[str], first: int) -> bool:
    before = words[first - 1] if first else ""
    if words[first] == "that":
        return bool(before) and before not in vocabulary.after_said and before not in _PREPOSITIONS
    return bool(before)


def _clause_end(words: list[str], first: int, last_of_cue: int, hedged: set[int]) -> int:
    """Up to the next mark of punctuation or qualification; one that opens the sentence may also end before "we will"."""
    for at in range(last_of_cue, len(words)):
        if at in hedged or words[at] in _BOUNDARIES or words[at] in ".!?。":
            return at
        following = words[at + 1] if at + 1 < len(words) else ""
        if first <= 1 and words[at] in _SUBJECTS and following in _MODALS and at > last_of_cue:
            return at
        if first == 0 and following == "wir" and at > last_of_cue:  # "Ohne Beschluss geben wir keine Daten heraus"
            return at
        if (
            first > 1
            and words[at] in ("and", "but")
            and (following in _SUBJECTS or following in _MODALS)
            and at > last_of_cue
        ):
            return at
    return len(words)


def _text(prepared: str, starts: list[int], first: int, last: int) -> str:
    end = starts[last] if last < len(starts) else len(prepared)
    return prepared[starts[first] : end].strip(" ,;:().")
