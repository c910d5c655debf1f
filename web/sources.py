"""Sources: how each answered last, how it was graded, when it is asked next; and "check now", which is a task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from core.text.visible import one_line
from core.wording import defang, label, trouble
from storage import sources
from storage.sources import SourceHealth
from web import work
from web.access import Actor, may
from web.exports import Table
from web.problems import BadRequest
from web.site import Site

ROWS: Final = 100
MOST_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source. ``state``: seen | unseen | waiting | ended; ``why`` says what is wrong, in words."""

    id: str
    company_id: str
    kind: str
    role: str
    address: str
    state: str
    grade: str
    why: str
    since: datetime | None
    last_at: datetime | None
    next_at: datetime | None
    failures: int


@dataclass(frozen=True, slots=True)
class Sources:
    """The page. ``total`` fit what was asked for; ``troubled`` of all watched cannot be seen."""

    sources: tuple[SourceRow, ...]
    total: int
    troubled: int
    start: int
    company: str
    only: str


COLUMNS: Final = (
    "source", "company", "kind", "role", "address", "state", "grade", "why", "since", "last", "next"
)  # fmt: skip


def routes(site: Site) -> APIRouter:
    """``/sources`` and ``/sources/check``."""
    router = APIRouter()

    @router.api_route("/sources", methods=["GET", "HEAD"])
    @may("reader")
    def all_sources(request: Request, company: str = "", only: str = "", start: int = 0) -> Response:
        start, only = max(0, start), only if only in ("unseen", "ended") else ""
        everything = request.query_params.get("format") == "json"
        with site.database.read() as conn:
            found = sources.list_sources(
                conn,
                with_ended=only == "ended",
                company=company or None,
                unseen=only == "unseen",
                limit=None if everything else ROWS,
                start=start,
            )
            total, troubled = sources.count_sources(conn, company=company or None, with_ended=only == "ended")
        view = Sources(
            tuple(map(row_of, found)), troubled if only == "unseen" else total, troubled, start, company, only
        )

        def rows(conn: Connection) -> Iterator[tuple[object, ...]]:
            found = sources.list_sources(
                conn, with_ended=only == "ended", company=company or None, unseen=only == "unseen", limit=None
            )
            yield from (cells(row_of(one)) for one in found)

        return site.answer(request, "sources.html", view, table=Table("sources", COLUMNS, rows))

    @router.post("/sources/check")
    @may("operator")
    def check(actor: Actor) -> Response:
        wanted = sorted({one for one in actor.all_of("source") if one})
        if not 1 <= len(wanted) <= MOST_AT_ONCE:
            raise BadRequest(f"choose between one and {MOST_AT_ONCE} sources to check now")
        return work.ask(site, actor, "check", {"sources": wanted}, ", ".join(wanted)[:300])

    return router


def cells(one: SourceRow) -> tuple[object, ...]:
    """A source under ``COLUMNS``."""
    return (one.id, one.company_id, one.kind, one.role, one.address, one.state, one.grade, one.why, one.since,
            one.last_at, one.next_at)  # fmt: skip


def row_of(one: SourceHealth) -> SourceRow:
    """A source in words."""
    source = one.source
    is_unseen = one.incident_since is not None
    state = "ended" if one.ended_at else "unseen" if is_unseen else "seen" if one.last_fetch_at else "waiting"
    why = trouble(one.incident_code) if one.incident_code else ""
    return SourceRow(
        id=source.id,
        company_id=source.company,
        kind=label(source.kind),
        role=label(source.role) if source.role else "",
        address=one_line(defang(source.url, 120), 130),
        state=state,
        grade=one.grade or ("good" if one.status and one.status < 400 else ""),
        why=why or (one.reason or "" if state != "ended" else ""),
        since=one.ended_at or one.incident_since,
        last_at=one.last_fetch_at,
        next_at=one.next_due_at,
        failures=one.failures,
    )
