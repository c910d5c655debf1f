"""Where words break: white space that comes or goes between letters may make other words ("nowhere", "now here").

It does not where the script writes no spaces, between a figure and what it counts, inside a grouped figure, or where a
capital says that two words had run together. Signs no reader sees (soft hyphens, zero widths) break no word; "can not" and "cannot" are one.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)  # Thai, Lao, Burmese, Khmer, kana and Han; Korean parts its words
_CANNOT: Final = re.compile(r"\bcan not\b(?! (?:only|just|merely|but)\b)", re.IGNORECASE)  # two spellings of one word
_BREAK: Final = re.compile(r"(?<=[^\W_])\s+(?=[^\W_])")
_LETTER: Final = re.compile(r"[^\W_]")
_GROUP: Final = re.compile(r"\d{3}(?!\d)")


def breaks_elsewhere(was: str, now: str) -> bool:
    """Whether white space parts letters in one of two texts that stand in one word of the other.

    The texts are taken to have the same letters in the same order; of others the answer means nothing.
    """
    was, now = (_CANNOT.sub("cannot", _UNSEEN.sub("", text)) for text in (was, now))
    parted_was, parted_now = _parted(was), _parted(now)
    if parted_was == parted_now:
        return False
    joined_was, joined_now = _joined(was), _joined(now)
    return bool(parted_was & joined_now or parted_now & joined_was)


def _parted(text: str) -> set[int]:
    """How many letters stand before each white space that parts two letters for good."""
    return _counted(
        text, [found.start() for found in _BREAK.finditer(text) if _tells(text, found.start(), found.end())]
    )


def _joined(text: str) -> set[int]:
    """How many letters stand before each pair of letters with nothing between them."""
    letters = [found.start() for found in _LETTER.finditer(text)]
    return {
        index + 1
        for index, (at, after) in enumerate(pairwise(letters))
        if after == at + 1 and not (text[at].islower() and text[after].isupper())
    }


def _counted(text: str, ends: list[int]) -> set[int]:
    found, letters, at = set(), 0, 0
    for end in ends:
        letters += len(_LETTER.findall(text, at, end))
        at = end
        found.add(letters)
    return found


def _tells(text: str, end: int, start: int) -> bool:
    left, right = text[end - 1], text[start]
    if _UNSPACED.match(left) or _UNSPACED.match(right) or left.isdigit() != right.isdigit():
        return False
    return not (left.isdigit() and _GROUP.match(text, start))
