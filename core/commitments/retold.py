"""The same content built another way: active for passive, clauses in another order, two sentences for one.

Order is free where it carries nothing and binding where it does: who acts on whom, what a phrase belongs to where
several acts are joined, which of two phrases with one preposition comes first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from core.commitments.frame import Frame
from core.commitments.guard import LIST_WORDS, Element
from core.commitments.inflection import word_name
from core.commitments.layout import JOINING, Part, known_of, parts_of
from core.commitments.roles import are_dates_exchanged, marks_that_turn, our_roles
from core.commitments.wording import word_set


def is_retold(before: Frame, after: Frame, one: Sequence[Element], two: Sequence[Element]) -> bool:
    """Whether both say the same in another build. Only for English, whose order of words tells who does what."""
    if before.lang != "en" or after.lang != "en" or not _may_be_same(one, two):
        return False
    if marks_that_turn(before) != marks_that_turn(after) or are_dates_exchanged(before, after):
        return False
    if _done_to_us(before, after):
        return False
    if _ours(before) != _ours(after) or not _has_one_agent(before, after, one, two):
        return False
    one, two = _of_one_name(one), _of_one_name(two)
    known = known_of((before, one), (after, two))
    return _are_same(parts_of(before, one, known), parts_of(after, two, known))


def _are_same(one: Sequence[Part], two: Sequence[Part]) -> bool:
    """Whether every main clause of one side has its twin on the other."""
    left = list(two)
    for part in one:
        twin = next((other for other in left if _is_same_part(part, other)), None)
        if twin is None:
            return False
        left.remove(twin)
    return not left


def _is_same_part(one: Part, two: Part) -> bool:
    if len(one.hanging) != len(two.hanging) or not _is_same_list(one.core, two.core):
        return False
    is_reordered = [each for each in one.core if each != ","] != [each for each in two.core if each != ","]
    if is_reordered and any(joined not in (-1, one.joined) and side == "" for _, joined, side in one.hanging):
        return False  # "the names of all sites, and addresses": what hangs on one item is not the other's
    left = list(two.hanging)
    for ids, joined, side in one.hanging:
        twin = next((each for each in left if each[1:] == (joined, side) and _is_same_list(ids, each[0])), None)
        first = next((each for each in left if each[0][0] == ids[0]), None)
        if twin is None or (twin is not first and len(ids) > 1):
            return False  # two phrases with one preposition keep their order: "from the region … from our stores"
        left.remove(twin)
    return True


def _is_same_list(one: Sequence[str], two: Sequence[str]) -> bool:
    """The same words in order, or the same beginning and then the same items in any order."""
    if [each for each in one if each != ","] == [each for each in two if each != ","]:
        return True
    if len(one) != len(two) or JOINING.isdisjoint(one):
        return False
    for head in range(min(len(one), _LONGEST_HEAD)):
        if head and one[head - 1] != two[head - 1]:
            return False
        if _items(one[head:]) == _items(two[head:]) and all(map(_has_loose_items, (one[head:], two[head:]))):
            return True
    return False


_LONGEST_HEAD = 8


def _has_loose_items(ids: Sequence[str]) -> bool:
    """Whether the first of two items is one word, or both are several: a word before the first may be said of both."""
    lengths = [0]
    for each in ids:
        if each in LIST_WORDS:
            lengths.append(0)
        else:
            lengths[-1] += 1
    return len(lengths) != 2 or lengths[0] < 2 or 1 not in lengths


def _items(ids: Sequence[str]) -> tuple[list[str], list[str]]:
    """The items of a list, sorted, and its "and" and "or"."""
    items: list[list[str]] = [[]]
    for each in ids:
        if each in LIST_WORDS:
            items.append([])
        else:
            items[-1].append(each)
    return sorted(" ".join(item) for item in items if item), sorted(each for each in ids if each in JOINING)


def _may_be_same(one: Sequence[Element], two: Sequence[Element]) -> bool:
    """Whether only such words differ as another build may bring: spares most pairs the reading."""
    counts_one, counts_two = Counter(map(_bare, one)), Counter(map(_bare, two))
    return (counts_one - counts_two).keys() | (counts_two - counts_one).keys() <= _OF_THE_BUILD


_OF_THE_BUILD = frozenset({"", "and", "or", "but", ",", "if", "they", "they+", "belonging", "belong+"})


def _bare(element: Element) -> str:
    name = element.id.removesuffix(" (past)")
    return "" if name.startswith("modality:") else "if" if name in ("where", "when", "whenever", "wherever") else name


def _ours(frame: Frame) -> Counter[tuple[str, str]]:
    """What is called ours and who else it is told of: "our workers" are fewer than "workers"."""
    words = (*frame.words, "")
    return Counter(
        (word, word_name(words[at + 1].removesuffix("'s")) if word != "us" else "")
        for at, word in enumerate(frame.words)
        if word in _POINTING and not (word == "us" and words[at - 1] == "by")
    )


def _done_to_us(before: Frame, after: Frame) -> bool:
    """Whether we stand in another role than before; "by us" comes and goes with the voice."""
    one, two = our_roles(before), our_roles(after)
    if before.is_passive != after.is_passive:
        del one["by"], two["by"]
    return one != two


def _has_one_agent(before: Frame, after: Frame, one: Sequence[Element], two: Sequence[Element]) -> bool:
    """Whether what is done "by" somebody on both sides is the same: "retaliation by managers", "protected by managers"."""
    left, right = _by_whom(before, one), _by_whom(after, two)
    return all(left[name] == right[name] for name in left.keys() & right.keys())


def _by_whom(frame: Frame, elements: Sequence[Element]) -> dict[str, str]:
    pairs = pairwise(elements)
    return {each.id: last.id for last, each in pairs if "by" in frame.words[last.last : each.at]}


_POINTING = word_set("us our ours own their theirs his her")


def _of_one_name(elements: Sequence[Element]) -> list[Element]:
    """ "Strictly prohibit", "is forbidden": one ruling, whatever its words; "are prohibited from" is told of somebody."""
    return [
        each._replace(id="modality:prohibit")
        if each.id.startswith("modality:")
        and not each.id.endswith(" from")
        and any(word in each.id for word in _BANNING)
        else each
        for each in elements
    ]


_BANNING = ("prohibit", "forbid", "banned", "bans")
