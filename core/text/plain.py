"""Plain text, Markdown among it, to a Reading: paragraphs at blank lines, list items at their marks, obvious headings.

Line breaks inside a paragraph are the writer's editor, not the writer: they fold to spaces. Marks that are no words
(``#``, ``-``, underlines) are left out; numbers of items stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from core.model import Place, PlaceKind, Reading
from core.text.normalise import tidy, word_count
from core.text.pagedate import page_date

VERSION: Final = "plain-1"
LONGEST: Final = 20_000  # characters of one passage; a longer one is cut at the end of a sentence or word

_BLANK: Final = re.compile(r"\n[^\S\n]*\n")
_HASHES: Final = re.compile(r"(#{1,6})\s+(?=\S)")
_UNDERLINE: Final = re.compile(r"(=|-){3,}\s*$")
_RULE: Final = re.compile(r"\s*([-*_=~#+])(?:\s*\1){2,}\s*$")
_BULLET: Final = re.compile(r"(\s*)[-*+•◦▪‣–]\s+(?=\S)")
_NUMBER: Final = re.compile(r"(\s*)\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]\s+(?=\S)")
_SENTENCE_BREAK: Final = re.compile(r"(?<=[.!?;])\s+|(?<=[。！？；])")
_LINES: Final = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")

Part = tuple[str, PlaceKind, int]


def read_plain(text: str) -> Reading:
    """Places of a text. Never fails; a text without words gives no places."""
    places: list[Place] = []
    open_headings: list[tuple[int, int]] = []
    lead_in = before = -1
    for part, kind, level in _parts(_LINES.sub("\n", text).replace("\0", "")):
        at = len(places)
        if kind == "heading":
            while open_headings and open_headings[-1][0] >= level:
                open_headings.pop()
        elif kind == "item" and (before < 0 or places[before].kind != "item"):
            lead_in = before
        heading = open_headings[-1][1] if open_headings else -1
        places.append(Place(part, kind, "main", level, heading, lead_in if kind == "item" else -1))
        if kind == "heading":
            open_headings.append((level, at))
        before = at
    found = tuple(places)
    return Reading(
        places=found,
        title=next((place.text for place in found if place.kind == "heading"), ""),
        page_date=page_date(found),
        facts={"words": sum(word_count(place.text) for place in found)},
    )


def _parts(text: str) -> Iterator[Part]:
    for chunk in _BLANK.split(text):
        lines = [
            line for line in chunk.split("\n") if _UNDERLINE.match(line) or (line.strip() and not _RULE.match(line))
        ]
        for part, kind, level in _of_chunk(lines):
            tidied = tidy(part)
            for piece in _cut(tidied):
                yield piece, kind, level


def _of_chunk(lines: list[str]) -> Iterator[Part]:
    """The passages of lines without a blank one between them."""
    gathered: list[str] = []
    kind: PlaceKind = "paragraph"
    level = 0
    for line in lines:
        hashes = _HASHES.match(line)
        underline = _UNDERLINE.match(line)
        bullet = _BULLET.match(line)
        number = bullet or _NUMBER.match(line)
        if hashes:
            yield " ".join(gathered), kind, level
            yield line[hashes.end() :].rstrip().rstrip("#"), "heading", len(hashes.group(1))
            gathered, kind, level = [], "paragraph", 0
        elif underline:
            if gathered and kind == "paragraph":
                yield " ".join(gathered[:-1]), kind, level
                yield gathered[-1], "heading", 1 if underline.group(1) == "=" else 2
            else:
                yield " ".join(gathered), kind, level
            gathered, kind, level = [], "paragraph", 0
        elif number:
            yield " ".join(gathered), kind, level
            kind, level = "item", min(6, 1 + len(number.group(1).expandtabs(4)) // 2)
            gathered = [line[bullet.end() :] if bullet else line]
        else:
            gathered.append(line)
    yield " ".join(gathered), kind, level


def _cut(text: str) -> Iterator[str]:
    """A passage as it is, or, where it is too long to be one, in pieces that end where a sentence or a word does."""
    if not any(char.isalnum() for char in text):
        if text:
            yield text
        return
    while len(text) > LONGEST:
        breaks = [match.end() for match in _SENTENCE_BREAK.finditer(text, LONGEST // 2, LONGEST)]
        at = breaks[-1] if breaks else text.rfind(" ", LONGEST // 2, LONGEST) + 1 or LONGEST
        yield text[:at].strip()
        text = text[at:].strip()
    if text:
        yield text
