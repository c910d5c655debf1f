"""The answers of a query that the index alone decides, counted: one for each passage in each document it stood in.

Thousands of lives are read for one count, so they are read as the driver has them, with as few columns as counting needs
(``ix_spans_life`` holds them all), and in the statement that proposes them: what was just looked up is still at hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from core.query.evaluate import place_test
from core.query.passage import Life, Standing
from core.query.tree import Query, asks
from storage import fulltext
from storage.chunks import chunks
from storage.judged import Judged
from storage.narrowing import Narrowing, asks_documents_alone
from storage.schema import companies, document_sources, documents, sources

_NONE: Final[frozenset[str]] = frozenset()
_AT_ONCE: Final = 2_000


class One(NamedTuple):
    """One answer, counted."""

    document: str
    first_at: datetime
    last_at: datetime
    gone_at: datetime | None
    is_still: bool


class Of(NamedTuple):
    """The document of an answer."""

    company_id: str
    company: str
    kind: str


# Number and id of a passage, then a life of it: document, first, last, first absent (ids of captures), heading.
Stood = tuple[int, int, int, int, int | None, int | None, str]

# A passage that only ever stood as another wording of its form has no span of its own.
_WITH_SPANS: Final = (
    "SELECT proposed.number, proposed.id, s.document_id, s.first_fetch_id, s.last_fetch_id, s.gone_fetch_id, {heading}"
    " FROM ({proposed}) AS proposed LEFT JOIN spans s ON s.passage_id = proposed.id"
)
# Numbers stand in the text itself: ten thousand of them as parameters cost more than the answer.
_OTHER_TEXTS: Final = (
    "SELECT t.passage_id, s.document_id, s.first_fetch_id, s.last_fetch_id, s.gone_fetch_id, {heading}"
    " FROM span_texts t JOIN spans s ON s.id = t.span_id WHERE t.passage_id IN ({ids})"
)
_TIMES: Final = "SELECT id, started_at FROM fetches WHERE id IN ({ids})"


def lives_of(
    conn: Connection, tree: Query, narrowing: Narrowing, limit: int, *, with_heading: bool, oldest_first: bool = False
) -> tuple[dict[int, int], list[Stood]]:
    """At most so many passages that may answer, those stored last first (number and id), and all their lives."""
    heading = "s.heading" if with_heading else "''"
    statement = _WITH_SPANS.replace("{heading}", heading)
    found: list[Any] = fulltext.proposed_with(conn, tree, narrowing, limit, statement, oldest_first=oldest_first)
    lives = [row for row in found if row[2] is not None]
    number_of = {row[1]: row[0] for row in found}
    for some in chunks(list(number_of), _AT_ONCE):
        other = _OTHER_TEXTS.format(heading=heading, ids=", ".join(map(str, some)))
        lives += [(number_of[row[0]], *row) for row in _raw(conn, other)]
    return {number: passage for passage, number in number_of.items()}, lives


def ones(conn: Connection, lives: list[Stood], where: Query | None) -> tuple[list[One], dict[str, Of]]:
    """The answers among passages whose text answers: one for each document, where the place answers too."""
    known = {row.id: row for row in conn.execute(_DOCUMENTS)}
    names = {row.id: row.name for row in conn.execute(_COMPANIES)}
    of = {
        known[one].slug: Of(known[one].company_id, names[known[one].company_id], known[one].kind)
        for one in {row[2] for row in lives}
    }
    watched = set(conn.execute(_WATCHED).scalars())
    at = _times(conn, known, lives)
    fits = _Fits(conn, where, known, watched) if where is not None else None
    found = []
    for document, passage, theirs in _by_document(lives, known, at):
        if fits is None or fits(document, passage, theirs):
            found.append(one_of(known[document].slug, theirs, is_watched=document in watched))
    return found, of


def _by_document(
    lives: list[Stood], known: Mapping[int, Any], at: Mapping[int | None, datetime]
) -> Iterator[tuple[int, int, tuple[Life, ...]]]:
    """The lives of each passage in each document: document, passage, lives, the oldest first."""
    lives.sort(key=itemgetter(1, 2, 3))
    latest = {document: at.get(known[document].last_good_fetch_id) for document in {row[2] for row in lives}}
    before: tuple[int, int] | None = None
    together: list[Life] = []
    for _, passage, document, first, last, gone, heading in lives:
        if before != (document, passage):
            if before is not None:
                yield *before, tuple(together)
            before, together = (document, passage), []
        first_at = at[first]
        # An open span was last seen in its document's last good capture.
        last_at = at[last] if last is not None else latest[document] or first_at
        together.append(Life(first_at, last_at, at.get(gone), last is None, heading))
    if before is not None:
        yield *before, tuple(together)


class _Fits:
    """Does the place answer? What is asked of the document alone is asked once for each."""

    def __init__(self, conn: Connection, where: Query, known: Mapping[int, Any], watched: set[int]) -> None:
        self._fits, self._known, self._watched = place_test(where), known, watched
        self._judged = Judged(conn) if asks(where, "verdict") else None
        self._topics = {row.id: tuple(row.topics) for row in conn.execute(_TOPICS)}
        self._is_about_documents = asks_documents_alone(where)
        self._about: dict[int, tuple[str, tuple[str, ...], str, str, str]] = {}
        self._of: dict[int, bool] = {}

    def __call__(self, document: int, passage: int, lives: tuple[Life, ...]) -> bool:
        if not self._is_about_documents:
            return self._answers(document, passage, lives)
        if document not in self._of:
            self._of[document] = self._answers(document, passage, ())
        return self._of[document]

    def _answers(self, document: int, passage: int, lives: tuple[Life, ...]) -> bool:
        about = self._about.get(document)
        if about is None:
            row = self._known[document]
            about = row.company_id, self._topics[row.company_id], row.kind, row.lang or "", row.role or ""
            self._about[document] = about
        verdicts = self._judged.on(document, passage) if self._judged else _NONE
        return self._fits(Standing(*about, lives, document in self._watched, "", verdicts))


def _times(conn: Connection, known: Mapping[int, Any], lives: Sequence[Stood]) -> dict[int | None, datetime]:
    """When each capture these lives begin and end with was made; each read once, however many lives share it."""
    wanted: set[int | None] = {row[3] for row in lives}
    wanted.update(row[4] for row in lives)
    wanted.update(row[5] for row in lives)
    wanted.update(known[document].last_good_fetch_id for document in {row[2] for row in lives if row[4] is None})
    wanted.discard(None)
    at: dict[int | None, datetime] = {}
    for some in chunks(sorted(one for one in wanted if one is not None), _AT_ONCE):
        for fetch_id, value in _raw(conn, _TIMES.format(ids=", ".join(map(str, some)))):
            at[fetch_id] = _time(value)
    return at


def _raw(conn: Connection, statement: str) -> list[Any]:
    result: Any = conn.exec_driver_sql(statement).cursor
    rows: list[Any] = result.fetchall()
    return rows


def _time(value: str | datetime) -> datetime:
    """What ``UtcTime`` makes of a time as the driver has it."""
    return datetime.fromisoformat(f"{value}+00:00") if isinstance(value, str) else value.astimezone(UTC)


def one_of(document: str, lives: Sequence[Life], *, is_watched: bool) -> One:
    """The lives of a passage in one document as one answer."""
    if len(lives) == 1:  # nearly always
        first_at, last_at, gone_at, stands, _ = lives[0]
        return One(document, first_at, last_at, None if stands else gone_at, stands and is_watched)
    stands = any(life.stands for life in lives)
    gone = None if stands else max(lives, key=lambda life: life.last_at).gone_at
    return One(
        document,
        min(life.first_at for life in lives),
        max(life.last_at for life in lives),
        gone,
        stands and is_watched,
    )


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
