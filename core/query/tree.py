"""A query as a tree, and what can be said of it without a passage: may an index propose answers, what must the text answer and
what the place.

Rules and archive search share these values. Nothing here parses or looks at a text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.text.pattern import Pattern
from core.text.tokens import Unit


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase: its units stand one after another, whatever punctuation stands between them.

    ``prefixes`` are the places of units that may go on (``sell*``). ``written`` holds the units as they must be
    captured, to the character (``="ICE"``); empty where case and accents do not matter. ``family`` holds every form
    of a one-word term that counts (``~sell``); empty where it counts only as it stands.
    """

    units: tuple[Unit, ...]
    prefixes: frozenset[int] = frozenset()
    written: tuple[str, ...] = ()
    family: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression, matched on the folded passage as those of packs are."""

    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Near:
    """``a`` and ``b`` at most ``within`` words (ideographs) apart, in either order, or ``a`` first."""

    a: Query
    b: Query
    within: int
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the passage answers the part."""

    part: Query


@dataclass(frozen=True, slots=True)
class Field:
    """A property of where the passage stands. ``start`` and ``end`` bound a time, ``end`` excluded; None: open."""

    name: str
    value: str
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Not:
    part: Query


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Query, ...]


Query = Term | Regex | Near | Sentence | Field | Not | And | Or


def needs_words(query: Query) -> bool:
    """Can it only be answered by passages that hold some asked word or match, so that each answer has a quote?"""
    match query:
        case Term() | Regex() | Near() | Field("verdict"):  # a promise that was judged is its own quote
            return True
        case Sentence(part):
            return needs_words(part)
        case And(parts):
            return any(needs_words(part) for part in parts)
        case Or(parts):
            return all(needs_words(part) for part in parts)
        case _:
            return False


def is_indexable(query: Query) -> bool:
    """Can an index of words propose every answer? A regular expression alone cannot be looked up: it reads all."""
    match query:
        case Term():
            return True
        case Near(a, b):
            return is_indexable(a) or is_indexable(b)
        case Sentence(part):
            return is_indexable(part)
        case And(parts):
            return any(is_indexable(part) for part in parts)
        case Or(parts):
            return all(is_indexable(part) for part in parts)
        case _:
            return False


def asks(query: Query, name: str) -> bool:
    """Does any part ask for the field of that name?"""
    match query:
        case Field():
            return query.name == name
        case Not(part) | Sentence(part):
            return asks(part, name)
        case And(parts) | Or(parts):
            return any(asks(part, name) for part in parts)
        case Near(a, b):
            return asks(a, name) or asks(b, name)
        case _:
            return False


def asks_where(query: Query) -> bool:
    """Does any part ask where the passage stands?"""
    match query:
        case Field():
            return True
        case Not(part) | Sentence(part):
            return asks_where(part)
        case And(parts) | Or(parts):
            return any(map(asks_where, parts))
        case _:
            return False


def on_text(query: Query) -> Query | None:
    """What the text alone must answer; None where nothing can be said of it."""
    if not asks_where(query):
        return query
    parts = tuple(part for part in query.parts if not asks_where(part)) if isinstance(query, And) else ()
    return And(parts) if parts else None


def fields_of(query: Query) -> list[Field]:
    """The fields every answer must fulfil."""
    match query:
        case Field():
            return [query]
        case And(parts):
            return [field for part in parts for field in fields_of(part)]
        case _:
            return []


def parted(query: Query) -> tuple[Query, Query | None] | None:
    """A query as what the text must answer and what the place must; None where some part asks both at once."""
    if not asks_where(query):
        return query, None
    text = on_text(query)
    if text is None or not isinstance(query, And):
        return None
    where = tuple(part for part in query.parts if asks_where(part))
    return (text, And(where)) if not any(map(_asks_words, where)) else None


def _asks_words(query: Query) -> bool:
    match query:
        case Field():
            return False
        case Not(part):
            return _asks_words(part)
        case And(parts) | Or(parts):
            return any(map(_asks_words, parts))
        case _:
            return True
