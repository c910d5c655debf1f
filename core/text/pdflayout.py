"""Lines with positions, as a PDF draws them, to blocks as a person reads them.

A PDF knows no paragraphs: lines join when the next word would not have fitted on the line before. Nothing is dropped:
running headers, page numbers and tables of contents become surroundings. Pure: the same lines give the same blocks.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal

from core.text.pdflines import (
    BULLETS,
    NUMBER_MARK,
    SENTENCE_END,
    SOFT_BULLETS,
    Fragment,
    PageLines,
    in_reading_order,
    is_mid_sentence,
    marker,
    rows_of,
    running_lines,
)

VERSION: Final = "pdf-1"  # of all reading of PDFs; stands here because loading pdfium takes 40 ms

BlockKind = Literal["heading", "paragraph", "item", "row"]

LEADER: Final = re.compile(r"\s*(?:[.·…_]\s?){5,}\s*")
_HEADING_CHARS: Final = 200
_NO_SPACE_BETWEEN: Final = re.compile(r"[\u3000-\u303f\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]")


@dataclass(slots=True)
class Block:
    """One passage: a heading, a paragraph, a list item or a table row."""

    text: str
    kind: BlockKind
    page: int
    x0: float
    height: float
    is_bold: bool = False
    is_running: bool = False
    is_in_list: bool = False
    level: int = 0
    lines: list[Fragment] = field(default_factory=list)


def arrange(pages: Sequence[PageLines]) -> list[Block]:
    """All blocks of a document in reading order, with kinds and levels; each page's running lines after its text."""
    running = running_lines(pages)
    body = _body_height(pages)
    pitch = _pitch(pages)
    words = _whole_words(pages)
    blocks: list[Block] = []
    for page in pages:
        ordered = in_reading_order([line for at, line in enumerate(page.fragments) if (page.number, at) not in running])
        here = _blocks(ordered, page.number, pitch, words)
        _continue_from_before(blocks, here, body, words)
        blocks += here
        for at, line in enumerate(page.fragments):
            if (page.number, at) in running:
                blocks.append(Block(line.text, "paragraph", page.number, line.x0, line.height, is_running=True))
    _mark_contents(blocks, len(pages))
    _mark_headings(blocks, body)
    _mark_item_levels(blocks, body)
    return [block for block in blocks if block.text]


# --- measures of the whole document --------------------------------------------------------------------------------


def _body_height(pages: Sequence[PageLines]) -> float:
    """The height of most letters, to half a point."""
    letters: Counter[float] = Counter()
    for page in pages:
        for line in page.fragments:
            letters[round(line.height * 2) / 2] += len(line.text)
    return min(letters, key=lambda height: (-letters[height], height)) if letters else 0.0


def _pitch(pages: Sequence[PageLines]) -> dict[int, float]:
    """Usual distance of two lines of one paragraph, by rounded height of the letters.

    Sentences that plainly go on from one line to the next tell it; where a script has no small letters, the closest
    lines that occur often, within reason: gaps between paragraphs may be as many as lines.
    """
    sure: dict[int, Counter[float]] = defaultdict(Counter)
    likely: dict[int, Counter[float]] = defaultdict(Counter)
    for page in pages:
        for above, below in pairwise(page.fragments):
            step = above.y - below.y
            if 0.5 * above.height < step < 2.6 * above.height and abs(above.height - below.height) < 1:
                steps = sure if above.is_broken or is_mid_sentence(above, below) else likely
                steps[round(above.height)][round(step * 2) / 2] += 1
    usual: dict[int, float] = {}
    for height, counted in (*likely.items(), *sure.items()):
        most = max(counted.values())
        closest = min(step for step, count in counted.items() if count >= 0.4 * most)
        usual[height] = closest if height in sure else min(closest, 1.4 * height)
    return usual


def _whole_words(pages: Sequence[PageLines]) -> frozenset[str]:
    """Words that stand whole in the document: they decide whether a hyphen at a line's end belongs to the word."""
    return frozenset(
        word.strip(".,;:!?()\"'“”’").casefold()
        for page in pages
        for line in page.fragments
        for word in (line.text.split()[:-1] if line.is_broken else line.text.split())
    )


# --- paragraphs ----------------------------------------------------------------------------------------------------


def _blocks(lines: list[Fragment], page: int, pitch: dict[int, float], words: frozenset[str]) -> list[Block]:
    edges = _right_edges(lines)
    blocks: list[Block] = []
    rows = rows_of(lines)
    for at, row in enumerate(rows):
        following = rows[at + 1][0] if at + 1 < len(rows) else None
        if len(row) > 1 and not (following and _goes_on_in_cell(row[-1], following, edges, pitch)):
            text = " | ".join(cell.text for cell in row)
            blocks.append(Block(text, "row", page, row[0].x0, row[0].height, row[0].is_bold, lines=list(row)))
            continue
        for cell in row:
            last = blocks[-1] if blocks else None
            if last is None or last.kind == "row" or not _continues_block(last, cell, edges, pitch):
                blocks.append(_begin(cell, page))
            else:
                last.text = join(last.text, cell, last.lines[-1].is_broken, words)
                last.lines.append(cell)
                last.is_bold = last.is_bold and cell.is_bold
    return blocks


def _goes_on_in_cell(cell: Fragment, line: Fragment, edges: dict[int, float], pitch: dict[int, float]) -> bool:
    return abs(line.x0 - cell.x0) < 2 * cell.height and _continues(cell, line, edges, pitch)


def _begin(line: Fragment, page: int) -> Block:
    mark = marker(line)
    if not mark:
        kind: BlockKind = "row" if LEADER.search(line.text) else "paragraph"
        return Block(line.text, kind, page, line.x0, line.height, line.is_bold, lines=[line])
    is_bullet = mark in SOFT_BULLETS or mark[0] in BULLETS
    text = line.text[len(mark) :].lstrip() if is_bullet else line.text
    return Block(text, "item", page, line.x0, line.height, line.is_bold, lines=[line])


def _right_edges(lines: Iterable[Fragment]) -> dict[int, float]:
    """How far lines that begin at one place reach to the right, by the place in steps of four points."""
    edges: dict[int, float] = {}
    for line in lines:
        step = round(line.x0 / 4)
        for near in (step - 1, step, step + 1):
            edges[near] = max(edges.get(near, 0.0), line.x1)
    return edges


def _continues_block(block: Block, line: Fragment, edges: dict[int, float], pitch: dict[int, float]) -> bool:
    last = block.lines[-1]
    if not _continues(last, line, edges, pitch):
        return False
    if last.is_broken or _is_beside(last, line) or is_mid_sentence(last, line):
        return abs(line.x0 - last.x0) <= 6 * line.height or _is_beside(last, line)
    if block.kind == "item":
        return line.x0 > block.x0 - 0.4 * line.height and not _follows_in_number(block, line)
    if len(block.lines) > 1 and abs(line.x0 - last.x0) > 0.6 * line.height:
        return False  # a first-line indent, or text that moved out again
    return abs(line.x0 - last.x0) <= 4 * line.height


def _continues(last: Fragment, line: Fragment, edges: dict[int, float], pitch: dict[int, float]) -> bool:
    """Does this line carry on the passage of the line before it?"""
    if _is_beside(last, line):
        return True
    if last.row == line.row or abs(last.height - line.height) > 0.12 * max(last.height, line.height):
        return False
    step = last.y - line.y
    usual = pitch.get(round(last.height), 1.25 * last.height)
    if not 0.3 * last.height < step <= 1.25 * usual + 0.5 or line.x0 > last.x1:
        return False
    if last.is_broken:
        return True
    if LEADER.search(line.text) or LEADER.search(last.text) or line.text[0] in BULLETS:
        return False
    if marker(line) and abs(line.x0 - last.x0) > 0.4 * line.height and not _hangs_under(last, line):
        return False
    if is_mid_sentence(last, line) or (last.is_bold and line.is_bold and not marker(line)):
        return True
    if _are_labels(last, line) or (last.is_bold != line.is_bold and SENTENCE_END.search(last.text)):
        return False
    is_full = _is_full(last, line, edges)
    return is_full and not (marker(line) and SENTENCE_END.search(last.text))


def _is_beside(last: Fragment, line: Fragment) -> bool:
    """A small raised number and the words after it are drawn as two lines, and are one."""
    near = 0 <= line.x0 - last.x1 + 0.2 * line.height < line.height
    return last.row != line.row and near and abs(last.y - line.y) < 0.6 * line.height and len(last.text) <= 3


def _hangs_under(last: Fragment, line: Fragment) -> bool:
    """The line begins where the words of an item begin, in mid-sentence: a dash there is no mark."""
    words_begin = last.x0 + last.first_word + last.mark_gap
    is_open = bool(marker(last)) and not SENTENCE_END.search(last.text)
    return is_open and abs(line.x0 - words_begin) < 0.3 * line.height


def _are_labels(last: Fragment, line: Fragment) -> bool:
    """Single words or numbers one below the other are a column of a table, not prose."""
    return " " not in last.text and " " not in line.text and len(last.text) < 20 and not last.text.islower()


def _follows_in_number(block: Block, line: Fragment) -> bool:
    """The line bears the number after the item's own, at the same place: 3) after 2)."""
    mark, before = marker(line), marker(block.lines[0])
    if not mark or not before or abs(line.x0 - block.x0) > 0.5 * line.height:
        return False
    if mark.strip("().").isdigit() and before.strip("().").isdigit():
        return int(mark.strip("().")) == int(before.strip("().")) + 1
    return mark[-1] == before[-1] and mark != before


def _is_full(last: Fragment, line: Fragment, edges: dict[int, float]) -> bool:
    """Would the next line's first word not have fitted on this one? Then the break is the program's, not the writer's."""
    edge = edges.get(round(last.x0 / 4), last.x1)
    return last.x1 + line.first_word + 0.2 * line.height > edge - 0.25 * line.height


def join(text: str, line: Fragment, is_broken: bool, words: frozenset[str]) -> str:
    """Two lines of one passage as one text: hyphenation undone, no space between ideographs."""
    if is_broken:
        head, tail = text.rsplit(" ", 1)[-1], line.text.split(" ", 1)[0]
        bare = tail.strip(".,;:!?()\"'“”’").casefold()
        joined, hyphened = (head + bare).casefold(), f"{head}-{bare}".casefold()
        keeps = joined not in words and (
            hyphened in words or not tail[:1].islower() or head[-1:].isdigit() or {head.casefold(), bare} <= words
        )
        return f"{text}-{line.text}" if keeps else text + line.text
    if text and _NO_SPACE_BETWEEN.match(text[-1]) and _NO_SPACE_BETWEEN.match(line.text[0]):
        return text + line.text
    return f"{text} {line.text}" if text else line.text


def _continue_from_before(blocks: list[Block], here: list[Block], body: float, words: frozenset[str]) -> None:
    """Join a sentence that a page break cut in two; notes in smaller letters may stand between."""
    if not here or here[0].kind == "row" or not blocks:
        return
    first = here[0]
    for last in reversed(blocks):
        if last.page < first.page - 1:
            return
        if not last.is_running and last.height >= 0.93 * body:
            break
    else:
        return
    line = first.lines[0]
    is_same_hand = abs(last.height - first.height) <= 0.06 * body and last.is_bold == first.is_bold
    is_open = last.lines[-1].is_broken or not SENTENCE_END.search(last.text)
    carries_on = last.lines[-1].is_broken or line.text[0].islower() or _was_full(last, line)
    if last.kind in ("row", "heading") or first.kind == "item" or not (is_same_hand and is_open and carries_on):
        return
    last.text = join(last.text, line._replace(text=first.text), last.lines[-1].is_broken, words)
    last.lines += first.lines
    del here[0]


def _was_full(last: Block, line: Fragment) -> bool:
    """The passage has full lines, and its last one is full too."""
    edge = max(part.x1 for part in last.lines)
    return len(last.lines) > 1 and last.lines[-1].x1 + line.first_word > edge


# --- kinds ---------------------------------------------------------------------------------------------------------


def _mark_contents(blocks: list[Block], pages: int) -> None:
    """A table of contents repeats the headings and changes with every page break: it goes to the surroundings."""
    run: list[Block] = []
    numbers: list[int] = []
    for block in [*blocks, None]:
        number = _contents_number(block, pages) if block else None
        if number is not None and (not numbers or number >= numbers[-1]):
            run += [block] if block else []
            numbers.append(number)
        elif block and run and len(block.text) < 200 and not SENTENCE_END.search(block.text) and len(block.lines) < 4:
            run.append(block)  # the second line of a long entry
        elif not block or not block.is_running:
            if len(numbers) >= 4:
                while run and _contents_number(run[-1], pages) is None:
                    run.pop()
                for entry in run:
                    entry.is_running = True
            run, numbers = [], []
    for block in blocks:
        if block.kind == "row" or LEADER.search(block.text):
            block.text = LEADER.sub(" ", block.text).strip()
            if block.is_running:
                block.text = block.text.replace(" | ", " ")


def _contents_number(block: Block, pages: int) -> int | None:
    if block.kind != "row" or block.is_running:
        return None
    tail = re.search(r"(\d{1,4})$", block.text)
    number = int(tail.group(1)) if tail else 0
    return number if 0 < number <= pages + 20 else None


def _mark_headings(blocks: list[Block], body: float) -> None:
    main = [block for block in blocks if not block.is_running]
    bold_share = sum(len(block.text) for block in main if block.is_bold) / max(1, sum(len(b.text) for b in main))
    sizes: set[float] = set()
    found: list[tuple[Block, float]] = []
    for at, block in enumerate(main):
        neighbours = main[at - 1] if at else None, main[at + 1] if at + 1 < len(main) else None
        rank = _heading_rank(block, neighbours, body, bold_share < 0.4)
        if rank is not None:
            found.append((block, rank))
            sizes.add(rank)
    ranks = {size: at + 1 for at, size in enumerate(sorted(sizes, reverse=True))}
    for block, rank in found:
        block.kind, block.level = "heading", min(6, ranks[rank])


def _heading_rank(
    block: Block, neighbours: tuple[Block | None, Block | None], body: float, bold_tells: bool
) -> float | None:
    """Higher for higher headings, None for what is none: larger letters, bold lines, short numbered titles."""
    text = block.text
    if block.kind == "row" or len(text) > _HEADING_CHARS or len(block.lines) > 4 or not re.search(r"[^\W\d_]{2}", text):
        return None
    if block.height >= 1.12 * body:
        return round(block.height * 2) / 2
    if SENTENCE_END.search(text) or text.endswith(",") or block.height < 0.9 * body:
        return None
    if block.is_bold and bold_tells:
        return body
    return body - 0.5 - _depth(text) / 10 if _is_numbered_title(block, *neighbours) else None


def _is_numbered_title(block: Block, before: Block | None, after: Block | None) -> bool:
    """A short numbered line with no full stop, followed by prose, that is not the last of several list items."""
    word, _, rest = block.text.partition(" ")
    if not NUMBER_MARK.fullmatch(word) or not word[0].isdigit() or word[-1] == ")":
        return False
    is_short = len(block.text) <= 120 and len(block.lines) <= 2 and rest[:1].isupper()
    ends_a_list = before is not None and before.kind == "item" and abs(before.x0 - block.x0) <= 4
    return is_short and after is not None and after.kind == "paragraph" and not ends_a_list


def _depth(text: str) -> int:
    return text.split(" ", 1)[0].rstrip(".").count(".")


def _mark_item_levels(blocks: list[Block], body: float) -> None:
    """Depth of list items by how far their marks are indented within one list. Notes and captions do not end a list."""
    depths: list[float] = []
    for block in blocks:
        if block.is_running:
            continue
        if block.kind == "item":
            while depths and block.x0 < depths[-1] - 4:
                depths.pop()
            if not depths or block.x0 > depths[-1] + 4:
                depths.append(block.x0)
            block.level = min(6, len(depths))
            continue
        is_aside = block.height < 0.93 * body or (len(block.text) < 20 and not block.text.endswith((":", "：")))
        block.is_in_list = bool(depths) and block.kind == "paragraph" and (is_aside or block.x0 > depths[0] + 4)
        if not block.is_in_list:
            depths.clear()
