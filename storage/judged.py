"""What happened to the promises of a passage, for ``verdict:`` of a query: asked of the ledger, document by document."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from core.query.tree import And, Field, Near, Not, Or, Query, Sentence
from storage.schema import commitment_events


def asks_verdict(query: Query) -> bool:
    """Whether any part of a query asks for a verdict."""
    match query:
        case Field(name):
            return name == "verdict"
        case Not(part) | Sentence(part):
            return asks_verdict(part)
        case And(parts) | Or(parts):
            return any(asks_verdict(part) for part in parts)
        case Near(a, b):
            return asks_verdict(a) or asks_verdict(b)
        case _:
            return False


class Judged:
    """Verdicts by document and words, each document asked once."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._events: dict[int, list[Any]] = {}

    def on(self, document_id: int, text: str) -> frozenset[str]:
        """Verdicts and events of promises whose wording, before or after, stands in this passage."""
        if document_id not in self._events:
            self._events[document_id] = list(
                self._conn.execute(_EVENTS.where(commitment_events.c.document_id == document_id))
            )
        words = _squeezed(text)
        return frozenset(
            name
            for event in self._events[document_id]
            if _meets(event.before, words) or _meets(event.after, words)
            for name in (event.verdict.lower(), event.became)
        )


_EVENTS = select(
    commitment_events.c.before, commitment_events.c.after, commitment_events.c.verdict, commitment_events.c.became
)


def _meets(sentence: str, words: str) -> bool:
    """The sentence stands in the passage; an item is read with its lead-in, so it may hold the passage."""
    said = _squeezed(sentence)
    return bool(said) and (said in words or said.endswith(words))


def _squeezed(text: str) -> str:
    return " ".join(text.split()).casefold()
