"""Lines of a PDF page with their positions: which run along its edge, in which order they are read, what begins an item.

Order is the order of drawing, which nearly every program writes as it is read, unless it plainly jumps about; then
positions decide. Lengths are points; y grows upwards. Pure: the same fragments give the same answer.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

WIDE_GAP: Final = 1.4  # of the height of the letters: wider than any space, as between two cells
BULLETS: Final = "•◦▪▫‣⁃·∙●○■□◆◇➢➤✓✔❖►▶\uf0b7\uf0a7\uf0d8\uf0fc\uf076\uf0a8\uf0e0"  # the last are of symbol fonts
NUMBER_MARK: Final = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]|\d{1,2}(?:\.\d{1,2}){1,3}\.?")
SOFT_BULLETS: Final = frozenset(("-", "–", "—", "*", "o"))
SENTENCE_END: Final = re.compile(r"[.!?:;。！？：；…][\"')\]”’»\d]{0,3}$")
_PAGE_NUMBER: Final = re.compile(r"\d{1,4}|[ivxlc]{1,6}")
_DIGITS: Final = re.compile(r"\d+")
_RUNNING_CHARS: Final = 100
_EDGE: Final = 0.14  # of the page's height, above and below: where running headers and footers stand


class Fragment(NamedTuple):
    """Letters on one line without a wide gap. ``row`` counts drawn lines: cells of one table row share it.

    ``first_word`` is the width of its first word; ``mark_gap`` the space after it; ``is_broken`` says that a hyphen at
    the end was taken off.
    """

    text: str
    x0: float
    x1: float
    y: float
    height: float
    is_bold: bool = False
    row: int = 0
    first_word: float = 0.0
    mark_gap: float = 0.0
    is_broken: bool = False


class PageLines(NamedTuple):
    """Fragments of one page in the order they are drawn; ``number`` counts from 1."""

    number: int
    height: float
    fragments: tuple[Fragment, ...]


def marker(line: Fragment) -> str:
    """The bullet or number a line begins with, or nothing. A dash or "o" counts only with a gap behind it."""
    if line.text[:1] and line.text[0] in BULLETS:
        return line.text[0]
    word, _, rest = line.text.partition(" ")
    if word in SOFT_BULLETS:
        return word if not rest or word in ("-", "–", "*") or line.mark_gap > 0.45 * line.height else ""
    if NUMBER_MARK.fullmatch(word) and rest:
        return word
    return ""


def is_mid_sentence(last: Fragment, line: Fragment) -> bool:
    return (
        not SENTENCE_END.search(last.text)
        and line.text[0].islower()
        and last.is_bold == line.is_bold
        and not marker(line)
    )


# --- running headers and footers -----------------------------------------------------------------------------------


def running_lines(pages: Sequence[PageLines]) -> set[tuple[int, int]]:
    """(page, index) of lines outermost on several pages at the same height, with the same words, digits aside."""
    seen: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for page in pages:
        for at, line in enumerate(page.fragments):
            if line.y > page.height * (1 - _EDGE) or line.y < page.height * _EDGE:
                seen[_without_digits(line.text), round(line.y / 4)].append((page.number, at))
    enough = 3 if len(pages) > 4 else 2
    repeated: set[tuple[int, int]] = set()
    for (words, height), lines in seen.items():
        near = [*lines, *seen.get((words, height + 1), ()), *seen.get((words, height - 1), ())]
        if len({number for number, _ in near}) >= enough:
            repeated.update(lines)
    return {(page.number, at) for page in pages for at in _outermost(page, repeated)}


def _without_digits(text: str) -> str:
    """What stays the same from page to page. A long line is prose, and must stay the same to the digit."""
    if _PAGE_NUMBER.fullmatch(text.casefold()):
        return "#"
    return _DIGITS.sub("#", text) if len(text) <= _RUNNING_CHARS else text


def _outermost(page: PageLines, repeated: set[tuple[int, int]]) -> set[int]:
    """Repeated lines with nothing but repeated lines between them and the nearer edge of the page."""
    found: set[int] = set()
    by_height = sorted(range(len(page.fragments)), key=lambda at: page.fragments[at].y)
    for order, is_lower in ((by_height, True), (by_height[::-1], False)):
        for at in order:
            is_on_this_side = (page.fragments[at].y < page.height / 2) == is_lower
            if (page.number, at) not in repeated or not is_on_this_side:
                break
            found.add(at)
    return found


# --- order ---------------------------------------------------------------------------------------------------------


def in_reading_order(lines: list[Fragment]) -> list[Fragment]:
    """The order of drawing where it is sane; columns drawn line by line taken apart; else by position."""
    jumps = sum(below.y > above.y + 0.5 * above.height and below.x0 < above.x1 for above, below in pairwise(lines))
    if jumps > max(2, len(lines) // 12):
        return _by_position(lines, 0)
    return _columns_apart(lines)


def _by_position(lines: list[Fragment], depth: int) -> list[Fragment]:
    """Cut along the widest empty strip, columns first; left before right, top before bottom."""
    if len(lines) < 2 or depth > 40:
        return sorted(lines, key=lambda line: (-line.y, line.x0))
    height = sorted(line.height for line in lines)[len(lines) // 2]
    at, width = _widest_strip([(line.x0, line.x1) for line in lines])
    if width > 0.8 * height:
        left, right = [line for line in lines if line.x1 <= at], [line for line in lines if line.x1 > at]
        if min(len(left), len(right)) > 2 and _overlap(left, right) > 2 * height:
            return _by_position(left, depth + 1) + _by_position(right, depth + 1)
    at, width = _widest_strip([(line.y, line.y + line.height) for line in lines])
    if width > 0:
        top, bottom = [line for line in lines if line.y >= at], [line for line in lines if line.y < at]
        return _by_position(top, depth + 1) + _by_position(bottom, depth + 1)
    return sorted(lines, key=lambda line: (-line.y, line.x0))


def _widest_strip(spans: list[tuple[float, float]]) -> tuple[float, float]:
    """(where the widest uncovered strip begins, its width); width 0 where everything is covered."""
    best, width, reach = 0.0, 0.0, None
    for start, end in sorted(spans):
        if reach is not None and start - reach > width:
            best, width = reach, start - reach
        reach = end if reach is None else max(reach, end)
    return best, width


def _overlap(left: list[Fragment], right: list[Fragment]) -> float:
    return min(max(line.y for line in left), max(line.y for line in right)) - max(
        min(line.y for line in left), min(line.y for line in right)
    )


def _columns_apart(lines: list[Fragment]) -> list[Fragment]:
    """Two columns of prose drawn row by row: the left one first. Tables, whose cells are no wrapped prose, stay."""
    rows = rows_of(lines)
    ordered: list[Fragment] = []
    at = 0
    while at < len(rows):
        end = at
        low, high = float("-inf"), float("inf")
        while end < len(rows) and len(rows[end]) == 2:
            left, right = rows[end]
            if max(low, left.x1) >= min(high, right.x0):
                break
            low, high = max(low, left.x1), min(high, right.x0)
            end += 1
        if end - at >= 4 and all(_is_wrapped([row[side] for row in rows[at:end]]) for side in (0, 1)):
            ordered += [row[0] for row in rows[at:end]] + [row[1] for row in rows[at:end]]
            at = end
        else:
            ordered += rows[at]
            at += 1
    return ordered


def rows_of(lines: list[Fragment]) -> list[list[Fragment]]:
    """Fragments by row: drawn as one line, or one after the other at the same height, left to right."""
    rows: list[list[Fragment]] = []
    for line in lines:
        last = rows[-1][-1] if rows else None
        if last is None or not (last.row == line.row or _is_right_of(last, line)):
            rows.append([line])
        elif line.x0 - last.x1 < WIDE_GAP * line.height and last.row != line.row:
            rows[-1][-1] = last._replace(text=f"{last.text} {line.text}", x1=line.x1, is_broken=line.is_broken)
        else:
            rows[-1].append(line)
    return rows


def _is_right_of(last: Fragment, line: Fragment) -> bool:
    same_size = abs(last.height - line.height) < 0.12 * line.height
    return same_size and abs(last.y - line.y) < 0.1 * line.height and line.x0 >= last.x1


def _is_wrapped(lines: list[Fragment]) -> bool:
    """Most lines are as long as they could be: the next line's first word would not have fitted."""
    edge = max(line.x1 for line in lines)
    full = sum(above.x1 + below.first_word > edge for above, below in pairwise(lines))
    return full >= 0.6 * (len(lines) - 1) and sum(len(line.text) for line in lines) >= 18 * len(lines)
