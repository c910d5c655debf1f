"""The letters of one PDF page, from pdfium, as fragments of lines with positions.

Codes are read once; boxes are asked for only where a word begins or ends, because every question costs a microsecond.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from math import hypot
from typing import Any, Final, NamedTuple

import pypdfium2.raw as api

from core.text.normalise import tidy
from core.text.pdflines import WIDE_GAP, Fragment

LINE_HEIGHT: Final = 1.2  # of the size of the letters: what stands for their height in the layout

_SPACES: Final = frozenset((9, 32, 160))
_LINE_ENDS: Final = frozenset((10, 13))
_HYPHENS: Final = frozenset((2, 0xFFFE))  # what pdfium makes of a hyphen at the end of a line
_DROP: Final = 0.8  # of the size: letters that much lower stand on another line, whatever pdfium says
_LIGATURES: Final = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st"}
)
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_BOLD_NAME: Final = re.compile(rb"bold|black|heavy|semibd|demi", re.IGNORECASE)
_BOLD_WEIGHT: Final = 600


class _Word(NamedTuple):
    """Letters [first, last] between spaces: left and right edge, and the lines they stand on."""

    first: int
    last: int
    left: float
    right: float
    y: float
    y_last: float


class Letters:
    """The letters of a page. ``looked_at`` and ``unmapped`` count letters whose character map was checked."""

    def __init__(self, page: Any, raw: Any) -> None:
        self.raw = raw
        unicode_of = api.FPDFText_GetUnicode
        self.codes = [unicode_of(raw, at) for at in range(max(0, api.FPDFText_CountChars(raw)))]
        self.turn = page.get_rotation() % 360
        self.width, self.height = page.get_size()
        self.looked_at = 0
        self.unmapped = 0
        self._rect = api.FS_RECTF()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._matrix = api.FS_MATRIX()
        self._row = 0

    def fragments(self) -> Iterator[Fragment]:
        """Fragments in the order the page draws them."""
        start = 0
        for at, code in enumerate([*self.codes, 10]):
            if code in _LINE_ENDS or code in _HYPHENS:
                words = [word for part in self._words(start, at) for word in self._in_one_line(*part)]
                yield from self._line(words, is_broken=code in _HYPHENS)
                start = at + 1

    def _line(self, words: list[_Word], *, is_broken: bool) -> Iterator[Fragment]:
        """Fragments of one drawn line: cut at wide gaps, and where the next word stands lower."""
        if not words:
            return
        sizes = sorted(self._size(at) for at in (words[0].first, words[len(words) // 2].first, words[-1].last))
        size = sizes[1]
        begin = 0
        for at in range(1, len(words) + 1):
            is_end = at == len(words)
            drops = not is_end and words[at - 1].y_last - words[at].y > _DROP * size
            if is_end or drops or words[at].left - words[at - 1].right > WIDE_GAP * LINE_HEIGHT * size:
                made = self._fragment(words[begin:at], size * LINE_HEIGHT)
                if made.text:
                    yield made._replace(is_broken=is_broken and is_end)
                begin = at
            self._row += drops
        self._row += 1

    def _words(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """[start, end) of the runs between spaces."""
        begin = start
        for at in range(start, end + 1):
            if at == end or self.codes[at] in _SPACES:
                if at > begin:
                    yield begin, at
                begin = at + 1

    def _in_one_line(self, start: int, end: int) -> list[_Word]:
        """A word, or two where pdfium took the end of one line and the start of the next for one word."""
        word = self._word(start, end)
        if word.y - word.y_last < _DROP * self._size(start):
            return [word]
        lines = [self._place(at)[2] for at in range(start, end)]
        drops = [at for at in range(1, len(lines)) if lines[at - 1] - lines[at] >= _DROP * self._size(start)]
        if len(drops) != 1:
            return [word]  # letters one below the other: text turned on its side
        return [self._word(start, start + drops[0]), self._word(start + drops[0], end)]

    def _word(self, start: int, end: int) -> _Word:
        left, right, y = self._place(start)
        if end - start == 1:
            return _Word(start, start, left, right, y, y)
        last_left, last_right, y_last = self._place(end - 1)
        return _Word(start, end - 1, min(left, last_left), max(right, last_right), y, y_last)

    def _fragment(self, words: list[_Word], height: float) -> Fragment:
        first, middle, last = words[0].first, words[len(words) // 2].first, words[-1].last
        for at in (first, middle, last):
            self.looked_at += 1
            self.unmapped += self._is_unmapped(at)
        return Fragment(
            text=tidy(" ".join([self._text(word.first, word.last + 1) for word in words])),
            x0=min(word.left for word in words),
            x1=max(word.right for word in words),
            y=sorted(word.y for word in words)[len(words) // 2],
            height=height,
            is_bold=self._is_bold(first) and self._is_bold(last) and self._is_bold(middle),
            row=self._row,
            first_word=words[0].right - words[0].left,
            mark_gap=words[1].left - words[0].right if len(words) > 1 else 0.0,
        )

    def _text(self, start: int, end: int) -> str:
        text = "".join(map(chr, self.codes[start:end]))
        if text.isascii() and text.isprintable():
            return text
        if any("\ud800" <= char <= "\udfff" for char in text):
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return _CONTROLS.sub("", text).translate(_LIGATURES)

    def _place(self, at: int) -> tuple[float, float, float]:
        """(left, right, baseline) of a letter on the page as it is looked at, its rotation undone."""
        rect, x, y = self._rect, self._x, self._y
        api.FPDFText_GetLooseCharBox(self.raw, at, rect)
        api.FPDFText_GetCharOrigin(self.raw, at, x, y)
        if self.turn == 90:
            return rect.bottom, rect.top, self.height - x.value
        if self.turn == 180:
            return self.width - rect.right, self.width - rect.left, self.height - y.value
        if self.turn == 270:
            return self.width - rect.top, self.width - rect.bottom, x.value
        return rect.left, rect.right, y.value

    def _size(self, at: int) -> float:
        """Points of the letters as drawn: the font's size, scaled as the page scales it."""
        size = float(api.FPDFText_GetFontSize(self.raw, at))
        if api.FPDFText_GetMatrix(self.raw, at, self._matrix):
            size *= hypot(self._matrix.c, self._matrix.d)
        return size or 1.0

    def _is_unmapped(self, at: int) -> bool:
        return self.codes[at] in (0, 0xFFFD) or api.FPDFText_HasUnicodeMapError(self.raw, at) == 1

    def _is_bold(self, at: int) -> bool:
        if api.FPDFText_GetFontWeight(self.raw, at) >= _BOLD_WEIGHT:
            return True
        name = ctypes.create_string_buffer(128)
        flags = ctypes.c_int()
        api.FPDFText_GetFontInfo(self.raw, at, name, 128, flags)
        return _BOLD_NAME.search(name.value) is not None
