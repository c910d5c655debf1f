"""Characters a reader cannot see, drawn as marks, so that no message shows other words than the page holds.

Directional overrides, zero-width characters, controls and fillers become ``⟨U+202E⟩``; a soft hyphen becomes ``‧``,
since a page in German may hold hundreds. Nothing is dropped: a word that was split invisibly is seen to be split.
"""

from __future__ import annotations

import re
from typing import Final

SOFT_HYPHEN: Final = "\u00ad"
SOFT_HYPHEN_MARK: Final = "‧"
CUT: Final = " […]"

_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls; tab, line feed and carriage return are spaces
    "\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\ufff0-\ufff8\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_BREAKS: Final = re.compile("[\t\n\r\u2028\u2029\x85 ]+")


def visible(text: str) -> str:
    """The text with every character that shows nothing drawn as a mark. Line breaks stay."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSEEN.sub(_mark, text).replace(SOFT_HYPHEN, SOFT_HYPHEN_MARK)


def one_line(text: str, limit: int = 0) -> str:
    """The same on one line: breaks and runs of spaces become one space; cut visibly beyond ``limit`` characters."""
    folded = flat(text).strip()
    return cut(folded, limit) if limit else folded


def flat(text: str) -> str:
    """The same with every break or run of spaces as one space, its ends kept: a piece of a line."""
    return visible(_BREAKS.sub(" ", text))


def cut(text: str, limit: int) -> str:
    """At most ``limit`` characters, with a mark where something is missing."""
    if len(text) <= limit:
        return text
    return text[: max(0, limit - len(CUT))].rstrip() + CUT


def _mark(found: re.Match[str]) -> str:
    return f"⟨U+{ord(found.group()):04X}⟩"
