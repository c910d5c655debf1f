"""Search: who ever said it, since when, and is it still there. Passages with their lives, and where to read on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from core.errors import QueryError
from core.query.grammar import parse
from core.query.reading import asks_ahead, in_words
from core.query.tree import is_indexable
from storage import facets, overview, search
from storage.facets import Facets, Silent
from storage.known_values import refuse_unknown
from web import work
from web.access import Actor, may
from web.drawing import Tick, axis_of, ticks
from web.exports import Table, table_of
from web.hits import Hit, Known, Said, hit, known_of, said
from web.site import Site, wants_page

SHOWN: Final = 20
GATHERED: Final = 100  # answers that the drawing and the counts are made from; beyond it they are counted apart
MOST_SKIPPED: Final = 10_000
COLUMNS: Final = (
    "passage", "text", "company", "document", "url", "heading", "first_seen", "last_seen", "gone_since", "still", "match"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Results:
    """The page. ``error`` says where a query is wrong; ``read_as`` how a right one was understood.

    ``counts`` are of all answers, None where there are too many to count at once (``/search/counts`` does).
    ``is_long``: nothing is wrong with the query, it would only have to read everything. ``is_ahead``: it asks for a time
    that has not come yet.
    """

    q: str
    archive_documents: int
    archive_since: datetime | None
    read_as: str = ""
    error: str = ""
    error_at: int = 0
    hits: tuple[Hit, ...] = ()
    total: int = 0
    is_capped: bool = False
    start: int = 0
    has_more: bool = False
    still: int = 0
    companies: int = 0
    documents: int = 0
    first: Hit | None = None
    last: Hit | None = None
    said: tuple[Said, ...] = ()
    more_said: int = 0
    ticks: tuple[Tick, ...] = ()
    counts: Facets | None = None
    is_long: bool = False
    is_ahead: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """All answers counted: companies, kinds, years, the first and the last."""

    q: str
    read_as: str
    counts: Facets


@dataclass(frozen=True, slots=True)
class Never:
    """Who of the ``asked`` companies was never seen to say it. ``every``: whom one may choose."""

    q: str
    read_as: str
    silent: tuple[Silent, ...]
    chosen: tuple[str, ...]
    every: tuple[tuple[str, str], ...]
    asked: int


def routes(site: Site) -> APIRouter:
    """``/search``, ``/search/counts``, ``/search/never``, and a search that reads everything, as a task."""
    router = APIRouter()

    @router.api_route("/search", methods=["GET", "HEAD"])
    @router.api_route("/search.json", methods=["GET", "HEAD"])
    @may("reader")
    def found(request: Request, q: str = "", start: int = 0) -> Response:
        with site.database.read() as conn:
            try:
                view = build(conn, q, max(0, start), site.now())
            except QueryError as error:
                if not wants_page(request):
                    raise
                return site.answer(request, "search.html", _refused(conn, q, error), status=400)
        return site.answer(request, "search.html", view, table=_table(q) if view.total else None)

    @router.api_route("/search/counts", methods=["GET", "HEAD"])
    @may("reader")
    def counts(request: Request, q: str = "") -> Response:
        with site.database.read() as conn:
            refuse_unknown(conn, q, tree := parse(q))
            view = Counts(q, in_words(tree), facets.facets(conn, tree))
        return site.answer(request, "counts.html", view, table=_counted(view))

    @router.api_route("/search/never", methods=["GET", "HEAD"])
    @may("reader")
    def never(request: Request, q: str = "") -> Response:
        chosen = tuple(request.query_params.getlist("company"))
        with site.database.read() as conn:
            view = _never(conn, q, chosen)
        columns = ("company", "name", "documents", "since")
        rows = [(one.company_id, one.company, one.documents, one.since) for one in view.silent]
        return site.answer(request, "never.html", view, table=table_of("never-said", columns, rows))

    @router.post("/search/task")
    @may("analyst")
    def read_everything(actor: Actor) -> Response:
        query = actor["q"]
        parse(query)
        return work.ask(site, actor, "search", {"q": query}, query)

    return router


def _counted(view: Counts) -> tuple[Table, ...]:
    counts, name = view.counts, f"counts-{view.q}"
    years = [(one.year, one.came, one.stood, one.went) for one in counts.years]
    return (
        table_of(f"{name}-companies", ("company", "name", "passages"), counts.companies, of="companies"),
        table_of(f"{name}-kinds", ("kind", "passages"), counts.kinds, of="kinds"),
        table_of(f"{name}-years", ("year", "came", "stood", "went"), years, of="years"),
    )


def _never(conn: Connection, q: str, chosen: tuple[str, ...]) -> Never:
    every = overview.list_companies(conn)
    if not q.strip():
        return Never(q, "", (), chosen, tuple((one.id, one.name) for one in every), 0)
    tree = parse(q)
    refuse_unknown(conn, q, tree)
    silent = facets.never_said(conn, tree, chosen or [one.id for one in every])
    return Never(
        q, in_words(tree), tuple(silent), chosen, tuple((one.id, one.name) for one in every), len(chosen or every)
    )


def _table(q: str) -> Table:
    """Every answer as a row, as the command prints it."""

    def rows(conn: Connection) -> Iterator[tuple[object, ...]]:
        for one in search.stream(conn, q):
            yield (str(one.passage_id), one.text, one.company_id, one.document, one.url, one.heading, one.first_seen_at,
                   one.last_seen_at, one.gone_since, one.still, [one.text[a:b] for a, b in one.spans])  # fmt: skip

    return Table(f"search-{q}", COLUMNS, rows)


def build(conn: Connection, q: str, start: int, now: datetime) -> Results:
    """The answers to a query; an empty one gives the page that teaches. Raises QueryError."""
    size = overview.size(conn)
    nothing = Results(q, size.documents, size.first_at)
    if not q.strip():
        return nothing
    refuse_unknown(conn, q, tree := parse(q))
    answers = search.search(conn, tree, GATHERED + 1)
    is_capped = len(answers) > GATHERED
    shown = answers[start : start + SHOWN]
    if start + SHOWN > GATHERED:
        shown = search.search(conn, tree, SHOWN, start=min(start, MOST_SKIPPED))
    answers = answers[:GATHERED]
    if not answers:
        return replace(nothing, read_as=in_words(tree), is_ahead=asks_ahead(tree, now))
    axis = axis_of(min(one.first_seen_at for one in answers), now)
    known = known_of(conn, shown)
    hits = [hit(one, axis, known) for one in shown]
    oldest = min(answers, key=lambda one: one.first_seen_at)
    newest = max(answers, key=lambda one: one.last_seen_at or one.first_seen_at)
    companies, more = said(answers, axis)
    return replace(
        nothing,
        read_as=in_words(tree),
        hits=tuple(hits),
        total=len(answers),
        is_capped=is_capped,
        start=start,
        has_more=start + len(shown) < len(answers) or (is_capped and len(shown) == SHOWN),
        still=sum(1 for one in answers if one.still == "yes"),
        companies=len({one.company_id for one in answers}),
        documents=len({one.document_id for one in answers}),
        first=hit(oldest, axis, Known()),
        last=hit(newest, axis, Known()),
        said=companies,
        more_said=more,
        ticks=ticks(axis),
        counts=None if is_capped else facets.of_answers(answers),
    )


def _refused(conn: Connection, q: str, error: QueryError) -> Results:
    size = overview.size(conn)
    try:
        is_long = not is_indexable(parse(q))
    except QueryError:
        is_long = False
    return Results(q, size.documents, size.first_at, error=error.message, error_at=error.position, is_long=is_long)
