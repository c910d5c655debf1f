"""Words as the search index and queries see them: lower case, without accents; Chinese and its kin by character.

One folding serves both sides, so the index, its verification and a plain scan agree on either database. A *unit* is a
word, or one character of a script that writes without spaces. The index holds words, and for such characters pairs
(the last of a run alone), so a term of one or two characters is found like any other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

LONGEST_TOKEN = 64
"""The index knows the first so many characters of a word; verification compares all of it."""

# Written without spaces: Han, kana, bopomofo, Hangul (particles stick to words), Thai, Lao, Burmese, Khmer.
_WIDE = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3100-\u318f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
_UNIT = re.compile(rf"([{_WIDE}])|[^\s{_WIDE}]+")
_ASCII_UNIT = re.compile(r"[a-z0-9]+")
_LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "ħ": "h", "þ": "th", "ð": "d"}


class Unit(NamedTuple):
    """One unit and its [start, end) in the text as given; ``glued``: a character right after another of its kind."""

    text: str
    start: int
    end: int
    wide: bool
    glued: bool


class Phrase(NamedTuple):
    """Tokens that stand one after another in the index; ``prefix``: the last one may go on."""

    tokens: tuple[str, ...]
    prefix: bool = False


def units(text: str) -> list[Unit]:
    """The units of a text, in order."""
    if text.isascii():
        return [Unit(m.group(), m.start(), m.end(), False, False) for m in _ASCII_UNIT.finditer(text.lower())]
    pieces = [_FOLDED[ord(char)] for char in text]
    folded = "".join(pieces)
    origin = [at for at, piece in enumerate(pieces) for _ in piece]
    origin.append(len(text))
    found: list[Unit] = []
    wide_end = -1  # in the folded text
    for match in _UNIT.finditer(folded):
        start, end = match.span()
        wide = match.group(1) is not None
        last = max(origin[end - 1] + 1, origin[end])
        found.append(Unit(match.group(), origin[start], last, wide, wide and start == wide_end))
        wide_end = end if wide else -1
    return found


def index_tokens(of: Sequence[Unit]) -> list[str]:
    """What the index holds for a text, one token a unit, in order."""
    tokens: list[str] = []
    for at, unit in enumerate(of):
        follower = of[at + 1] if at + 1 < len(of) else None
        pair = unit.wide and follower is not None and follower.glued
        tokens.append(unit.text + follower.text if pair and follower else unit.text[:LONGEST_TOKEN])
    return tokens


def index_phrases(of: Sequence[Unit]) -> list[Phrase]:
    """What must stand in the index where these units stand in a text one after another; all of the phrases must.

    Where it says more than it knows (a run of characters may go on in the text) the phrase ends and a new one begins.
    """
    phrases: list[Phrase] = []
    tokens: list[str] = []
    for at, unit in enumerate(of):
        follower = of[at + 1] if at + 1 < len(of) else None
        if not unit.wide:
            tokens.append(unit.text[:LONGEST_TOKEN])
        elif follower is not None and follower.glued:
            tokens.append(unit.text + follower.text)
        elif unit.glued:
            # The pair before holds this character already; what follows it in the text is not known.
            phrases.append(Phrase(tuple(tokens)))
            tokens = []
        else:
            phrases.append(Phrase((*tokens, unit.text), prefix=True))
            tokens = []
    if tokens:
        phrases.append(Phrase(tuple(tokens)))
    return phrases


def find(wanted: Sequence[Unit], within: Sequence[Unit]) -> list[tuple[int, int]]:
    """Every [start, end) where the units stand one after another; punctuation between words does not matter.

    Between two characters of a script without spaces nothing may stand in the text where nothing stands in what is
    asked.
    """
    size = len(wanted)
    if not size:
        return []
    first = wanted[0].text
    return [
        (within[at].start, within[at + size - 1].end)
        for at in range(len(within) - size + 1)
        if within[at].text == first and _stands(wanted, within, at)
    ]


def _stands(wanted: Sequence[Unit], within: Sequence[Unit], at: int) -> bool:
    return all(
        within[at + k].text == unit.text and (within[at + k].glued or not unit.glued) for k, unit in enumerate(wanted)
    )


class _Fold(dict[int, str]):
    """Code point to folded characters, worked out once each: separators are spaces, invisible marks nothing."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold(chr(code))
        return folded


def _fold(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cf" or 0x300 <= ord(char) <= 0x36F or char in "\u3099\u309a":
        return ""
    alphabetic = ord(char) < 0x0590 or 0x1E00 <= ord(char) <= 0x1FFF  # Latin, Greek, Cyrillic: accents go
    plain = unicodedata.normalize("NFKD" if alphabetic else "NFKC", char).casefold()
    plain = "".join(_LETTERS.get(one, one) for one in plain if not 0x300 <= ord(one) <= 0x36F)
    plain = "".join(one if unicodedata.category(one)[0] in "LNM" else " " for one in plain)
    return f" {plain} " if category == "No" and " " in plain else plain  # 5½ is not 51 and 2


_FOLDED = _Fold()
