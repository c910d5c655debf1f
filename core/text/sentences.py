"""Where sentences begin and end, in Latin and CJK text, as offsets.

Our own because rules ask for it on every changed passage: one regular expression finds the candidates and a few
reasons strike some out (abbreviations, initials, list numbers, a small letter after the stop). When in doubt the
sentence goes on: half a sentence could lose the exception that stands in its other half.
"""

from __future__ import annotations

import re

_STOP = re.compile(
    r"""
      [.!?…]+ ["'”’»›)\]]* (?=\s)      # Latin: the mark, closing quotes, then white space
    | [。！？；｡]+ ["'”’」』）》)\]]*     # CJK needs no white space
    | \n[^\S\n]*\n                      # an empty line
    """,
    re.VERBOSE,
)
_LAST_WORD = re.compile(r"(?:[^\W_]|\.(?=\w))+$")
_FOLLOWING = re.compile(r"""[\s"'“‘„«‹(\[]*(\w+|\S)?""")
_OPENING = " \t\r\n\u00a0\"'“‘„«‹(["

# What stands before a full stop without ending a sentence, in the five languages of the packs. "Inc." and its like are
# not here: a small letter after them already says that the sentence goes on.
_ABBREVIATIONS = frozenset(
    """
    mr mrs ms dr prof st sr jr vs cf al fig figs approx dept est no nos art arts sec secs ch para paras pp vol ed eds
    gen gov sen rep hon rev messrs jan feb mar apr jun jul aug sep sept oct nov dec e.g i.e eg ie u.s u.k u.n e.u viz
    nr abs bzw ca vgl z.b d.h u.a s.o s.u ggf inkl evtl hrsg st.gallen
    mme mlle mgr réf av env
    sra srta dra núm pág págs p.ej ud uds ee.uu
    """.split()
)
_MONTHS_AFTER_ORDINAL = frozenset(
    "januar februar märz april mai juni juli august september oktober november dezember quartal halbjahr jahrhundert".split()
)


def sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of ``text`` as [start, end), in order, without the white space between them.

    Empty for a text of white space. Everything but white space lies in exactly one sentence.
    """
    found: list[tuple[int, int]] = []
    start = 0
    for stop in _STOP.finditer(text):
        if _ends_here(text, start, stop):
            _keep(found, text, start, stop.end())
            start = stop.end()
    _keep(found, text, start, len(text))
    return found


def _keep(found: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        found.append((start, end))


def _ends_here(text: str, start: int, stop: re.Match[str]) -> bool:
    mark = stop.group()[0]
    if mark not in ".!?…":
        return True
    following = _following_word(text, stop.end())
    if not following or following[0].islower():
        return not following
    if mark != "." or stop.group().startswith(".."):
        return True
    word = _LAST_WORD.search(text, max(start, stop.start() - 24), stop.start())
    if word is None:
        return True
    return not _goes_on_after(word.group(), following, begins=not text[start : word.start()].strip(_OPENING))


def _goes_on_after(word: str, following: str, *, begins: bool) -> bool:
    """Whether a full stop after ``word`` belongs to the word. ``begins``: the word opens the sentence."""
    if len(word) == 1 and word.isalpha() and not "\u2e80" <= word:
        return True  # an initial, the end of "U.S.", a list letter
    if word.lower() in _ABBREVIATIONS or re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]", word):
        return True
    if word.isdigit():
        return begins or (len(word) <= 2 and following.lower() in _MONTHS_AFTER_ORDINAL)
    return begins and re.fullmatch(r"[ivxlcIVXLC]{1,5}", word) is not None


def _following_word(text: str, at: int) -> str:
    """The word after the stop, without opening quotes and brackets; empty at the end of the text."""
    return (found.group(1) or "") if (found := _FOLLOWING.match(text, at)) else ""
