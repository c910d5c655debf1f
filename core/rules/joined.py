"""Terms that a missing comma made one: in a text that is no YAML for it, and in a list that reads well.

A peer shipped such a list: Python joined ``'green house gas' 'green house gases'``, and "greenhouse gas" never matched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Final, Protocol

from core.rules.model import Rule
from core.text.fold import fold, is_han
from core.text.literals import skeleton_literal

SHORTEST_HALF: Final = 3
LONG: Final = 4  # words: a term of so many, among short ones and without a little word, reads like two
_COMPOUNDING: Final = ("de", "zh")  # languages that join words without a missing comma

_JOINTS: Final = (" and ", " or ", " et ", " ou ", " und ", " oder ", " y ", " e ", " o ")
_LITTLE: Final = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "and",
        "or",
        "to",
        "in",
        "on",
        "for",
        "with",
        "by",
        "at",
        "as",
        "from",
        "not",
        "no",
        "our",
        "its",
        "their",
        "we",
        "is",
        "are",
        "be",
        "per",
        "under",
        "against",
        "into",
        "over",
        "de",
        "la",
        "le",
        "les",
        "des",
        "du",
        "d",
        "l",
        "et",
        "ou",
        "en",
        "au",
        "aux",
        "un",
        "une",
        "pour",
        "par",
        "sur",
        "el",
        "los",
        "las",
        "del",
        "y",
        "e",
        "o",
        "u",
        "un",
        "una",
        "con",
        "por",
        "para",
        "al",
        "no",
        "se",
        "der",
        "die",
        "das",
        "den",
        "dem",
        "des",
        "und",
        "oder",
        "von",
        "zu",
        "im",
        "in",
        "am",
        "für",
        "mit",
        "auf",
        "nach",
        "aus",
        "nicht",
        "bei",
    ]
)
_QUOTED: Final = re.compile(
    r"""(?P<q>["'])(?P<a>(?:(?!(?P=q))[^\n\\]){2,120})(?P=q)[ \t]*(?:\r?\n[ \t]*)?(?P<r>["'])(?P<b>(?:(?!(?P=r))[^\n\\]){2,120})(?P=r)"""
)

Pair = tuple[str, str]


class Known(Protocol):
    """What is known of terms and words by themselves."""

    terms: set[str]
    archive: frozenset[str]

    def stands(self, rule: Rule, phrase: str) -> bool: ...
    def is_word(self, word: str, *, but_once: bool = False) -> bool: ...


def side_by_side(text: str) -> Iterator[tuple[int, str, str]]:
    """Quoted texts with nothing between them, with their line: what makes a list no YAML, each pair of them."""
    at = 0
    while found := _QUOTED.search(text, at):
        at = found.end("a") + 1
        before = text[: found.start()].rstrip(" \t\r\n")
        if before.endswith((",", "[", "-", '"', "'")):
            yield text.count("\n", 0, found.start()) + 1, found["a"], found["b"]


def joined(rule: Rule, known: Known) -> Iterator[Pair]:
    """Each phrase of a rule that reads like two, as its halves."""
    lengths = [len(plain(phrase).split()) for phrase in rule.phrases]
    for phrase in rule.phrases:
        if known.stands(rule, phrase):
            continue
        halves = (
            _quoted_apart(phrase)
            or _two_terms(plain(phrase), known)
            or _glued(rule, plain(phrase), known)
            or _said_twice(rule, plain(phrase))
            or _too_long(rule, plain(phrase), lengths)
        )
        if halves:
            yield halves


def plain(term: str) -> str:
    """A term as the engine compares it."""
    return skeleton_literal(fold(term).text).strip(" ")


def _quoted_apart(phrase: str) -> Pair | None:
    """Quotation marks or a comma inside one entry."""
    for sign in ('" "', "' '", '", "', "', '", '""', "''", ", ", "，", "、"):
        first, found, last = phrase.partition(sign)
        is_prose = sign == ", " and any(joint in f" {last} " for joint in _JOINTS)  # "free, prior and informed"
        if found and not is_prose and first.strip("\"' ") and last.strip("\"' "):
            return first.strip("\"' "), last.strip("\"' ")
    return None


def _two_terms(term: str, known: Known) -> Pair | None:
    """Two terms of the packs, one after the other, with or without a space."""
    for at in range(1, len(term)):
        first, last = term[:at].rstrip(" "), term[at:].lstrip(" ")
        if min(len(first), len(last)) >= SHORTEST_HALF and first in known.terms and last in known.terms:
            return first, last
    return None


def _glued(rule: Rule, term: str, known: Known) -> Pair | None:
    """A word nobody writes that is two words: ``greenhouse gasclimate change``."""
    if rule.lang in _COMPOUNDING or " " not in term or any(map(is_han, term)):
        return None
    for word in term.split():
        if known.is_word(word, but_once=True) or word in known.archive:
            continue
        for at in range(SHORTEST_HALF, len(word) - SHORTEST_HALF + 1):
            if known.is_word(word[:at]) and known.is_word(word[at:]):
                before, _, after = term.partition(word)
                return f"{before}{word[:at]}", f"{word[at:]}{after}"
    return None


def _said_twice(rule: Rule, term: str) -> Pair | None:
    """The second half begins as the first does: ``green house gas green house gases``."""
    words = term.split()
    if len(words) < LONG or rule.lang in _COMPOUNDING:
        return None
    for at in range(2, len(words) - 1):
        if words[at] == words[0] and words[0] not in _LITTLE and words[at - 1] not in _LITTLE:
            return " ".join(words[:at]), " ".join(words[at:])
    return None


def _too_long(rule: Rule, term: str, lengths: Sequence[int]) -> Pair | None:
    """Twice as long as the other terms of its rule, and without any of the little words that tie a long term together."""
    words = term.split()
    is_odd = len(lengths) >= LONG and len(words) >= LONG and len(words) >= 2 * median(lengths)
    if not is_odd or rule.lang in _COMPOUNDING or not _LITTLE.isdisjoint(words):
        return None
    middle = len(words) // 2
    return " ".join(words[:middle]), " ".join(words[middle:])
