"""Finding all rules of all packs in one text, at a cost that hardly depends on how many there are.

One Aho-Corasick automaton holds every phrase, every string of the short patterns and one telling literal of the long
ones. Most texts hold none of them, and that is all they cost. Only where a long pattern's literal stands does re2 run,
on that sentence alone; `near` and `unless` look at the sentences of what was found. Spans here are offsets into the
folded text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from ahocorasick_rs import AhoCorasick

from core.query.passage import NOWHERE, Passage, Standing
from core.rules.asked import Asked
from core.rules.model import Near, Rule
from core.text.fold import HAN, Folded, Shift, fold, is_han, joins_word
from core.text.literals import BORDER, cost, skeleton_literal
from core.text.pattern import Pattern, compile_re2
from core.text.sentences import ends

Span = tuple[int, int]
MOST_FEW = 4  # literals that cost less to look for than an expression does
_WHOLE = (0, 0)  # a query looks at the whole passage, whatever sentence its literal stands in
Cased = tuple[tuple[str, str], ...]  # words that count only in one spelling: folded, as written

_LONG_SEPARATOR = re.compile("  +")
_TOKEN = re.compile(rf"[{HAN}]|[^\W{HAN}]+(?:['-][^\W{HAN}]+)*")


class Compiled:
    """A translated pattern, compiled when it first runs: a start pays only for what it meets."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _engine(self) -> Any:
        return compile_re2(self._text)

    def stands_in(self, data: bytes) -> bool:
        """Whether it matches anywhere."""
        return self._engine.search(data) is not None

    def spans(self, data: bytes) -> Iterator[Span]:
        """Its matches from left to right, in bytes, none of them empty."""
        for found in self._engine.finditer(data):
            start, end = found.span()
            if start < end:
                yield start, end


@dataclass(frozen=True, slots=True, eq=False)  # known by identity: it is a key at every stop
class _NearCheck:
    """One `near` of one rule, ready to run on a sentence.

    ``few`` are the literals of one group, one of which must stand there, where they are so few that looking for them
    is cheaper than re2; empty where they are not.
    """

    near: Near
    few: tuple[bytes, ...]
    cased: Cased
    a: Compiled
    b: Compiled
    each_a: tuple[Compiled, ...]
    each_b: tuple[Compiled, ...]


class _Target(NamedTuple):
    """What an automaton literal stands for.

    ``exact`` is the folded string that must stand there, None for a phrase (whose separators may vary); ``check``
    is set where the literal only says where to look.
    """

    rule: int
    before: bool
    after: bool
    exact: str | None = None
    check: Compiled | _NearCheck | Asked | None = None


class Subject:
    """A text prepared for matching: folded, its skeleton, and its sentences once somebody asks."""

    def __init__(self, captured: str, joint: int = 0, at: Standing | None = NOWHERE, *, guards: bool = False) -> None:
        """``joint``: where a list item begins after its lead-in; no sentence ends there. ``at`` is where it stands."""
        self.folded: Folded = fold(captured)
        self._joint = joint
        self._at, self._guards = at, guards
        self._slices: dict[tuple[int, int], tuple[bytes, int, bool]] = {}
        self._tokens: dict[tuple[int, int], list[int]] = {}

    @cached_property
    def skeleton(self) -> tuple[str, Shift | None]:
        """The folded text with each run of spaces and hyphens made one space, and the way back (None: the same)."""
        text = self.folded.text
        if "-" not in text:
            return text, None
        spaced = text.replace("-", " ")
        if "  " not in spaced:
            return spaced, None
        pieces: list[str] = []
        starts, by, done, removed = [0], [0], 0, 0
        for run in _LONG_SEPARATOR.finditer(spaced):
            pieces.append(spaced[done : run.start() + 1])
            done = run.end()
            removed += done - run.start() - 1
            starts.append(done - removed)
            by.append(removed)
        pieces.append(spaced[done:])
        return "".join(pieces), Shift(tuple(starts), tuple(by))

    @cached_property
    def _starts(self) -> list[int]:
        """Where each sentence begins in the folded text; the first at 0."""
        captured, joint = self.folded.captured, self._joint
        before = [end for end in ends(captured[:joint]) if end < joint - 1] if joint else []
        after = [joint + end for end in ends(captured[joint:] if joint else captured)]
        return [0, *(self.folded.locate(end) for end in before + after)]

    def sentence_range(self, start: int, end: int) -> tuple[int, int]:
        """The first and last sentence that [start, end) touches."""
        starts = self._starts
        return bisect_right(starts, start) - 1, bisect_right(starts, max(start, end - 1)) - 1

    @cached_property
    def _passage(self) -> Passage:
        return Passage(self.folded.captured, self._joint)

    @property
    def all_ranges(self) -> list[tuple[int, int]]:
        return [(number, number) for number in range(len(self._starts))]

    def data(self, where: tuple[int, int]) -> tuple[bytes, int, bool]:
        """Sentences as bytes for re2, where they begin in the folded text, and whether they are ASCII."""
        if where not in self._slices:
            starts = self._starts
            start = starts[where[0]]
            end = starts[where[1] + 1] if where[1] + 1 < len(starts) else len(self.folded.text)
            piece = self.folded.text[start:end]
            self._slices[where] = (piece.encode(), start, piece.isascii())
        return self._slices[where]

    def spans(self, compiled: Compiled, where: tuple[int, int]) -> list[Span]:
        """Matches within those sentences, without the white space at their ends."""
        data, base, is_ascii = self.data(where)
        found = []
        for start, end in compiled.spans(data):
            words = data[start:end]
            start += len(words) - len(words.lstrip(b" "))
            end -= len(words) - len(words.rstrip(b" "))
            if start < end:
                if not is_ascii:
                    start, end = len(data[:start].decode()), len(data[:end].decode())
                found.append((base + start, base + end))
        return found

    def asked(self, check: Asked) -> list[Span]:
        """Where a query is answered, in the folded text."""
        folded = self.folded
        spans = check.spans(self._passage, self._at, guards=self._guards)
        return [(folded.locate(start), max(folded.locate(end), folded.locate(start) + 1)) for start, end in spans]

    def word_starts(self, where: tuple[int, int]) -> list[int]:
        """Where each word (or ideograph) of those sentences begins."""
        if where not in self._tokens:
            data, base, _ = self.data(where)
            self._tokens[where] = [base + word.start() for word in _TOKEN.finditer(data.decode())]
        return self._tokens[where]


class Engine:
    """All rules, ready to run. Immutable once built; safe to use from several threads."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._literals: dict[str, int] = {}
        self._targets: list[list[_Target]] = []
        self._always: list[_Target] = []  # no literal tells where they might stand
        self._compiled: dict[str, Compiled] = {}
        self._unless = [self._joined(rule.unless) if rule.unless else None for rule in rules]
        self._cased = [tuple((fold(word).text, word) for word in rule.cased) for rule in rules]
        for index, rule in enumerate(rules):
            for phrase in rule.phrases:
                self._add_phrase(index, phrase)
            for pattern in rule.regexes:
                self._add_pattern(index, pattern)
            for near in rule.nears:
                self._add_near(index, near)
            if rule.query:
                self._add_query(index, rule.query)
        self._automaton = AhoCorasick(list(self._literals)) if self._literals else None

    def find(self, subject: Subject) -> dict[int, list[Span]]:
        """Rule index → spans in the folded text, sorted and merged; only rules that fire."""
        found: dict[int, list[Span]] = {}
        checks: dict[tuple[Compiled | _NearCheck | Asked, int, tuple[int, int]], None] = {}
        skeleton, shift = subject.skeleton
        for literal, start, end in self._stops(skeleton):
            before = start > 0 and joins_word(skeleton[start - 1])
            after = end < len(skeleton) and joins_word(skeleton[end])
            at, to = (start, end) if shift is None else (shift.back(start), shift.back(end - 1) + 1)
            here: tuple[int, int] | None = None
            for target in self._targets[literal]:
                if (before and target.before) or (after and target.after):
                    continue
                if isinstance(target.check, Asked):
                    checks[target.check, target.rule, _WHOLE] = None
                elif target.check is not None:
                    here = here or subject.sentence_range(at, to)
                    checks[target.check, target.rule, here] = None
                elif target.exact is None or subject.folded.text[at:to] == target.exact:
                    found.setdefault(target.rule, []).append((at, to))
        for target in self._always:
            if isinstance(target.check, Asked):
                checks[target.check, target.rule, _WHOLE] = None
            elif target.check is not None:
                checks.update(((target.check, target.rule, where), None) for where in subject.all_ranges)
        for check, rule, where in checks:
            spans = _spans_of(subject, check, where)
            if spans:
                found.setdefault(rule, []).extend(spans)
        kept = ((rule, self._allowed(subject, rule, found[rule])) for rule in sorted(found))
        return {rule: _merged(spans) for rule, spans in kept if spans}

    def _stops(self, skeleton: str) -> list[tuple[int, int, int]]:
        if self._automaton is None:
            return []
        stops: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(skeleton, overlapping=True)
        return stops

    def _allowed(self, subject: Subject, rule: int, spans: list[Span]) -> list[Span]:
        """The spans that no `unless` of their sentence and no `cased` word forbids."""
        cased, unless = self._cased[rule], self._unless[rule]
        if cased:
            spans = [span for span in spans if _is_as_written(subject.folded, span, cased)]
        if unless is None:
            return spans
        cancelled: dict[tuple[int, int], bool] = {}
        kept = []
        for span in spans:
            where = subject.sentence_range(*span)
            if where not in cancelled:
                cancelled[where] = unless.stands_in(subject.data(where)[0])
            if not cancelled[where]:
                kept.append(span)
        return kept

    # --- building ------------------------------------------------------------------------------------------------

    def _add_phrase(self, rule: int, phrase: str) -> None:
        literal = skeleton_literal(fold(phrase).text).strip(" ")
        if literal:
            self._aim(literal, _Target(rule, _is_bordered(literal[0]), _is_bordered(literal[-1])))

    def _add_pattern(self, rule: int, pattern: Pattern) -> None:
        for string in pattern.exact:
            plain = string.strip(BORDER)
            self._aim_at(string, _Target(rule, False, False, exact=plain))
        if pattern.exact:
            return
        target = _Target(rule, False, False, check=self._compile(pattern.re2))
        for string in pattern.needs:
            self._aim_at(string, target)
        if not pattern.needs:
            self._always.append(target)

    def _add_near(self, rule: int, near: Near) -> None:
        check = _NearCheck(
            near,
            _few_literals(near),
            self._cased[rule],
            self._joined(near.a),
            self._joined(near.b),
            tuple(self._compile(each.re2) for each in near.a),
            tuple(self._compile(each.re2) for each in near.b),
        )
        target = _Target(rule, False, False, check=check)
        rarer = min(
            (near.a, near.b), key=lambda group: sum(cost(frozenset(each.exact or each.needs)) for each in group)
        )
        if all(pattern.exact or pattern.needs for pattern in rarer):
            for pattern in rarer:
                for string in pattern.exact or pattern.needs:
                    self._aim_at(string, target)
        else:
            self._always.append(target)

    def _add_query(self, rule: int, query: str) -> None:
        from core.query.grammar import (
            parse,  # here: it brings a parser along that few packs need and costs a start 50 ms
        )

        asked = Asked(parse(query))
        target = _Target(rule, False, False, check=asked)
        for string in asked.literals or ():
            self._aim_at(string, target)
        if not asked.literals:
            self._always.append(target)

    def _aim_at(self, string: str, target: _Target) -> None:
        literal = skeleton_literal(string.strip(BORDER))
        self._aim(literal, target._replace(before=string[0] == BORDER, after=string[-1] == BORDER))

    def _aim(self, literal: str, target: _Target) -> None:
        number = self._literals.setdefault(literal, len(self._literals))
        if number == len(self._targets):
            self._targets.append([])
        if target not in self._targets[number]:
            self._targets[number].append(target)

    def _compile(self, text: str) -> Compiled:
        return self._compiled.setdefault(text, Compiled(text))

    def _joined(self, patterns: Iterable[Pattern]) -> Compiled:
        return self._compile("|".join(f"(?:{pattern.re2})" for pattern in patterns))


def _few_literals(near: Near) -> tuple[bytes, ...]:
    """The literals of the group that has the fewest, as bytes of folded text; empty where even they are many."""
    groups = []
    for group in (near.a, near.b):
        if all(pattern.exact or pattern.needs for pattern in group):
            strings = {string.strip(BORDER) for pattern in group for string in pattern.exact or pattern.needs}
            if not any(" " in string or "-" in string for string in strings):  # there folded text varies
                groups.append(sorted(string.encode() for string in strings))
    fewest = min(groups, key=len, default=[])
    return tuple(fewest) if len(fewest) <= MOST_FEW else ()


def _is_bordered(char: str) -> bool:
    """Whether a phrase that begins or ends so must stand as a whole word on that side."""
    return char.isalnum() and not is_han(char) and char < "\u2e80"


def _is_as_written(folded: Folded, span: Span, cased: Cased) -> bool:
    """Whether the words that count only in one spelling stand so in the captured text."""
    start, end = folded.span(*span)
    words, captured = folded.text[slice(*span)], folded.captured[start:end]
    return all(written in captured for word, written in cased if re.search(rf"\b{re.escape(word)}\b", words))


def _spans_of(subject: Subject, check: Compiled | _NearCheck | Asked, where: tuple[int, int]) -> list[Span]:
    if isinstance(check, Asked):
        return subject.asked(check)
    return _near_spans(subject, check, where) if isinstance(check, _NearCheck) else subject.spans(check, where)


def _near_spans(subject: Subject, check: _NearCheck, where: tuple[int, int]) -> list[Span]:
    """The matches of both groups that stand close enough to one of the other group."""
    data = subject.data(where)[0]
    if check.few and not any(literal in data for literal in check.few):
        return []
    if not (check.b.stands_in(data) and check.a.stands_in(data)):
        return []
    a, b = (
        sorted(
            span
            for each in group
            for span in subject.spans(each, where)
            if not check.cased or _is_as_written(subject.folded, span, check.cased)
        )
        for group in (check.each_a, check.each_b)
    )
    found = _close_pairs(subject.word_starts(where), a, b, check.near.within)
    if not check.near.ordered:
        found += _close_pairs(subject.word_starts(where), b, a, check.near.within)
    return found


def _close_pairs(words: list[int], first: list[Span], second: list[Span], within: int) -> list[Span]:
    """Each of ``first`` with the nearest of ``second`` that begins after it, at most ``within`` words further on."""
    found: list[Span] = []
    begins = [start for start, _ in second]
    for span in first:
        at = bisect_left(begins, span[1])
        if at < len(second):
            distance = bisect_right(words, second[at][0]) - bisect_right(words, span[1] - 1)
            if distance <= within:
                found += [span, second[at]]
    return found


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
