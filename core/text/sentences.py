"""Where sentences begin and end, in Latin and CJK text, as offsets.

Our own because rules ask for it on every changed passage: one regular expression finds the candidates and a few
reasons strike some out (abbreviations, initials, list numbers, a small letter after the stop). When in doubt the
sentence goes on: half a sentence could lose the exception that stands in its other half.
"""

from __future__ import annotations

import re

# Each looked for where one of the marks stands, which costs a fifth of one expression for all three.
_MARK = re.compile(r"[.!?…。！？；｡\n]")
_CLOSING = r"""["'”’»›)\]]*+"""
_LATIN_STOP = re.compile(rf"[.!?…]++{_CLOSING}")  # a stop where white space follows
_CJK_STOP = re.compile(r"""[。！？；｡]++["'”’」』）》)\]]*+""")  # needs no white space
_EMPTY_LINE = re.compile(r"\n[^\S\n]*+\n")
_FOLLOWING_WORD = re.compile(r"\w+")
_ROMAN = re.compile(r"[ivxlcIVXLC]{1,5}")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_OPENING = " \t\r\n\u00a0\u3000\"'“‘„«‹(["

# What stands before a full stop without ending a sentence, in the five languages of the packs. "Inc." and its like are
# not here: a small letter after them already says that the sentence goes on.
_ABBREVIATIONS = frozenset(
    """
    mr mrs ms dr prof st sr jr vs cf al approx dept est gen gov sen rep hon rev messrs ed eds viz eg ie e.g i.e
    jan feb mar apr jun jul aug sep sept oct nov dec u.s u.k u.n e.u
    abs bzw ca vgl z.b d.h u.a s.o s.u ggf inkl evtl hrsg st.gallen
    mme mlle mgr réf av env
    sra srta dra p.ej ud uds ee.uu
    """.split()  # noqa: SIM905  # a table of words, not of quotes
)
# The same, but only before a number: "No. 5" and "the answer is no. We …".
_BEFORE_NUMBERS = frozenset("no nos nr art arts sec secs fig figs ch para paras p pp vol núm pág págs".split())  # noqa: SIM905  # the same
_LONGEST_ABBREVIATION = max(map(len, _ABBREVIATIONS))
_MONTHS_AFTER_ORDINAL = frozenset(
    """
    januar februar märz april mai juni juli august september oktober november dezember
    quartal halbjahr jahrhundert
    """.split()  # noqa: SIM905  # the same
)


def sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of ``text`` as [start, end), in order, without the white space between them.

    Empty for a text of white space. Everything but white space lies in exactly one sentence.
    """
    found: list[tuple[int, int]] = []
    start = 0
    for end in ends(text):
        _keep(found, text, start, end)
        start = end
    _keep(found, text, start, len(text))
    return found


def ends(text: str) -> list[int]:
    """Where sentences end before the end of the text."""
    found: list[int] = []
    begin = done = 0
    for mark in _MARK.finditer(text):
        start = mark.start()
        if start < done:
            continue
        kind = mark[0]
        if kind in ".!?…":
            stop = _LATIN_STOP.match(text, start)
            done = stop.end() if stop else start + 1
            is_end = text[done : done + 1].isspace() and _ends_here(text, begin, start, done)
        else:
            stop = (_EMPTY_LINE if kind == "\n" else _CJK_STOP).match(text, start)
            done = stop.end() if stop else start + 1
            is_end = stop is not None
        if is_end:
            found.append(done)
            begin = done
    return found


def _keep(found: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        found.append((start, end))


def _ends_here(text: str, begin: int, start: int, end: int) -> bool:
    """Whether the Latin stop at [start, end) ends the sentence that began at ``begin``."""
    mark = text[start]
    following = end
    while following < len(text) and text[following] in _OPENING:
        following += 1
    if following == len(text):
        return True
    if text[following].islower():
        return False
    if mark != "." or text.startswith("..", start):
        return True
    at = max(text.rfind(" ", begin, start) + 1, begin)
    word = text[at:start].lstrip(_OPENING)
    if not word or len(word) > _LONGEST_ABBREVIATION:
        return True
    opens = at - begin <= 8 and not text[begin:at].strip(_OPENING)
    return not _goes_on_after(word, text, following, opens=opens)


def _goes_on_after(word: str, text: str, following: int, *, opens: bool) -> bool:
    """Whether a full stop after ``word`` belongs to the word. ``opens``: the word opens the sentence."""
    if len(word) == 1 and word.isalpha() and word < "\u2e80":
        return True  # an initial, a list letter
    if word.lower() in _BEFORE_NUMBERS:
        return text[following].isdigit()
    if word.lower() in _ABBREVIATIONS or _INITIALS.fullmatch(word):
        return True
    if word.isdigit():
        if opens:
            return True  # the number of a list
        month = _FOLLOWING_WORD.match(text, following)
        return len(word) <= 2 and month is not None and month.group().lower() in _MONTHS_AFTER_ORDINAL
    return opens and _ROMAN.fullmatch(word) is not None
