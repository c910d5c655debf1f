"""Requests for addresses nobody watches: what was imported belongs to a company and a source that are not asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from core.model import Company, Source
from storage.leases import DueRequest, request_by_id
from storage.schema import companies, request_sources, requests, sources
from storage.sources import START, address, at_rest
from storage.upsert import insert_or_ignore


def adopt_request(conn: Connection, url: str, company: Company, source: Source, now: datetime) -> DueRequest:
    """The request of an address, made at rest where it is missing, under a source that has already ended.

    An address a configured source asks for keeps its source; it is found and returned as it is.
    """
    url = address(url)
    found = conn.execute(select(requests.c.id).where(requests.c.url == url)).scalar()
    if found is not None:
        return request_by_id(conn, found)
    row: dict[str, object] = {"id": company.id, "name": company.name, "aliases": [], "topics": [], "country": None}
    insert_or_ignore(conn, companies, [row])
    about: dict[str, object] = {"select": [], "remove": [], "options": [], "note": None, "confidence": None}
    insert_or_ignore(
        conn,
        sources,
        [
            {
                "id": source.id,
                "company_id": company.id,
                "kind": source.kind,
                "url": source.url,
                "every_seconds": int(source.every.total_seconds()),
                "options": about,
                "started_at": now,
                "ended_at": now,
                "first_look_at": now,
            }
        ],
    )
    request_id = at_rest(conn, url)
    insert_or_ignore(conn, request_sources, [{"request_id": request_id, "source_id": source.id, "part": START}])
    return request_by_id(conn, request_id)
