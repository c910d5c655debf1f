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
_FREE_CLAUSES = ("condition", "exception", "time", "unmet")
_COUNTED = 3  # the tier from which a frequency is a number and not a manner
LIST_WORDS = frozenset(
    {"and", "or", "nor", ",", "、", "和", "或", "及", "与", "et", "ou", "und", "oder", "y", "o", "ni"}
)
_ITEM_WORDS = 3  # how many common words an item of a reordered list may begin or end with
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
_NAME_WORDS = 4  # of a thing and its owner
_NO_NAME = LIST_WORDS | {
    "all",
    "every",
    "each",
    "any",
    "no",
}  # "the wage of each worker" is not "each wage of the worker"
_DETERMINERS = frozenset({"the", "a", "an", "our", "its", "their", "all", "any"})


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


def same_order(before: Frame, after: Frame, one: Sequence[Element], two: Sequence[Element]) -> bool:
    """Whether two contents differ at most by moved qualifications and the order of a list.

    A qualification may move only within the reach of the same act.
    """
    fixed_one = _clauses_last(before, [each for each in one if not each.is_movable])
    fixed_two = _clauses_last(after, [each for each in two if not each.is_movable])
    if [each.id for each in fixed_one] != [each.id for each in fixed_two] and not _is_list_reordered(
        before, after, fixed_one, fixed_two
    ):
        return False
    return _attached(before, one) == _attached(after, two)


def _clauses_last(frame: Frame, elements: list[Element]) -> list[Element]:
    """ "Where we cause harm, we provide remedy" and the same from its end: where a sentence has one act and one
    condition, the condition belongs to the act wherever it stands."""
    if len(frame.clauses) != 1 or len(frame.acts) > 1 or frame.clauses[0].kind not in _FREE_CLAUSES:
        return elements
    clause = frame.clauses[0]
    inside = [each for each in elements if clause.first <= each.at < clause.last]
    rest = [each for each in elements if each not in inside]
    return [*rest, *inside]


def is_voice_change(before: Frame, after: Frame, one: Sequence[Element], two: Sequence[Element]) -> bool:
    """One act told once in the active and once in the passive voice, by the same actor: "by us" is said."""
    if before.is_passive == after.is_passive or before.actor != "we" or after.actor != "we":
        return False
    passive = before if before.is_passive else after
    if not any(
        passive.words[at - 1] == "by" for mark in passive.of("actors") if mark.value == "we" for at in (mark.first,)
    ):
        return False  # "we are audited by unions", "we audit unions"
    if len(before.acts) != 1 or len(after.acts) != 1 or before.clauses or after.clauses:
        return False
    verb = {before.acts[0].lemma} == {after.acts[0].lemma}
    return verb and _without_act(before, one) == _without_act(after, two)


def is_genitive_change(before: Frame, after: Frame, one: Sequence[Element], two: Sequence[Element]) -> bool:
    """ "The privacy of our users" and "our users' privacy", "a list of suppliers" and "a supplier list": two neighbours
    change places, and "of" stands between them on one side only."""
    if len(one) != len(two):
        return False
    apart = [at for at in range(len(one)) if one[at].id != two[at].id]
    if not apart or not 2 <= apart[-1] - apart[0] + 1 <= _NAME_WORDS:
        return False
    was, now = one[apart[0] : apart[-1] + 1], two[apart[0] : apart[-1] + 1]
    return _is_owned(before, was, after, now) or _is_owned(after, now, before, was)


def _is_owned(frame: Frame, with_of: Sequence[Element], other: Frame, without: Sequence[Element]) -> bool:
    """Whether one side says "rights of indigenous peoples" and the other "indigenous peoples' rights"."""
    turned = [*with_of[1:], with_of[0]]
    if [each.id for each in turned] != [each.id for each in without] or any(each.id in _NO_NAME for each in turned):
        return False
    return _links(frame, with_of[0], with_of[1]) and not _links(other, without[-2], without[-1])


def _links(frame: Frame, left: Element, right: Element) -> bool:
    """Whether "of" and nothing but a determiner stands between two neighbours."""
    between = [word for word in frame.words[left.last : right.at] if word not in _DETERMINERS]
    return between == ["of"]


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


def _is_list_reordered(before: Frame, after: Frame, one: Sequence[Element], two: Sequence[Element]) -> bool:
    """The part that differs is a list on both sides, of the same items and the same kind (and, or)."""
    if Counter(each.id for each in one) != Counter(each.id for each in two):
        return False
    head = 0
    while one[head].id == two[head].id:
        head += 1
    tail = 0
    while one[-1 - tail].id == two[-1 - tail].id:
        tail += 1
    # Items may begin or end alike ("child labour, forced labour"): what is common may belong to the list.
    return any(
        _items(before, one, first, last) == _items(after, two, first, last)
        for first in range(head, max(head - _ITEM_WORDS, -1), -1)
        for last in range(tail, max(tail - _ITEM_WORDS, -1), -1)
    )


def _items(frame: Frame, elements: Sequence[Element], head: int, tail: int) -> list[str] | None:
    """The items of the list between the unchanged head and tail, sorted; None would equal nothing, so a mark of its own."""
    part = elements[head : len(elements) - tail]
    start, end = part[0].at, part[-1].last
    items: list[list[str]] = [[]]
    by_start = {each.at: each for each in part}
    for at in range(start, end):
        word = frame.words[at]
        if word in LIST_WORDS:
            items.append([])
        elif at in by_start:
            is_verb = _is_act(frame, at) and not _is_between_verbs(frame, start, end)
            if by_start[at].id.startswith(("modality:", "hedges:")) or at in frame.negations or is_verb:
                return [f"{id(frame)}"]  # verbs and modals in the part: no mere list
            items[-1].append(by_start[at].id)
    kept = sorted(" ".join(item) for item in items if item)
    connectives = sorted(word for word in frame.words[start:end] if word in LIST_WORDS and word != ",")
    return [*kept, *connectives] if len(kept) > 1 else [f"{id(frame)}"]


def _is_between_verbs(frame: Frame, start: int, end: int) -> bool:
    """ "Share or sell", "sell or share": verbs and nothing but what joins them, so that all share what follows."""
    return all(_is_act(frame, at) or frame.words[at] in LIST_WORDS for at in range(start, end))


def _is_act(frame: Frame, at: int) -> bool:
    return any(act.at == at for act in frame.acts)


def _attached(frame: Frame, elements: Sequence[Element]) -> Counter[tuple[str, str]]:
    """Each movable qualification with the act it belongs to: the next one in its part of the sentence, else the last."""
    if len(frame.acts) <= 1:
        return Counter((each.id, "") for each in elements if each.is_movable)
    return Counter((each.id, _act_of(frame, each)) for each in elements if each.is_movable)


def _act_of(frame: Frame, element: Element) -> str:
    following = next((act for act in frame.acts if act.at >= element.last), None)
    preceding = next((act for act in reversed(frame.acts) if act.at < element.at), None)
    between = frame.words[element.last : following.at] if following else ()
    if following and (preceding is None or not any(word in LIST_WORDS for word in between[1:])):
        return following.lemma
    return preceding.lemma if preceding else ""


def _without_act(frame: Frame, elements: Sequence[Element]) -> list[str]:
    act = frame.acts[0]
    skipped = {*act.claims, *frame.negations}
    return [each.id for each in elements if each.at not in skipped and not each.id.startswith("modality:")]
