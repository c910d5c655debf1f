"""Where, against whom, of what and how far along the chain a promise reaches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from core.commitments.delta import Delta, Sign, quotes, span, unless_restraint
from core.commitments.frame import Frame, Mark
from core.commitments.guard import LIST_WORDS, manner_of
from core.commitments.vocabulary import Vocabulary
from core.commitments.wording import word_set

_LINKS = word_set(
    "and or nor , in the to of also including within any against 、 和 或 及 ni en el la y e o ou et und oder du de d des del dem der den aus von dans au aux"
)
_NEW_PARTS = word_set("we they it you will shall must may can do does is are not and or but including also")
_EMPHASIS = word_set("anywhere everywhere else in")
_UNSTATED = {"channel": 2, "frequency": 0}


def lattice_moved(dimension: str, word: str) -> Callable[[Vocabulary, Frame, Frame], Iterator[Delta]]:
    """Places and customers: wider is firmer, and naming any narrows a promise that named none."""

    def compare(vocabulary: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
        parents = vocabulary.parents[dimension]
        one, two = before.of(dimension), after.of(dimension)
        names_before, names_after = {mark.value for mark in one}, {mark.value for mark in two}
        if names_before == names_after or _everywhere(before, dimension) == _everywhere(after, dimension):
            return
        reason = f"{word}: {quotes(before, one)} → {quotes(after, two)}"
        wider_after = _covers(parents, names_after, names_before)
        wider_before = _covers(parents, names_before, names_after)
        sign: Sign = "?"
        if wider_after and wider_before:
            sign = "?"
        elif (not one and _stands_in_list(after, two)) or (not two and _stands_in_list(before, one)):
            sign = "?" if not one else "-"  # listed beside names we do not know: a list that grew or shrank
        elif wider_after:
            added = [mark for mark in two if mark.value not in names_before]
            sign = "+" if not one or not added or _is_listed(after, added, two, len(one)) else "?"
            held = [mark.value for mark in added if after.words[mark.first - 1] == ","]
            if any(value in _above(parents, name) for value in held for name in names_before & names_after):
                sign = "?"  # "Xinjiang", "Xinjiang, China": where it lies
            if dimension == "customers":  # told to more of them, or withheld from more of them
                sign = unless_restraint(sign, before, after)
        elif wider_before:
            sign = "-"
        claims_after = _with_links(after, two)
        yield Delta(dimension, sign, reason, _with_links(before, one), claims_after)

    return compare


def _everywhere(frame: Frame, dimension: str) -> list[str]:
    """The names of a dimension wherever in the sentence they stand: one that moved into a clause has not gone."""
    return sorted({mark.value for mark in frame.of(dimension, main_only=False)})


def _covers(parents: dict[str, str | None], wide: set[str], narrow: set[str]) -> bool:
    """Whether every name of ``narrow`` lies within one of ``wide``; no name at all is everywhere."""
    if not wide:
        return True
    if not narrow:
        return any(parents.get(name) is None for name in wide)
    return all(any(name == other or other in _above(parents, name) for other in wide) for name in narrow)


def _above(parents: dict[str, str | None], name: str) -> list[str]:
    found: list[str] = []
    at = parents.get(name)
    while at is not None and at not in found:
        found.append(at)
        at = parents.get(at)
    return found


def _is_listed(frame: Frame, added: Sequence[Mark], marks: Sequence[Mark], count_before: int) -> bool:
    """What was added stands in a list with the others, or took the place of one: it limits nothing by itself."""
    if len(marks) <= count_before:
        return True
    return all(any(_is_linked(_between(frame, mark, other)) for other in marks if other is not mark) for mark in added)


def _stands_in_list(frame: Frame, marks: Sequence[Mark]) -> bool:
    """Whether an "or" or "and" leads to a name, so that what stands before it is one of its kind."""
    return any(
        not LIST_WORDS.isdisjoint(frame.words[max(mark.first - 2, 0) : mark.first]) or _is_followed(frame, mark)
        for mark in marks
    )


def _is_followed(frame: Frame, mark: Mark) -> bool:
    """ "Governments, brokers or advertisers": more names follow, and no new sentence."""
    following = frame.words[mark.last : mark.last + 1]
    rest = frame.words[mark.last + 1 : mark.last + 8]
    if not following or following[0] not in LIST_WORDS or not rest or rest[0] in _NEW_PARTS:
        return False
    return following[0] != "," or not LIST_WORDS.isdisjoint(rest)


def _is_linked(words: Sequence[str]) -> bool:
    return all(word in _LINKS for word in words) and any(word in LIST_WORDS for word in words)


def _between(frame: Frame, one: Mark, two: Mark) -> Sequence[str]:
    first, second = sorted((one, two), key=lambda mark: mark.first)
    return frame.words[first.last : second.first]


def _with_links(frame: Frame, marks: Sequence[Mark]) -> frozenset[int]:
    """The words of the marks, with the "or" and "and" between two of them or before the last."""
    words = set(span(marks))
    ordered = sorted(marks, key=lambda mark: mark.first)
    for mark in marks:  # "anywhere in China" is no more than "in China"
        at = mark.first - 1
        while at >= 0 and frame.words[at] in _EMPHASIS:
            words.add(at)
            at -= 1
    for left, right in pairwise(ordered):
        if _is_linked(frame.words[left.last : right.first]):
            words.update(range(left.last, right.first))
    return frozenset(words)


def rank_moved(dimension: str, word: str) -> Callable[[Vocabulary, Frame, Frame], Iterator[Delta]]:
    """Dimensions with a rank and a value for silence: channel, frequency."""

    def compare(_: Vocabulary, before: Frame, after: Frame) -> Iterator[Delta]:
        one, two = before.of(dimension, main_only=False), after.of(dimension, main_only=False)
        if Counter(manner_of(mark) for mark in one) == Counter(manner_of(mark) for mark in two):
            return
        rank_before, rank_after = _rank(dimension, one), _rank(dimension, two)
        reason = f"{word}: {quotes(before, one)} → {quotes(after, two)}"
        sign: Sign = "?" if rank_before == rank_after else "+" if rank_after > rank_before else "-"
        if dimension == "frequency" and not one:  # "we audit" and "we audit regularly": the first may have meant always
            sign = "-" if rank_after == 1 else "+" if _is_repeated(before, after, rank_after) else "?"
        if dimension == "channel" and any(mark.text == "directly" for mark in one):  # a manner, or a limit
            sign = unless_restraint(sign, before, after)
        chain = _chain(after) if dimension == "channel" and sign == "+" else frozenset()
        yield Delta(dimension, sign, reason, span(one), span(two) | chain)

    return compare


def _chain(frame: Frame) -> frozenset[int]:
    """The words "anywhere in our supply chain", where what was said of the first link is said of the chain."""
    found: set[int] = set()
    for at, word in enumerate(frame.words):
        if word in ("chain", "chains") and frame.words[at - 1] in ("supply", "value"):
            lead = range(max(at - _LEAD, 0), at - 1)
            found |= {at - 1, at, *(each for each in lead if frame.words[each] in _WHEREVER)}
    return frozenset(found)


_LEAD = 5  # words
_WHEREVER = word_set("anywhere everywhere throughout across along")


_YEARLY = 5
_EACH_TIME = word_set("each every any all whenever")


def _is_repeated(before: Frame, after: Frame, rank: int) -> bool:
    """Whether a rhythm that came is more than nothing said: a report that comes again, a look at least once a year, where
    none was promised each time."""
    if not _is_shown(after):
        return False
    if all(act.group == "disclose" for act in after.acts):
        return rank > _VAGUE
    return rank >= _YEARLY and _EACH_TIME.isdisjoint(before.words) and not before.clauses


_REPEATED = ("disclose", "verify", "assess")
_VAGUE = 2  # the tier up to which a frequency is a manner and no number


def _is_shown(frame: Frame) -> bool:
    """Whether all the sentence does is to look and to tell: done once, or again and again."""
    is_told = bool(frame.acts) and all(act.group in _REPEATED and act.stance == "restrains" for act in frame.acts)
    people = any(mark.value in ("affected", "users") for mark in frame.of("actors", main_only=False))
    return is_told and not people and not frame.of("customers", main_only=False)


def _rank(dimension: str, marks: Sequence[Mark]) -> int:
    tiers = [mark.tier for mark in marks]
    if dimension == "channel" and 1 in tiers and 3 not in tiers:
        return 1
    return max(tiers, default=_UNSTATED[dimension])
