"""What every page is given, and how a view becomes an answer: a page for people, the same data for programs and tables.

A view is a frozen dataclass of plain values. Pages only read: one transaction. What is taken along as a file is noted
in the audit, and nothing else is kept.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from jinja2 import Environment
from pydantic_core import to_jsonable_python

from core.access import Role
from core.promising import Promising
from core.vitals import Vitals
from storage import audit
from storage.blobs import BlobStore
from storage.engine import Database
from web.exports import Feed, Table, as_atom, as_csv, as_json, as_json_lines
from web.navigation import ways

PROBLEM_JSON: Final = "application/problem+json"
FILES: Final = {  # forms in which a whole list is taken along (``json`` is what the page shows): type, how it is written
    "csv": ("text/csv; charset=utf-8", as_csv),
    "list": ("application/json", as_json),
    "jsonl": ("application/jsonl; charset=utf-8", as_json_lines),
}
FORMS: Final = {"csv": "CSV", "list": "JSON", "jsonl": "JSON lines"}


@dataclass(frozen=True, slots=True)
class Site:
    """The archive, the clock, and the address people reach these pages at (None: only by loopback).

    With ``commitments`` a pair of versions nobody compared before is judged when it is opened. ``guest`` is the role
    of whoever is not signed in: None everywhere but in the rehearsal, whose companies are invented. ``vitals``
    tell how the process that watches is, where these pages belong to one. ``topics_of`` says what a sentence with its
    lead-in is about, by the rules as they are now.
    """

    database: Database
    blobs: BlobStore
    now: Callable[[], datetime]
    base_url: str | None
    templates: Environment
    commitments: Promising | None = None
    guest: Role | None = None
    vitals: Callable[[], Vitals] | None = None
    topics_of: Callable[[str, str], Sequence[str]] | None = None

    def answer(
        self,
        request: Request,
        template: str,
        view: object,
        *,
        status: int = 200,
        table: Table | Sequence[Table] | None = None,
        feed: Feed | None = None,
    ) -> Response:
        """The view as a page, or in the form the address or ``?format=`` asks for: JSON of what the page shows; CSV, JSON
        or JSON lines of a whole list behind it (of several the one named by ``&of=``, else the first); Atom of a feed.
        """
        tables = (table,) if isinstance(table, Table) else tuple(table or ())
        wanted = request.query_params.get("format")
        if wants_json(request):
            self._note_export(request, "JSON")
            return JSONResponse(to_jsonable_python(view), status)
        if wanted in FILES and tables:
            named = [one for one in tables if one.of == request.query_params.get("of", "")]
            return self._file(request, wanted, (named or tables)[0])
        if wanted == "atom" and feed is not None:
            base = (self.base_url or str(request.base_url)).rstrip("/")
            address = with_format(request, "atom")
            body = as_atom(feed, address=address, base=base, now=self.now())
            return Response(body, media_type="application/atom+xml; charset=utf-8")
        forms = [("JSON", json_address(request))]
        forms += [("Atom", with_format(request, "atom"))] if feed is not None else []
        lists = [
            (one.of, [(word, with_format(request, form, one.of)) for form, word in FORMS.items()]) for one in tables
        ]
        return HTMLResponse(self.page(request, template, view=view, forms=tuple(forms), lists=lists), status)

    def _file(self, request: Request, form: str, table: Table) -> Response:
        """The whole list, written while it is read: one view of the archive, however long it is."""
        media_type, written = FILES[form]
        name = re.sub(r"[^A-Za-z0-9-]+", "-", table.name).strip("-")[:80] or "list"
        ending = "json" if form == "list" else form
        headers = {"content-disposition": f'attachment; filename="onrecord-{name}.{ending}"'}
        if request.method == "HEAD":
            return Response(media_type=media_type, headers=headers)
        self._note_export(request, FORMS[form])

        def body() -> Iterator[bytes]:
            with self.database.read() as conn:
                yield from written(table.columns, table.rows(conn))

        return StreamingResponse(body(), media_type=media_type, headers=headers)

    def _note_export(self, request: Request, form: str) -> None:
        """Who took what along, for the operator to read; looking at it as a page leaves nothing."""
        who = getattr(request.state, "who", None)
        if who is None or request.method != "GET":
            return
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        with self.database.write() as conn:
            audit.note(conn, who.name, f"export as {form}", at=self.now(), about=asked)

    def page(self, request: Request, template: str, **values: object) -> str:
        """A page of that template; what every page shows is added here."""
        path, who = request.url.path, getattr(request.state, "who", None)
        values = {"forms": (), "lists": (), **values}
        return self.templates.get_template(template).render(
            now=self.now(),
            path=path,
            query=_asked(request),
            query_of=lambda name: request.query_params.get(name, ""),
            who=who,
            ways=ways(who.role if who else None),
            **values,
        )

    def problem(self, request: Request, status: int, title: str, detail: str) -> Response:
        """An error people understand; for programs problem details (RFC 9457)."""
        if _wants_data(request):
            return JSONResponse(problem_details(status, title, detail), status, media_type=PROBLEM_JSON)
        return HTMLResponse(self.page(request, "problem.html", status=status, title=title, detail=detail), status)


def wants_json(request: Request) -> bool:
    """Does the address say so (``….json`` or ``?format=json``)?"""
    return request.url.path.endswith(".json") or request.query_params.get("format") == "json"


def json_address(request: Request) -> str:
    """Where the same data stands as JSON, relative to this site."""
    return with_format(request, "json")


def with_format(request: Request, form: str, of: str = "") -> str:
    """The same page (or the list ``of`` it that is named) in another form, relative to this site."""
    left = ("format", "of", "start", "part")
    rest = [(name, value) for name, value in request.query_params.multi_items() if name not in left]
    named = [("of", of)] if of else []
    return f"{request.url.path}?{urlencode([*rest, *named, ('format', form)])}"


def without_json(name: str) -> str:
    """A name out of an address, without the ending that asks for JSON."""
    return name.removesuffix(".json")


def wants_page(request: Request) -> bool:
    """Does a person ask, so that a page to sign in helps more than an error?"""
    return request.method in ("GET", "HEAD") and not _wants_data(request)


def _wants_data(request: Request) -> bool:
    is_file = request.query_params.get("format") in ("json", "atom", *FILES)
    return is_file or wants_json(request) or _prefers_json(request)


def _prefers_json(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return "json" in accepted and "text/html" not in accepted


def _asked(request: Request) -> str:
    return request.query_params.get("q", "")[:4_000]


def problem_details(status: int, title: str, detail: str) -> dict[str, object]:
    """A problem for programs (RFC 9457)."""
    return {"type": "about:blank", "title": title, "status": status, "detail": detail}


def plain_problem(request: Request, status: int, title: str, detail: str) -> Response:
    """A problem of what is refused before any page is reached: as a page that needs nothing, or for programs."""
    if _wants_data(request):
        return JSONResponse(problem_details(status, title, detail), status, media_type=PROBLEM_JSON)
    said = f"{status} {html.escape(title)}: {html.escape(detail)}"
    page = f"<!doctype html><html lang=en><meta charset=utf-8><title>{said}</title><p>{said}</p></html>\n"
    return HTMLResponse(page, status)
