"""The guard: which words changed, and are they all accounted for?

A sentence is REWORDED only if nothing but grammar differs: the same content words, the same cues, in the same order
but for moved qualifications and reordered lists. Everything else that no dimension explains is "changed, please read".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.commitments.frame import Frame, Mark
from core.commitments.inflection import roots_of, word_id
from core.commitments.vocabulary import Vocabulary

_PUNCTUATION = frozenset(".,;:!?()\"'-–—/…·•*，。；：！？（）、《》「」“”‘’|&#")
_BE = frozenset({"is", "are", "be", "been", "being", "was", "were"})
_AUXILIARY = {"was": "past", "were": "past", "did": "past", "has": "perfect", "have": "perfect", "had": "pluperfect"}
_BY_NAME = ("places", "customers", "standards")  # cues that count by what they name, not by their words
_NAMED = ("places:", "customers:", "standards:")
_EVERY = frozenset({"all", "every", "each"})  # "not any" and "not every" are not the same
_MOVABLE = ("hedges", "deadline", "frequency")
MOVABLE = tuple(f"{dimension}:" for dimension in _MOVABLE)
_WORKING = frozenset({"working", "business"})
_COUNTED = 3  # the tier from which a frequency is a number and not a manner
LIST_WORDS = frozenset(
    {"and", "or", "nor", ",", "、", "和", "或", "及", "与", "et", "ou", "und", "oder", "y", "o", "ni"}
)
_SAME_MODALS = {
    "will": "will", "shall": "will", "will not": "will not", "shall not": "will not", "will never": "will never",
    "shall never": "will never", "do not": "does not", "does not": "does not", "is not": "does not", "are not": "does not",
}  # fmt: skip
_MUST = {
    "must": "will", "must not": "will not", "must never": "will never", "are required to": "will", "is required to": "will",
    "are obliged to": "will", "is obliged to": "will", "are prohibited from": "will not", "is prohibited from": "will not",
    "are forbidden from": "will not",
}  # fmt: skip
"""Equal for those we bind, not for "we"."""
_SAME_RULES = {
    "forbid": "prohibit", "ban": "prohibit", "forbids": "prohibits", "bans": "prohibits", "are forbidden": "prohibited",
    "is forbidden": "prohibited", "are banned": "prohibited", "is banned": "prohibited",
}  # fmt: skip
_OURSELVES = frozenset({"company", "corporation", "firm"})  # in a cue for "we" they say no more than "we" does


class Element(NamedTuple):
    """One thing a sentence says: its identity, and the words (``at`` to ``last`` excluded) that say it."""

    id: str
    at: int
    last: int
    is_movable: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """What one side says and the other does not."""

    only_before: tuple[Element, ...]
    only_after: tuple[Element, ...]
    shared: int  # elements on both sides
    smaller: int  # elements of the shorter side

    @property
    def likeness(self) -> float:
        """How much of the shorter sentence stands in the other: 0 to 1."""
        return self.shared / self.smaller if self.smaller else 0.0


def contents(vocabulary: Vocabulary, before: Frame, after: Frame) -> tuple[tuple[Element, ...], tuple[Element, ...]]:
    """The contents of two wordings. Words that stand equally often on both sides need no stemming."""
    counts_before, counts_after = Counter(before.words), Counter(after.words)
    same = {word for word, count in counts_before.items() if counts_after.get(word) == count}
    return _content(vocabulary, before, same), _content(vocabulary, after, same)


def _content(vocabulary: Vocabulary, frame: Frame, same: set[str]) -> tuple[Element, ...]:
    """The content of a sentence, in order, without the words that carry nothing."""
    spans = _spans(frame)
    stop = vocabulary.stop_words.get(frame.lang, frozenset())
    ourselves = {
        at
        for mark in frame.marks
        if mark.dimension == "actors" and mark.value == "we"
        for at in range(mark.first if frame.lang != "en" else mark.last - 1, mark.last)
        if frame.lang != "en" or frame.words[at] in _OURSELVES
    }
    found: list[Element] = []
    at = 0
    while at < len(frame.words):
        span = spans.get(at)
        if span:
            if span.id.startswith(_NAMED) and frame.words[at] in _EVERY:  # "all government customers" is "all" of them
                found.append(Element("all", at, at + 1))
                span = span._replace(at=at + 1)
            found.append(span)
            at = max(span.last, at + 1)
            continue
        word = frame.words[at]
        if word == "from" and _leads_to_scope(frame, at):
            found.append(Element("from", at, at + 1))
        elif word == "ourselves" and not LIST_WORDS.isdisjoint(frame.words[at - 1 : at] + frame.words[at + 1 : at + 2]):
            found.append(Element(word, at, at + 1))  # "we hold ourselves and our partners to it"
        elif word not in _PUNCTUATION and word not in stop and at not in ourselves:
            found.append(Element(word if word in same else _identity(vocabulary, frame, at), at, at + 1))
        at += 1
    return tuple(found)


def _leads_to_scope(frame: Frame, at: int) -> bool:
    """ "From" before a place or a customer: where something goes to and comes from is not the same promise."""
    return any(mark.first in (at + 1, at + 2) for mark in frame.marks if mark.dimension in ("places", "customers"))


def difference(before: Sequence[Element], after: Sequence[Element]) -> Difference:
    """The two contents as multisets, compared."""
    counts_before = Counter([each.id for each in before])
    counts_after = Counter([each.id for each in after])
    only_before = tuple(_surplus(before, counts_before, counts_after))
    only_after = tuple(_surplus(after, counts_after, counts_before))
    return Difference(only_before, only_after, len(before) - len(only_before), min(len(before), len(after)))


def inserted(shorter: Sequence[Element], longer: Sequence[Element]) -> tuple[int, Sequence[Element]] | None:
    """Where the longer content is the shorter one with one stretch more: at which place, and the stretch."""
    gap = len(longer) - len(shorter)
    if gap <= 0:
        return None
    head = 0
    while head < len(shorter) and shorter[head].id == longer[head].id:
        head += 1
    if [each.id for each in longer[head + gap :]] != [each.id for each in shorter[head:]]:
        return None
    return head, longer[head : head + gap]


def unexplained(elements: Iterable[Element], claimed: frozenset[int] | set[int]) -> list[Element]:
    """The elements of which no word is claimed by a dimension, nor is an "and" or "or" whose item is claimed."""
    return [each for each in elements if not is_claimed(each, claimed)]


def is_claimed(element: Element, claimed: frozenset[int] | set[int]) -> bool:
    """Whether a dimension accounts for all words of an element."""
    if claimed.issuperset(range(element.at, element.last)):
        return True
    if element.id.startswith(("modality:have ", "modality:has ")) and element.last - 1 in claimed:
        return True  # "have paused" and "have ended": told by the act
    return element.id in LIST_WORDS and bool(claimed.intersection(range(element.last, element.last + 3)))


def antonyms_between(vocabulary: Vocabulary, before: Frame, after: Frame) -> tuple[str, str] | None:
    """A pair of opposites of which one went out and the other came in, as they stand; stop words count here."""
    counts_before, counts_after = Counter(_words_that_turn(before)), Counter(_words_that_turn(after))
    out = [word for word, count in counts_before.items() if count > counts_after.get(word, 0)]
    came = [word for word, count in counts_after.items() if count > counts_before.get(word, 0)]
    if not out or not came:
        return None
    came_roots = {root: word for word in sorted(came) for root in roots_of(word)}
    for word in sorted(out):
        for root in roots_of(word):
            for opposite in vocabulary.opposites.get(root, ()):
                if opposite in came_roots:
                    return word, came_roots[opposite]
    return None


def _words_that_turn(frame: Frame) -> Sequence[str]:
    """The words in which an opposite would turn the promise: "whether or not it is lawful" names both and turns nothing."""
    if not any(clause.leaves_nothing_out for clause in frame.clauses):
        return frame.words
    skipped = {at for clause in frame.clauses if clause.leaves_nothing_out for at in range(clause.first, clause.last)}
    return [word for at, word in enumerate(frame.words) if at not in skipped]


def _surplus(elements: Sequence[Element], ours: Counter[str], theirs: Counter[str]) -> Iterable[Element]:
    left = {name: count - theirs.get(name, 0) for name, count in ours.items()}
    for each in reversed(elements):  # what was appended is told as new, not what stood before it
        if left.get(each.id, 0) > 0:
            left[each.id] -= 1
            yield each


def _spans(frame: Frame) -> dict[int, Element]:
    """Cues that count as one thing, by the word they begin at."""
    spans: dict[int, Element] = {}
    for mark in frame.marks:
        if mark.dimension in _BY_NAME:
            spans[mark.first] = Element(f"{mark.dimension}:{mark.value}{_document(mark)}", mark.first, mark.last)
        elif mark.dimension == "deadline":
            spans[mark.first] = Element(f"deadline:{_deadline(mark)}", mark.first, mark.last, _is_free(frame, mark))
        elif mark.dimension in _MOVABLE:
            spans[mark.first] = Element(
                f"{mark.dimension}:{manner_of(mark)}", mark.first, mark.last, _is_free(frame, mark)
            )
        elif mark.dimension == "modality" and frame.lang == "en":
            spans[mark.first] = Element(f"modality:{_modal(frame, mark)}", mark.first, mark.last)
    return spans


def _document(mark: Mark) -> str:
    """Which text of a body is meant: its conventions are not its declaration."""
    said = mark.text.split() if mark.dimension == "standards" else ()
    return next((f" {word}" for word in ("declaration", "guidance") if word in said), "")


def _is_free(frame: Frame, mark: Mark) -> bool:
    """Whether a qualification belongs to the main clause: right behind another clause it may be a part of that one."""
    if mark.clause >= 0 or (
        mark.dimension == "hedges" and mark.last - mark.first > 1
    ):  # "where appropriate" holds for all
        return mark.clause < 0
    return not any(clause.last == mark.first for clause in frame.clauses)


def _deadline(mark: Mark) -> str:
    working = "working " if not _WORKING.isdisjoint(mark.text.split()) else ""
    return mark.value + " " + working + " ".join(f"{key}{value}" for key, value in sorted(mark.numbers))


def manner_of(mark: Mark) -> str:
    """What a movable cue says. "Every year" and "annually" are one rhythm; "at least once a year" is a floor."""
    if mark.dimension != "frequency" or mark.tier < _COUNTED:
        return mark.text
    return mark.value + (" least" if "least" in mark.text else "")


def _modal(frame: Frame, mark: Mark) -> str:
    text = _SAME_RULES.get(mark.text, mark.text)
    if frame.actor in ("third", "users", "affected"):
        text = _MUST.get(text, text)
    return _SAME_MODALS.get(text, text)


def _identity(vocabulary: Vocabulary, frame: Frame, at: int) -> str:
    """The name under which a word is compared. Tense counts, except in a passive participle."""
    word = frame.words[at]
    if frame.lang != "en" or word in LIST_WORDS or not word[:1].isalpha() or not word.isascii():
        return word
    if word in _AUXILIARY:
        return _AUXILIARY[word]
    word = vocabulary.synonyms.get(word, word)
    name, is_past = word_id(word)
    name = vocabulary.same_names.get(name, name)
    lemma = vocabulary.actions.get(word)
    if lemma and lemma[0] in vocabulary.synonyms:
        name = word_id(vocabulary.synonyms[lemma[0]])[0]
    if is_past and not any(before in _BE for before in frame.words[max(at - 3, 0) : at]):
        return name + " (past)"
    return name
