"""Footnote marks: a sentence that gained one says the same words and sends its reader to others.

"We pay a living wage to all staff.*", and below, "* Where required by law." The note stands in another place, so the
sentence alone cannot tell what became of the promise, and is never called a rewording.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from core.model import Finding, Verdict

_MARK: Final = re.compile(
    r"(?<=[^\W\d_])[.,;:!?)\"”’]{0,2}(\*{1,3}|[†‡]+|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}|\[(?:\d{1,2}|[a-z])\])(?=$|[\s.,;:)])"  # staff.*  staff¹  staff[1]
    r"|(?<=[a-z]{2}[.!?])(\d{1,2})(?=$|\s)|(?<=[a-z]{3})([1-9])(?=$|[\s.,;])"  # staff.1  staff1
)
_NOT_A_LOSS: Final = (Verdict.REWORDED, Verdict.STRENGTHENED, Verdict.UNCLASSIFIED)
_EMPHASIS: Final = re.compile(r"(?:^|[\s(])\*{1,3}(?=\w)")  # *We pay*


def marks_of(text: str) -> list[str]:
    """The footnote marks of a text, in order."""
    found = ["".join(groups) for groups in _MARK.findall(text)]
    return [mark for mark in found if mark[0] != "*"] if _EMPHASIS.search(text) else found


def heed_notes(found: Finding, before: str, after: str) -> Finding:
    """The finding, but "please read" where the later text has more marks than the earlier and was to be called harmless."""
    if found.verdict not in _NOT_A_LOSS or not before.strip():
        return found
    was, now = marks_of(before), marks_of(after)
    if len(now) <= len(was):
        return found
    mark = next((mark for mark in now if mark not in was), now[-1])
    told = f"a footnote was added ({mark}): what it says may take part of it back"
    same = tuple(reason for reason in found.reasons if found.verdict is not Verdict.REWORDED or "same" not in reason)
    return replace(
        found, verdict=Verdict.UNCLASSIFIED, dimensions=(*found.dimensions, ("note", "?")), reasons=(told, *same)
    )
