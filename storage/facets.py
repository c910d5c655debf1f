"""How many answers a query has, of whom and when: counts by company, kind and year, the first and the last, who never.

Where the index knows exactly what answers, up to ten thousand passages are counted without reading one; else up to six
hundred are read. Counts beyond that are the least there are, and say so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, func, select

from core.errors import NotFound
from core.query.evaluate import answers as answers_query
from core.query.passage import Life, Passage, Standing
from core.query.tree import And, Field, Query, asks, is_indexable, parted
from storage import fulltext, search
from storage.chunks import chunks
from storage.judged import Judged
from storage.narrowing import asks_documents_alone, narrowed
from storage.schema import companies, document_sources, documents, sources

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


class _One(NamedTuple):
    """One answer, counted."""

    document: str
    first_at: datetime
    last_at: datetime
    gone_at: datetime | None
    is_still: bool


class _Of(NamedTuple):
    """The document of an answer."""

    company_id: str
    company: str
    kind: str


def facets(conn: Connection, tree: Query) -> Facets:
    """The counts of a query. Raises QueryError for one that would have to read all of a large archive."""
    parts = parted(tree)
    if parts is not None and is_indexable(tree) and fulltext.is_exact(conn, parts[0]):
        return _counted(conn, tree, *parts)
    found = list(islice(search.answering(conn, tree), MOST_READ + 1))
    of: dict[str, _Of] = {}
    ones = []
    for lives, _, standing in found[:MOST_READ]:
        row = lives[0]
        of[row.slug] = _Of(row.company_id, row.company, row.kind)
        ones.append(_one(row.slug, standing.lives, is_watched=standing.is_watched))
    return _summed(ones, of, is_least=len(found) > MOST_READ)


def of_answers(found: Iterable[search.Found], *, is_least: bool = False) -> Facets:
    """The counts of answers at hand."""
    of: dict[str, _Of] = {}
    ones = []
    for one in found:
        of[one.document] = _Of(one.company_id, one.company, one.kind)
        last_at = one.last_seen_at or one.first_seen_at
        ones.append(_One(one.document, one.first_seen_at, last_at, one.gone_since, one.still == "yes"))
    return _summed(ones, of, is_least=is_least)


def _counted(conn: Connection, tree: Query, words: Query, where: Query | None) -> Facets:
    narrowing = narrowed(conn, tree)
    numbers = fulltext.proposed(conn, tree, narrowing, MOST_COUNTED + 1)
    is_least = len(numbers) > MOST_COUNTED
    counted = numbers[:MOST_COUNTED]
    if is_least:
        known = set(numbers)
        oldest = fulltext.proposed(conn, tree, narrowing, OLDEST, oldest_first=True)
        counted += [one for one in oldest if one not in known]
    return _summed(*_ones(conn, counted, where), is_least=is_least)


def _summed(ones: Sequence[_One], of: Mapping[str, _Of], *, is_least: bool) -> Facets:
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


def _occurrence(document: str, of: Mapping[str, _Of], at: datetime) -> Occurrence:
    return Occurrence(of[document].company_id, of[document].company, document, at)


def _years(ones: Sequence[_One]) -> tuple[Year, ...]:
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


# --- lives, as few columns as counting needs -----------------------------------------------------------------------

# Numbers stand in the text itself: ten thousand of them as parameters cost more than the answer.
_SPANS: Final = (
    "SELECT p.id, s.document_id, s.first_fetch_id, s.last_fetch_id, s.gone_fetch_id, {heading}"
    " FROM passages p JOIN spans s ON s.passage_id = p.id WHERE p.number IN ({numbers})"
    " UNION ALL SELECT p.id, s.document_id, s.first_fetch_id, s.last_fetch_id, s.gone_fetch_id, {heading}"
    " FROM passages p JOIN span_texts t ON t.passage_id = p.id JOIN spans s ON s.id = t.span_id"
    " WHERE p.number IN ({numbers})"
)
_TIMES: Final = "SELECT id, started_at FROM fetches WHERE id IN ({numbers})"
_DOCUMENTS = select(
    documents.c.id,
    documents.c.slug,
    documents.c.company_id,
    documents.c.kind,
    documents.c.lang,
    documents.c.role,
    documents.c.last_good_fetch_id,
)
_COMPANIES = select(companies.c.id, companies.c.name)
_TOPICS = select(companies.c.id, companies.c.topics)
_WATCHED = (
    select(document_sources.c.document_id)
    .join(sources, sources.c.id == document_sources.c.source_id)
    .where(sources.c.ended_at.is_(None))
)
_AT_ONCE: Final = 2_000


def _ones(conn: Connection, numbers: Sequence[int], where: Query | None) -> tuple[list[_One], dict[str, _Of]]:
    """The answers among passages whose text answers: one for each document, where the place answers too."""
    stood: list[Any] = []
    heading = "s.heading" if where is not None and asks(where, "heading") else "''"  # the index has all the rest
    for some in chunks(numbers, _AT_ONCE):
        found_spans: Any = conn.exec_driver_sql(
            _SPANS.format(numbers=", ".join(map(str, some)), heading=heading)
        ).cursor
        stood += found_spans.fetchall()  # as the driver has them: thousands of rows are counted, none is kept
    stood.sort(key=itemgetter(0, 1))
    known = {row.id: row for row in conn.execute(_DOCUMENTS)}
    names = {row.id: row.name for row in conn.execute(_COMPANIES)}
    standing_in = {row[1] for row in stood}
    of = {
        known[one].slug: _Of(known[one].company_id, names[known[one].company_id], known[one].kind)
        for one in standing_in
    }
    watched = set(conn.execute(_WATCHED).scalars())
    at = _times(conn, known, stood)
    fits = _Fits(conn, where, known, watched) if where is not None else None
    found = []
    for (passage, document), spans_of in groupby(stood, itemgetter(0, 1)):
        row = known[document]
        latest = at.get(row.last_good_fetch_id)  # an open span was last seen in its document's last good capture
        lives = [
            Life(at[first], (latest if last is None else at[last]) or at[first], at.get(gone), last is None, heading)
            for _, _, first, last, gone, heading in spans_of
        ]
        if fits is None or fits(document, passage, lives):
            found.append(_one(row.slug, lives, is_watched=document in watched))
    return found, of


class _Fits:
    """Does the place answer? What is asked of the document alone is asked once for each."""

    def __init__(self, conn: Connection, where: Query, known: Mapping[int, Any], watched: set[int]) -> None:
        self._where, self._known, self._watched = where, known, watched
        self._judged = Judged(conn) if asks(where, "verdict") else None
        self._topics = {row.id: row.topics for row in conn.execute(_TOPICS)}
        self._is_about_documents = asks_documents_alone(where)
        self._of: dict[int, bool] = {}

    def __call__(self, document: int, passage: int, lives: Sequence[Life]) -> bool:
        if not self._is_about_documents:
            return self._answers(document, passage, lives)
        if document not in self._of:
            self._of[document] = self._answers(document, passage, ())
        return self._of[document]

    def _answers(self, document: int, passage: int, lives: Sequence[Life]) -> bool:
        row = self._known[document]
        standing = Standing(
            row.company_id,
            tuple(self._topics[row.company_id]),
            row.kind,
            row.lang or "",
            row.role or "",
            tuple(lives),
            document in self._watched,
        )
        if self._judged:
            standing = replace(standing, verdicts=self._judged.on(document, passage))
        return answers_query(self._where, _NOTHING, standing)


def _times(conn: Connection, known: Mapping[int, Any], stood: Sequence[Any]) -> dict[int | None, datetime]:
    """When each capture these lives begin and end with was made; each read once, however many lives share it."""
    wanted: set[int | None] = set()
    for _, document, first, last, gone, _ in stood:
        wanted.update((first, known[document].last_good_fetch_id if last is None else last, gone))
    at: dict[int | None, datetime] = {}
    for some in chunks(sorted(one for one in wanted if one is not None), _AT_ONCE):
        times: Any = conn.exec_driver_sql(_TIMES.format(numbers=", ".join(map(str, some)))).cursor
        at.update((fetch_id, _time(value)) for fetch_id, value in times.fetchall())
    return at


def _time(value: str | datetime) -> datetime:
    """What ``UtcTime`` makes of a time as the driver has it; thousands are read for one count."""
    return datetime.fromisoformat(f"{value}+00:00") if isinstance(value, str) else value.astimezone(UTC)


def _one(document: str, lives: Sequence[Life], *, is_watched: bool) -> _One:
    if len(lives) == 1:  # nearly always
        first_at, last_at, gone_at, stands, _ = lives[0]
        return _One(document, first_at, last_at, None if stands else gone_at, stands and is_watched)
    stands = any(life.stands for life in lives)
    gone = None if stands else max(lives, key=lambda life: life.last_at).gone_at
    return _One(
        document,
        min(life.first_at for life in lives),
        max(life.last_at for life in lives),
        gone,
        stands and is_watched,
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
