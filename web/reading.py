"""A version's text with its biography: when each passage entered, its earlier wordings, what left and when. Pure.

What the captures say is in ``storage/biography.py``; here it is put beside the text, place by place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from core.model import Reading
from core.text.words import Segment, word_diff
from storage.biography import Life
from web.speech import Sign

MOST_WORDINGS: Final = 8
MOST_MARKED: Final = 40  # wordings of one page whose words are compared; older ones stand as they are
MOST_GHOSTS: Final = 12  # of one section
LONGEST_WORDING: Final = 3_000


@dataclass(frozen=True, slots=True)
class Wording:
    """One earlier wording of a passage. ``segments`` mark what it has that the one before it had not, and the rest."""

    number: int
    first_at: datetime
    last_at: datetime | None
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class PassageRow:
    """One place of the text. ``since`` is the first capture that showed it, None where the archive cannot tell.

    ``is_fresh``: it came with the version on show. ``shows_date``: another date than the row above.
    """

    kind: Literal["heading", "paragraph", "item", "row", "term"]
    level: int
    text: str
    since: datetime | None
    is_fresh: bool
    shows_date: bool
    wordings: tuple[Wording, ...]
    wording_count: int
    sign: Sign | None
    reasons: tuple[str, ...]
    page: int
    row: Literal["passage"] = "passage"


@dataclass(frozen=True, slots=True)
class Ghost:
    """A passage that stood here and left. ``is_fresh``: it went with the version on show."""

    text: str
    first_at: datetime
    last_at: datetime | None
    gone_at: datetime
    is_fresh: bool
    row: Literal["ghost"] = "ghost"


@dataclass(frozen=True, slots=True)
class Ghosts:
    """Passages of one section that left earlier, folded; ``more`` are not listed."""

    ghosts: tuple[Ghost, ...]
    more: int
    section: str = ""
    row: Literal["ghosts"] = "ghosts"


Row = PassageRow | Ghost | Ghosts


@dataclass(frozen=True, slots=True)
class Lives:
    """The lives of a document's passages as they were at one capture."""

    standing: Mapping[int, list[Life]]  # by form, alive at that capture
    earlier: Mapping[int, list[Life]]  # by lineage, ended by then, the newest first
    left: tuple[Life, ...]  # the last of each line that has no life any more, the newest first
    fetch_id: int


def lives_at(lives: Sequence[Life], fetch_id: int) -> Lives:
    """What stood, what had stood, and what had left for good when that capture was made."""
    standing: dict[int, list[Life]] = defaultdict(list)
    earlier: dict[int, list[Life]] = defaultdict(list)
    for life in lives:
        if life.first_fetch_id > fetch_id:
            continue
        if life.gone_fetch_id is None or life.gone_fetch_id > fetch_id:
            standing[life.form].append(life)
        else:
            earlier[life.lineage].insert(0, life)
    alive = {life.lineage for found in standing.values() for life in found}
    left = [
        found[0]
        for lineage, found in earlier.items()
        if lineage not in alive and found[0].form not in standing and found[0].stream == "main"
    ]
    left.sort(key=lambda life: (-(life.gone_fetch_id or 0), life.id))
    return Lives(standing, earlier, tuple(left), fetch_id)


def section_key(reading: Reading, at: int) -> str:
    """The section of a place as its span names it (``storage/spans.py``)."""
    return " › ".join(reading.heading_path(at))[:500]


@dataclass(slots=True)
class Book:
    """One version on show: its reading (with the words of the places asked for), forms, lives, what was found in it."""

    reading: Reading
    forms: Sequence[int]
    lives: Lives
    texts: Mapping[int, str]  # of passages that are not in the reading: earlier wordings, ghosts
    is_first: bool
    signs: Mapping[int, tuple[Sign, tuple[str, ...]]]  # by place: what the change to this version found there
    marked: int = 0  # wordings compared so far


def rows(book: Book, places: Sequence[int], *, is_last_part: bool) -> list[Row]:
    """The rows of some places in order; passages that left stand at the end of the section they left.

    Ghosts of sections that are gone themselves come at the very end, with the last part.
    """
    by_section: dict[str, list[Life]] = defaultdict(list)
    for life in book.lives.left:
        by_section[life.heading].append(life)
    used: dict[int, int] = defaultdict(int)
    found: list[Row] = []
    shown_date: object = None
    section: str | None = None
    for at in places:
        place = book.reading.places[at]
        here = section_key(book.reading, at) if place.kind != "heading" else None
        if section is not None and here != section:
            found += _ghosts(book, by_section.pop(section, []), "")
        section = here if here is not None else None
        row = _passage(book, at, used, shown_date)
        shown_date = (row.since.date() if row.since else None) if row.kind != "heading" else shown_date
        found.append(row)
    if section is not None and is_last_part:
        found += _ghosts(book, by_section.pop(section, []), "")
    if is_last_part:
        standing = {section_key(book.reading, at) for at in range(len(book.reading.places))}
        for name, lost in by_section.items():
            if name not in standing:
                found += _ghosts(book, lost, name)
    return found


def _passage(book: Book, at: int, used: dict[int, int], shown_date: object) -> PassageRow:
    place = book.reading.places[at]
    life = _life(book, at, used)
    since = life.first_at if life else None
    earlier = book.lives.earlier.get(life.lineage, []) if life else []
    sign, reasons = book.signs.get(at, (None, ()))
    return PassageRow(
        kind=place.kind,
        level=place.level,
        text=place.text,
        since=since,
        is_fresh=bool(life) and not book.is_first and life is not None and life.first_fetch_id == book.lives.fetch_id,
        shows_date=place.kind != "heading" and (since.date() if since else None) != shown_date,
        wordings=_wordings(book, earlier, place.text) if place.kind != "heading" else (),
        wording_count=len(earlier) + 1,
        sign=sign,
        reasons=reasons,
        page=place.page,
    )


def _life(book: Book, at: int, used: dict[int, int]) -> Life | None:
    """The span of a place; of several equal ones the one of its section, else the next."""
    candidates = book.lives.standing.get(book.forms[at], [])
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    mine = [life for life in candidates if life.heading == section_key(book.reading, at)] or candidates
    turn = used[book.forms[at]]
    used[book.forms[at]] += 1
    return mine[min(turn, len(mine) - 1)]


def _wordings(book: Book, earlier: Sequence[Life], now: str) -> tuple[Wording, ...]:
    """Earlier wordings, the newest first, each marked against the one that followed it."""
    found: list[Wording] = []
    following = now
    for index, life in enumerate(earlier[:MOST_WORDINGS]):
        text = book.texts.get(life.passage_id, "")
        kept: tuple[Segment, ...] = (("same", text[:LONGEST_WORDING]),)
        if book.marked < MOST_MARKED:
            book.marked += 1
            diff = word_diff(text[:LONGEST_WORDING], following[:LONGEST_WORDING])
            kept = tuple(part for part in diff if part[0] != "in")
        found.append(Wording(len(earlier) - index, life.first_at, life.last_at, kept))
        following = text
    return tuple(found)


def _ghosts(book: Book, lost: Sequence[Life], section: str) -> list[Row]:
    fresh = [life for life in lost if life.gone_fetch_id == book.lives.fetch_id]
    older = [life for life in lost if life.gone_fetch_id != book.lives.fetch_id]
    result: list[Row] = [_ghost(book, life, is_fresh=True) for life in fresh[:MOST_GHOSTS]]
    if older or len(fresh) > MOST_GHOSTS:
        shown = tuple(_ghost(book, life, is_fresh=False) for life in older[:MOST_GHOSTS])
        result.append(Ghosts(shown, len(older) - len(shown) + max(0, len(fresh) - MOST_GHOSTS), section))
    return result


def _ghost(book: Book, life: Life, *, is_fresh: bool) -> Ghost:
    assert life.gone_at is not None  # only lives that ended are ghosts
    return Ghost(book.texts.get(life.passage_id, ""), life.first_at, life.last_at, life.gone_at, is_fresh)


def texts_wanted(lives: Lives, forms: Sequence[int]) -> set[int]:
    """Passages that rows of these forms will quote: earlier wordings, and what left."""
    lineages = {life.lineage for form in forms for life in lives.standing.get(form, [])}
    wanted = {life.passage_id for lineage in lineages for life in lives.earlier.get(lineage, [])[:MOST_WORDINGS]}
    counted: dict[str, int] = defaultdict(int)
    for life in lives.left:
        counted[life.heading] += 1
        if counted[life.heading] <= 2 * MOST_GHOSTS:
            wanted.add(life.passage_id)
    return wanted
