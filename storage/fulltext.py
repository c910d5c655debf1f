"""The index over distinct passages: FTS5 on SQLite, a tsvector with GIN on PostgreSQL, both fed with our own tokens.

It only proposes. It may propose too much (a pair of characters, a cut word, a very long passage), never too little;
``storage/search.py`` verifies every proposal against the text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, text

from core.errors import QueryError
from core.query.tree import And, Near, Or, Query, Sentence, Term, is_indexable
from core.text.tokens import LONGEST_TOKEN, Phrase, index_phrases, index_tokens, units

# Limits of PostgreSQL's tsvector (https://www.postgresql.org/docs/current/textsearch-limitations.html): positions up
# to 16,383, 256 of them a word, 1 MB in all. A passage beyond the first two is kept without positions (``cut``), one
# beyond the third without tokens: then it is always proposed.
_MOST_POSITIONS = 16_383
_MOST_REPEATS = 255
_MOST_BYTES = 500_000

LARGEST_READING = 200_000
"""Passages that may be read one by one for a query without a word the index knows; about two seconds."""

_SQLITE = ("CREATE VIRTUAL TABLE passage_index USING fts5(tokens, content='', columnsize=0, tokenize='ascii')",)
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
        for statement in _SQLITE if sqlite else _POSTGRESQL:
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


def propose(conn: Connection, query: Query, *, batch: int = 500) -> Iterator[list[int]]:
    """Ids of passages that may answer, in batches, those stored last first; together they hold every one that does.

    Raises QueryError where no word narrows the query and the archive is too large to read whole.
    """
    if not is_indexable(query):
        candidates, asked = "SELECT number FROM passages WHERE number < :before", {}
        _refuse_long_reading(conn)
    elif conn.dialect.name == "sqlite":
        candidates = "SELECT rowid AS number FROM passage_index WHERE passage_index MATCH :q AND rowid < :before"
        asked = {"q": _match(query)}
    else:
        candidates = (
            "SELECT number FROM passage_index WHERE number < :before AND (tokens @@ CAST(:q AS tsquery) "
            "OR (cut AND (tokens IS NULL OR tokens @@ CAST(:loose AS tsquery))))"
        )
        asked = {"q": _tsquery(query), "loose": _tsquery(query, loose=True)}
    newest = f"SELECT number FROM ({candidates} ORDER BY 1 DESC LIMIT :n) AS candidates"  # noqa: S608 (our own text)
    statement = text(f"SELECT number, id FROM passages WHERE number IN ({newest}) ORDER BY number DESC")  # noqa: S608 (the same)
    before = 2**62
    while True:
        found = conn.execute(statement, {**asked, "before": before, "n": batch}).all()
        if found:
            yield [row.id for row in found]
        if len(found) < batch:
            return
        before = found[-1].number


def _refuse_long_reading(conn: Connection) -> None:
    """A regular expression alone reads every passage: fine in a small archive, never by surprise in a large one."""
    newest = conn.execute(text("SELECT max(number) FROM passages")).scalar() or 0
    if newest > LARGEST_READING:
        raise QueryError(
            "", 1, f"a regular expression alone would have to read all {newest:,} passages: put a word beside it"
        )


def _match(query: Query) -> str:
    """The query for FTS5. Parts that no word answers (NOT, company:, /…/) are left to verification."""
    match query:
        case Term(family=forms) if forms:
            return " OR ".join(f'"{form[:LONGEST_TOKEN]}"' for form in sorted(forms))
        case Term():
            return " AND ".join(f'"{" ".join(p.tokens)}"{" *" if p.prefix else ""}' for p in _phrases(query))
        case _:
            parts, joint = _indexable_parts(query)
            return f" {joint} ".join(f"({_match(part)})" for part in parts)


def _tsquery(query: Query, *, loose: bool = False) -> str:
    """The same for PostgreSQL; ``loose`` asks for the words alone, for passages kept without positions."""
    match query:
        case Term(family=forms) if forms:
            return " | ".join(f"'{form[:LONGEST_TOKEN]}'" for form in sorted(forms))
        case Term():
            return " & ".join(_tsphrase(phrase, loose=loose) for phrase in _phrases(query))
        case _:
            parts, joint = _indexable_parts(query)
            return f" {'&' if joint == 'AND' else '|'} ".join(f"({_tsquery(part, loose=loose)})" for part in parts)


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
            return [part], "AND"
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
