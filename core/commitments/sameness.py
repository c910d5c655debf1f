"""Whether two contents that have the same words are the same: in the same order, but for what may move.

A qualification may move within the reach of its act, the items of a list may change places, an act may turn passive
with "by us", an owner may stand before or behind what is owned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from core.commitments.frame import Frame
from core.commitments.guard import LIST_WORDS, Element

_FREE_CLAUSES = ("condition", "exception", "time", "unmet")
_ITEM_WORDS = 3  # how many common words an item of a reordered list may begin or end with
_NAME_WORDS = 4  # of a thing and its owner
_NO_NAME = LIST_WORDS | {
    "all",
    "every",
    "each",
    "any",
    "no",
}  # "the wage of each worker" is not "each wage of the worker"
_DETERMINERS = frozenset({"the", "a", "an", "our", "its", "their", "all", "any"})
_JOINING = frozenset({"and", "or", "nor"})
_IN_ITEMS = frozenset({"of", "by", "with", "at", "from", "in", "for", "to", "without", "on"})
_NEW_SENTENCE = (("we",), ("they",), ("it",))
_COMPOUNDS = frozenset({"control", "area", "labor", "chain", "data", "recognit", "wage", "enforc", "right"})
"""Nouns whose adjective makes one name with them."""


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
    lead = [word for word in frame.words[max(clause.first - 2, 0) : clause.first] if word != ","]
    if lead and lead[-1] in _JOINING:  # "data or, without consent, photos"
        return elements
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
    if _is_more_than_items(frame.words[start:end]) or not _has_loose_items(items):
        return [f"{id(frame)}"]  # "names with police and location data": not all of it is an item
    kept = sorted(" ".join(item) for item in items if item)
    connectives = sorted(word for word in frame.words[start:end] if word in LIST_WORDS and word != ",")
    return [*kept, *connectives] if len(kept) > 1 else [f"{id(frame)}"]


def _is_more_than_items(words: Sequence[str]) -> bool:
    """Whether a phrase hangs on one of the items; "to the police or to the army" says of each what the other has."""
    hanging = [at for at, word in enumerate(words) if word in _IN_ITEMS]
    return len({words[at] for at in hanging}) > 1 or any(at and words[at - 1] not in LIST_WORDS for at in hanging)


def _has_loose_items(items: Sequence[Sequence[str]]) -> bool:
    """Whether no word of the first of two items may be said of both: "armed drones or cameras" is not "cameras or armed
    drones"."""
    said = [item for item in items if item]
    first = said[0] if said else ()
    return len(said) != 2 or len(first) < 2 or first[-1].split("+")[0] in _COMPOUNDS or len(said[1]) > 1


def _is_between_verbs(frame: Frame, start: int, end: int) -> bool:
    """ "Share or sell", "sell or share": verbs and nothing but what joins them, so that all share what follows."""
    return all(_is_act(frame, at) or frame.words[at] in LIST_WORDS for at in range(start, end))


def _is_act(frame: Frame, at: int) -> bool:
    return any(act.at == at for act in frame.acts)


def _attached(frame: Frame, elements: Sequence[Element]) -> Counter[tuple[str, str]]:
    """Each movable qualification with the act it belongs to: the next one in its part of the sentence, else the last."""
    if len(frame.acts) <= 1:
        return Counter((each.id, stands_between(frame, each)) for each in elements if each.is_movable)
    return Counter(
        (each.id, _act_of(frame, each) + stands_between(frame, each)) for each in elements if each.is_movable
    )


def stands_between(frame: Frame, element: Element) -> str:
    """Whether a qualification stands between two things joined by "and", and so may hold for the first alone: after
    how many. At the beginning and at the end it may hold for all."""
    words = frame.words
    joined = [at for at, word in enumerate(words) if word in _JOINING and words[at + 1 : at + 2] not in _NEW_SENTENCE]
    before = sum(at < element.at for at in joined)
    verbs = (*(act.at for act in frame.acts), *(mark.first for mark in frame.of("modality")))
    is_inside = before < len(joined) and any(at < element.at for at in verbs)
    return f" between {before}" if is_inside else ""


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
