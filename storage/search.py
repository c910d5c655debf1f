"""Who ever said it, where, since when, and is it still there: passages that answer a query, with their lives.

The index proposes, ``core.query.evaluate`` verifies on the text, spans tell the life.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, case, select, union, union_all

from core.query.evaluate import answers as answers_query
from core.query.evaluate import marks
from core.query.grammar import parse
from core.query.passage import Life, Passage, Standing
from core.query.tree import Query, only_company
from storage import fulltext, passages
from storage.chunks import chunks
from storage.fulltext import create_index
from storage.schema import companies, document_sources, documents, fetches, sources, span_texts, spans

__all__ = ["Found", "create_index", "search"]

MOST_ANSWERS = 1_000
"""Answers that are gathered before they are put in order; a query with more is answered from these."""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage in a document and its life there.

    ``last_seen_at`` is the last good capture that showed it, for one that still stands the document's last good one.
    ``gone_since`` is the first capture that no longer showed it; None also where the document is no longer watched.
    ``spans`` are [start, end) of the words asked for.
    """

    passage_id: int
    text: str
    company_id: str
    company: str
    document_id: int
    document: str
    title: str
    url: str
    heading: str
    first_seen_at: datetime
    last_seen_at: datetime | None
    gone_since: datetime | None
    spans: tuple[tuple[int, int], ...]


def search(conn: Connection, query: str | Query, limit: int = 20) -> list[Found]:
    """Answers, the newest change first (something said, or gone); at most ``limit`` of them.

    Raises QueryError, which says where the query is wrong and why. A passage that stands in several documents is an
    answer for each.
    """
    tree = parse(query) if isinstance(query, str) else query
    company = only_company(tree)
    answers: list[tuple[datetime, Found]] = []
    for proposed in fulltext.propose(conn, tree):
        ids = proposed if company is None else _said_by(conn, company, proposed)
        answers += _verified(conn, tree, ids)
        if len(answers) >= MOST_ANSWERS:
            break
    answers.sort(key=lambda answer: (answer[1].company_id, answer[1].document, answer[1].passage_id))
    answers.sort(key=lambda answer: answer[0], reverse=True)
    return [found for _, found in answers[:limit]]


def _said_by(conn: Connection, company: str, ids: Sequence[int]) -> list[int]:
    """Those of the passages that stand or stood in a document of the company."""
    theirs = select(documents.c.id).where(documents.c.company_id == company).scalar_subquery()
    other = select(span_texts.c.passage_id).join(spans, spans.c.id == span_texts.c.span_id)
    said = union(
        select(spans.c.passage_id).where(spans.c.passage_id.in_(ids), spans.c.document_id.in_(theirs)),
        other.where(span_texts.c.passage_id.in_(ids), spans.c.document_id.in_(theirs)),
    )
    return list(conn.execute(said).scalars())


def _verified(conn: Connection, tree: Query, ids: Sequence[int]) -> list[tuple[datetime, Found]]:
    asked = {key: Passage(text) for key, text in passages.texts(conn, ids).items()}
    answers = []
    for lives in _lives(conn, ids).values():
        passage, standing = asked[lives[0]["asked"]], _standing(lives)
        if answers_query(tree, passage, standing):
            answers.append(_found(lives, tree, passage, standing))
    return answers


def _standing(lives: Sequence[RowMapping]) -> Standing:
    """What the fields of a query ask about."""
    row = lives[0]
    return Standing(
        company=row["company_id"],
        topics=tuple(row["topics"]),
        kind=row["kind"],
        lang=row["lang"] or "",
        role=row["role"] or "",
        lives=tuple(
            Life(
                life["first_at"],
                life["last_at"] or life["first_at"],
                life["gone_at"],
                life["last_fetch_id"] is None,
                life["heading"],
            )
            for life in lives
        ),
        is_watched=row["is_watched"],
    )


def _lives(conn: Connection, ids: Sequence[int]) -> dict[tuple[int, int], list[RowMapping]]:
    """The spans of each passage in each document, the oldest first."""
    first, last, gone = fetches.alias("first"), fetches.alias("last"), fetches.alias("gone")
    found: dict[tuple[int, int], list[RowMapping]] = {}
    for some in chunks(ids):
        of = union_all(
            select(spans.c.id, spans.c.passage_id.label("asked")).where(spans.c.passage_id.in_(some)),
            select(span_texts.c.span_id, span_texts.c.passage_id).where(span_texts.c.passage_id.in_(some)),
        ).subquery("of")
        rows = conn.execute(
            select(
                of.c.asked,
                spans.c.id,
                spans.c.document_id,
                spans.c.heading,
                spans.c.last_fetch_id,
                documents.c.slug,
                documents.c.title,
                documents.c.url,
                documents.c.company_id,
                documents.c.kind,
                documents.c.lang,
                documents.c.role,
                companies.c.topics,
                _is_watched(),
                companies.c.name.label("company"),
                first.c.started_at.label("first_at"),
                last.c.started_at.label("last_at"),
                gone.c.started_at.label("gone_at"),
            )
            .join_from(of, spans, spans.c.id == of.c.id)
            .join(documents, documents.c.id == spans.c.document_id)
            .join(companies, companies.c.id == documents.c.company_id)
            .join(first, first.c.id == spans.c.first_fetch_id)
            .outerjoin(last, last.c.id == _last_seen())
            .outerjoin(gone, gone.c.id == spans.c.gone_fetch_id)
            .order_by(spans.c.first_fetch_id, spans.c.id)
        ).mappings()
        for row in rows:
            found.setdefault((row["asked"], row["document_id"]), []).append(row)
    return found


def _is_watched() -> ColumnElement[bool]:
    """Whether some source that is still watched holds the document."""
    of = select(document_sources.c.document_id).join(sources, sources.c.id == document_sources.c.source_id)
    there = of.where(document_sources.c.document_id == documents.c.id, sources.c.ended_at.is_(None))
    return there.correlate(documents).exists().label("is_watched")


def _last_seen() -> ColumnElement[int | None]:
    """The capture an open span was last seen in is its document's last good one."""
    return case((spans.c.last_fetch_id.is_(None), documents.c.last_good_fetch_id), else_=spans.c.last_fetch_id)


def _found(lives: list[RowMapping], tree: Query, passage: Passage, standing: Standing) -> tuple[datetime, Found]:
    stands = next((life for life in lives if life["last_fetch_id"] is None), None)
    latest = stands or max(lives, key=lambda life: (life["last_at"], life["id"]))
    found = Found(
        passage_id=latest["asked"],
        text=passage.text,
        company_id=latest["company_id"],
        company=latest["company"],
        document_id=latest["document_id"],
        document=latest["slug"],
        title=latest["title"],
        url=latest["url"],
        heading=latest["heading"],
        first_seen_at=lives[0]["first_at"],
        last_seen_at=latest["last_at"],
        gone_since=None if stands else latest["gone_at"],
        spans=tuple(marks(tree, passage, standing)),
    )
    changed_at = max(at for life in lives for at in (life["first_at"], life["gone_at"]) if at is not None)
    return changed_at, found
