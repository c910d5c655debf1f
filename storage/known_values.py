"""Whether what a query asks of documents can be answered at all: a company nobody watches never said anything.

An answer of nothing would read as "nobody said it" where a name was mistyped, so the person who asks is told. Rules and
saved questions are not held to it: what they name may come to be watched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Final

from sqlalchemy import Connection, select

from core.config.shapes import KINDS
from core.errors import QueryError
from core.query.tree import And, Field, Near, Not, Or, Query, Sentence
from core.roles import ROLE_WORDS
from core.wording import listed
from storage.schema import companies, documents

_FEW: Final = 12  # known values that are all named; of more only the nearest


def refuse_unknown(conn: Connection, query: str, tree: Query) -> None:
    """Raises QueryError where a query asks for a company, topic, kind, role or language that the archive knows nothing of."""
    for field in _fields(tree):
        known = _known(conn, field.name)
        if known is None or _is_known(field, known):
            continue
        raise QueryError(query, _place(query, field), _why(conn, field, sorted(set(known))))


def _fields(tree: Query) -> Iterator[Field]:
    match tree:
        case Field():
            yield tree
        case Not(part) | Sentence(part):
            yield from _fields(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _fields(part)
        case Near(a, b):
            yield from _fields(a)
            yield from _fields(b)


def _known(conn: Connection, name: str) -> list[str] | None:
    """The values a field may have, small letters; None for a field that takes any."""
    match name:
        case "company":
            return _folded(conn.execute(select(companies.c.id)).scalars())
        case "topic":
            return _folded(topic for topics in conn.execute(select(companies.c.topics)).scalars() for topic in topics)
        case "kind":
            return _folded((*conn.execute(select(documents.c.kind).distinct()).scalars(), *KINDS))
        case "role":
            return _folded((*conn.execute(select(documents.c.role).distinct()).scalars(), *ROLE_WORDS))
        case "lang":
            return _folded(conn.execute(select(documents.c.lang).distinct()).scalars())
        case _:
            return None


def _folded(values: Iterable[str | None]) -> list[str]:
    return [str(value).casefold() for value in values if value]


def _is_known(field: Field, known: list[str]) -> bool:
    if field.name == "lang":
        return any(lang == field.value or lang.startswith(f"{field.value}-") for lang in known)
    return field.value in known


_NOTHING_OF: Final = {
    "company": "no company {value!r} is watched or in the archive",
    "topic": "no company has the topic {value!r}",
    "kind": "there is no kind {value!r}",
    "role": "no document has the role {value!r}",
    "lang": "no document of the language {value!r} is in the archive",
}


def _why(conn: Connection, field: Field, known: list[str]) -> str:
    said = _NOTHING_OF[field.name].format(value=field.value)
    near = get_close_matches(field.value, known, 1)
    if not near and field.name == "company":
        rows = conn.execute(select(companies.c.id, companies.c.name)).all()
        near = [row.id for row in rows if field.value in str(row.name).casefold()][:1]
    if near:
        return f"{said}; did you mean {field.name}:{near[0]}?"
    return f"{said}; known: {listed(known, _FEW)}" if known and len(known) <= _FEW else said


def _place(query: str, field: Field) -> int:
    found = re.search(rf'{field.name}:\s*["“]?{re.escape(field.value)}', query, re.IGNORECASE)
    return found.start() + 1 if found else 1
