"""Many patterns over one sentence, quickly: re2 says in one pass which could match, `re` then finds where.

The sieve holds a looser copy of each pattern (no look-around, no word borders), so it may let too many through and
never too few; a pattern re2 cannot hold is always tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import re2

from core.text.fold import fold

_LOOK = re.compile(r"\(\?<?[=!]")
_GROUP_NAME = re.compile(r"\(\?P<\w+>")
_COUNTED_ANY = re.compile(r"(?:\.|\[\\w[^\]]*\])\{\d+,\d+\}\??")


class Cue(NamedTuple):
    """One entry of the lexicon, ready to be found. ``value`` names it within its dimension, ``tier`` ranks it."""

    dimension: str
    value: str
    tier: int


class Found(NamedTuple):
    """Words of a prepared sentence that a cue matched, as [start, end), with the named groups of deadlines."""

    cue: Cue
    start: int
    end: int
    match: re.Match[str]


class Sieve:
    """An ordered list of patterns, each leading to a cue."""

    def __init__(self, patterns: list[tuple[str, Cue]]) -> None:
        self.sources = [(folded_pattern(pattern), cue) for pattern, cue in patterns]
        self._patterns = [(re.compile(folded_pattern(pattern)), cue) for pattern, cue in patterns]
        options = re2.Options()
        options.log_errors = False
        options.never_capture = True
        options.max_mem = 64 << 20
        self._set = re2.Set.SearchSet(options)
        self._always: list[int] = []
        self._of: list[int] = []
        for at, (pattern, _) in enumerate(patterns):
            try:
                self._set.Add(loosened(folded_pattern(pattern)))
            except re2.error:
                self._always.append(at)
            else:
                self._of.append(at)
        self._sentinel = self._set.Add("(?s:.)")
        self._set.Compile()

    def find(self, prepared: str) -> list[Found]:
        """Every match, in the order of the lexicon."""
        found: list[Found] = []
        for index in self.candidates(prepared):
            pattern, cue = self._patterns[index]
            for match in pattern.finditer(prepared):
                start, end = match.span()
                if end > start:
                    found.append(Found(cue, start, end, match))
        return found

    def candidates(self, prepared: str) -> Iterable[int]:
        """Patterns that could match. The sentinel matches every text: without it re2 gave up, and all are tried."""
        seen = self._set.Match(prepared) or ()
        if self._sentinel not in seen:
            return range(len(self._patterns)) if prepared else ()
        return sorted([*(self._of[each] for each in seen if each != self._sentinel), *self._always])


def folded_pattern(pattern: str) -> str:
    """The pattern as it must read to match a folded sentence: accents and sharp s gone, escapes untouched."""
    return pattern if pattern.isascii() else "".join(c if c.isascii() else fold(c).text for c in pattern)


def loosened(pattern: str, *, keep_borders: bool = False) -> str:
    """A pattern without look-around (and borders) that matches at least wherever ``pattern`` does."""
    loose = _without_look_around(pattern)
    if not keep_borders:
        loose = loose.replace(r"\b", "")
    loose = _GROUP_NAME.sub("(?:", loose)
    return _COUNTED_ANY.sub(".*", loose)


def _without_look_around(pattern: str) -> str:
    while found := _LOOK.search(pattern):
        end = _closing(pattern, found.start())
        pattern = pattern[: found.start()] + pattern[end + 1 :]
    return pattern


def _closing(pattern: str, start: int) -> int:
    depth, at = 0, start
    while at < len(pattern):
        if pattern[at] == "\\":
            at += 1
        elif pattern[at] == "(":
            depth += 1
        elif pattern[at] == ")":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    return len(pattern) - 1
