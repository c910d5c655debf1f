"""Two readings compared: places first, by their forms; words inside the few pairs that differ come later.

Exact matches, then moves (outside the longest run that kept its order), then texts cut or joined differently, then
pairs alike enough to be one passage reworded. Deterministic, no clock; work is bounded by the number of places.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from core.model import Act, Edit, Reading

_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?", re.UNICODE)
_WIDE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
SAME_SECTION: Final = 0.4  # share of words in common that makes two passages of one section the same one, reworded
ANYWHERE: Final = 0.6
_ALL_PAIRS: Final = 2_500  # up to so many pairs each is looked at; beyond, those that share rare words
_CANDIDATES: Final = 12
_VOTES: Final = 250_000  # so many shared words are counted at most, whatever the page
_SAMPLE: Final = 3_000  # characters of each end of a long passage that its likeness is judged by
_STARTS: Final = 16  # passages with the same first letters that may begin a cut one
_JOIN: Final = 6  # a passage may be cut into at most so many


def words_of(text: str) -> list[str]:
    """Lower-case words; every Han, kana or Hangul character is a word of its own."""
    if text.isascii():
        return _WORD.findall(text.lower())
    return _WORD.findall(_WIDE.sub(lambda found: f" {found.group()} ", text).casefold())


@dataclass(slots=True)
class _Sides:
    """What is still unmatched, and the edits found so far."""

    before: Reading
    after: Reading
    gone: list[int]
    came: list[int]
    edits: list[Edit] = field(default_factory=list)
    partner: dict[int, int] = field(default_factory=dict)  # before place -> after place, however matched


def compare(
    before: Reading, before_forms: Sequence[int], after: Reading, after_forms: Sequence[int]
) -> tuple[Edit, ...]:
    """The edits that turn ``before`` into ``after``; forms run parallel to the places of each reading.

    Every place of either side is in exactly one edit or matched unmoved. REMOVED and ADDED name one place each;
    REWORDED one or several on each side; MOVED one on each. Sorted by where they stand, after side first.
    """
    sides = _match_exactly(before, before_forms, after, after_forms)
    if sides.gone and sides.came:
        _match_resegmented(sides)
        _match_similar(sides)
    sides.edits.extend(Edit(Act.REMOVED, before=(at,)) for at in sides.gone)
    sides.edits.extend(Edit(Act.ADDED, after=(at,)) for at in sides.came)
    _add_lost_lead_ins(sides)
    return tuple(sorted(sides.edits, key=_position))


def _position(edit: Edit) -> tuple[int, int, int]:
    return (edit.after[0] if edit.after else edit.before[0], len(edit.after), edit.before[0] if edit.before else -1)


def _match_exactly(before: Reading, before_forms: Sequence[int], after: Reading, after_forms: Sequence[int]) -> _Sides:
    """Equal forms in the same order, then equal forms elsewhere (moved)."""
    start, end_before, end_after = _common_ends(before_forms, after_forms, before, after)
    gone, came = list(range(start, end_before)), list(range(start, end_after))
    pairs: list[tuple[int, int]] = []
    # The same words may stand in a menu and as a heading: first those that stand as the same thing, then the others.
    for as_the_same in (True, False):
        waiting: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for at in reversed(gone):
            waiting[_standing(before, before_forms, at, as_the_same)].append(at)
        left: list[int] = []
        for at in came:
            queue = waiting.get(_standing(after, after_forms, at, as_the_same))
            if queue:
                pairs.append((queue.pop(), at))
            else:
                left.append(at)
        gone, came = sorted(at for queue in waiting.values() for at in queue), left
        if not gone or not came:
            break
    pairs.sort(key=lambda pair: pair[1])
    sides = _Sides(before, after, gone, came)
    kept = _longest_run([pair[0] for pair in pairs])
    for index, (was, now) in enumerate(pairs):
        sides.partner[was] = now
        if index not in kept:
            sides.edits.append(Edit(Act.MOVED, before=(was,), after=(now,)))
    for at in range(start):
        sides.partner[at] = at
    shift = end_after - end_before
    for at in range(end_before, len(before_forms)):
        sides.partner[at] = at + shift
    return sides


def _standing(reading: Reading, forms: Sequence[int], at: int, as_the_same: bool) -> tuple[object, ...]:
    place = reading.places[at]
    return (forms[at], place.stream, place.kind == "heading") if as_the_same else (forms[at],)


def _common_ends(left: Sequence[int], right: Sequence[int], before: Reading, after: Reading) -> tuple[int, int, int]:
    """How far the two agree from the start, and from the end: equal forms that stand as the same thing."""
    shorter = min(len(left), len(right))
    was, now = before.places, after.places
    start = 0
    while start < shorter and left[start] == right[start] and was[start].stream == now[start].stream:
        start += 1
    tail = 0
    while (
        tail < shorter - start
        and left[-1 - tail] == right[-1 - tail]
        and was[-1 - tail].stream == now[-1 - tail].stream
    ):
        tail += 1
    return start, len(left) - tail, len(right) - tail


def _longest_run(values: list[int]) -> set[int]:
    """Indices of a longest increasing subsequence: the places that kept their order."""
    tails: list[int] = []
    tail_at: list[int] = []
    previous = [-1] * len(values)
    for index, value in enumerate(values):
        at = bisect_left(tails, value)
        previous[index] = tail_at[at - 1] if at else -1
        if at == len(tails):
            tails.append(value)
            tail_at.append(index)
        else:
            tails[at] = value
            tail_at[at] = index
    run: set[int] = set()
    index = tail_at[-1] if tail_at else -1
    while index >= 0:
        run.add(index)
        index = previous[index]
    return run


def _match_resegmented(sides: _Sides) -> None:
    """One passage cut into several, or several joined into one, the words unchanged."""
    _join(sides, sides.gone, sides.came, sides.before, sides.after, flipped=False)
    _join(sides, sides.came, sides.gone, sides.after, sides.before, flipped=True)


def _join(
    sides: _Sides, ones: list[int], manies: list[int], one_side: Reading, many_side: Reading, *, flipped: bool
) -> None:
    squeezed = {at: _squeeze(many_side.places[at].text) for at in manies}
    starts: dict[str, list[int]] = defaultdict(list)
    for index, at in enumerate(manies):
        if squeezed[at]:
            starts[squeezed[at][:8]].append(index)
    used: set[int] = set()
    for one in list(ones):
        whole = _squeeze(one_side.places[one].text)
        for index in starts.get(whole[:8], ())[:_STARTS]:
            run = _run_that_spells(whole, manies, squeezed, index, used)
            if run:
                used.update(run)
                ones.remove(one)
                edit = (
                    Edit(Act.REWORDED, before=run, after=(one,))
                    if flipped
                    else Edit(Act.REWORDED, before=(one,), after=run)
                )
                sides.edits.append(edit)
                if flipped:
                    sides.partner.update((at, one) for at in run)
                else:
                    sides.partner[one] = run[0]
                break
    manies[:] = [at for at in manies if at not in used]


def _run_that_spells(
    whole: str, manies: list[int], squeezed: dict[int, str], index: int, used: set[int]
) -> tuple[int, ...]:
    run: list[int] = []
    rest = whole
    for at in manies[index : index + _JOIN]:
        if at in used or not squeezed[at] or not rest.startswith(squeezed[at]):
            break
        run.append(at)
        rest = rest[len(squeezed[at]) :]
        if not rest:
            return tuple(run)
    return ()


def _squeeze(text: str) -> str:
    return "".join(words_of(text))


def _match_similar(sides: _Sides) -> None:
    """Pairs alike enough, most alike first; one section outranks elsewhere."""
    before_words = {at: _counted(sides.before.places[at].text) for at in sides.gone}
    after_words = {at: _counted(sides.after.places[at].text) for at in sides.came}
    scored: list[tuple[float, int, int]] = []
    for was, now in _candidates(sides, before_words, after_words):
        same_section = _section(sides.before, was) == _section(sides.after, now)
        least = SAME_SECTION if same_section else ANYWHERE
        likeness = _likeness(before_words[was], after_words[now], least)
        if likeness >= least:
            scored.append((-(likeness + (0.15 if same_section else 0.0)), was, now))
    scored.sort()
    free_before, free_after = set(sides.gone), set(sides.came)
    for _, was, now in scored:
        if was in free_before and now in free_after:
            free_before.discard(was)
            free_after.discard(now)
            sides.partner[was] = now
            sides.edits.append(Edit(Act.REWORDED, before=(was,), after=(now,)))
    sides.gone = [at for at in sides.gone if at in free_before]
    sides.came = [at for at in sides.came if at in free_after]


def _candidates(
    sides: _Sides, before_words: dict[int, Counter[str]], after_words: dict[int, Counter[str]]
) -> list[tuple[int, int]]:
    if len(sides.gone) * len(sides.came) <= _ALL_PAIRS:
        return [(was, now) for was in sides.gone for now in sides.came]
    holders: dict[str, list[int]] = defaultdict(list)
    for now, counts in after_words.items():
        for word in counts:
            holders[word].append(now)
    pairs: list[tuple[int, int]] = []
    most = max(_VOTES // (_CANDIDATES * len(before_words)), 4)
    for was, counts in before_words.items():
        votes: Counter[int] = Counter()
        rare = sorted((word for word in counts if word in holders), key=lambda word: len(holders[word]))[:_CANDIDATES]
        for word in rare:
            votes.update(holders[word][:most])
        pairs.extend((was, now) for now, _ in votes.most_common(_CANDIDATES))
    return pairs


def _counted(text: str) -> Counter[str]:
    if len(text) > 2 * _SAMPLE:
        text = f"{text[:_SAMPLE]} {text[-_SAMPLE:]}"
    return Counter(words_of(text))


def _section(reading: Reading, at: int) -> str:
    heading = reading.places[at].heading
    return reading.places[heading].text if heading >= 0 else ""


def _likeness(left: Counter[str], right: Counter[str], least: float) -> float:
    """Dice's coefficient over words with their counts: 0 nothing in common, 1 the same words.

    Counted only where the two lengths leave room for ``least``; 0 otherwise.
    """
    was, now = left.total(), right.total()
    if not was + now:
        return 1.0
    if 2 * min(was, now) < least * (was + now):
        return 0.0
    few, many = (left, right) if len(left) <= len(right) else (right, left)
    found = many.get
    return 2 * sum(min(count, found(word, 0)) for word, count in few.items()) / (was + now)


def _add_lost_lead_ins(sides: _Sides) -> None:
    """Items whose own words stand while the sentence that introduced them is gone."""
    for was, now in list(sides.partner.items()):
        place = sides.before.places[was]
        if place.kind != "item" or place.lead_in < 0 or now >= len(sides.after.places):
            continue
        expected = sides.partner.get(place.lead_in)
        if expected is None and sides.after.places[now].lead_in != place.lead_in and _is_gone(sides, place.lead_in):
            sides.edits.append(Edit(Act.REWORDED, before=(was,), after=(now,), lost_lead_in=True))


def _is_gone(sides: _Sides, at: int) -> bool:
    return at in sides.gone
