"""A filing's items as sections: each passage stands under its item, so that this year is held against last year there.

Items are found by their number at the start of a short line, whatever the markup; a table of contents names them too,
so of several places the one with the most words under it counts. What a printed page repeats (its number, the company's
name and the form) is no text of the filing and goes to the surroundings.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from core.model import Place, Reading

_ITEM: Final = re.compile(
    r"\W{0,3}(?:PART\s+(?P<part>I{1,3}|IV)\W+)?ITEM\s*(?P<number>\d{1,2}(?:\.\d{2})?\s?[A-L]?)(?![\d\w]|-[KQF]\b)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_PROPOSAL: Final = re.compile(
    r"\W{0,3}(?:SHAREHOLDER|STOCKHOLDER|SHAREOWNER)?\s*PROPOSAL\s+(?:NO\.?\s*|NUMBER\s+)?(?P<number>\d{1,2})(?![\d\w]|-[KQF]\b)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_PART: Final = re.compile(r"\W{0,3}PART\s+(?P<part>I{1,3}|IV)(?![\w])\W*(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_SENTENCE: Final = re.compile(
    r"^\W*(?:of|in|to|and|or|above|below|herein|is|are|was|were|has|have|contains?|includes?)\b", re.IGNORECASE
)
_LONGEST_NAME: Final = 40  # words of a line that names an item
_ENTRY_WORDS: Final = 25  # an entry of a table of contents holds no more
_FEWEST: Final = 5  # entries
_SHARE: Final = 0.6  # of all items
_REPEATED: Final = 5  # a short line that stands so often is the printed page's
_FURNITURE_CHARS: Final = 80
_BACK: Final = frozenset({"table of contents", "index", "back to contents", "back to table of contents"})
_DIGITS: Final = re.compile(r"\d{1,9}")
_PARTS: Final = {"I": 1, "II": 2, "III": 3, "IV": 4}


@dataclass(frozen=True, slots=True)
class Section:
    """An item: its name as filed (``Item 1A``), and the places from its heading on, ``end`` not included."""

    key: str
    start: int
    end: int
    words: int


def with_items(reading: Reading, form: str) -> Reading:
    """The reading with every item as a heading over what stands in it, and without the furniture of printed pages."""
    places = list(_without_furniture(reading.places))
    for section in sections(replace(reading, places=tuple(places)), form):
        _put_under(places, section)
    return replace(reading, places=tuple(places))


def sections(reading: Reading, form: str) -> tuple[Section, ...]:
    """The items of a filing in its order; empty where it has none."""
    found = _without_contents(_merged(reading, list(_starts(reading, form))))
    best: dict[str, Section] = {}
    for section in found:
        if section.key not in best or section.words >= best[section.key].words:
            best[section.key] = section
    if not any(section.words for section in best.values()):
        return ()
    chosen = [section for section in found if best[section.key] is section]
    return tuple(_up_to_the_next(chosen, len(reading.places)))


def _merged(reading: Reading, starts: list[tuple[str, int]]) -> list[Section]:
    """Every place that names an item, with the words up to the next one; the same name again only goes on."""
    found: list[Section] = []
    for number, (key, at) in enumerate(starts):
        end = starts[number + 1][1] if number + 1 < len(starts) else len(reading.places)
        words = sum(len(place.text.split()) for place in reading.places[at + 1 : end] if place.stream == "main")
        if found and found[-1].key == key:  # the heading again on the next printed page
            found[-1] = replace(found[-1], end=end, words=found[-1].words + words)
        else:
            found.append(Section(key, at, end, words))
    return found


def _without_contents(found: list[Section]) -> list[Section]:
    """The same without a table of contents: the first run of names with next to nothing under them that come again.

    The last entry of a table has the text that follows the table under it.
    """
    most = _SHARE * len({section.key for section in found})
    start = 0
    while start < len(found):
        end, named = start, set[str]()
        while end < len(found) and found[end].key not in named:
            named.add(found[end].key)
            end += 1
            if found[end - 1].words > _ENTRY_WORDS:
                break
        rest = found[:start] + found[end:]
        again = named & {section.key for section in rest}
        if end - start >= _FEWEST and len(named) >= most and len(again) >= most:
            return rest
        start = end
    return found


def _up_to_the_next(chosen: list[Section], length: int) -> Iterator[Section]:
    """Each reaches to the next one: what names an item in between was only a mention of it."""
    for number, section in enumerate(chosen):
        yield replace(section, end=chosen[number + 1].start if number + 1 < len(chosen) else length)


def _starts(reading: Reading, form: str) -> Iterator[tuple[str, int]]:
    base = form.removesuffix("/A")
    is_proxy = base in ("DEF 14A", "DEFA14A", "PX14A6G")
    part = 0
    for at, place in enumerate(reading.places):
        text = place.text
        if len(text) > 600 or place.stream != "main":
            continue
        heads = _PART.match(text)
        if heads and len(text.split()) <= _LONGEST_NAME:
            part = _PARTS[heads["part"].upper()]
        named = (_PROPOSAL if is_proxy else _ITEM).match(text)
        if named is None or not _is_a_name(named["rest"]):
            continue
        number = named["number"].replace(" ", "").upper()
        if is_proxy:
            yield f"Proposal {number}", at
        elif base == "10-Q":  # items are numbered anew in each part
            inner = named["part"]
            yield f"Part {'I' * (_PARTS[inner.upper()] if inner else part or 1)} Item {number}", at
        else:
            yield f"Item {number}", at


def _is_a_name(rest: str) -> bool:
    """Whether what follows the number names the item, and is not a sentence that speaks of it."""
    words = rest.split()
    if len(words) > _LONGEST_NAME or _SENTENCE.match(rest):
        return False
    return not (rest.lstrip()[:1] == "," or (len(words) > 12 and rest.rstrip().endswith(".")))


def _put_under(places: list[Place], section: Section) -> None:
    heading = places[section.start]
    level = 1
    places[section.start] = heading._replace(kind="heading", level=level, heading=-1, lead_in=-1)
    for at in range(section.start + 1, section.end):
        place = places[at]
        if place.heading < section.start:
            places[at] = place._replace(heading=section.start)
        if place.kind == "heading":
            places[at] = places[at]._replace(level=max(2, place.level))


def _without_furniture(places: tuple[Place, ...]) -> Iterator[Place]:
    """The same places; lines that every printed page repeats stand in the surroundings."""
    shapes = [_shape(place) for place in places]
    pages: dict[str, list[tuple[int, ...]]] = defaultdict(list)
    for place, shape in zip(places, shapes, strict=True):
        if shape is not None:
            pages[shape].append(tuple(int(number) for number in _DIGITS.findall(place.text)))
    furniture = {shape for shape, numbers in pages.items() if _is_of_the_page(shape, numbers)}
    for place, shape in zip(places, shapes, strict=True):
        yield place._replace(stream="surroundings") if shape in furniture else place


def _is_of_the_page(shape: str, numbers: list[tuple[int, ...]]) -> bool:
    """Whether a line is a printed page's: a link to the contents, or one whose number counts the pages."""
    if len(numbers) < _REPEATED:
        return False
    if shape in _BACK:
        return True
    steps = [[b - a for a, b in pairwise(column)] for column in zip(*numbers, strict=True)]
    return any(min(column) >= 0 and sum(step in (1, 2) for step in column) >= 0.8 * len(column) for column in steps)


def _shape(place: Place) -> str | None:
    """The line with its numbers masked; None for a table's row, which may repeat by right, and for longer texts."""
    if place.kind not in ("paragraph", "heading") or len(place.text) > _FURNITURE_CHARS:
        return None
    return _DIGITS.sub("#", place.text).strip().casefold()
