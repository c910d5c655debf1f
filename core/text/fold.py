"""The folded copy of a text, made for matching only, with the way back to the text as captured.

Folding: NFKC, lower case, accents and other combining marks dropped, curly quotes and the several dashes made plain,
soft hyphens and zero-width characters dropped, white space runs made one space, spaces between two Han characters
dropped, one space put between a Han character and a Latin letter or digit. Accents go because re2's ``\\b`` and ``\\w``
know ASCII only. Nothing folded is ever shown: ``Folded.span`` leads every find back to the captured characters.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right
from dataclasses import dataclass

HAN = "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
COMBINING = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"

_MARK = re.compile(f"[{COMBINING}]")
_HAN = re.compile(f"[{HAN}]")
_OTHER_ALPHABET = re.compile(r"[\u0370-\u03ff\u0400-\u052f]")
_WORD = re.compile(r"[a-z0-9\u0370-\u03ff\u0400-\u052f]+")
_LATIN = re.compile(r"[a-z]")

_REPLACED = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4\u0060\u2039\u203a\uff07", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u300c\u300d\u300e\u300f\uff02", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63\uff0d", "-"),
    # Raised digits and trade marks hang on words as footnotes do: kept, they would move the word's border.
    **dict.fromkeys("\u00b9\u00b2\u00b3\u2070\u2074\u2075\u2076\u2077\u2078\u2079\u2122\u2120", ""),
    # Latin letters that Unicode does not decompose.
    "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "ł": "l", "ŋ": "ng", "œ": "oe", "æ": "ae", "ð": "d", "þ": "th", "ŧ": "t",
    "Ø": "o", "Đ": "d", "Ħ": "h", "Ł": "l", "Ŋ": "ng", "Œ": "oe", "Æ": "ae", "Ð": "d", "Þ": "th", "Ŧ": "t",
}  # fmt: skip
_DROPPED_CATEGORIES = {"Cc", "Cf", "Cs", "Mn"}  # controls, formats (soft hyphen, zero width, direction), lone halves

# Letters of other alphabets that look like Latin ones. They count as Latin only inside a word that also holds Latin
# letters: such a word is a mistake or a disguise, and a reader sees the Latin word.
_LOOKS_LIKE = str.maketrans(
    "авезкмнопрстухіјѕһԁԛԝαβεζηικμνορτυχ",
    "abe3kmhonpctyxijshdqwabezhikmnoptyx",
)


def _fold_char(char: str) -> str:
    """One character folded by itself: any number of characters, a space for white space, or nothing."""
    if char in _REPLACED:
        return _REPLACED[char]
    if char.isspace():
        return " "
    if unicodedata.category(char) in _DROPPED_CATEGORIES and not _is_kept_mark(char):
        return ""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", char).casefold())
    whole = unicodedata.normalize("NFC", _MARK.sub("", apart))
    folded = "".join(_REPLACED.get(each, each) for each in whole.casefold())
    return " ".join(folded.split()) or (" " if folded else "")


def _is_kept_mark(char: str) -> bool:
    """Marks outside the blocks of accents (Indic vowels, Arabic points, kana voicing) carry meaning: kept."""
    return unicodedata.category(char) == "Mn" and _MARK.match(char) is None and not "\ufe00" <= char <= "\ufe0f"


class _Table(dict[str, str]):
    """Characters folded so far: texts of one language share few."""

    def __missing__(self, char: str) -> str:
        folded = self[char] = _fold_char(char)
        return folded


_FOLDED = _Table()


def _accented_letters() -> str:
    """The Latin letters that are one ASCII letter and accents, as the inside of a character class."""
    blocks = (range(0x00C0, 0x0250), range(0x1E00, 0x1F00))
    letters = (chr(code) for block in blocks for code in block)
    return "".join(
        letter
        for letter in letters
        if len(unicodedata.normalize("NFD", letter).encode("ascii", "ignore")) == 1 and len(_fold_char(letter)) == 1
    )


_LATIN_CLASS = f"[!-~{_accented_letters()}]"
_TOKEN = re.compile(
    f"({_LATIN_CLASS}+(?: {_LATIN_CLASS}+)*)"  # 1: Latin with single spaces, folded as a whole, keeping its length
    # 2: ideographs that NFKC leaves alone, with the punctuation among them
    r"|([\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff][\u3001\u3002\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff,;:!?()]*)"
    r"|(\s+)"  # 3: white space
    r"|(.)",  # 4: everything else, one by one
    re.DOTALL,
)
_RUN, _IDEOGRAPHS, _SPACE = 1, 2, 3

# The commonest characters that are not plain, each replaced by one other: with them gone most texts are plain.
_COMMON = tuple((char, _fold_char(char)) for char in "’“”‘–—，：；（）！？")


@dataclass(frozen=True, slots=True)
class Shift:
    """Where the characters of a derived text came from: from ``starts[k]`` on, origin = position + ``by[k]``."""

    starts: tuple[int, ...] = (0,)
    by: tuple[int, ...] = (0,)

    def back(self, position: int) -> int:
        """The origin of the character at ``position``."""
        return position + self.by[bisect_right(self.starts, position) - 1]

    @property
    def is_identity(self) -> bool:
        return len(self.starts) == 1 and self.by[0] == 0


_SAME = Shift()


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and the text it was made from."""

    text: str
    captured: str
    shift: Shift = _SAME

    @property
    def offsets(self) -> array[int]:
        """For each folded character the offset of the captured one it came from; one more entry for the end."""
        offsets = array("L", [self.shift.back(at) for at in range(len(self.text))])
        offsets.append(len(self.captured))
        return offsets

    def span(self, start: int, end: int) -> tuple[int, int]:
        """[start, end) of the folded text as [start, end) of the captured text, whole characters with their accents."""
        if end <= start:
            at = self.shift.back(start) if start < len(self.text) else len(self.captured)
            return at, at
        first, last = self.shift.back(start), self.shift.back(end - 1) + 1
        while last < len(self.captured) and _MARK.match(self.captured[last]):
            last += 1
        return first, last

    def locate(self, offset: int) -> int:
        """The first folded position whose character stands at or after ``offset`` of the captured text."""
        low, high = 0, len(self.text)
        if self.shift.is_identity:
            return min(offset, high)
        while low < high:
            middle = (low + high) // 2
            if self.shift.back(middle) < offset:
                low = middle + 1
            else:
                high = middle
        return low


def fold(text: str) -> Folded:
    """The folded copy of ``text``. Cost is one pass; tidy ASCII costs a lower-casing."""
    plain = text
    if not text.isascii():
        for char, replacement in _COMMON:
            plain = plain.replace(char, replacement)
    if plain.isascii() and plain.isprintable() and "  " not in plain:
        return Folded(plain.lower(), text)
    pieces, starts, by = _fold_tokens(plain)
    folded = "".join(pieces)
    if _OTHER_ALPHABET.search(folded):
        folded = _WORD.sub(_unmask, folded)
    return Folded(folded, text, Shift(tuple(starts), tuple(by)))


def fold_text(text: str) -> str:
    """The folded text alone, for those who lead nothing back to what was captured."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.lower()
    return fold(text).text


def is_han(char: str) -> bool:
    """Whether a character is an ideograph (spaces mean nothing beside it)."""
    return char >= "\u2e80" and _HAN.match(char) is not None


def joins_word(char: str) -> bool:
    """Whether a folded character, standing beside a Latin word, would make it another word."""
    return (char < "\u2e80" and char.isalnum()) or char == "_"


def _unmask(word: re.Match[str]) -> str:
    found = word.group()
    return found.translate(_LOOKS_LIKE) if _LATIN.search(found) and _OTHER_ALPHABET.search(found) else found


def _fold_tokens(text: str) -> tuple[list[str], list[int], list[int]]:
    """The pieces of the folded text, and the parts of its shift."""
    pieces: list[str] = []
    starts, by = [0], [0]
    length = 0
    space_at = -1  # white space seen and not yet written
    last, last_is_han = "", False  # the last character written

    for token in _TOKEN.finditer(text):
        kind, at, piece = token.lastindex, token.start(), token.group()
        if kind == _RUN:
            piece = piece.lower()
            if not piece.isascii():
                piece = unicodedata.normalize("NFD", piece).encode("ascii", "ignore").decode("ascii")
        elif kind == _SPACE or (kind != _IDEOGRAPHS and (piece := _FOLDED[piece]) == " "):
            space_at = at if space_at < 0 else space_at
            continue
        if not piece:
            continue
        is_han_now = kind == _IDEOGRAPHS or (kind != _RUN and is_han(piece[0]))
        if space_at >= 0:
            gap = not (last_is_han and is_han_now)
        else:
            gap = last_is_han != is_han_now and _is_latin(piece[0] if last_is_han else last)
        if gap:
            _note(starts, by, length, space_at if space_at >= 0 else at)
            pieces.append(" ")
            length += 1
        space_at = -1
        _note(starts, by, length, at)
        if len(piece) > 1 and kind is not None and kind > _SPACE:
            for extra in range(1, len(piece)):  # one captured character became several: each leads back to it
                _note(starts, by, length + extra, at)
        pieces.append(piece)
        length += len(piece)
        last = piece[-1]
        last_is_han = is_han_now and last > "\u3004"  # a run of ideographs may end with a comma
    return pieces, starts, by


def _is_latin(char: str) -> bool:
    """Whether a space belongs between this character and an ideograph beside it."""
    return char < "\u2e80" and char.isalnum()


def _note(starts: list[int], by: list[int], length: int, origin: int) -> None:
    """Notes that the folded character at ``length`` came from ``origin``, where the last note does not say so yet."""
    if by[-1] == origin - length:
        return
    if starts[-1] == length:
        by[-1] = origin - length
    else:
        starts.append(length)
        by.append(origin - length)
