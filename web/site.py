"""What every page is given, and how a view becomes an answer: a page for people, the same data as JSON for programs.

A view is a frozen dataclass of plain values. Pages only read: one transaction, nothing kept.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import Environment
from pydantic_core import to_jsonable_python

from core.matching import Commitments
from storage.blobs import BlobStore
from storage.engine import Database

PROBLEM_JSON: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Site:
    """The archive, the clock, and the address people reach these pages at (None: only by loopback).

    With ``commitments`` a pair of versions nobody compared before is judged when it is opened.
    """

    database: Database
    blobs: BlobStore
    now: Callable[[], datetime]
    base_url: str | None
    templates: Environment
    commitments: Commitments | None = None

    def answer(self, request: Request, template: str, view: object, *, status: int = 200) -> Response:
        """The view as a page, or as JSON where the address or ``?format=`` asks for it."""
        if wants_json(request):
            return JSONResponse(to_jsonable_python(view), status)
        return HTMLResponse(self.page(request, template, view=view), status)

    def page(self, request: Request, template: str, **values: object) -> str:
        """A page of that template; what every page shows is added here."""
        path = request.url.path
        return self.templates.get_template(template).render(
            now=self.now(), path=path, json_address=json_address(request), query=_asked(request), **values
        )

    def problem(self, request: Request, status: int, title: str, detail: str) -> Response:
        """An error people understand; for programs problem details (RFC 9457)."""
        if wants_json(request) or _prefers_json(request):
            body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
            return JSONResponse(body, status, media_type=PROBLEM_JSON)
        return HTMLResponse(self.page(request, "problem.html", status=status, title=title, detail=detail), status)


def wants_json(request: Request) -> bool:
    """Does the address say so (``….json`` or ``?format=json``)?"""
    return request.url.path.endswith(".json") or request.query_params.get("format") == "json"


def json_address(request: Request) -> str:
    """Where the same data stands as JSON, relative to this site."""
    query = request.url.query
    return f"{request.url.path}?{query + '&' if query else ''}format=json"


def without_json(name: str) -> str:
    """A name out of an address, without the ending that asks for JSON."""
    return name.removesuffix(".json")


def _prefers_json(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return "json" in accepted and "text/html" not in accepted


def _asked(request: Request) -> str:
    return request.query_params.get("q", "")[:4_000]


def plain_problem(status: int, title: str, detail: str) -> bytes:
    """A problem as a page that needs nothing: for what is refused before any page is reached."""
    said = f"{status} {html.escape(title)}: {html.escape(detail)}"
    return f"<!doctype html><html lang=en><meta charset=utf-8><title>{said}</title><p>{said}</p></html>\n".encode()
