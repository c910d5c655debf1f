"""Errors as people and programs can read them. The last edge: what was not foreseen is logged here with its traceback."""

from __future__ import annotations

import logging
from datetime import date
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from core.errors import NotFound, OnRecordError, QueryError, Refused, StorageError
from core.text.visible import one_line
from storage.accounts import AccountProblem
from web.access import Forbidden, NotSignedIn
from web.site import Site, wants_page

log = logging.getLogger(__name__)


class BadRequest(OnRecordError):
    """An address says something that cannot be meant: a date that is none, a version that is no number."""


def day_of(text: str) -> date:
    """A day in an address, such as 2021-03-01. Raises BadRequest."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"“{one_line(text, 40)}” is no day; write it like 2021-03-01") from None


def install(app: FastAPI, site: Site) -> None:
    """Give every error of the pages its form."""

    def plainly(kind: type[OnRecordError], status: int, title: str) -> None:
        def handle(request: Request, error: Exception) -> Response:
            return site.problem(request, status, title, _sentence(str(error)))

        app.add_exception_handler(kind, handle)

    plainly(NotFound, 404, "Not in the archive")
    plainly(BadRequest, 400, "This address says nothing")
    plainly(QueryError, 400, "This query cannot be understood")
    plainly(Forbidden, 403, "Not for you")
    plainly(Refused, 403, "This cannot be done")
    plainly(AccountProblem, 409, "This cannot be done")

    @app.exception_handler(NotSignedIn)
    def not_signed_in(request: Request, error: NotSignedIn) -> Response:
        if not wants_page(request):
            return site.problem(request, 401, "Sign in first", _sentence(str(error)))
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse("/login" if asked == "/" else f"/login?{urlencode({'next': asked})}", 303)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        wrong = error.errors()[0]
        value, name = one_line(str(wrong.get("input", "")), 40), one_line(str(wrong["loc"][-1]), 40)
        return site.problem(request, 400, "This address says nothing", f"“{value}” is no value for {name}.")

    @app.exception_handler(StorageError)
    def storage(request: Request, error: StorageError) -> Response:
        log.error("page %s: %s", request.url.path, error)
        return site.problem(request, 500, "The archive cannot be read here", _sentence(str(error)))

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404:
            return site.problem(request, 404, "Not in the archive", "There is no page at this address.")
        return site.problem(request, error.status_code, "This cannot be done", _sentence(str(error.detail)))

    @app.exception_handler(Exception)
    def unforeseen(request: Request, error: Exception) -> Response:
        log.error("page %s failed", request.url.path, exc_info=error)
        detail = "On Record made a mistake while making this page. The archive is untouched; the log says more."
        return site.problem(request, 500, "This page failed", detail)


def wait_problem(site: Site, request: Request, seconds: int) -> Response:
    """Too many wrong tries: come back later."""
    detail = f"Too many wrong tries. Try again in {seconds} seconds."
    answer = site.problem(request, 429, "Wait a little", detail)
    answer.headers["retry-after"] = str(seconds)
    return answer


def _sentence(text: str) -> str:
    text = one_line(text, 500)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}"
