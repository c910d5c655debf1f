"""A passage ready to be asked: its words, its folded copy and its sentences, each made when first needed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from core.text.fold import Folded, fold
from core.text.pattern import Pattern, compile_re2
from core.text.sentences import ends
from core.text.tokens import Unit, units

Span = tuple[int, int]


class Life(NamedTuple):
    """One time the passage stood in the document; ``gone_at`` None: it stands, or was never seen to be gone."""

    first_at: datetime
    last_at: datetime
    gone_at: datetime | None
    stands: bool
    heading: str = ""


class Standing(NamedTuple):
    """Where a passage stands: what the fields of a query ask about. ``lives`` are in order, the oldest first.

    ``is_watched``: somebody still looks at the document; else nobody knows whether it stands.
    """

    company: str = ""
    topics: tuple[str, ...] = ()
    kind: str = ""
    lang: str = ""
    role: str = ""
    lives: tuple[Life, ...] = ()
    is_watched: bool = True
    source: str = ""
    verdicts: frozenset[str] = frozenset()  # what happened to promises whose wording it holds or held


NOWHERE = Standing()


class Passage:
    """A text as captured. ``joint``: where a list item begins after its lead-in; no sentence ends there."""

    def __init__(self, text: str, joint: int = 0) -> None:
        self.text = text
        self._joint = joint

    @cached_property
    def units(self) -> list[Unit]:
        return units(self.text)

    @cached_property
    def _word_starts(self) -> list[int]:
        return [unit.start for unit in self.units]

    @cached_property
    def _folded(self) -> tuple[Folded, bytes]:
        folded = fold(self.text)
        return folded, folded.text.encode()

    @cached_property
    def sentences(self) -> tuple[tuple[int, Passage], ...]:
        """Each sentence with where it begins."""
        text, joint = self.text, self._joint
        before = [end for end in ends(text[:joint]) if end < joint - 1] if joint else []
        after = [joint + end for end in ends(text[joint:] if joint else text)]
        starts = [0, *before, *after]
        found = ((start, text[start:end]) for start, end in zip(starts, [*starts[1:], len(text)], strict=True))
        return tuple((start, Passage(sentence)) for start, sentence in found if sentence.strip())

    def words_between(self, first: Span, second: Span) -> int:
        """How many words on the second span begins after the first: 1 where it is the next word."""
        starts = self._word_starts
        return bisect_right(starts, second[0]) - bisect_right(starts, first[1] - 1)

    def matches(self, pattern: Pattern) -> Iterator[Span]:
        """Where a regular expression matches, as spans of the captured text, none of them empty."""
        folded, data = self._folded
        bytes_done = chars_done = 0
        for found in _compiled(pattern.re2).finditer(data):
            start, end = found.span()
            words = data[start:end]
            start += len(words) - len(words.lstrip(b" "))
            end -= len(words) - len(words.rstrip(b" "))
            if start < end:
                chars_done += len(data[bytes_done:start].decode())
                length = len(data[start:end].decode())
                bytes_done = start
                yield folded.span(chars_done, chars_done + length)


@lru_cache(maxsize=256)
def _compiled(text: str) -> Any:
    return compile_re2(text)
