"""A query without what is not known of the place asked about: it answers wherever the whole query might.

A passage must be guarded before anybody knows under which heading it will stand or how long it stood (promise P8).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from core.query.tree import And, Field, Near, Not, Or, Query, Regex, Sentence, Term

OF_DOCUMENT: Final = frozenset(("company", "topic", "kind", "role", "lang"))
"""Fields known of a document whatever passage is asked about; the others belong to one passage and its time."""


def loosened(query: Query, known: Collection[str] = ()) -> Query | None:
    """The query with every field that is not among ``known`` taken as met; None where nothing is left to ask."""
    match query:
        case Field(name):
            return query if name in known else None
        case Not(part):
            return query if fields_of(part) <= set(known) else None
        case And(parts):
            kept = [each for each in (loosened(part, known) for part in parts) if each is not None]
            return And(tuple(kept)) if len(kept) > 1 else kept[0] if kept else None
        case Or(parts):
            each = [loosened(part, known) for part in parts]
            return Or(tuple(one for one in each if one is not None)) if all(one is not None for one in each) else None
        case Sentence(part):
            inner = loosened(part, known)
            return Sentence(inner) if inner is not None else None
        case _:
            return query


def fields_of(query: Query) -> set[str]:
    """The names of all fields a query asks about."""
    match query:
        case Field(name):
            return {name}
        case Not(part) | Sentence(part):
            return fields_of(part)
        case And(parts) | Or(parts):
            return {name for part in parts for name in fields_of(part)}
        case Term() | Regex() | Near():
            return set()
