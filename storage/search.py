"""Who ever said it, where, since when, and is it still there: passages that answer a query, with their lives.

The index proposes, ``core.query.evaluate`` verifies on the text, spans tell the life. Answers come as they are found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, case, func, select, union_all

from core.errors import QueryError
from core.query.evaluate import answers as answers_query
from core.query.evaluate import marks, may_hold
from core.query.evaluate import still as still_of
from core.query.grammar import parse
from core.query.passage import Life, Passage, Standing
from core.query.tree import Query, asks, is_indexable, on_text
from storage import fulltext, passages
from storage.chunks import chunks
from storage.fulltext import create_index
from storage.judged import Judged
from storage.narrowing import narrowed
from storage.schema import companies, document_sources, documents, fetches, sources, span_texts, spans

__all__ = ["Found", "create_index", "search", "stream"]

SORTED: Final = 100
"""So many answers are put in order of their newest change; of more, those whose words were stored last come first."""

LARGEST_READING: Final = 200_000
"""Passages that may be read one by one for a query without a word the index knows; about two seconds."""

_BATCHES: Final = (160, 640, 2_000)

Heard = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Found:
    """A passage in a document and its life there.

    ``last_seen_at`` is the last good capture that showed it, for one that still stands the document's last good one.
    ``gone_since`` is the first capture that no longer showed it. ``still`` is yes, no, or unknown where it stood when
    last seen and nobody watches any more: since ``unwatched_since``. ``spans`` are [start, end) of the words asked for.
    ``verdicts`` are what happened to promises in it, where the query asks for that.
    """

    passage_id: int
    text: str
    company_id: str
    company: str
    document_id: int
    document: str
    title: str
    url: str
    kind: str
    heading: str
    stream: str
    lang: str
    first_seen_at: datetime
    last_seen_at: datetime | None
    gone_since: datetime | None
    still: str
    unwatched_since: datetime | None
    lineage: int
    spans: tuple[tuple[int, int], ...]
    verdicts: tuple[str, ...]


def search(conn: Connection, query: str | Query, limit: int = 20, *, start: int = 0) -> list[Found]:
    """So many answers from the ``start``-th on, in the order of :func:`stream`. Raises QueryError."""
    return list(islice(stream(conn, query), start, start + limit))


def stream(conn: Connection, query: str | Query, *, heard: Heard | None = None) -> Iterator[Found]:
    """Every answer: up to a hundred in order of their newest change (something said, or gone), of more those stored last.

    A passage that stands in several documents is an answer for each. ``heard`` is told how many passages of how many
    were read, and allows a query that no word of the index narrows; without it such a query of a large archive is
    refused. Raises QueryError, which says where the query is wrong and why.
    """
    tree = parse(query) if isinstance(query, str) else query
    found = _found_newest_first(conn, tree, heard)
    first = list(islice(found, SORTED + 1))
    if len(first) <= SORTED:
        first.sort(key=lambda answer: (answer[1].company_id, answer[1].document, answer[1].passage_id))
        first.sort(key=lambda answer: answer[0], reverse=True)
    yield from (answer for _, answer in first)
    yield from (answer for _, answer in found)


def _found_newest_first(conn: Connection, tree: Query, heard: Heard | None) -> Iterator[tuple[datetime, Found]]:
    return (_found(lives, tree, passage, standing) for lives, passage, standing in answering(conn, tree, heard))


def answering(
    conn: Connection, tree: Query, heard: Heard | None = None
) -> Iterator[tuple[list[Row[Any]], Passage, Standing]]:
    """What :func:`stream` makes its answers of, for who counts them alone: the spans of a passage in one document, the
    oldest first, the passage, and where and when it stands. Those whose words were stored last come first."""
    narrowing = narrowed(conn, tree)
    is_read_whole = not is_indexable(tree) and not narrowing.listed and not narrowing.is_empty
    total = fulltext.newest(conn) if is_read_whole else 0
    if is_read_whole and heard is None and total > LARGEST_READING:
        raise QueryError("", 1, not_indexed(total))
    only = on_text(tree)
    read = 0
    for proposed in fulltext.propose(conn, tree, narrowing, batches=_BATCHES):
        texts = passages.texts(conn, proposed)
        asked = {key: Passage(texts[key]) for key in proposed if may_hold(tree, texts[key])}
        if only is not None:
            asked = {key: passage for key, passage in asked.items() if answers_query(only, passage)}
        yield from _verified(conn, tree, asked)
        read += len(proposed)
        if heard is not None and is_read_whole:
            heard(read, total)


def not_indexed(total: int) -> str:
    """Why a query is not simply answered."""
    return (
        f"no word of this query can be looked up, so all {total:,} passages would have to be read one by one: "
        "put a word beside it, or have it done as a task"
    )


def _verified(
    conn: Connection, tree: Query, asked: dict[int, Passage]
) -> Iterator[tuple[list[Row[Any]], Passage, Standing]]:
    """Answers among these passages, in their order."""
    judged = Judged(conn) if asks(tree, "verdict") else None
    by_passage: dict[int, list[list[Row[Any]]]] = {}
    for (of, _), lives in _lives(conn, list(asked)).items():
        by_passage.setdefault(of, []).append(lives)
    for key, passage in asked.items():
        for lives in by_passage.get(key, ()):
            standing = standing_of(lives)
            if judged:
                standing = standing._replace(verdicts=judged.on(lives[0].document_id, lives[0].asked))
            if answers_query(tree, passage, standing):
                yield lives, passage, standing


def standing_of(lives: Sequence[Row[Any]]) -> Standing:
    """What the fields of a query ask about."""
    row = lives[0]
    return Standing(
        company=row.company_id,
        topics=tuple(row.topics),
        kind=row.kind,
        lang=row.lang or "",
        role=row.role or "",
        lives=tuple(
            Life(life.first_at, life.last_at or life.first_at, life.gone_at, life.last_fetch_id is None, life.heading)
            for life in lives
        ),
        is_watched=row.watched > 0,
    )


_FIRST, _LAST, _GONE = fetches.alias("first"), fetches.alias("last"), fetches.alias("gone")
_ASKED: Final[Any] = bindparam("b_ids", expanding=True)
_OF = union_all(
    select(spans.c.id, spans.c.passage_id.label("asked")).where(spans.c.passage_id.in_(_ASKED)),
    select(span_texts.c.span_id, span_texts.c.passage_id).where(span_texts.c.passage_id.in_(_ASKED)),
).subquery("of")
_WATCHED = (
    select(func.count())
    .select_from(document_sources.join(sources, sources.c.id == document_sources.c.source_id))
    .where(document_sources.c.document_id == documents.c.id, sources.c.ended_at.is_(None))
    .correlate(documents)
    .scalar_subquery()
)
_ENDED = (
    select(func.max(sources.c.ended_at))
    .select_from(document_sources.join(sources, sources.c.id == document_sources.c.source_id))
    .where(document_sources.c.document_id == documents.c.id)
    .correlate(documents)
    .scalar_subquery()
)
# Built once: building it costs as much as running it.
_LIVES = (
    select(
        _OF.c.asked,
        spans.c.id,
        spans.c.document_id,
        spans.c.heading,
        spans.c.stream,
        spans.c.lineage,
        spans.c.last_fetch_id,
        documents.c.slug,
        documents.c.title,
        documents.c.url,
        documents.c.company_id,
        documents.c.kind,
        documents.c.lang,
        documents.c.role,
        companies.c.topics,
        companies.c.name.label("company"),
        _WATCHED.label("watched"),
        _ENDED.label("ended_at"),
        _FIRST.c.started_at.label("first_at"),
        _LAST.c.started_at.label("last_at"),
        _GONE.c.started_at.label("gone_at"),
    )
    .join_from(_OF, spans, spans.c.id == _OF.c.id)
    .join(documents, documents.c.id == spans.c.document_id)
    .join(companies, companies.c.id == documents.c.company_id)
    .join(_FIRST, _FIRST.c.id == spans.c.first_fetch_id)
    # The capture an open span was last seen in is its document's last good one.
    .outerjoin(
        _LAST,
        _LAST.c.id
        == case((spans.c.last_fetch_id.is_(None), documents.c.last_good_fetch_id), else_=spans.c.last_fetch_id),
    )
    .outerjoin(_GONE, _GONE.c.id == spans.c.gone_fetch_id)
    .order_by(spans.c.first_fetch_id, spans.c.id)
)


def _lives(conn: Connection, ids: Sequence[int]) -> dict[tuple[int, int], list[Row[Any]]]:
    """The spans of each passage in each document, the oldest first."""
    found: dict[tuple[int, int], list[Row[Any]]] = {}
    for some in chunks(ids):
        rows: Any = conn.execute(_LIVES, {"b_ids": list(some)})
        for row in rows:
            found.setdefault((row.asked, row.document_id), []).append(row)
    return found


def _found(lives: list[Row[Any]], tree: Query, passage: Passage, standing: Standing) -> tuple[datetime, Found]:
    stands = next((life for life in lives if life.last_fetch_id is None), None)
    latest = stands or max(lives, key=lambda life: (life.last_at, life.id))
    still = still_of(standing)
    found = Found(
        passage_id=latest.asked,
        text=passage.text,
        company_id=latest.company_id,
        company=latest.company,
        document_id=latest.document_id,
        document=latest.slug,
        title=latest.title,
        url=latest.url,
        kind=latest.kind,
        heading=latest.heading,
        stream=latest.stream,
        lang=latest.lang or "",
        first_seen_at=lives[0].first_at,
        last_seen_at=latest.last_at,
        gone_since=None if stands else latest.gone_at,
        still=still,
        unwatched_since=_unwatched_since(latest) if still == "unknown" else None,
        lineage=latest.lineage or latest.id,
        spans=tuple(marks(tree, passage, standing)),
        verdicts=tuple(sorted(standing.verdicts)),
    )
    return max(at for life in lives for at in (life.first_at, life.gone_at) if at is not None), found


def _unwatched_since(latest: Row[Any]) -> datetime | None:
    """When the watch ended; a capture brought in from elsewhere may have seen it later than that."""
    ends = [at for at in (latest.ended_at, latest.last_at) if at is not None]
    return max(ends, default=None)


def wordings(conn: Connection, answers: Iterable[Found]) -> dict[tuple[int, int], int]:
    """How many wordings the line of each answer has had, by document and lineage; one is its own."""
    lines = {(one.document_id, one.lineage) for one in answers}
    counted: dict[tuple[int, int], int] = dict.fromkeys(lines, 1)
    for some in chunks(sorted({line for _, line in lines})):
        line = case((spans.c.lineage == 0, spans.c.id), else_=spans.c.lineage)
        theirs = select(
            spans.c.document_id, line.label("line"), func.count(spans.c.form.distinct()).label("forms")
        ).where(
            (spans.c.document_id.in_(sorted({document for document, of in lines if of in some})))
            & (spans.c.id.in_(some) | spans.c.lineage.in_(some))
        )
        for row in conn.execute(theirs.group_by(spans.c.document_id, line)):
            if (row.document_id, row.line) in counted:
                counted[row.document_id, row.line] = int(row.forms)
    return counted
