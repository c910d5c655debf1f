"""Two readings and their edits as rows a page can show: pairs, moves, and folds of what stayed. Pure.

Each stream (the text; the menus, banners and footers around it) is walked by itself, both versions side by side, so
that a row stands where a reader would look for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

from core.citing import where_it_stands
from core.model import Act, Edit, Finding, Match, Reading, Stream
from core.quotes import in_words, match_in_words
from core.sides import under_in_words
from core.text.words import Segment, word_diff
from core.wording import GRAVITY, OF_ACT, OF_VERDICT, counted, unique
from web.speech import Sign, sign_of

FOLD_SHOWN: Final = 30  # passages a fold holds; the rest is a count
FOLD_CHARACTERS: Final = 6_000
LONGEST_SIDE: Final = 12_000  # characters of one passage; the rest is cut visibly
MOST_ROWS: Final = 120  # differences on one page
MOST_CHARACTERS: Final = 90_000  # of text in them: what a phone can load and a person can read
RECUT: Final = Sign("=", "Same words, cut differently", "same")
MOVED: Final = sign_of(OF_ACT[Act.MOVED])


@dataclass(frozen=True, slots=True)
class Fold:
    """Passages that stayed. ``texts`` are the first of them, ``count`` is all."""

    count: int
    texts: tuple[str, ...]
    kind: Literal["fold"] = "fold"


@dataclass(frozen=True, slots=True)
class Pair:
    """One edit, both sides; a side is None where nothing stands. ``where`` is the section, given where it changes.

    ``inline`` is both sides as one text. ``note`` says what words cannot: split, joined, an introduction that went.
    """

    number: int
    where: str
    sign: Sign
    before: tuple[Segment, ...] | None
    after: tuple[Segment, ...] | None
    lead_before: tuple[Segment, ...]
    lead_after: tuple[Segment, ...]
    inline: tuple[Segment, ...]
    pages: tuple[int, int]
    note: str
    rules: tuple[str, ...]
    reasons: tuple[str, ...]
    kind: Literal["pair"] = "pair"


@dataclass(frozen=True, slots=True)
class Move:
    """A passage with the same words in another place; ``side`` says which end of the move this row is.

    ``other`` is the section at the far end, empty where it is the same.
    """

    number: int
    where: str
    side: Literal["from", "to"]
    other: str
    text: str
    rules: tuple[str, ...]
    note: str = ""
    reasons: tuple[str, ...] = ()
    kind: Literal["move"] = "move"


Row = Fold | Pair | Move


@dataclass(frozen=True, slots=True)
class Sides:
    """What is compared: two readings, the edits between them, and what was found in each edit."""

    before: Reading
    after: Reading
    edits: tuple[Edit, ...]
    findings: tuple[Finding, ...] = ()
    matches: tuple[Match, ...] = ()


@dataclass(slots=True)
class _Walk:
    """Where each place belongs: to the edit of its index, or to its unmoved partner."""

    sides: Sides
    edit_of_before: dict[int, int]
    edit_of_after: dict[int, int]
    lost_lead: dict[int, int]
    partner: dict[int, int]


class Found(NamedTuple):
    """Rows of one stream; ``steps`` is how many there would be in all, ``differences`` the same with moves once."""

    rows: list[Row]
    steps: int
    differences: int


def rows(sides: Sides, stream: Stream, *, start: int = 0, most: int = MOST_ROWS) -> Found:
    """The rows of one stream, in reading order: equal passages folded, sections named where they begin.

    ``start`` differences are left out before, and after ``most`` rows (or too many characters) the rest; what is left
    out costs no comparison of words.
    """
    walk = _walk(sides)
    steps = list(_steps(walk, stream))
    differing = [step.edit for step in steps if step.what != "same"]
    return Found(list(_folded(walk, steps, start, most)), len(differing), len(set(differing)))


def places_shown(
    sides: Sides, findings: Sequence[Finding] = (), *, start: int = 0, most: int = MOST_ROWS
) -> tuple[set[int], set[int]]:
    """The places of either side whose words those rows, and what is said of those findings, will need.

    Needs no words itself: for versions too large to read whole.
    """
    walk = _walk(sides)
    chosen = {finding.edit for finding in findings}
    streams: tuple[Stream, ...] = ("main", "surroundings")
    for stream in streams:
        differing = [step.edit for step in _steps(walk, stream) if step.what != "same"]
        begin = start if stream == "main" else 0
        chosen.update(differing[begin : begin + most])
    edits = [sides.edits[index] for index in chosen]
    return {at for edit in edits for at in edit.before}, {at for edit in edits for at in edit.after}


# --- walking -----------------------------------------------------------------------------------------------------


class _Step(NamedTuple):
    """What stands here: ``edit`` is its index or -1, ``place`` one of the side named by ``is_before``."""

    what: Literal["same", "edit", "from", "to"]
    edit: int
    place: int
    is_before: bool = False


def _walk(sides: Sides) -> _Walk:
    of_before: dict[int, int] = {}
    of_after: dict[int, int] = {}
    lost: dict[int, int] = {}
    for index, edit in enumerate(sides.edits):
        if edit.lost_lead_in:
            lost[edit.after[0]] = index
            continue
        of_before.update((at, index) for at in edit.before)
        of_after.update((at, index) for at in edit.after)
    stayed_before = [at for at in range(len(sides.before.places)) if at not in of_before]
    stayed_after = [at for at in range(len(sides.after.places)) if at not in of_after]
    partner = dict(zip(stayed_before, stayed_after, strict=False))  # both kept their order: core/text/diff.py
    return _Walk(sides, of_before, of_after, lost, partner)


def _steps(walk: _Walk, stream: Stream) -> Iterator[_Step]:
    """Both sides at once: what went stands before what came at the same spot."""
    before = [at for at, _ in walk.sides.before.in_stream(stream)]
    after = [at for at, _ in walk.sides.after.in_stream(stream)]
    here = set(after)
    anchors = _anchors(walk, before, here)
    told: set[int] = set()
    left = right = 0
    while left < len(before) or right < len(after):
        if left < len(before):
            step = _step_before(walk, before[left], here, told, anchors[left])
            if step != "wait" or right == len(after):
                left += 1
                if isinstance(step, _Step):
                    yield step
                continue
        at = after[right]
        right += 1
        index = walk.edit_of_after.get(at)
        if index is None:
            if left < len(before) and walk.partner.get(before[left]) == at:
                left += 1
            lost = walk.lost_lead.get(at)
            yield _Step("same", -1, at) if lost is None else _Step("edit", lost, at)
        elif index not in told:
            told.add(index)
            yield _Step("to" if walk.sides.edits[index].act is Act.MOVED else "edit", index, at)
            if at in walk.lost_lead:
                yield _Step("edit", walk.lost_lead[at], at)


def _anchors(walk: _Walk, before: Sequence[int], here: set[int]) -> list[int]:
    """For each earlier place, where the later side next has a passage that stayed: no row may be drawn beyond it."""
    found: list[int] = []
    anchor = len(walk.sides.after.places)
    for at in reversed(before):
        partner = walk.partner.get(at)
        anchor = partner if partner is not None and partner in here else anchor
        found.append(anchor)
    return found[::-1]


def _step_before(walk: _Walk, at: int, here: set[int], told: set[int], anchor: int) -> _Step | Literal["wait"] | None:
    """What the earlier side has to say at this place: a row, nothing, or that the later side comes first."""
    index = walk.edit_of_before.get(at)
    if index is None:
        return "wait" if walk.partner.get(at) in here else None
    edit = walk.sides.edits[index]
    if edit.act is Act.MOVED:
        return _Step("from", index, at, is_before=True)
    if index in told:
        return None
    if edit.after and set(edit.after) & here:
        return "wait" if edit.after[0] < anchor else None
    told.add(index)
    return _Step("edit", index, at, is_before=True)


# --- rows --------------------------------------------------------------------------------------------------------


def _folded(walk: _Walk, steps: Sequence[_Step], start: int, most: int) -> Iterator[Row]:
    kept: list[str] = []
    number = 0
    section_above = ""
    room = MOST_CHARACTERS
    for step in steps:
        if step.what == "same":
            kept.append(walk.sides.after.places[step.place].text)
            continue
        number += 1
        if number <= start:
            kept = []
            continue
        if number > start + most or room < 0:
            return
        if kept:
            yield _fold(kept)
            kept = []
        here = section(walk.sides.before if step.is_before else walk.sides.after, step.place)
        where = here if here != section_above else ""
        section_above = here
        if step.what == "edit":
            pair = _pair(walk.sides, step.edit, number)
            room -= sum(len(text) for _, text in pair.inline)
            yield replace(pair, where=where)
        else:
            yield replace(_move(walk.sides, step.edit, step.what, number), where=where)
    if kept:
        yield _fold(kept)


def _fold(texts: Sequence[str]) -> Fold:
    shown: list[str] = []
    room = FOLD_CHARACTERS
    for text in [text for text in texts if text][:FOLD_SHOWN]:
        room -= len(text)
        if room < 0 and shown:
            break
        shown.append(text[:FOLD_CHARACTERS])
    return Fold(len(texts), tuple(shown))


def pair_of(sides: Sides, index: int) -> Pair:
    """The row of one edit by itself."""
    return _pair(sides, index, 0)


def _pair(sides: Sides, index: int, number: int) -> Pair:
    edit = sides.edits[index]
    findings = [finding for finding in sides.findings if finding.edit == index]
    matches = [match for match in sides.matches if match.edit == index]
    was = " ".join(sides.before.places[at].text for at in edit.before)
    now = " ".join(sides.after.places[at].text for at in edit.after)
    diff = word_diff(was[:LONGEST_SIDE], now[:LONGEST_SIDE])
    lead_was = sides.before.lead_in(edit.before[0]) if edit.before else ""
    lead_now = sides.after.lead_in(edit.after[0]) if edit.after else ""
    leads = word_diff(lead_was, lead_now) if edit.before and edit.after else []
    return Pair(
        number=number,
        where="",
        sign=_sign(edit, findings, diff),
        before=_side(diff, "in", was) if edit.before else None,
        after=_side(diff, "out", now) if edit.after else None,
        lead_before=_lead(leads, "in", lead_was),
        lead_after=_lead(leads, "out", lead_now),
        inline=tuple(_cut_note(diff, was, now)),
        pages=(_page(sides.before, edit.before), _page(sides.after, edit.after)),
        note=_note(sides, edit, was, now),
        rules=unique(match_in_words(match) for match in matches),
        reasons=unique(line for finding in findings for line in in_words(finding))
        if edit.before and edit.after
        else (),
    )


def _sign(edit: Edit, findings: Sequence[Finding], diff: Sequence[Segment]) -> Sign:
    gravest = min((finding.verdict for finding in findings), key=GRAVITY.index, default=None)
    if gravest is not None:
        return sign_of(OF_VERDICT[gravest])
    if edit.before and edit.after and not edit.lost_lead_in and not any(_has_letters(part) for part in diff):
        return RECUT if len(edit.before) != len(edit.after) else Sign("≈", "Same words", "same")
    return sign_of(OF_ACT[edit.act])


def _has_letters(part: Segment) -> bool:
    return part[0] != "same" and any(letter.isalnum() for letter in part[1])


def _side(diff: Sequence[Segment], hidden: str, whole: str) -> tuple[Segment, ...]:
    shown: list[Segment] = []
    for op, text in diff:
        if op == hidden:
            continue
        if shown and shown[-1][0] == op:
            shown[-1] = (op, shown[-1][1] + text)
        else:
            shown.append((op, text))
    if len(whole) > LONGEST_SIDE:
        shown.append(("same", f" […] {len(whole) - LONGEST_SIDE:,} more characters"))
    return tuple(shown)


def _cut_note(diff: Sequence[Segment], was: str, now: str) -> list[Segment]:
    longest = max(len(was), len(now))
    return [*diff, ("same", f" […] {longest - LONGEST_SIDE:,} more characters")] if longest > LONGEST_SIDE else [*diff]


def _lead(leads: Sequence[Segment], hidden: str, whole: str) -> tuple[Segment, ...]:
    if leads:
        return _side(leads, hidden, "")
    return (("same", whole[:LONGEST_SIDE]),) if whole else ()


def _page(reading: Reading, places: Sequence[int]) -> int:
    return reading.places[places[0]].page if places else 0


def _note(sides: Sides, edit: Edit, was: str, now: str) -> str:
    if edit.lost_lead_in:
        said = under_in_words(sides.before, sides.after, edit)
        return f"{said[:1].upper()}{said[1:]}; its own words stand."
    if len(edit.before) != len(edit.after) and edit.before and edit.after:
        was_count, now_count = counted(len(edit.before), "passage"), counted(len(edit.after), "passage")
        return f"{was_count[:1].upper()}{was_count[1:]} became {now_count}."
    if was == now and edit.act is Act.REWORDED:
        return "The same words; what stands around them differs."
    return "It stood here before." if edit.act is Act.RESTORED else ""


def _move(sides: Sides, index: int, side: Literal["from", "to"], number: int) -> Move:
    edit = sides.edits[index]
    before, after = spot(sides.before, edit.before[0]), spot(sides.after, edit.after[0])
    there = after if side == "from" else before
    return Move(
        number=number,
        where="",
        side=side,
        other=there if before != after else "",
        text=sides.after.places[edit.after[0]].text[:LONGEST_SIDE],
        rules=unique(match_in_words(match) for match in sides.matches if match.edit == index),
    )


def section(reading: Reading, at: int) -> str:
    """The headings above a place, as a reader would name the spot."""
    return " › ".join(text for text in reading.heading_path(at) if text)


def spot(reading: Reading, at: int) -> str:
    """The same, and whether it is outside the text, for who may not know."""
    return where_it_stands(section(reading, at), reading.places[at].stream)
