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
_SAMPLE: Final = 500  # words of each end of a long passage that its likeness is judged by
_STARTS: Final = 16  # passages with the same first letters that may begin a cut one
_LEAST_RECUT: Final = 3  # places of both sides; one and one would be the same text
_LONGEST_RECUT: Final = 40  # places of one side
_JOIN: Final = 6  # a passage may be cut into at most so many


def words_of(text: str) -> list[str]:
    """Lower-case words; every Han, kana or Hangul character is a word of its own."""
    if text.isascii():
        return _WORD.findall(text.lower())
    return _WORD.findall(_WIDE.sub(lambda found: f" {found.group()} ", text).casefold())


_FIGURES: Final = str.maketrans(dict.fromkeys("0123456789"))


class _Texts:
    """The words of the places of one side, found once: four steps ask for them."""

    def __init__(self, reading: Reading) -> None:
        self._places = reading.places
        self._words: dict[int, list[str]] = {}
        self._distinct: dict[int, set[str]] = {}

    def words(self, at: int) -> list[str]:
        """The words of a place, as likeness counts them."""
        found = self._words.get(at)
        if found is None:
            found = self._words[at] = _bare_words(self._places[at].text)
        return found

    def squeezed(self, at: int) -> str:
        """All words of a place in a row, whatever figures are in them."""
        return "".join(self.words(at)).translate(_FIGURES)

    def distinct(self, at: int) -> set[str]:
        """The words of a place, each once; of a long passage those of both ends."""
        found = self._distinct.get(at)
        if found is None:
            words = self.words(at)
            found = self._distinct[at] = set(words if len(words) <= 2 * _SAMPLE else words[:_SAMPLE] + words[-_SAMPLE:])
        return found

    def section(self, at: int) -> str:
        """The heading a place stands under, whatever year or number it gives."""
        heading = self._places[at].heading
        return self._places[heading].text.translate(_FIGURES) if heading >= 0 else ""


# In windows-1252, which holds nearly all texts of western Europe, words part by a table of bytes: many times faster than
# a pattern. What is no letter and no figure becomes a space; apostrophes go.
_PARTED: Final = bytes(
    byte if char.isalnum() else 32 for byte, char in enumerate(bytes(range(256)).decode("cp1252", "replace"))
)


def _bare_words(text: str) -> list[str]:
    """:func:`words_of` for matching alone: without apostrophes, and fast."""
    try:
        folded = text.lower().encode("cp1252")
    except UnicodeEncodeError:
        return words_of(text.replace("'", "").replace("’", ""))
    return folded.translate(_PARTED, b"'\x92").decode("cp1252").split()


@dataclass(slots=True)
class _Sides:
    """What is still unmatched, and the edits found so far."""

    before: Reading
    after: Reading
    gone: list[int]
    came: list[int]
    was: _Texts
    now: _Texts
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
        _match_other_figures(sides)
        _match_resegmented(sides)
        _match_similar(sides)
    sides.edits.extend(Edit(Act.REMOVED, before=(at,)) for at in sides.gone)
    sides.edits.extend(Edit(Act.ADDED, after=(at,)) for at in sides.came)
    _add_lost_lead_ins(sides)
    moved = {at for edit in sides.edits if edit.act is Act.MOVED for at in edit.after}
    if moved:
        _add_those_under_others(sides, before_forms, after_forms, moved)
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
    sides = _Sides(before, after, gone, came, _Texts(before), _Texts(after))
    kept = _longest_run([pair[0] for pair in pairs])
    for index, (was, now) in enumerate(pairs):
        sides.partner[was] = now
        if index not in kept or before.places[was].stream != after.places[now].stream:
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
    _join(sides, sides.gone, sides.came, flipped=False)
    _join(sides, sides.came, sides.gone, flipped=True)
    _recut(sides)


def _recut(sides: _Sides) -> None:
    """Several passages in a row cut at other words, all words in their order: one edit of many places on both sides."""
    waiting: dict[str | None, tuple[int, ...]] = {}
    for run in _runs(sides.gone):
        if len(run) <= _LONGEST_RECUT:
            waiting.setdefault("".join(map(sides.was.squeezed, run)), run)
    matched_before: set[int] = set()
    matched_after: set[int] = set()
    for now in _runs(sides.came):
        if len(now) > _LONGEST_RECUT:
            continue
        was = waiting.pop("".join(map(sides.now.squeezed, now)) or None, ())
        if was and len(was) + len(now) >= _LEAST_RECUT:
            sides.edits.append(Edit(Act.REWORDED, before=was, after=now))
            sides.partner.update((at, now[0]) for at in was)
            matched_before.update(was)
            matched_after.update(now)
    sides.gone = [at for at in sides.gone if at not in matched_before]
    sides.came = [at for at in sides.came if at not in matched_after]


def _runs(places: Sequence[int]) -> list[tuple[int, ...]]:
    """Places that follow each other directly, each run as long as it goes."""
    runs: list[list[int]] = []
    for at in places:
        if runs and runs[-1][-1] == at - 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    return [tuple(run) for run in runs]


def _join(sides: _Sides, ones: list[int], manies: list[int], *, flipped: bool) -> None:
    one_side, many_side = (sides.now, sides.was) if flipped else (sides.was, sides.now)
    squeezed = {at: many_side.squeezed(at) for at in manies}
    starts: dict[str, list[int]] = defaultdict(list)
    for index, at in enumerate(manies):
        if squeezed[at]:
            starts[squeezed[at][:8]].append(index)
    used: set[int] = set()
    for one in list(ones):
        whole = one_side.squeezed(one)
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


def _match_other_figures(sides: _Sides) -> None:
    """The same words with other figures in them (a year, a row of a table), in their order under one heading."""
    was, now = _by_words(sides.gone, sides.before, sides.was), _by_words(sides.came, sides.after, sides.now)
    pairs = (zip(places, now.get(said, ()), strict=False) for said, places in was.items())
    _reword(sides, {one: other for some in pairs for one, other in some})


def _by_words(places: Sequence[int], reading: Reading, texts: _Texts) -> dict[tuple[str, str], list[int]]:
    """The places that hold figures, by their heading and what else they say; rows alone where that is nothing."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at in places:
        words = texts.words(at)
        others = [word for word in words if not any(map(str.isdigit, word))]
        if len(others) < len(words) and (others or reading.places[at].kind == "row"):
            found[texts.section(at), " ".join(others)].append(at)
    return found


def _reword(sides: _Sides, matched: dict[int, int]) -> None:
    """One place on each side, the one in other words."""
    came = set(matched.values())
    sides.partner |= matched
    sides.edits += [Edit(Act.REWORDED, before=(was,), after=(now,)) for was, now in matched.items()]
    sides.gone = [at for at in sides.gone if at not in matched]
    sides.came = [at for at in sides.came if at not in came]


def _match_similar(sides: _Sides) -> None:
    """Pairs alike enough, most alike first; one section outranks elsewhere."""
    scored: list[tuple[float, int, int]] = []
    after = {now: (sides.now.distinct(now), len(sides.now.distinct(now)), sides.now.section(now)) for now in sides.came}
    for was, many in _candidates(sides):
        words, section = sides.was.distinct(was), sides.was.section(was)
        count = len(words)
        for now in many:
            others, other_count, other_section = after[now]
            same_section = other_section == section
            least = SAME_SECTION if same_section else ANYWHERE
            both = count + other_count
            if 2 * (min(other_count, count)) < least * both:  # lengths that leave no room for it
                continue
            # Dice's coefficient over distinct words: 0 nothing in common, 1 the same words.
            likeness = 2 * len(words & others) / both if both else 1.0
            if likeness >= least:
                scored.append((-(likeness + (0.15 if same_section else 0.0)), was, now))
    scored.sort()
    matched: dict[int, int] = {}
    came: set[int] = set()
    for _, was, now in scored:
        if was not in matched and now not in came:
            matched[was] = now
            came.add(now)
    _reword(sides, matched)


def _candidates(sides: _Sides) -> list[tuple[int, Sequence[int]]]:
    """Each place that went, with those that came and may be the same one reworded."""
    if len(sides.gone) * len(sides.came) <= _ALL_PAIRS:
        return [(was, sides.came) for was in sides.gone]
    holders: dict[str, list[int]] = defaultdict(list)
    for now in sides.came:
        for word in sides.now.distinct(now):
            holders[word].append(now)
    pairs: list[tuple[int, Sequence[int]]] = []
    most = max(_VOTES // (_CANDIDATES * len(sides.gone)), 4)
    for was in sides.gone:
        found = [(len(holders[word]), word) for word in sides.was.distinct(was) if word in holders]
        votes: Counter[int] = Counter()
        found.sort()
        for _, word in found[:_CANDIDATES]:
            votes.update(holders[word][:most])
        pairs.append((was, [now for _, now in sorted([(-count, now) for now, count in votes.items()])[:_CANDIDATES]]))
    return pairs


def _add_lost_lead_ins(sides: _Sides) -> None:
    """Items whose own words stand while the sentence that introduced them is gone, or another introduces them."""
    for was, now in list(sides.partner.items()):
        place = sides.before.places[was]
        if place.kind != "item" or place.lead_in < 0 or now >= len(sides.after.places):
            continue
        expected, leads = sides.partner.get(place.lead_in), sides.after.places[now].lead_in
        is_gone = expected is None and leads != place.lead_in and place.lead_in in sides.gone
        if is_gone or (expected is not None and leads >= 0 and _introduces_otherwise(sides, place.lead_in, leads)):
            sides.edits.append(Edit(Act.REWORDED, before=(was,), after=(now,), lost_lead_in=True))


def _introduces_otherwise(sides: _Sides, was: int, now: int) -> bool:
    """Whether an item stands in another list than before, whose introduction says something else.

    A heading of a word or two introduces nothing, and a list that was introduced anew stands under the same place.
    """
    if sides.partner.get(was) == now or sides.now.distinct(now) == sides.was.distinct(was):
        return False
    return all(text[-1:] in (":", "：") for text in (sides.before.places[was].text, sides.after.places[now].text))


def _add_those_under_others(
    sides: _Sides, before_forms: Sequence[int], after_forms: Sequence[int], moved: set[int]
) -> None:
    """Passages whose words stand under another heading, term or introduction, while both of these stand as before.

    "Police: no. Schools: yes." may become the reverse without one new word. Asked of texts, not of places: of twenty
    equal answers nobody can say which one moved.
    """
    was_over, is_over = _introducers(sides.before), _introducers(sides.after)
    before_pairs = {(before_forms[over], before_forms[at]) for at, over in was_over.items()}
    after_pairs = {(after_forms[over], after_forms[at]) for at, over in is_over.items()}
    stood = set(sides.partner.values())
    told = {edit.after for edit in sides.edits if edit.lost_lead_in}
    for was, now in sides.partner.items():
        old, new = was_over.get(was, -1), is_over.get(now, -1)
        if before_forms[was] != after_forms[now] or old not in sides.partner or new not in stood or (now,) in told:
            continue
        if moved.isdisjoint((now, new, sides.partner[old])):  # a heading went or came: what stands under it only fell
            continue
        form = before_forms[was]
        if (before_forms[old], form) not in after_pairs and (after_forms[new], form) not in before_pairs:
            sides.edits.append(Edit(Act.REWORDED, before=(was,), after=(now,), lost_lead_in=True))


def _introducers(reading: Reading) -> dict[int, int]:
    """What each place of the text stands under: its introduction, or else its heading."""
    over = {
        at: place.lead_in if place.lead_in >= 0 else place.heading
        for at, place in enumerate(reading.places)
        if place.stream == "main"
    }
    return {at: under for at, under in over.items() if under >= 0}
