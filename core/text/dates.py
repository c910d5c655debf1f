"""Dates as lists write them beside a headline: 2024-02-20, 20 February 2024, February 20, 2024, 20.02.2024, 2024年2月20日.

Only whole dates count, and of figures alone only those that can be read one way.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

_MONTHS: Final = (
    ("jan", "ener"), ("feb", "fév", "fev"), ("mar", "mär", "maer"), ("apr", "avr", "abr"), ("may", "mai"),
    ("jun", "juin"), ("jul", "juil"), ("aug", "aoû", "aou", "ago"), ("sep", "set"), ("oct", "okt"), ("nov",),
    ("dec", "dez", "déc", "dic"),
)  # fmt: skip
_ISO: Final = re.compile(r"\b((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ](\d\d):(\d\d))?")
_DAY_FIRST: Final = re.compile(
    r"\b(\d{1,2})(?:st|nd|rd|th|\.|er)?\s+(?:de\s+)?([^\W\d_]{3,12})\.?,?\s+(?:de\s+)?((?:19|20)\d\d)\b"
)
_MONTH_FIRST: Final = re.compile(r"\b([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+((?:19|20)\d\d)\b")
_DOTTED: Final = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.((?:19|20)\d\d)\b")
_SLASHED: Final = re.compile(r"\b(\d{1,2})/(\d{1,2})/((?:19|20)\d\d)\b")
_CJK: Final = re.compile(r"((?:19|20)\d\d)\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")


def date_in(text: str) -> datetime | None:
    """The first whole date in a short text, as midnight UTC (or its own time); None where there is none."""
    found = _ISO.search(text)
    if found:
        return _made(found[1], found[2], found[3], found[4], found[5])
    found = _CJK.search(text)
    if found:
        return _made(found[1], found[2], found[3])
    for pattern, day, month in ((_DAY_FIRST, 1, 2), (_MONTH_FIRST, 2, 1)):
        for found in pattern.finditer(text):
            number = _month(found[month])
            if number:
                return _made(found[3], str(number), found[day])
    found = _DOTTED.search(text)
    if found:
        return _made(found[3], found[2], found[1])
    found = _SLASHED.search(text)
    if found and int(found[1]) > 12:
        return _made(found[3], found[2], found[1])
    if found and int(found[2]) > 12:
        return _made(found[3], found[1], found[2])
    return None


def _month(word: str) -> int | None:
    folded = word.casefold()
    return next((at for at, starts in enumerate(_MONTHS, start=1) if folded.startswith(starts)), None)


def _made(year: str, month: str, day: str, hour: str | None = None, minute: str | None = None) -> datetime | None:
    try:
        return datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), tzinfo=UTC)
    except ValueError:
        return None
