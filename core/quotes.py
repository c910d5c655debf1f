"""The exact words of a change, before and after, with what went out and came in marked, and one sentence around them.

A quote is narrowed to the sentences that changed; every place where words were left out carries ``[…]``. Pure.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from core.model import Act, Change, DocumentEvent, Edit, Finding, Match, Reading, Verdict, severity_rank
from core.sides import stands_under, under_in_words
from core.text.sentences import sentences as sentence_spans
from core.text.visible import CUT, cut
from core.text.words import Segment, word_diff
from core.wording import ACT_PHRASES, GONE_FROM, GRAVITY, OF_ACT, OF_VERDICT, Mark, quoted, unique

Pointer = TypeVar("Pointer", Match, Finding)

MAX_QUOTES: Final = 6  # told in full; the rest is a count and a link
MIN_QUOTES: Final = 3  # so many are told even where no rule and no finding asks for it
MAX_SIDE: Final = 3_000  # characters of one side of one quote
MAX_LEAD_IN: Final = 400
LONG_PASSAGE: Final = 700  # a new or lost passage beyond this is narrowed to the sentences its rules found


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a quote. ``context`` is the sentence before and the sentence after; ``page`` is a PDF page or 0."""

    segments: tuple[Segment, ...]
    lead_in: tuple[Segment, ...] = ()
    context: tuple[str, str] = ("", "")
    page: int = 0


@dataclass(frozen=True, slots=True)
class Quote:
    """One edit in words. Either side is None where the passage does not stand (or, when it only moved, is the same).

    ``heading_path`` is where it stands now, or stood; ``words`` are those a rule found in it; ``origin`` names the
    document where a report speaks of several.
    """

    act: Act | Literal["present"]
    mark: Mark
    before: Side | None
    after: Side | None
    heading_path: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    origin: str = ""


def quotes_of(change: Change) -> tuple[tuple[Quote, ...], int]:
    """Quotes of a change, worst first, and how many more edits there are."""
    matches, findings = _by_edit(change.matches), _by_edit(change.findings)
    elsewhere = {edit.after for edit in change.edits if edit.lost_lead_in}  # what says more than that it moved
    twice = {at for at, edit in enumerate(change.edits) if edit.act is Act.MOVED and edit.after in elsewhere}
    told = (at for at in range(len(change.edits)) if at not in twice)
    weights = {at: _weight(matches[at], findings[at], change, at) for at in told}
    order = sorted(
        weights,
        key=lambda at: (
            -weights[at],
            -max((severity_rank(match.severity) for match in matches[at]), default=-1),
            _is_around(change, at),
            _is_heading(change, at),
            _ACT_ORDER[change.edits[at].act],
            at,
        ),
    )
    wanted = max(MIN_QUOTES, min(MAX_QUOTES, sum(1 for weight in weights.values() if weight)))
    chosen = order[:wanted]
    return tuple(_quote(change, at, matches[at], findings[at]) for at in chosen), len(order) - len(chosen)


def _by_edit(pointers: Sequence[Pointer]) -> defaultdict[int, list[Pointer]]:
    """Matches or findings by the index of the edit they point at."""
    found: defaultdict[int, list[Pointer]] = defaultdict(list)
    for pointer in pointers:
        found[pointer.edit].append(pointer)
    return found


def _is_heading(change: Change, at: int) -> bool:
    """A heading names a promise; of two that weigh the same, the sentence that makes it is told first."""
    edit = change.edits[at]
    reading, places = (change.after, edit.after) if edit.after else (change.before, edit.before)
    return reading is not None and all(reading.places[place].kind == "heading" for place in places)


_ACT_ORDER: Final = {Act.REMOVED: 0, Act.REWORDED: 1, Act.ADDED: 2, Act.RESTORED: 3, Act.MOVED: 4}
_VERDICT_WEIGHT: Final = {
    Verdict.REVERSED: 6,
    Verdict.REMOVED: 6,
    Verdict.WEAKENED: 6,
    Verdict.MIXED: 4,
    Verdict.UNCLASSIFIED: 4,
    Verdict.NEW: 3,
    Verdict.STRENGTHENED: 3,
    Verdict.REWORDED: 1,
}


_MOST_AROUND: Final = 2  # a promise of the surroundings that no rule watches: a newsletter's, a banner's


def _weight(matches: Sequence[Match], findings: Sequence[Finding], change: Change, at: int) -> int:
    """How much a reader needs this edit: 0 where neither a rule nor a finding points at it."""
    by_rule = [1 + severity_rank(match.severity) for match in matches]
    by_verdict = [_VERDICT_WEIGHT[finding.verdict] for finding in findings]
    if not matches and _is_around(change, at):
        by_verdict = [min(weight, _MOST_AROUND) for weight in by_verdict]
    return max([0, *by_rule, *by_verdict])


def _is_around(change: Change, at: int) -> bool:
    """Whether the edit stands in the surroundings of the page alone, on both sides."""
    edit = change.edits[at]
    sides = ((change.before, edit.before), (change.after, edit.after))
    streams = {reading.places[place].stream for reading, places in sides if reading for place in places}
    return streams == {"surroundings"}


# --- one edit ----------------------------------------------------------------------------------------------------


def _quote(change: Change, at: int, matches: Sequence[Match], findings: Sequence[Finding]) -> Quote:
    edit = change.edits[at]
    gravest = min((finding.verdict for finding in findings), key=GRAVITY.index, default=None)
    words = unique(word for match in matches for word in match.words)
    before, after = _sides(change, edit, words)
    reading, indices = (change.after, edit.after) if edit.after and change.after else (change.before, edit.before)
    return Quote(
        act=edit.act,
        mark=OF_VERDICT[gravest] if gravest else OF_ACT[edit.act],
        before=before,
        after=after,
        heading_path=reading.heading_path(indices[0]) if reading and indices else (),
        words=words,
        rules=unique(match_in_words(match) for match in matches),
        reasons=unique((*_place_reasons(change, edit), *(line for finding in findings for line in in_words(finding)))),
    )


def match_in_words(match: Match) -> str:
    """``Hedging: “where appropriate” came in (hedge.where-appropriate)``."""
    words = ", ".join(quoted(word, 60) for word in match.words[:3])
    title = match.title or match.rule
    rule = f" ({match.rule})" if match.title and match.title != match.rule else ""
    what = f"{ACT_PHRASES[match.act]}{GONE_FROM[match.gone_from] if match.gone_from else ''}"
    return f"{title}: {words} {what}{rule}" if words else f"{title} {what}{rule}"


def in_words(finding: Finding) -> tuple[str, ...]:
    """The reasons of a verdict, then each dimension that moved: ``place: China → Xinjiang``.

    A dimension given by its sign alone (``hedges: -``) is for programs: the reasons say the same in words.
    """
    told = [(name, how) for name, how in finding.dimensions if how.strip("+-?0 ") or not finding.reasons]
    moved = (f"{name}: {how.replace('->', '→')}" for name, how in told)
    return (*finding.reasons, *moved)


def _place_reasons(change: Change, edit: Edit) -> tuple[str, ...]:
    if edit.lost_lead_in and change.before and change.after:
        return (under_in_words(change.before, change.after, edit),)
    if edit.act is not Act.MOVED or not (change.before and change.after and edit.before and edit.after):
        return ()
    was, now = (" › ".join(r.heading_path(i[0])) for r, i in ((change.before, edit.before), (change.after, edit.after)))
    if was == now:
        return ("the passage moved within its section",)
    return (f"the passage moved from {quoted(was)} to {quoted(now)}",)


def _sides(change: Change, edit: Edit, words: Sequence[str]) -> tuple[Side | None, Side | None]:
    old, new = _text(change.before, edit.before), _text(change.after, edit.after)
    if change.before and edit.before and change.after and edit.after:
        return _two_sides(change.before, change.after, edit, (old, new))
    whole = change.event in {DocumentEvent.NEW, DocumentEvent.GONE, DocumentEvent.RETURNED}
    if change.before and edit.before:
        return _one_side(change.before, edit.before, ("same" if whole else "out", old), words), None
    if change.after and edit.after:
        return None, _one_side(change.after, edit.after, ("same" if whole else "in", new), words)
    return None, None


def _text(reading: Reading | None, indices: Sequence[int]) -> str:
    return " ".join(reading.places[at].text for at in indices) if reading else ""


def _one_side(reading: Reading, indices: Sequence[int], segment: Segment, words: Sequence[str]) -> Side:
    op, text = segment
    lead = reading.lead_in(indices[0])
    around = _around(text, words) if len(text) > LONG_PASSAGE else None
    context = ("", "") if around else _neighbours(reading, indices)
    return Side(
        segments=capped([(op, around or text)], MAX_SIDE),
        lead_in=(("same", cut(lead, MAX_LEAD_IN)),) if lead else (),
        context=context,
        page=reading.places[indices[0]].page,
    )


def _two_sides(before: Reading, after: Reading, edit: Edit, texts: tuple[str, str]) -> tuple[Side | None, Side | None]:
    left, segments, right = narrowed(word_diff(*texts))
    leads = word_diff(*_lead_ins(before, after, edit))
    over = _exchanged(before, after, edit)
    is_same = texts[0] == texts[1] and all(op == "same" for op, _ in leads) and not over
    sides: list[Side] = []
    for at, (reading, indices, hidden) in enumerate(((before, edit.before, "in"), (after, edit.after, "out"))):
        near = _neighbours(reading, indices)
        lead: list[Segment] = [("same", over[at])] if over else _without(leads, hidden)
        sides.append(
            Side(
                segments=capped(_without(segments, hidden), MAX_SIDE),
                lead_in=capped(lead, MAX_LEAD_IN),
                context=(left or near[0], right or near[1]),
                page=reading.places[indices[0]].page,
            )
        )
    return (None if is_same else sides[0]), sides[1]


def _exchanged(before: Reading, after: Reading, edit: Edit) -> tuple[str, ...]:
    """What the same words stood under and stand under now, where both stand in both texts: neither word of them is new."""
    if not edit.lost_lead_in:
        return ()
    over = stands_under(before, edit.before[0]), stands_under(after, edit.after[0])
    standing = {place.text for place in before.places} & {place.text for place in after.places}
    if over[0] == over[1] or not standing.issuperset(over):
        return ()
    return tuple(said if said[-1:] in ":：?？" else f"{said}:" for said in over)  # a heading runs on into its text else


def _lead_ins(before: Reading, after: Reading, edit: Edit) -> tuple[str, str]:
    """What introduced an item, and what does now; where they differ, not a heading that stood there all the time."""
    was, now = before.lead_in(edit.before[0]), after.lead_in(edit.after[0])
    if was == now:
        return was, now
    standing = _headings(before) & _headings(after)
    return ("" if was in standing else was), ("" if now in standing else now)


def _headings(reading: Reading) -> set[str]:
    return {place.text for place in reading.places if place.kind == "heading"}


def _without(segments: Sequence[Segment], hidden: str) -> list[Segment]:
    """One side's words: the other's taken out, what then stands together joined."""
    kept: list[Segment] = []
    for op, text in segments:
        if kept and op == kept[-1][0] and op != hidden:
            kept[-1] = (op, kept[-1][1] + text)
        elif op != hidden:
            kept.append((op, text))
    return kept


def _neighbours(reading: Reading, indices: Sequence[int]) -> tuple[str, str]:
    """The sentence before and the sentence after a paragraph, from the paragraphs beside it in its own section."""
    place = reading.places[indices[0]]
    if place.kind != "paragraph":
        return "", ""
    beside = []
    for at in (indices[0] - 1, indices[-1] + 1):
        near = reading.places[at] if 0 <= at < len(reading.places) else None
        fits = near and (near.kind, near.stream, near.heading) == ("paragraph", place.stream, place.heading)
        beside.append(sentences(near.text) if near and fits else [])
    before, after = beside
    return (cut(before[-1].strip(), 400) if before else ""), (cut(after[0].strip(), 400) if after else "")


# --- narrowing ---------------------------------------------------------------------------------------------------

_END: Final = re.compile(r"[.!?。！？][\"”’»)\]」』）]*\s*$")


def sentences(text: str) -> list[str]:
    """Sentences, each with the space after it; joined they are the text."""
    starts = [start for start, _ in sentence_spans(text)]
    return (
        [text[start:end] for start, end in zip([0, *starts[1:]], [*starts[1:], len(text)], strict=True)] if text else []
    )


def narrowed(segments: Sequence[Segment]) -> tuple[str, list[Segment], str]:
    """The sentences that changed, with one whole sentence before and one after them ("" where there is none)."""
    parts = list(segments)
    if all(op == "same" for op, _ in parts):
        return "", parts, ""
    left = right = ""
    if parts[0][0] == "same":
        left, kept = _tail(parts[0][1])
        parts[:1] = [("same", kept)] if kept else []
    if parts[-1][0] == "same":
        closing = [text for op, text in parts[-3:-1] if op != "same"]
        kept, right = _head(parts[-1][1], is_new=all(_END.search(text) for text in closing))
        parts[-1:] = [("same", kept)] if kept else []
    return left, [_inner(part) for part in parts], right


def _tail(text: str) -> tuple[str, str]:
    """The last whole sentence of a text, and what begins after it."""
    found = sentences(text)
    begun = "" if _END.search(found[-1]) else found.pop()
    return (cut(found[-1].strip(), 400) if found else ""), begun


def _head(text: str, *, is_new: bool) -> tuple[str, str]:
    """What ends the sentence under way (nothing when a new one begins), and the whole sentence after it."""
    found = sentences(text)
    ending = "" if is_new else found.pop(0)
    if ending and found and not any(letter.isalnum() for letter in ending):
        ending += found.pop(0)  # "8." is a number, not a sentence: what it numbers belongs to it
    return ending.rstrip(), (cut(found[0].strip(), 400) if found else "")


def _inner(segment: Segment) -> Segment:
    found = sentences(segment[1]) if segment[0] == "same" else []
    return ("same", f"{found[0].rstrip()}{CUT} {found[-1]}") if len(found) > 3 else segment


def _around(text: str, words: Sequence[str]) -> str | None:
    """The sentences of a long passage that hold the words a rule found, and one either side; None where none does."""
    parts = sentences(text)
    holding = [at for at, part in enumerate(parts) if any(word and word in part for word in words)]
    if not holding:
        return None
    first, last = max(0, holding[0] - 1), min(len(parts), holding[-1] + 2)
    body = "".join(parts[first:last]).strip()
    return (CUT.strip() + " " if first else "") + body + (CUT if last < len(parts) else "")


def capped(segments: Sequence[Segment], limit: int) -> tuple[Segment, ...]:
    """At most ``limit`` characters, cut visibly: long stretches that stayed first, then the end."""
    parts = list(segments)
    if sum(len(text) for _, text in parts) > limit:
        parts = [_squeezed(part, at, len(parts)) for at, part in enumerate(parts)]
    kept: list[Segment] = []
    room = limit
    for op, text in parts:
        if len(text) > room:
            kept.append((op, cut(text, room)) if room > len(CUT) else ("same", CUT))
            break
        kept.append((op, text))
        room -= len(text)
    return tuple(kept)


def _squeezed(segment: Segment, at: int, count: int) -> Segment:
    op, text = segment
    if op != "same" or len(text) <= 600 or count == 1:
        return segment
    head = "" if at == 0 else text[:250]
    tail = "" if at == count - 1 else text[-250:]
    return op, f"{head.rstrip()}{CUT} {tail.lstrip()}" if tail else f"{head.rstrip()}{CUT}"
