"""How many answers a query has, of whom and when: counts by company, kind and year, the first and the last, who never.

Where the index knows exactly what answers, up to ten thousand passages are counted without reading one; else up to six
hundred are read. Counts beyond that are the least there are, and say so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from sqlalchemy import Connection, func, select

from core.errors import NotFound
from core.query.tree import And, Field, Query, asks, fields_of, is_indexable, parted
from storage import counting, fulltext, search
from storage.counting import Of, One, one_of
from storage.narrowing import ABOUT_DOCUMENTS, Narrowing, narrowed
from storage.schema import companies, documents

MOST_COUNTED: Final = 10_000
MOST_READ: Final = 600
MANY: Final = 20_000  # proposals, each of which costs as much to ask as two or three lives to list
MOST_LISTED: Final = 200_000
OLDEST: Final = 50  # passages stored first that are looked at for the first occurrence, where not all are counted


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


def facets(conn: Connection, tree: Query) -> Facets:
    """The counts of a query. Raises QueryError for one that would have to read all of a large archive."""
    parts = parted(tree)
    if parts is not None and is_indexable(tree) and fulltext.is_exact(conn, parts[0]):
        return _counted(conn, tree, parts[1])
    found = list(islice(search.answering(conn, tree), MOST_READ + 1))
    of: dict[str, Of] = {}
    ones = []
    for lives, _, standing in found[:MOST_READ]:
        row = lives[0]
        of[row.slug] = Of(row.company_id, row.company, row.kind)
        ones.append(one_of(row.slug, standing.lives, is_watched=standing.is_watched))
    return _summed(ones, of, is_least=len(found) > MOST_READ)


def of_answers(found: Iterable[search.Found], *, is_least: bool = False) -> Facets:
    """The counts of answers at hand."""
    of: dict[str, Of] = {}
    ones = []
    for one in found:
        of[one.document] = Of(one.company_id, one.company, one.kind)
        last_at = one.last_seen_at or one.first_seen_at
        ones.append(One(one.document, one.first_seen_at, last_at, one.gone_since, one.still == "yes"))
    return _summed(ones, of, is_least=is_least)


def _counted(conn: Connection, tree: Query, where: Query | None) -> Facets:
    narrowing = _narrowed(conn, tree)
    heading = where is not None and asks(where, "heading")
    counted, lives = counting.lives_of(conn, tree, narrowing, MOST_COUNTED + 1, with_heading=heading)
    is_least = len(counted) > MOST_COUNTED
    if is_least:
        *_, beyond = counted
        lives = [row for row in lives if row[0] != beyond]
        _, oldest = counting.lives_of(conn, tree, narrowing, OLDEST, with_heading=heading, oldest_first=True)
        lives += [row for row in oldest if row[0] not in counted]
    return _summed(*counting.ones(conn, lives, where), is_least=is_least)


def _narrowed(conn: Connection, tree: Query) -> Narrowing:
    """As for a search, which is done with the first answers; who counts asks every proposal, and where there are very
    many, the lives of some documents in some time are listed sooner than each of them is asked."""
    narrowing = narrowed(conn, tree)
    is_of_some = narrowing.each and any(field.name in ABOUT_DOCUMENTS for field in fields_of(tree))
    if is_of_some and fulltext.has_more_than(conn, tree, MANY):
        return narrowed(conn, tree, most_lives=MOST_LISTED)
    return narrowing


def _summed(ones: Sequence[One], of: Mapping[str, Of], *, is_least: bool) -> Facets:
    by_document = Counter(one.document for one in ones)
    by_company: Counter[str] = Counter()
    by_kind: Counter[str] = Counter()
    for document, count in by_document.items():
        by_company[of[document].company_id] += count
        by_kind[of[document].kind] += count
    names = {one.company_id: one.company for one in of.values()}
    first = min(ones, key=lambda one: (one.first_at, one.document), default=None)
    last = max(ones, key=lambda one: (one.last_at, one.document), default=None)
    return Facets(
        total=len(ones),
        is_least=is_least,
        still=sum(one.is_still for one in ones),
        documents=len(by_document),
        companies=tuple((key, names[key], count) for key, count in _most_first(by_company)),
        kinds=tuple(_most_first(by_kind)),
        years=_years(ones),
        first=_occurrence(first.document, of, first.first_at) if first else None,
        last=_occurrence(last.document, of, last.last_at) if last else None,
    )


def _most_first(counted: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def _occurrence(document: str, of: Mapping[str, Of], at: datetime) -> Occurrence:
    return Occurrence(of[document].company_id, of[document].company, document, at)


def _years(ones: Sequence[One]) -> tuple[Year, ...]:
    if not ones:
        return ()
    went = Counter(one.gone_at.year for one in ones if one.gone_at)
    pairs = Counter((one.first_at.year, one.last_at.year) for one in ones)
    came: Counter[int] = Counter()
    for (start, _), count in pairs.items():
        came[start] += count
    years = range(min(came), max([*went, *(end for _, end in pairs)]) + 1)
    return tuple(
        Year(year, came[year], sum(count for (start, end), count in pairs.items() if start <= year <= end), went[year])
        for year in years
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
