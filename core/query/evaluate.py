"""Does a passage answer a query, and with which words? The one meaning of a query: indexes only propose."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from core.query.passage import NOWHERE, Life, Passage, Span, Standing
from core.query.tree import And, Field, Near, Not, Or, Query, Regex, Sentence, Term
from core.text.tokens import Unit, find, units


class _Found(NamedTuple):
    """Where a part was found: its whole extent, and the words that are its evidence."""

    start: int
    end: int
    words: tuple[Span, ...]


def answers(query: Query, passage: Passage, standing: Standing = NOWHERE) -> bool:
    """Does a passage, standing there, answer the query?"""
    match query:
        case Term():
            return next(_terms(query, passage), None) is not None
        case Regex(pattern):
            return next(passage.matches(pattern), None) is not None
        case Near():
            return bool(_near(query, passage, every=False))
        case Sentence(part):
            return any(answers(part, sentence, standing) for _, sentence in passage.sentences)
        case Field():
            return _stands_there(query, standing)
        case Not(part):
            return not answers(part, passage, standing)
        case And(parts):
            return all(answers(part, passage, standing) for part in parts)
        case Or(parts):
            return any(answers(part, passage, standing) for part in parts)


def place_test(where: Query) -> Callable[[Standing], bool]:
    """Does a place answer fields alone? Made once for the thousands of places that are counted."""
    match where:
        case Field():
            return partial(_stands_there, where)
        case Not(part):
            refused = place_test(part)
            return lambda at: not refused(at)
        case And((only,)) | Or((only,)):
            return place_test(only)
        case And(parts) | Or(parts):
            tests = [place_test(part) for part in parts]
            is_enough = any if isinstance(where, Or) else all
            return lambda at: is_enough(test(at) for test in tests)
        case _:
            raise TypeError(f"a place says no words: {where}")


def may_hold(query: Query, text: str) -> bool:
    """A cheap look before words are made: False only where a word asked for exactly as written cannot stand there."""
    match query:
        case Term(written=words) if words:
            return not text.isascii() or all(word in text for word in words)
        case And(parts):
            return all(may_hold(part, text) for part in parts)
        case Or(parts):
            return any(may_hold(part, text) for part in parts)
        case Near(a, b):
            return may_hold(a, text) and may_hold(b, text)
        case Sentence(part):
            return may_hold(part, text)
        case _:
            return True


def marks(query: Query, passage: Passage, standing: Standing = NOWHERE) -> list[Span]:
    """The words by which the passage answers, [start, end), in order, overlaps joined; empty where it does not."""
    return merged(_evidence(query, passage, standing))


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that overlap joined."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _evidence(query: Query, passage: Passage, standing: Standing) -> Iterator[Span]:
    """The words of the parts that answer; a refused part (NOT) has none."""
    match query:
        case Term() | Regex() | Near():
            places = _near(query, passage, every=False) if isinstance(query, Near) else _places(query, passage)
            yield from (span for found in places for span in found.words)
        case Sentence(part):
            for start, sentence in passage.sentences:
                if answers(part, sentence, standing):
                    yield from ((start + a, start + b) for a, b in _evidence(part, sentence, standing))
        case And(parts) | Or(parts):
            told = [part for part in parts if answers(part, passage, standing)]
            if len(told) == len(parts) or isinstance(query, Or):
                yield from (span for part in told for span in _evidence(part, passage, standing))
        case Field() | Not():
            return


# --- words -------------------------------------------------------------------------------------------------------


def _terms(term: Term, passage: Passage) -> Iterator[Span]:
    within = passage.units
    if term.family:
        yield from ((unit.start, unit.end) for unit in within if unit.text in term.family)
    elif not term.prefixes and not term.written:
        yield from find(term.units, within)
    else:
        size = len(term.units)
        for at in range(len(within) - size + 1):
            if all(_fits(term, number, within[at + number], passage.text) for number in range(size)):
                yield within[at].start, within[at + size - 1].end


def _fits(term: Term, number: int, unit: Unit, text: str) -> bool:
    wanted = term.units[number]
    if number in term.prefixes:
        if not unit.text.startswith(wanted.text):
            return False
    elif unit.text != wanted.text:
        return False
    if wanted.glued and not unit.glued:
        return False
    return not term.written or written(text[unit.start : unit.end]) == term.written[number]


def written(text: str) -> str:
    """A word as a reader sees it: accents in one form, invisible characters left out."""
    return "".join(char for char in unicodedata.normalize("NFC", text) if unicodedata.category(char) != "Cf")


# --- near --------------------------------------------------------------------------------------------------------


def _places(query: Query, passage: Passage) -> list[_Found]:
    """Everywhere a part of NEAR stands, in order, one for each extent."""
    match query:
        case Term():
            spans: Iterable[Span] = _terms(query, passage)
        case Regex(pattern):
            spans = passage.matches(pattern)
        case Near():
            return _near(query, passage, every=True)
        case Or(parts):
            return _sorted(found for part in parts for found in _places(part, passage))
        case _:
            raise TypeError(f"NEAR cannot place {query}")  # the grammar lets none through
    return _sorted(_Found(start, end, ((start, end),)) for start, end in spans)


def _near(query: Near, passage: Passage, *, every: bool) -> list[_Found]:
    """Pairs that stand close enough: ``every`` one (for a NEAR around it), or each with the nearest that follows."""
    first = _places(query.a, passage)
    if not first:
        return []
    second = _places(query.b, passage)
    found = _pairs(passage, first, second, query.within, every=every)
    if not query.ordered:
        found += _pairs(passage, second, first, query.within, every=every)
    return _sorted(found)


def _pairs(
    passage: Passage, first: Sequence[_Found], second: Sequence[_Found], within: int, *, every: bool
) -> list[_Found]:
    """Those of ``second`` that begin after one of ``first`` has ended, at most ``within`` words further on."""
    found = []
    begin = 0
    ordered = sorted(first, key=lambda one: one.end)
    for one in ordered:
        while begin < len(second) and second[begin].start < one.end:
            begin += 1
        for at in range(begin, len(second) if every else min(begin + 1, len(second))):
            other = second[at]
            if passage.words_between((one.start, one.end), (other.start, other.end)) > within:
                break
            found.append(_Found(one.start, other.end, (*one.words, *other.words)))
    return found


def _sorted(found: Iterable[_Found]) -> list[_Found]:
    by_extent = {(one.start, one.end): one for one in found}
    return [by_extent[extent] for extent in sorted(by_extent)]


# --- where it stands -----------------------------------------------------------------------------------------------


def _stands_there(field: Field, at: Standing) -> bool:
    match field.name:
        case "company":
            return at.company.casefold() == field.value
        case "topic":
            return field.value in (topic.casefold() for topic in at.topics)
        case "kind":
            return at.kind.casefold() == field.value
        case "role":
            return at.role.casefold() == field.value
        case "lang":
            lang = at.lang.casefold()
            return lang == field.value or lang.startswith(f"{field.value}-")
        case "heading":
            return any(_has_heading(field.value, life.heading) for life in at.lives)
        case "still":
            return field.value == still(at)
        case "verdict":
            return field.value in at.verdicts
        case _:
            return any(_in_time(field, life) for life in at.lives)


@lru_cache(maxsize=4_096)  # thousands of passages stand under the same few headings
def _has_heading(wanted: str, heading: str) -> bool:
    return bool(find(units(wanted), units(heading)))


def still(at: Standing) -> str:
    """``yes``: it stands; ``no``: it was seen to be gone; ``unknown``: it stood when last seen, and nobody looks now."""
    for life in at.lives:
        if life.stands:
            return "yes" if at.is_watched else "unknown"
    latest = at.lives[0] if len(at.lives) == 1 else max(at.lives, key=lambda life: life.last_at, default=None)
    return "no" if latest is not None and latest.gone_at is not None else "unknown"


def _in_time(field: Field, life: Life) -> bool:
    if field.name == "seen":
        begins_in_time = field.end is None or life.first_at < field.end
        return begins_in_time and (field.start is None or life.last_at >= field.start)
    at = life.first_at if field.name == "added" else life.gone_at
    if at is None:
        return False
    return (field.start is None or at >= field.start) and (field.end is None or at < field.end)
