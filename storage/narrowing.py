"""The fields of a query as a condition on passages, so that the index is not asked for what cannot answer.

A narrowing only leaves out: every passage with an answer passes it; ``core.query.evaluate`` decides on each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, func, or_, select

from core.query.tree import And, Field, Query
from storage.schema import commitment_events, companies, documents, fetches, spans

FEW: Final = 0.03  # of all documents: below it their passages are listed, above it each proposal is asked
MOST_LISTED_DOCUMENTS: Final = 5_000
MOST_LISTED_LIVES: Final = 30_000
ABOUT_DOCUMENTS: Final = ("company", "topic", "kind", "role", "lang", "verdict")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """SQL for ``AND`` beside proposals whose number is ``number``; empty where nothing narrows."""

    sql: str = ""
    values: tuple[tuple[str, Any], ...] = ()
    is_empty: bool = False

    def sql_for(self, number: str) -> str:
        """The condition where a proposal's number is that column."""
        return self.sql.replace("{number}", number)


EVERYTHING: Final = Narrowing()


def fields_of(query: Query) -> list[Field]:
    """The fields every answer must fulfil."""
    match query:
        case Field():
            return [query]
        case And(parts):
            return [field for part in parts for field in fields_of(part)]
        case _:
            return []


def narrowed(conn: Connection, query: Query) -> Narrowing:
    """What the fields of a query leave of the archive."""
    fields = fields_of(query)
    conditions, values = _of_spans(fields)
    if any(field.name in ABOUT_DOCUMENTS for field in fields):
        theirs, total = _documents(conn, fields)
        if not theirs:
            return Narrowing(is_empty=True)
        if len(theirs) < total and len(theirs) <= MOST_LISTED_DOCUMENTS:
            listed = ", ".join(str(one) for one in theirs)
            conditions.append(f"s.document_id IN ({listed})")
            if len(theirs) <= max(1, total * FEW):
                return Narrowing(_listed(conditions), tuple(values.items()))
    if not conditions:
        return EVERYTHING
    within = _within(conn, fields)
    if within:
        return Narrowing(_listed([within, *conditions]), tuple(values.items()))
    return Narrowing(_each(conditions), tuple(values.items()))


def _within(conn: Connection, fields: list[Field]) -> str:
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
    some = select(spans.c.id).where(edge.between(low, high)).limit(MOST_LISTED_LIVES + 1).subquery()
    if conn.execute(select(func.count()).select_from(some)).scalar_one() > MOST_LISTED_LIVES:
        return ""
    return f"s.{edge.name} BETWEEN {int(low)} AND {int(high)}"


def _listed(conditions: list[str]) -> str:
    """Proposals among passages gathered first. The plus keeps SQLite from asking the index for each of them."""
    where = " AND ".join(conditions)
    return (
        f" AND +{{number}} IN (SELECT p.number FROM spans s JOIN passages p ON p.id = s.passage_id WHERE {where}"  # noqa: S608 (our own text)
        f" UNION SELECT p.number FROM spans s JOIN span_texts t ON t.span_id = s.id JOIN passages p ON p.id = t.passage_id"
        f" WHERE {where})"
    )


def _each(conditions: list[str]) -> str:
    """Each proposal asked whether it has such a life."""
    where = " AND ".join(conditions)
    return (
        f" AND EXISTS (SELECT 1 FROM passages p JOIN spans s ON s.passage_id = p.id WHERE p.number = {{number}} AND {where}"  # noqa: S608 (our own text)
        f" UNION ALL SELECT 1 FROM passages p JOIN span_texts t ON t.passage_id = p.id JOIN spans s ON s.id = t.span_id"
        f" WHERE p.number = {{number}} AND {where})"
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
    judged = [_judged(conn, field.value) for field in fields if field.name == "verdict"]
    fitting = [row.id for row in rows if all(_fits(row, field) for field in fields)]
    return [one for one in fitting if all(one in theirs for theirs in judged)], len(rows)


def _judged(conn: Connection, verdict: str) -> set[int]:
    """Documents a promise of which was ever judged so."""
    events = commitment_events.c
    meant = or_(events.became == verdict, events.verdict == verdict.upper())
    return set(conn.execute(select(events.document_id).where(meant).distinct()).scalars())


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
