"""What a promise said before: the earlier wordings of passages a change touches, read from their line of spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, select

from core.model import Change
from storage import passages
from storage.schema import fetches, spans

MOST_LINES = 3  # promises of one change that are looked up
MOST_WORDINGS = 6


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording of a promise, from the capture that showed it first to the last that did."""

    text: str
    first_at: datetime
    last_at: datetime | None


def earlier_wordings(conn: Connection, change: Change) -> tuple[Wording, ...]:
    """Wordings older than the one the change replaced, of the commitments it touches; the oldest first.

    Where a promise never had another wording, the one replaced stands alone: since when it had said so.
    """
    if change.before is None or change.before_version is None:
        return ()
    touched = [finding.edit for finding in change.findings if change.edits[finding.edit].before][:MOST_LINES]
    found: dict[str, Wording] = {}
    for at in touched:
        text = change.before.places[change.edits[at].before[0]].text
        for wording in _line(conn, change.document.id, passages.passage_id(text)):
            found.setdefault(wording.text, wording)
    now_said = {place.text for place in change.after.places} if change.after else set()
    kept = [wording for wording in found.values() if wording.text not in now_said]
    return tuple(sorted(kept, key=lambda wording: wording.first_at)[:MOST_WORDINGS])


def _line(conn: Connection, document_id: int, passage_id: int) -> Sequence[Wording]:
    """Every wording of the line the passage belongs to."""
    root = case((spans.c.lineage == 0, spans.c.id), else_=spans.c.lineage)
    newest = (
        select(root)
        .where(spans.c.document_id == document_id, spans.c.passage_id == passage_id)
        .order_by(spans.c.id.desc())
        .limit(1)
    )
    at = conn.execute(newest).scalar()
    if at is None:
        return ()
    first, last = fetches.alias("first"), fetches.alias("last")
    rows = conn.execute(
        select(spans.c.passage_id, first.c.started_at.label("first_at"), last.c.started_at.label("last_at"))
        .join(first, first.c.id == spans.c.first_fetch_id)
        .outerjoin(last, last.c.id == spans.c.last_fetch_id)
        .where(spans.c.document_id == document_id, (spans.c.id == at) | (spans.c.lineage == at))
        .order_by(spans.c.id)
    ).all()
    texts = passages.texts(conn, [row.passage_id for row in rows])
    return [Wording(texts[row.passage_id], row.first_at, row.last_at) for row in rows]
