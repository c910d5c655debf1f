"""Companies and what is kept of each: the way in for who does not come from an alert or a search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from core.errors import NotFound
from core.text.visible import one_line
from core.wording import defang, label
from storage import documents, overview, sources
from storage.overview import CompanyRow
from web.access import may
from web.site import Site, without_json
from web.speech import document_address


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
class CompanyView:
    """One company: names, topics, its documents, how many sources are watched."""

    id: str
    name: str
    aliases: tuple[str, ...]
    topics: tuple[str, ...]
    documents: tuple[DocumentLine, ...]
    sources: int


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
        return site.answer(request, "companies.html", view)

    @router.api_route("/company/{company_id}", methods=["GET", "HEAD"])
    @may("reader")
    def company(request: Request, company_id: str) -> Response:
        with site.database.read() as conn:
            view = build(conn, without_json(company_id))
        return site.answer(request, "company.html", view)

    return router


def build(conn: Connection, company_id: str) -> CompanyView:
    """One company. Raises NotFound."""
    company = sources.company_by_id(conn, company_id)
    if company is None:
        raise NotFound(f"the company {one_line(company_id, 60)!r} is not in the archive")
    found = documents.list_documents(conn, company_id=company_id)
    watched = sum(1 for health in sources.list_sources(conn) if health.source.company == company_id)
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
        sources=watched,
    )
