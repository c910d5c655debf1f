"""The one place of a sentence where something else stands than before, with the words around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.commitments.frame import Clause, Frame
from core.commitments.guard import LIST_WORDS, Element

_LARGEST = 8  # elements on one side; more is another sentence


@dataclass(frozen=True, slots=True)
class Slot:
    """What went from one place and what came there, with the words before and behind it."""

    before: Frame
    after: Frame
    gone: Sequence[Element]
    came: Sequence[Element]
    lead: str  # the word before, as it stands later
    tail: str  # the word behind

    @property
    def went(self) -> frozenset[int]:
        return span_of(self.gone)

    @property
    def new(self) -> frozenset[int]:
        return span_of(self.came)

    def clause(self) -> Clause | None:
        """The condition or limit of the later wording in which the place lies."""
        at = self.came[0].at if self.came else -1
        return next((each for each in self.after.clauses if each.first <= at < each.last), None)

    def went_words(self) -> tuple[str, ...]:
        return tuple(word for each in self.gone for word in words_at(self.before, each))

    def new_words(self) -> tuple[str, ...]:
        return tuple(word for each in self.came for word in words_at(self.after, each))

    def told(self) -> str:
        return f"{all_words(self.before, self.gone) or 'nothing'} → {all_words(self.after, self.came) or 'nothing'}"


def slot_of(before: Frame, after: Frame, one: Sequence[Element], two: Sequence[Element]) -> Slot | None:
    head, shorter = 0, min(len(one), len(two))
    while head < shorter and one[head].id == two[head].id:
        head += 1
    tail = 0
    while tail < shorter - head and one[-1 - tail].id == two[-1 - tail].id:
        tail += 1
    gone, came = one[head : len(one) - tail], two[head : len(two) - tail]
    if (not gone and not came) or max(len(gone), len(came)) > _LARGEST or (not head and not tail):
        return None
    first = came[0].at if came else two[head - 1].last if head else 0
    last = came[-1].last if came else first
    return Slot(before, after, gone, came, _word(after, first - 1), _word(after, last))


def links_of(frame: Frame) -> frozenset[int]:
    return frozenset(at for at, word in enumerate(frame.words) if word in LIST_WORDS)


def words_at(frame: Frame, element: Element) -> tuple[str, ...]:
    return frame.words[element.at : element.last]


def all_words(frame: Frame, elements: Sequence[Element]) -> str:
    return " ".join(word for each in elements for word in words_at(frame, each))


def _word(frame: Frame, at: int) -> str:
    return frame.words[at] if 0 <= at < len(frame.words) else ""


def range_of(element: Element) -> frozenset[int]:
    return frozenset(range(element.at, element.last))


def span_of(elements: Sequence[Element]) -> frozenset[int]:
    return frozenset(at for each in elements for at in range(each.at, each.last))
