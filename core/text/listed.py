"""Lists that are written as paragraphs: lines that begin with a bullet, "(a)" or "1." under a sentence with a colon.

Such a line is an item, and what introduces the first introduces its fellows, so that "We will not:" is heard with each.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_MARK: Final = re.compile(r"([•·▪‣◦●○■–—-]|\(?(?:\d{1,2}|[a-zA-Z]|[ivxIVX]{2,5})[.)])\s+\S")
_NUMBER: Final = re.compile(
    r"(?:[•·▪‣◦●○■–—-]|\(?(?:\d{1,3}(?:\.\d{1,2}){0,3}|[a-zA-Z]|[ivxIVX]{2,5})[.)]|\d{1,2}(?:\.\d{1,2}){1,3}(?!\s+[^\W\d_A-ZÀ-Þ\u3040-\u9fff]))\s+(?=[^\s%‰°])"
)  # two figures with a dot between them before a small letter or a unit are a measure: "1.5 litres"
_ROMAN: Final = frozenset("ivxIVX")
_ROMAN_VALUES: Final = {"i": 1, "v": 5, "x": 10}
_DEEPEST: Final = 6


def is_marked(text: str) -> bool:
    """Does the paragraph begin as an item of a list does?"""
    return _MARK.match(text) is not None


def without_number(text: str) -> str:
    """The text without the number, letter or bullet it has in its list."""
    found = _NUMBER.match(text)
    return text[found.end() :] if found else text


def number_of(text: str) -> frozenset[tuple[str, tuple[int, ...]]]:
    """How the text may be numbered: the sort of its number ("1)", "a.", "I.") with what it counts to. Empty for a bullet."""
    found = _NUMBER.match(text)
    mark = found.group().strip() if found else ""
    core = mark.strip("().")
    if not core.replace(".", "").isalnum():
        return frozenset()
    if core[0].isdigit():
        around = mark.replace(core, "") if "." not in core else "."
        return frozenset((("1" + around, tuple(map(int, core.split(".")))),))
    return frozenset(
        (sort, (_roman(core.lower()) if sort[0] in "iI" else ord(core.lower()) - ord("a") + 1,))
        for sort in _sorts(mark)
    )


def _roman(core: str) -> int:
    values = [_ROMAN_VALUES[sign] for sign in core]
    return sum(-value if value < max(values[at:]) else value for at, value in enumerate(values))


def introduced_by(text: str, texts: Sequence[str], lead_ins: Sequence[int]) -> int:
    """The place that introduces this paragraph as an item, -1 where it is none.

    ``texts`` are the last places before it, ``lead_ins`` theirs as positions in ``texts`` (-1 where not an item).
    """
    mark = _MARK.match(text)
    if mark is None or not texts:
        return -1
    sorts = _sorts(mark.group(1))
    at = len(texts) - 1
    for _ in range(_DEEPEST):
        before = _MARK.match(texts[at])
        if lead_ins[at] >= 0 and before is not None and sorts & _sorts(before.group(1)):
            return lead_ins[at]
        if texts[at][-1:] in ":：" and at == len(texts) - 1:
            return at
        if lead_ins[at] < 0:
            return -1
        at = lead_ins[at]
    return -1


def _sorts(mark: str) -> frozenset[str]:
    """What the mark may count with: itself for a bullet, figures, letters, Roman figures; brackets tell them apart."""
    core = mark.strip("().")
    if not core:
        return frozenset(mark)
    if not core.isalnum():
        return frozenset(core)
    around = mark.replace(core, "")
    if core.isdigit():
        return frozenset(("1" + around,))
    case = "a" if core.islower() else "A"
    found = {case + around} if len(core) == 1 else set()
    if set(core) <= _ROMAN:
        found.add(("i" if core.islower() else "I") + around)
    return frozenset(found)
