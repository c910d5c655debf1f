"""Companies and what is kept of each: the way in for who does not come from an alert or a search."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from core.errors import NotFound
from core.model import ChangeClass
from core.report import title_of
from core.text.visible import one_line
from core.wording import defang, label, mark_of
from storage import changes, documents, overview, sources
from storage.changes import StoredChange
from storage.overview import CompanyRow
from web.access import may
from web.drawing import Tick, axis_of, ticks
from web.exports import BATCH, Entry, Feed, Table, table_of
from web.site import Site, without_json
from web.sources import COLUMNS, SourceRow, cells, row_of
from web.speech import Sign, compare_address, document_address, sign_of

CHANGES: Final = 30
SOURCES: Final = 200


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document in a list. ``last_good_at`` is the last capture that showed it."""

    title: str
    address: str
    address_shown: str
    kind: str
    versions: int
    state: str
    first_at: datetime
    last_good_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change in the list; ``what`` is its sign in words, or how much differs."""

    at: datetime
    sign: Sign
    severity: str
    title: str
    address: str
    found_late: bool


@dataclass(frozen=True, slots=True)
class CompanyView:
    """One company: names, topics, its documents, its sources with their health, and when its words changed."""

    id: str
    name: str
    aliases: tuple[str, ...]
    topics: tuple[str, ...]
    documents: tuple[DocumentLine, ...]
    sources: tuple[SourceRow, ...]
    changes: tuple[ChangeLine, ...]
    changes_total: int
    dots: tuple[tuple[float, bool], ...]
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class CompaniesView:
    companies: tuple[CompanyRow, ...]


def routes(site: Site) -> APIRouter:
    """``/companies`` and ``/company/<id>``."""
    router = APIRouter()

    @router.api_route("/companies", methods=["GET", "HEAD"])
    @router.api_route("/companies.json", methods=["GET", "HEAD"])
    @may("reader")
    def companies(request: Request) -> Response:
        with site.database.read() as conn:
            view = CompaniesView(tuple(overview.list_companies(conn)))
        rows = [(one.id, one.name, one.documents, one.versions) for one in view.companies]
        table = table_of("companies", ("company", "name", "documents", "versions"), rows)
        return site.answer(request, "companies.html", view, table=table)

    @router.api_route("/company/{company_id}", methods=["GET", "HEAD"])
    @may("reader")
    def company(request: Request, company_id: str) -> Response:
        with site.database.read() as conn:
            view = build(conn, without_json(company_id), site.now())
        columns = ("title", "address", "kind", "versions", "state", "first", "last good capture", "page")
        rows = [
            (
                one.title,
                one.address_shown,
                one.kind,
                one.versions,
                one.state,
                one.first_at,
                one.last_good_at,
                one.address,
            )
            for one in view.documents
        ]
        entries = [
            Entry(
                f"urn:onrecord:{view.id}:{one.address}:{one.at:%Y%m%dT%H%M%SZ}",
                f"{one.sign.word}: {one.title}",
                one.at,
                one.address,
            )
            for one in view.changes
        ]
        tables = (table_of(f"documents-{view.id}", columns, rows, of="documents"), *_tables(view.id))
        feed = Feed(f"On Record: {view.name}", tuple(entries))
        return site.answer(request, "company.html", view, table=tables, feed=feed)

    return router


def _tables(company_id: str) -> tuple[Table, Table]:
    """All of its sources and all changes of its words, however many the page lists."""

    def watched(conn: Connection) -> Iterator[tuple[object, ...]]:
        for one in sources.list_sources(conn, company=company_id, limit=None):
            yield cells(row_of(one))

    def changed(conn: Connection) -> Iterator[tuple[object, ...]]:
        before = None
        while some := changes.latest(
            conn, BATCH, company_id=company_id, classes=[ChangeClass.SUBSTANTIVE], before_id=before
        ):
            for one in map(_change, some):
                yield one.at, one.sign.word, one.severity, one.title, one.address, one.found_late
            before = some[-1].change.id

    columns = ("found at", "verdict", "severity", "document", "address", "found late")
    return (
        Table(f"sources-{company_id}", COLUMNS, watched, "sources"),
        Table(f"changes-{company_id}", columns, changed, "changes"),
    )


def build(conn: Connection, company_id: str, now: datetime) -> CompanyView:
    """One company. Raises NotFound."""
    company = sources.company_by_id(conn, company_id)
    if company is None:
        raise NotFound(f"the company {one_line(company_id, 60)!r} is not in the archive")
    found = documents.list_documents(conn, company_id=company_id)
    times = overview.change_times(conn, company_id)
    told = changes.latest(conn, CHANGES, company_id=company_id, classes=[ChangeClass.SUBSTANTIVE])
    axis = axis_of(min([now, *(row.appeared_at for row in found), *(at for at, _, _ in times)]), now)
    return CompanyView(
        id=company.id,
        name=company.name,
        aliases=company.aliases,
        topics=tuple(label(topic) for topic in company.topics),
        documents=tuple(
            DocumentLine(
                title=one_line(row.title, 160) or defang(row.url, 120),
                address=document_address(row.slug),
                address_shown=defang(row.url, 120),
                kind=label(row.role or row.kind),
                versions=row.version_count,
                state=row.state,
                first_at=row.appeared_at,
                last_good_at=row.last_good_at,
            )
            for row in found
        ),
        sources=tuple(map(row_of, sources.list_sources(conn, company=company_id, limit=SOURCES))),
        changes=tuple(map(_change, told)),
        changes_total=len(times),
        dots=tuple((axis.at(at), severity in ("high", "critical")) for at, severity, _ in times),
        ticks=ticks(axis),
    )


def _change(stored: StoredChange) -> ChangeLine:
    change = stored.change
    pair = change.before_version, change.after_version
    if pair[0] and pair[1] and pair[0].number != pair[1].number:
        address = compare_address(change.document.slug, pair[0].number, pair[1].number)
    else:
        address = document_address(change.document.slug)
    return ChangeLine(
        at=stored.detected_at,
        sign=sign_of(mark_of(change)),
        severity=stored.severity.value if stored.severity else "",
        title=title_of(change.document),
        address=address,
        found_late=change.found_late,
    )
