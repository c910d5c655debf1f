"""Search: who ever said it, since when, and is it still there. Passages with their lives, and where to read on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from core.errors import QueryError
from core.query.grammar import parse
from core.query.tree import And, Field, Near, Not, Or, Query, Regex, Sentence, Term, is_indexable
from core.text.visible import one_line
from core.wording import counted
from storage import biography, facets, overview, search
from storage.facets import Facets, Silent
from storage.known_values import refuse_unknown
from storage.search import Found
from web import work
from web.access import Actor, may
from web.drawing import Axis, Tick, axis_of, ticks
from web.exports import Table, table_of
from web.site import Site, wants_page
from web.speech import compare_address, document_address, finding_address, passage_address

SHOWN: Final = 20
GATHERED: Final = 100  # answers that the drawing and the counts are made from; beyond it they are counted apart
MOST_SKIPPED: Final = 10_000
COLUMNS: Final = (
    "passage", "text", "company", "document", "url", "heading", "first_seen", "last_seen", "gone_since", "still", "match"
)  # fmt: skip
COMPANIES_DRAWN: Final = 10
LONGEST_QUOTE: Final = 1_200
FIELD_WORDS: Final = {
    "company": "of the company",
    "topic": "of companies with the topic",
    "kind": "in a document of the kind",
    "role": "in a document with the role",
    "lang": "in the language",
    "heading": "under a heading with",
    "still": "still there:",
    "verdict": "in a promise that was",
    "seen": "seen in",
    "added": "first seen in",
    "removed": "first absent in",
}


@dataclass(frozen=True, slots=True)
class Life:
    """A passage's time on the drawing: per cent of the width. ``state``: still | gone | unwatched."""

    x1: float
    x2: float
    state: Literal["still", "gone", "unwatched"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage in one document. ``came`` and ``went`` are addresses of the comparisons around its life."""

    company_id: str
    company: str
    document: str
    title: str
    address: str
    heading: str
    text: str
    spans: tuple[tuple[int, int], ...]
    first_seen: datetime
    last_seen: datetime | None
    gone_since: datetime | None
    still: str
    unwatched_since: datetime | None
    wordings: int
    cite: str
    came: str
    went: str
    life: Life


@dataclass(frozen=True, slots=True)
class Said:
    """One company on the drawing, with the lives of what it said."""

    company: str
    y: int
    lives: tuple[Life, ...]
    is_right: bool


@dataclass(frozen=True, slots=True)
class Results:
    """The page. ``error`` says where a query is wrong; ``read_as`` how a right one was understood.

    ``counts`` are of all answers, None where there are too many to count at once (``/search/counts`` does).
    ``is_long``: nothing is wrong with the query, it would only have to read everything.
    """

    q: str
    read_as: str
    error: str
    error_at: int
    hits: tuple[Hit, ...]
    total: int
    is_capped: bool
    start: int
    has_more: bool
    still: int
    companies: int
    documents: int
    first: Hit | None
    last: Hit | None
    said: tuple[Said, ...]
    more_said: int
    ticks: tuple[Tick, ...]
    counts: Facets | None
    is_long: bool
    archive_documents: int
    archive_since: datetime | None


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
    if not q.strip():
        return _empty(q, size)
    refuse_unknown(conn, q, tree := parse(q))
    answers = search.search(conn, tree, GATHERED + 1)
    is_capped = len(answers) > GATHERED
    shown = answers[start : start + SHOWN]
    if start + SHOWN > GATHERED:
        shown = search.search(conn, tree, SHOWN, start=min(start, MOST_SKIPPED))
    answers = answers[:GATHERED]
    if not answers:
        return _empty(q, size, read_as=in_words(tree))
    axis = axis_of(min(one.first_seen_at for one in answers), now)
    around = biography.edges(conn, [one.passage_id for one in shown], [one.document_id for one in shown])
    lines = search.wordings(conn, shown)
    hits = [
        _hit(one, around.get((one.passage_id, one.document_id)), axis, lines.get((one.document_id, one.lineage), 1))
        for one in shown
    ]
    oldest = min(answers, key=lambda one: one.first_seen_at)
    newest = max(answers, key=lambda one: one.last_seen_at or one.first_seen_at)
    companies, more = _said(answers, axis)
    return Results(
        q=q,
        read_as=in_words(tree),
        error="",
        error_at=0,
        hits=tuple(hits),
        total=len(answers),
        is_capped=is_capped,
        start=start,
        has_more=start + len(shown) < len(answers) or (is_capped and len(shown) == SHOWN),
        still=sum(1 for one in answers if one.still == "yes"),
        companies=len({one.company_id for one in answers}),
        documents=len({one.document_id for one in answers}),
        first=_hit(oldest, None, axis),
        last=_hit(newest, None, axis),
        said=companies,
        more_said=more,
        ticks=ticks(axis),
        counts=None if is_capped else facets.of_answers(answers),
        is_long=False,
        archive_documents=size.documents,
        archive_since=size.first_at,
    )


def _empty(q: str, size: overview.Size, *, read_as: str = "", error: str = "", error_at: int = 0) -> Results:
    return Results(
        q=q,
        read_as=read_as,
        error=error,
        error_at=error_at,
        hits=(),
        total=0,
        is_capped=False,
        start=0,
        has_more=False,
        still=0,
        companies=0,
        documents=0,
        first=None,
        last=None,
        said=(),
        more_said=0,
        ticks=(),
        counts=None,
        is_long=False,
        archive_documents=size.documents,
        archive_since=size.first_at,
    )


def _refused(conn: Connection, q: str, error: QueryError) -> Results:
    view = _empty(q, overview.size(conn), error=error.message, error_at=error.position)
    try:
        is_long = not is_indexable(parse(q))
    except QueryError:
        is_long = False
    return replace(view, is_long=is_long)


def in_words(tree: Query) -> str:
    """How a query was understood: ``“fact-specific assessments” or “case by case”, in acme``."""
    match tree:
        case Term():
            return _term_in_words(tree)
        case Regex(pattern):
            return f"what the expression {one_line(pattern.source, 120)} matches"
        case Near(a, b, within, ordered):
            order = "before" if ordered else "near"
            return f"{_inner(a)} {order} {_inner(b)}, at most {counted(within, 'word')} on"
        case Sentence(part):
            return f"in one sentence {_inner(part)}"
        case Field(name, value):
            return f"{FIELD_WORDS[name]} {one_line(value, 60)}"
        case Not(part):
            return f"not {_inner(part)}"
        case And(parts):
            return " and ".join(f"({in_words(part)})" if isinstance(part, Or) else in_words(part) for part in parts)
        case Or(parts):
            return " or ".join(in_words(part) for part in parts)


def _inner(part: Query) -> str:
    return f"({in_words(part)})" if isinstance(part, And | Or | Near) else in_words(part)


def _term_in_words(term: Term) -> str:
    words = term.written or tuple(
        f"{unit.text}…" if number in term.prefixes else unit.text for number, unit in enumerate(term.units)
    )
    gaps = ("" if unit.glued else " " for unit in term.units[1:])  # characters of one run stand as they were written
    quoted = f"“{words[0]}{''.join(map(''.join, zip(gaps, words[1:], strict=True)))}”"
    if term.family:
        return f"any form of {quoted}"
    return f"exactly {quoted}" if term.written else quoted


def _life(found: Found, axis: Axis) -> Life:
    states: dict[str, Literal["still", "gone", "unwatched"]] = {"yes": "still", "no": "gone", "unknown": "unwatched"}
    state = states[found.still]
    end = found.last_seen_at or found.first_seen_at
    return Life(axis.at(found.first_seen_at), axis.at(end), state)


def _hit(found: Found, around: biography.Edges | None, axis: Axis, wordings: int = 1) -> Hit:
    slug = found.document
    text = found.text
    spans = found.spans
    if len(text) > LONGEST_QUOTE:
        text, spans = _cut(text, spans)
    return Hit(
        company_id=found.company_id,
        company=found.company,
        document=slug,
        title=one_line(found.title, 200) or slug,
        address=finding_address(slug, found.text) if found.gone_since is None else document_address(slug),
        heading=found.heading,
        text=text,
        spans=spans,
        first_seen=found.first_seen_at,
        last_seen=found.last_seen_at,
        gone_since=found.gone_since,
        still=found.still,
        unwatched_since=found.unwatched_since,
        wordings=wordings,
        cite=passage_address(slug, found.passage_id),
        came=compare_address(slug, *around.came) if around and around.came else "",
        went=compare_address(slug, *around.went) if around and around.went else "",
        life=_life(found, axis),
    )


def _cut(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The part of a long passage around the first words found, with where they stand in it."""
    first = spans[0][0] if spans else 0
    start = max(0, first - LONGEST_QUOTE // 3)
    if start:
        start = text.find(" ", start) + 1 or start
    end = min(len(text), start + LONGEST_QUOTE)
    head, tail = "[…] " if start else "", " […]" if end < len(text) else ""
    shift = len(head) - start
    kept = tuple((begin + shift, stop + shift) for begin, stop in spans if begin >= start and stop <= end)
    return f"{head}{text[start:end]}{tail}", kept


def _said(answers: Sequence[Found], axis: Axis) -> tuple[tuple[Said, ...], int]:
    """Who said it and until when: a line a company, who said it first on top."""
    by_company: dict[str, list[Found]] = defaultdict(list)
    for one in sorted(answers, key=lambda found: found.first_seen_at):
        by_company[one.company].append(one)
    drawn = []
    for row, (company, found) in enumerate(list(by_company.items())[:COMPANIES_DRAWN]):
        lives = tuple(_life(one, axis) for one in found[:40])
        drawn.append(Said(one_line(company, 60), 32 + 30 * row, lives, lives[0].x1 > 60))
    return tuple(drawn), max(0, len(by_company) - COMPANIES_DRAWN)
