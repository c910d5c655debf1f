"""The fields of a query as a condition on passages, so that the index is not asked for what cannot answer.

A narrowing only leaves out: every passage with an answer passes it; ``core.query.evaluate`` decides on each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, func, select

from core.query.fields import TIMES
from core.query.tree import And, Field, Not, Or, Query, fields_of
from storage.schema import companies, documents, fetches, passages, spans

FEW: Final = 0.03  # of all documents: below it their passages are listed, above it each proposal is asked
MOST_LISTED_DOCUMENTS: Final = 5_000
MOST_LISTED_LIVES: Final = 30_000
AFTER_ALL: Final = 2**62  # no passage has a number so high
ABOUT_DOCUMENTS: Final = ("company", "topic", "kind", "role", "lang")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What may answer: ``listed``, a SELECT of numbers of passages, or ``each``, a condition on the id of one proposal;
    both empty where nothing narrows.

    ``newest`` and ``oldest`` are about the last and the first number of what may answer where the query asks for a time:
    where to begin to look, no bounds (a capture may be brought in years later).
    """

    listed: str = ""
    each: str = ""
    values: tuple[tuple[str, Any], ...] = ()
    is_empty: bool = False
    newest: int | None = None
    oldest: int | None = None

    def sql_for(self, number: str) -> str:
        """SQL for ``AND`` beside proposals whose number is that column."""
        if self.listed:  # the plus keeps SQLite from asking the index for each of them
            return f" AND +{number} IN ({self.listed})"
        if not self.each:
            return ""
        return (
            f" AND EXISTS (SELECT 1 FROM passages p WHERE p.number = {number} AND {self.each.replace('{id}', 'p.id')})"  # noqa: S608 (our own text)
        )

    def sql_beside(self, number: str, id_: str) -> str:
        """The same where the passage itself is at hand: its id spares looking it up once more."""
        return f" AND {self.each.replace('{id}', id_)}" if self.each else self.sql_for(number)

    def legs(self, *, oldest_first: bool) -> Sequence[tuple[int, int]]:
        """The numbers between which to look, one pair after the other; together they are all."""
        pivot = self.oldest if oldest_first else self.newest
        if pivot is None:
            return ((-1, AFTER_ALL),)
        below, above = (-1, pivot + 1), (pivot, AFTER_ALL)
        return (above, below) if oldest_first else (below, above)


EVERYTHING: Final = Narrowing()


def asks_documents_alone(where: Query) -> bool:
    """Whether all the fields of a query without words ask about documents, none about a life in one."""
    match where:
        case Field(name):
            return name in ABOUT_DOCUMENTS
        case Not(part):
            return asks_documents_alone(part)
        case And(parts) | Or(parts):
            return all(map(asks_documents_alone, parts))
        case _:
            return False


def narrowed(conn: Connection, query: Query, *, most_lives: int = MOST_LISTED_LIVES) -> Narrowing:
    """What the fields of a query leave of the archive. ``most_lives`` may be listed: more of them where very many
    proposals would have to be asked one by one."""
    fields = fields_of(query)
    verdict = next((field.value for field in fields if field.name == "verdict"), None)
    if verdict is not None:
        return Narrowing(_JUDGED, values=(("t_verdict", verdict),))
    conditions, values = _of_spans(fields)
    if any(field.name in ABOUT_DOCUMENTS for field in fields):
        theirs, total = _documents(conn, fields)
        if not theirs:
            return Narrowing(is_empty=True)
        if len(theirs) < total and len(theirs) <= MOST_LISTED_DOCUMENTS:
            listed = ", ".join(str(one) for one in theirs)
            if len(theirs) <= max(1, total * FEW):
                conditions.append(f"s.document_id IN ({listed})")
                return Narrowing(_listed(conditions), values=tuple(values.items()))
            conditions.insert(0, f"+s.document_id IN ({listed})")  # a life is looked up by its passage, then compared
    if not conditions:
        return EVERYTHING
    within = _within(conn, fields, most_lives)
    if within:
        return Narrowing(_listed([within, *conditions]), values=tuple(values.items()))
    newest, oldest = _about(conn, fields)
    return Narrowing(each=_each(conditions), values=tuple(values.items()), newest=newest, oldest=oldest)


def _about(conn: Connection, fields: list[Field]) -> tuple[int | None, int | None]:
    """The numbers of passages stored about the end and the beginning of the time that is asked for."""
    ends = [field.end for field in fields if field.name in TIMES and field.end is not None]
    starts = [field.start for field in fields if field.name == "added" and field.start is not None]
    return (_stored_about(conn, min(ends)) if ends else None, _stored_about(conn, max(starts)) if starts else None)


def _stored_about(conn: Connection, at: datetime) -> int | None:
    """The newest of the passages that came with the last capture before a time that anything came with."""
    last = select(fetches.c.id).where(fetches.c.started_at < at).order_by(fetches.c.started_at.desc()).limit(1)
    capture = select(func.max(spans.c.first_fetch_id)).where(spans.c.first_fetch_id <= last.scalar_subquery())
    newest = (
        select(func.max(passages.c.number))
        .join(spans, spans.c.passage_id == passages.c.id)
        .where(spans.c.first_fetch_id == capture.scalar_subquery())
    )
    found = conn.execute(newest).scalar()
    return None if found is None else int(found)


def _within(conn: Connection, fields: list[Field], most: int) -> str:
    """The lives that began or ended in a short time, as a range of captures; empty where there are many."""
    field = next((field for field in fields if field.name in ("added", "removed")), None)
    if field is None:
        return ""
    ids = select(func.min(fetches.c.id), func.max(fetches.c.id))
    if field.start is not None:
        ids = ids.where(fetches.c.started_at >= field.start)
    if field.end is not None:
        ids = ids.where(fetches.c.started_at < field.end)
    low, high = conn.execute(ids).one()
    if low is None:
        return "s.id < 0"
    edge = spans.c.first_fetch_id if field.name == "added" else spans.c.gone_fetch_id
    some = select(spans.c.id).where(edge.between(low, high)).limit(most + 1).subquery()
    if conn.execute(select(func.count()).select_from(some)).scalar_one() > most:
        return ""
    return f"s.{edge.name} BETWEEN {int(low)} AND {int(high)}"


def _listed(conditions: list[str]) -> str:
    """The passages that have such a life."""
    where = " AND ".join(conditions)
    return (
        f"SELECT p.number FROM spans s JOIN passages p ON p.id = s.passage_id WHERE {where}"  # noqa: S608 (our own text)
        f" UNION SELECT p.number FROM spans s JOIN span_texts t ON t.span_id = s.id JOIN passages p ON p.id = t.passage_id"
        f" WHERE {where}"
    )


# A verdict leaves so few passages that nothing else need narrow.
_JUDGED: Final = "SELECT DISTINCT p.number FROM judged_passages j JOIN passages p ON p.id = j.passage_id WHERE j.verdict = :t_verdict"


def _each(conditions: list[str]) -> str:
    """Each proposal asked whether it has such a life."""
    where = " AND ".join(conditions)
    return (
        f"(EXISTS (SELECT 1 FROM spans s WHERE s.passage_id = {{id}} AND {where})"  # noqa: S608 (our own text)
        " OR EXISTS (SELECT 1 FROM span_texts t JOIN spans s ON s.id = t.span_id"
        f" WHERE t.passage_id = {{id}} AND {where}))"
    )


def _of_spans(fields: list[Field]) -> tuple[list[str], dict[str, Any]]:
    """Conditions on one life. Several fields of time may be answered by several lives: then only the first narrows."""
    conditions: list[str] = []
    values: dict[str, Any] = {}
    for field in fields:
        if conditions:
            break
        start, end = field.start, field.end
        began = "(SELECT started_at FROM fetches WHERE id = s.first_fetch_id)"
        if field.name == "added":
            conditions += _bounds(began, start, end, values)
        elif field.name == "removed":
            conditions += ["s.gone_fetch_id IS NOT NULL"]
            conditions += _bounds("(SELECT started_at FROM fetches WHERE id = s.gone_fetch_id)", start, end, values)
        elif field.name == "seen":
            conditions += _bounds(began, None, end, values)
            if start is not None:
                values["t_last"] = start
                last = "(SELECT started_at FROM fetches WHERE id = s.last_fetch_id)"
                conditions.append(f"(s.last_fetch_id IS NULL OR {last} >= :t_last)")
        elif field.name == "still":
            conditions += {"yes": ["s.last_fetch_id IS NULL"], "no": ["s.gone_fetch_id IS NOT NULL"]}.get(
                field.value, ["s.gone_fetch_id IS NULL"]
            )
    return conditions, values


def _bounds(what: str, start: object, end: object, values: dict[str, Any]) -> list[str]:
    conditions = []
    if start is not None:
        values["t_start"] = start
        conditions.append(f"{what} >= :t_start")
    if end is not None:
        values["t_end"] = end
        conditions.append(f"{what} < :t_end")
    return conditions


_DOCUMENTS = select(
    documents.c.id, documents.c.company_id, documents.c.kind, documents.c.role, documents.c.lang, companies.c.topics
).join(companies, companies.c.id == documents.c.company_id)


def _documents(conn: Connection, fields: list[Field]) -> tuple[list[int], int]:
    """The documents that fulfil the fields about documents, and how many there are."""
    rows = conn.execute(_DOCUMENTS).all()
    return [row.id for row in rows if all(_fits(row, field) for field in fields)], len(rows)


def _fits(row: Any, field: Field) -> bool:
    match field.name:
        case "company":
            return str(row.company_id).casefold() == field.value
        case "kind" | "role":
            return str(getattr(row, field.name) or "").casefold() == field.value
        case "lang":
            lang = str(row.lang or "").casefold()
            return lang == field.value or lang.startswith(f"{field.value}-")
        case "topic":
            return field.value in (str(topic).casefold() for topic in row.topics)
        case _:
            return True
