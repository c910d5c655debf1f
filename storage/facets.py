"""How many answers a query has, of whom and when: counts by company, kind and year, the first and the last, who never.

Where the index knows exactly what answers, up to ten thousand passages are counted without reading one; else up to six
hundred are read. Counts beyond that are the least there are, and say so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select, union_all

from core.errors import NotFound
from core.query.evaluate import answers as answers_query
from core.query.evaluate import still as still_of
from core.query.passage import Life, Passage, Standing
from core.query.tree import And, Field, Query, is_indexable, parted
from storage import fulltext, search
from storage.chunks import chunks
from storage.narrowing import narrowed
from storage.schema import companies, document_sources, documents, fetches, passages, sources, span_texts, spans

MOST_COUNTED: Final = 10_000
MOST_READ: Final = 600
OLDEST: Final = 50  # passages stored first that are looked at for the first occurrence, where not all are counted
_NOTHING: Final = Passage("")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One answer at an end of the time: the first that was seen, or the one seen last."""

    company_id: str
    company: str
    document: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Year:
    """One year: answers that were first seen in it, that stood at some time in it, that were seen to be gone."""

    year: int
    came: int
    stood: int
    went: int


@dataclass(frozen=True, slots=True)
class Facets:
    """All answers counted. ``is_least``: there are at least so many; then years and facets are of those counted."""

    total: int
    is_least: bool
    still: int
    documents: int
    companies: tuple[tuple[str, str, int], ...]
    kinds: tuple[tuple[str, int], ...]
    years: tuple[Year, ...]
    first: Occurrence | None
    last: Occurrence | None


@dataclass(frozen=True, slots=True)
class Silent:
    """A company none of whose watched documents was ever seen to say it. ``since`` is its oldest capture."""

    company_id: str
    company: str
    documents: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class _One:
    """One answer, counted."""

    company_id: str
    company: str
    document: str
    kind: str
    first_at: datetime
    last_at: datetime
    gone_at: datetime | None
    is_still: bool


def facets(conn: Connection, tree: Query) -> Facets:
    """The counts of a query. Raises QueryError for one that would have to read all of a large archive."""
    parts = parted(tree)
    if parts is not None and is_indexable(tree) and fulltext.is_exact(conn, parts[0]):
        return _counted(conn, tree, *parts)
    found = list(islice(search.answering(conn, tree), MOST_READ + 1))
    ones = [_one(lives[0], lives[0].company, standing) for lives, _, standing in found[:MOST_READ]]
    return _summed(ones, is_least=len(found) > MOST_READ)


def of_answers(found: Iterable[search.Found], *, is_least: bool = False) -> Facets:
    """The counts of answers at hand."""
    ones = [
        _One(
            one.company_id,
            one.company,
            one.document,
            one.kind,
            one.first_seen_at,
            one.last_seen_at or one.first_seen_at,
            one.gone_since,
            one.still == "yes",
        )
        for one in found
    ]
    return _summed(ones, is_least=is_least)


def _counted(conn: Connection, tree: Query, words: Query, where: Query | None) -> Facets:
    narrowing = narrowed(conn, tree)
    numbers = fulltext.proposed(conn, tree, narrowing, MOST_COUNTED + 1)
    is_least = len(numbers) > MOST_COUNTED
    ones = _ones(conn, numbers[:MOST_COUNTED], where)
    if is_least:
        oldest = fulltext.proposed(conn, tree, narrowing, OLDEST, oldest_first=True)
        ones += _ones(conn, [one for one in oldest if one < numbers[-1]], where)
    return _summed(ones, is_least=is_least)


def _summed(ones: Sequence[_One], *, is_least: bool) -> Facets:
    by_company = Counter(one.company_id for one in ones)
    names = {one.company_id: one.company for one in ones}
    first = min(ones, key=lambda one: one.first_at, default=None)
    last = max(ones, key=lambda one: one.last_at, default=None)
    return Facets(
        total=len(ones),
        is_least=is_least,
        still=sum(one.is_still for one in ones),
        documents=len({one.document for one in ones}),
        companies=tuple((key, names[key], count) for key, count in by_company.most_common()),
        kinds=tuple(Counter(one.kind for one in ones).most_common()),
        years=_years(ones),
        first=Occurrence(first.company_id, first.company, first.document, first.first_at) if first else None,
        last=Occurrence(last.company_id, last.company, last.document, last.last_at) if last else None,
    )


def _years(ones: Sequence[_One]) -> tuple[Year, ...]:
    if not ones:
        return ()
    came = Counter(one.first_at.year for one in ones)
    went = Counter(one.gone_at.year for one in ones if one.gone_at)
    pairs = Counter((one.first_at.year, one.last_at.year) for one in ones)
    years = range(min(came), max([*went, *(end for _, end in pairs)]) + 1)
    return tuple(
        Year(year, came[year], sum(count for (start, end), count in pairs.items() if start <= year <= end), went[year])
        for year in years
    )


# --- lives, as few columns as counting needs -----------------------------------------------------------------------

_NUMBERS: Final[Any] = bindparam("b_numbers", expanding=True)
_IDS: Final[Any] = bindparam("b_ids", expanding=True)
_OF = union_all(
    select(passages.c.id.label("asked"), spans.c.id)
    .join(spans, spans.c.passage_id == passages.c.id)
    .where(passages.c.number.in_(_NUMBERS)),
    select(passages.c.id, span_texts.c.span_id)
    .join(span_texts, span_texts.c.passage_id == passages.c.id)
    .where(passages.c.number.in_(_NUMBERS)),
).subquery("of")
_SPANS = select(
    _OF.c.asked,
    spans.c.document_id,
    spans.c.first_fetch_id,
    spans.c.last_fetch_id,
    spans.c.gone_fetch_id,
    spans.c.heading,
).join_from(_OF, spans, spans.c.id == _OF.c.id)
_TIMES = select(fetches.c.id, fetches.c.started_at).where(fetches.c.id.in_(_IDS))
_DOCUMENTS = select(
    documents.c.id,
    documents.c.slug,
    documents.c.company_id,
    documents.c.kind,
    documents.c.lang,
    documents.c.role,
    documents.c.last_good_fetch_id,
    companies.c.name,
    companies.c.topics,
).join(companies, companies.c.id == documents.c.company_id)
_WATCHED = (
    select(document_sources.c.document_id)
    .join(sources, sources.c.id == document_sources.c.source_id)
    .where(sources.c.ended_at.is_(None))
)


def _ones(conn: Connection, numbers: Sequence[int], where: Query | None) -> list[_One]:
    """The answers among passages whose text answers: one for each document, where the place answers too."""
    if not numbers:
        return []
    known = {row.id: row for row in conn.execute(_DOCUMENTS)}
    watched = set(conn.execute(_WATCHED).scalars())
    lives: dict[tuple[int, int], list[Any]] = {}
    for some in chunks(numbers, 2_000):
        for span in conn.execute(_SPANS, {"b_numbers": list(some)}).all():
            lives.setdefault((span[0], span[1]), []).append(span)
    at = _times(conn, known, lives)
    found = []
    for (_, document), spans_of in lives.items():
        row = known[document]
        latest = at.get(row.last_good_fetch_id)  # an open span was last seen in its document's last good capture
        standing = Standing(
            row.company_id,
            tuple(row.topics),
            row.kind,
            row.lang or "",
            row.role or "",
            tuple(
                Life(
                    at[first], (latest if last is None else at[last]) or at[first], at.get(gone), last is None, heading
                )
                for _, _, first, last, gone, heading in spans_of
            ),
            document in watched,
        )
        if where is None or answers_query(where, _NOTHING, standing):
            found.append(_one(row, row.name, standing))
    return found


def _times(conn: Connection, known: dict[int, Any], lives: dict[tuple[int, int], list[Any]]) -> dict[int, datetime]:
    """When each capture these lives begin and end with was made; each read once, however many lives share it."""
    wanted = {known[document].last_good_fetch_id for _, document in lives}
    for spans_of in lives.values():
        for _, _, first, last, gone, _ in spans_of:
            wanted.update((first, last, gone))
    at: dict[int, datetime] = {}
    for some in chunks(sorted(wanted - {None}), 2_000):
        at.update((row[0], row[1]) for row in conn.execute(_TIMES, {"b_ids": list(some)}).all())
    return at


def _one(row: Any, company: str, standing: Standing) -> _One:
    lives = standing.lives
    stands = any(life.stands for life in lives)
    gone = None if stands else max((life for life in lives), key=lambda life: life.last_at).gone_at
    return _One(
        row.company_id,
        company,
        row.slug,
        row.kind,
        min(life.first_at for life in lives),
        max(life.last_at for life in lives),
        gone,
        still_of(standing) == "yes",
    )


# --- who never said it -----------------------------------------------------------------------------------------------


def never_said(conn: Connection, tree: Query, company_ids: Iterable[str]) -> list[Silent]:
    """Those of the companies with no answer, in the order given. Raises NotFound for one the archive does not know.

    Who is among the counted said it; the others are asked one by one where not all could be counted.
    """
    chosen = list(dict.fromkeys(company_ids))
    about = {row.id: row for row in conn.execute(_ABOUT)}
    unknown = next((one for one in chosen if one not in about), None)
    if unknown is not None:
        raise NotFound(f"no company {unknown!r} is in the archive")
    counted = facets(conn, tree)
    said = {key for key, _, _ in counted.companies}
    silent = [one for one in chosen if one not in said]
    if counted.is_least:
        silent = [one for one in silent if not _says(conn, tree, one)]
    return [Silent(one, about[one].name, int(about[one].documents), about[one].since) for one in silent]


def _says(conn: Connection, tree: Query, company_id: str) -> bool:
    theirs = And((tree, Field("company", company_id.casefold())))
    return next(search.stream(conn, theirs), None) is not None


def companies_kept(conn: Connection) -> list[str]:
    """The companies of which at least one document is kept."""
    return list(conn.execute(select(documents.c.company_id).distinct().order_by(documents.c.company_id)).scalars())


_ABOUT = (
    select(
        companies.c.id,
        companies.c.name,
        func.count(documents.c.id).label("documents"),
        func.min(documents.c.appeared_at).label("since"),
    )
    .outerjoin(documents, documents.c.company_id == companies.c.id)
    .group_by(companies.c.id, companies.c.name)
)
