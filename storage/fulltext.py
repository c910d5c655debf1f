"""The index over distinct passages: FTS5 on SQLite, a tsvector with GIN on PostgreSQL, both fed with our own tokens.

It only proposes. It may propose too much (a pair of characters, a cut word, a very long passage), never too little;
``storage/search.py`` verifies every proposal against the text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, text

from core.query.tree import And, Near, Not, Or, Query, Sentence, Term, is_indexable
from core.text.tokens import LONGEST_TOKEN, Phrase, index_phrases, index_tokens, units
from storage.narrowing import EVERYTHING, Narrowing
from storage.schema import UtcTime

# Limits of PostgreSQL's tsvector (https://www.postgresql.org/docs/current/textsearch-limitations.html): positions up
# to 16,383, 256 of them a word, 1 MB in all. A passage beyond the first two is kept without positions (``cut``), one
# beyond the third without tokens: then it is always proposed.
_MOST_POSITIONS = 16_383
_MOST_REPEATS = 255
_MOST_BYTES = 500_000

SQLITE = ("CREATE VIRTUAL TABLE passage_index USING fts5(tokens, content='', columnsize=0, tokenize='ascii')",)
_POSTGRESQL = (
    "CREATE TABLE passage_index (number bigint PRIMARY KEY, tokens tsvector, cut boolean NOT NULL)",
    "CREATE INDEX ix_passage_index_tokens ON passage_index USING gin (tokens)",
    "CREATE INDEX ix_passage_index_cut ON passage_index (number) WHERE cut",
)


def create_index(conn: Connection) -> None:
    """Make the index where it is missing."""
    sqlite = conn.dialect.name == "sqlite"
    there = (
        "SELECT count(*) FROM sqlite_master WHERE name = 'passage_index'"
        if sqlite
        else "SELECT count(*) FROM pg_tables WHERE tablename = 'passage_index' AND schemaname = current_schema()"
    )
    if not conn.execute(text(there)).scalar():
        for statement in SQLITE if sqlite else _POSTGRESQL:
            conn.execute(text(statement))


def feed(conn: Connection, texts_by_number: Mapping[int, str]) -> None:
    """Add passages that were just stored, by their numbers. They are found once the transaction commits."""
    if not texts_by_number:
        return
    tokens = {number: index_tokens(units(body)) for number, body in texts_by_number.items()}
    if conn.dialect.name == "sqlite":
        into = text("INSERT INTO passage_index (rowid, tokens) VALUES (:number, :tokens)")
        conn.execute(into, [{"number": number, "tokens": " ".join(words)} for number, words in tokens.items()])
        return
    into = text("INSERT INTO passage_index (number, tokens, cut) VALUES (:number, CAST(:tokens AS tsvector), :cut)")
    conn.execute(into, [_postgres_row(number, words) for number, words in tokens.items()])


def empty_index(conn: Connection) -> None:
    """Make the index anew, with nothing in it."""
    conn.execute(text("DROP TABLE IF EXISTS passage_index"))
    create_index(conn)


def _postgres_row(number: int, words: list[str]) -> dict[str, object]:
    repeats = max(Counter(words).values(), default=0)
    if len(words) <= _MOST_POSITIONS and repeats <= _MOST_REPEATS:
        placed = " ".join(f"'{word}':{at}" for at, word in enumerate(words, 1))
        if len(placed.encode()) <= _MOST_BYTES:
            return {"number": number, "tokens": placed, "cut": False}
    bare = " ".join(f"'{word}'" for word in dict.fromkeys(words))
    return {"number": number, "tokens": bare if len(bare.encode()) <= _MOST_BYTES else None, "cut": True}


def propose(
    conn: Connection, query: Query, narrowing: Narrowing = EVERYTHING, *, batches: Sequence[int] = (500,)
) -> Iterator[list[int]]:
    """Ids of passages that may answer, in batches, those stored last first; together they hold every one that does.

    For a query of a time those that were stored by its end come before those stored since.

    ``batches`` are their sizes, the last one for all that follow.
    """
    if narrowing.is_empty:
        return
    candidates, asked = _candidates(conn, query, narrowing)
    newest = f"SELECT number FROM ({candidates} ORDER BY 1 DESC LIMIT :n) AS candidates"  # noqa: S608 (our own text)
    statement = _typed(f"SELECT number, id FROM passages WHERE number IN ({newest}) ORDER BY number DESC", asked)  # noqa: S608 (the same)
    size = iter(batches)
    wanted = batches[0]
    for after, before in narrowing.legs(oldest_first=False):
        while True:
            wanted = next(size, wanted)
            found = conn.execute(statement, {**asked, "after": after, "before": before, "n": wanted}).all()
            if found:
                yield [row.id for row in found]
            if len(found) < wanted:
                break
            before = found[-1].number


def proposed_with(
    conn: Connection, query: Query, narrowing: Narrowing, limit: int, statement: str, *, oldest_first: bool = False
) -> list[tuple[Any, ...]]:
    """What a statement says of the passages that may answer, at most so many of them, those stored last first, or those
    stored first first. ``{proposed}`` in it is a table of their numbers and ids (``number``, ``id``); its rows begin with
    the number, and are as the driver has them. The query must hold a word the index knows.
    """
    if narrowing.is_empty:
        return []
    found_by, asked = _found_by(conn, query)
    asked |= dict(narrowing.values)
    number = "passage_index.rowid" if conn.dialect.name == "sqlite" else "passage_index.number"
    proposed = (
        f"SELECT {number} AS number, p.id FROM passage_index CROSS JOIN passages p WHERE {found_by}"  # noqa: S608 (our own text)
        f" AND {number} > :after AND {number} < :before AND p.number = {number}{narrowing.sql_beside(number, 'p.id')}"
        f" ORDER BY {number} {'ASC' if oldest_first else 'DESC'} LIMIT :n"
    )
    whole = _typed(statement.replace("{proposed}", proposed), asked)
    found: list[tuple[Any, ...]] = []
    for after, before in narrowing.legs(oldest_first=oldest_first):
        left = limit - len({row[0] for row in found})
        if left > 0:
            rows: Any = conn.execute(whole, {**asked, "after": after, "before": before, "n": left}).cursor
            found += rows.fetchall()
    return found


def has_more_than(conn: Connection, query: Query, many: int) -> bool:
    """Whether the index alone proposes more passages than so many."""
    found_by, asked = _found_by(conn, query)
    some = f"SELECT 1 FROM passage_index WHERE {found_by} LIMIT :n"  # noqa: S608 (our own text)
    counted = text(f"SELECT count(*) FROM ({some}) AS some")  # noqa: S608 (the same)
    return int(conn.execute(counted, {**asked, "n": many + 1}).scalar_one()) > many


def _candidates(conn: Connection, query: Query, narrowing: Narrowing) -> tuple[str, dict[str, object]]:
    values: dict[str, object] = dict(narrowing.values)
    between = "number > :after AND number < :before"
    if not is_indexable(query) and narrowing.listed:
        return f"SELECT number FROM ({narrowing.listed}) AS listed WHERE {between}", values  # noqa: S608 (our own text)
    if not is_indexable(query):
        return f"SELECT number FROM passages WHERE {between}{narrowing.sql_for('passages.number')}", values  # noqa: S608 (the same)
    found_by, asked = _found_by(conn, query)
    if conn.dialect.name == "sqlite":
        return (
            f"SELECT rowid AS number FROM passage_index WHERE {found_by} AND rowid > :after AND rowid < :before"  # noqa: S608 (the same)
            f"{narrowing.sql_for('passage_index.rowid')}",
            values | asked,
        )
    return (
        f"SELECT number FROM passage_index WHERE {between} AND {found_by}{narrowing.sql_for('passage_index.number')}",  # noqa: S608 (the same)
        values | asked,
    )


def _found_by(conn: Connection, query: Query) -> tuple[str, dict[str, object]]:
    """The condition by which the index finds passages, with its values."""
    if conn.dialect.name == "sqlite":
        return "passage_index MATCH :q", {"q": _match(query)}
    return (
        "(tokens @@ CAST(:q AS tsquery) OR (cut AND (tokens IS NULL OR tokens @@ CAST(:loose AS tsquery))))",
        {"q": _tsquery(query), "loose": _tsquery(query, loose=True)},
    )


def _typed(statement: str, values: Mapping[str, object]) -> TextClause:
    times = [bindparam(name, type_=UtcTime()) for name, value in values.items() if isinstance(value, datetime)]
    return text(statement).bindparams(*times)


def newest(conn: Connection) -> int:
    """The number of the passage stored last: how many there are."""
    return int(conn.execute(text("SELECT coalesce(max(number), 0) FROM passages")).scalar_one())


def is_exact(conn: Connection, query: Query) -> bool:
    """Is what the index proposes for a query without fields exactly what answers it, so that it can be counted?"""
    if conn.dialect.name != "sqlite" and conn.execute(text("SELECT 1 FROM passage_index WHERE cut LIMIT 1")).first():
        return False
    return _is_exact(query)


def _is_exact(query: Query) -> bool:
    match query:
        case Term(family=forms) if forms:
            return all(len(form) < LONGEST_TOKEN for form in forms)
        case Term():
            is_short = all(len(unit.text) < LONGEST_TOKEN for unit in query.units)
            return is_short and not query.written and len(_phrases(query)) == 1
        case And(parts):
            return any(not isinstance(part, Not) for part in parts) and all(map(_is_part_exact, parts))
        case Or(parts):
            return all(map(_is_exact, parts))
        case _:
            return False


def _is_part_exact(part: Query) -> bool:
    return _is_exact(part.part if isinstance(part, Not) else part)


def _match(query: Query) -> str:
    """The query for FTS5. Parts that no word answers (NOT, company:, /…/) are left to verification."""
    match query:
        case Term(family=forms) if forms:
            return " OR ".join(f'"{form[:LONGEST_TOKEN]}"' for form in sorted(forms))
        case Term():
            return " AND ".join(f'"{" ".join(p.tokens)}"{" *" if p.prefix else ""}' for p in _phrases(query))
        case Near(Term() as a, Term() as b, within) if _is_one_phrase(a) and _is_one_phrase(b):
            return f"NEAR({_match(a)} {_match(b)}, {within + len(a.units) + len(b.units)})"
        case _:
            parts, joint = _indexable_parts(query)
            said = f" {joint} ".join(f"({_match(part)})" for part in parts)
            for part in _refused(query):
                said = f"({said}) NOT ({_match(part)})"
            return said


def _tsquery(query: Query, *, loose: bool = False) -> str:
    """The same for PostgreSQL; ``loose`` asks for the words alone, for passages kept without positions."""
    match query:
        case Term(family=forms) if forms:
            return " | ".join(f"'{form[:LONGEST_TOKEN]}'" for form in sorted(forms))
        case Term():
            return " & ".join(_tsphrase(phrase, loose=loose) for phrase in _phrases(query))
        case _:
            parts, joint = _indexable_parts(query)
            said = [f"({_tsquery(part, loose=loose)})" for part in parts]
            said += [f"!({_tsquery(part)})" for part in (() if loose else _refused(query))]
            return f" {'&' if joint == 'AND' else '|'} ".join(said)


def _said_somewhere(query: Query) -> Query:
    """A part without what one sentence must not hold: another sentence of the passage may."""
    match query:
        case And(parts):
            return And(tuple(_said_somewhere(part) for part in parts if not isinstance(part, Not)))
        case Or(parts):
            return Or(tuple(map(_said_somewhere, parts)))
        case _:
            return query


def _refused(query: Query) -> list[Query]:
    """What must not stand there, where the index knows that exactly."""
    parts = query.parts if isinstance(query, And) else ()
    return [part.part for part in parts if isinstance(part, Not) and _is_exact(part.part)]


def _is_one_phrase(term: Term) -> bool:
    return not term.family and len(_phrases(term)) == 1


def _indexable_parts(query: Query) -> tuple[list[Query], str]:
    """The parts of a query that words propose, and how they are joined."""
    match query:
        case Or(parts):
            return list(parts), "OR"
        case And(parts):
            return [part for part in parts if is_indexable(part)], "AND"
        case Near(a, b):
            return [part for part in (a, b) if is_indexable(part)], "AND"
        case Sentence(part):
            return [_said_somewhere(part)], "AND"
        case _:
            raise ValueError(f"no word in {query}")


def _phrases(term: Term) -> list[Phrase]:
    """What the index holds where a term stands; a word that may go on ends its phrase."""
    phrases: list[Phrase] = []
    begin = 0
    for at in sorted(term.prefixes):
        phrases += index_phrases(term.units[begin:at])
        word = term.units[at].text
        phrases.append(Phrase((word[:LONGEST_TOKEN],), prefix=True))
        begin = at + 1
    return phrases + index_phrases(term.units[begin:])


def _tsphrase(phrase: Phrase, *, loose: bool) -> str:
    words = [f"'{token}'" for token in phrase.tokens]
    if phrase.prefix:
        words[-1] += ":*"
    return f"({(' & ' if loose else ' <-> ').join(words)})"
