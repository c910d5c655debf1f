"""Sets of strings taken from patterns: what the automaton holds, and how much a set is worth there.

A set of literals is a promise: every match contains at least one of them. ``BORDER`` at an end of a string says that a
word begins or ends there; folded text never holds that character.
"""

from __future__ import annotations

import re

from core.text.fold import is_han

BORDER = "\0"
_SEPARATOR = re.compile(r"[ -]+")


def skeleton_literal(text: str) -> str:
    """A literal as it stands in the skeleton of a folded text: each run of spaces and hyphens one space."""
    return _SEPARATOR.sub(" ", text)


def _is_word(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")


def complete(strings: frozenset[str]) -> frozenset[str]:
    """Exact strings with borders only at their ends; those whose inner borders can never hold are dropped."""
    return frozenset(kept for string in strings if (kept := _settled(string)) is not None)


def _settled(string: str) -> str | None:
    inner = string.strip(BORDER)
    if not inner.strip():
        return None
    for at, char in enumerate(inner):
        if char == BORDER and inner[at - 1] != BORDER:
            following = inner[at + 1 :].lstrip(BORDER)[0]
            if _is_word(inner[at - 1]) == _is_word(following):
                return None
    plain = inner.replace(BORDER, "")
    start = BORDER if string[0] == BORDER else ""
    end = BORDER if string[-1] == BORDER else ""
    if (start and not _is_word(plain[0])) or (end and not _is_word(plain[-1])):
        return None
    return start + plain + end


def tidy(strings: frozenset[str]) -> frozenset[str]:
    """Needed literals with borders only where the literal itself ends in a letter or digit."""
    tidy: set[str] = set()
    for string in strings:
        plain = string.replace(BORDER, "")
        start = BORDER if string[0] == BORDER and _is_word(plain[0]) else ""
        end = BORDER if string[-1] == BORDER and _is_word(plain[-1]) else ""
        tidy.add(start + plain + end)
    return frozenset(tidy)


def better(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """The set of literals that stops the automaton less often."""
    if one is None or other is None:
        return one if other is None else other
    return one if cost(one) <= cost(other) else other


def cost(strings: frozenset[str]) -> float:
    """A literal is about six times rarer with each letter; a border counts for half a letter, an ideograph for four."""
    if not strings:
        return float("inf")
    total = 0.0
    for string in strings:
        inner = string.strip(BORDER).strip(" -")
        weight = sum(4.0 if is_han(char) else 1.0 for char in inner)
        if not inner:
            return float("inf")
        total += 6.0 ** -(weight + (len(string) - len(string.strip(BORDER))) / 2)
    return total
