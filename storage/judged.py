"""What happened to the promises of a passage, for ``verdict:`` of a query.

Kept as rows of their own, made with the ledger of a document, so that a verdict alone can be looked up like a word.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, insert, select, union

from core.commitments.holding import names_by_text
from storage.schema import commitment_events, judged_passages, passages, span_texts, spans


class Judged:
    """Verdicts by document and passage, each document asked once."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._of: dict[int, dict[int, frozenset[str]]] = {}

    def on(self, document_id: int, passage_id: int) -> frozenset[str]:
        """Verdicts and events of promises whose wording, before or after, stands in this passage."""
        if document_id not in self._of:
            found: dict[int, set[str]] = {}
            for row in self._conn.execute(_OF, {"b_document": document_id}):
                found.setdefault(row.passage_id, set()).add(row.verdict)
            self._of[document_id] = {key: frozenset(names) for key, names in found.items()}
        return self._of[document_id].get(passage_id, frozenset())


_OF = select(judged_passages.c.passage_id, judged_passages.c.verdict).where(
    judged_passages.c.document_id == bindparam("b_document")
)


def write(conn: Connection, document_id: int) -> None:
    """Which passages of a document hold, or held, wordings of its promises, by what happened to those: made anew."""
    conn.execute(delete(judged_passages).where(judged_passages.c.document_id == document_id))
    named: dict[str, set[str]] = {}
    for event in conn.execute(_EVENTS, {"b_document": document_id}):
        for sentence in (event.before, event.after):
            named.setdefault(sentence, set()).update((event.verdict.lower(), event.became))
    if not named:
        return
    texts = {row.id: row.text for row in conn.execute(_TEXTS, {"b_document": document_id})}
    rows = [
        {"document_id": document_id, "passage_id": passage, "verdict": verdict}
        for passage, verdicts in names_by_text(named, texts).items()
        for verdict in sorted(verdicts)
    ]
    if rows:
        conn.execute(insert(judged_passages), rows)


_EVENTS = select(
    commitment_events.c.before, commitment_events.c.after, commitment_events.c.verdict, commitment_events.c.became
).where(commitment_events.c.document_id == bindparam("b_document"))
_THEIRS = union(
    select(spans.c.passage_id).where(spans.c.document_id == bindparam("b_document")),
    select(span_texts.c.passage_id)
    .join(spans, spans.c.id == span_texts.c.span_id)
    .where(spans.c.document_id == bindparam("b_document")),
)
_TEXTS = select(passages.c.id, passages.c.text).where(passages.c.id.in_(_THEIRS)).order_by(passages.c.id)
