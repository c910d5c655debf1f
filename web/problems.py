"""Errors as people and programs can read them. The last edge: what was not foreseen is logged here with its traceback."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from core.errors import NotFound, OnRecordError, QueryError, StorageError
from core.text.visible import one_line
from web.site import Site

log = logging.getLogger(__name__)


class BadRequest(OnRecordError):
    """An address says something that cannot be meant: a date that is none, a version that is no number."""


def install(app: FastAPI, site: Site) -> None:
    """Give every error of the pages its form."""

    @app.exception_handler(NotFound)
    def not_found(request: Request, error: NotFound) -> Response:
        return site.problem(request, 404, "Not in the archive", _sentence(str(error)))

    @app.exception_handler(BadRequest)
    def bad_request(request: Request, error: BadRequest) -> Response:
        return site.problem(request, 400, "This address says nothing", _sentence(str(error)))

    @app.exception_handler(QueryError)
    def bad_query(request: Request, error: QueryError) -> Response:
        return site.problem(request, 400, "This query cannot be understood", _sentence(str(error)))

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        names = ", ".join(sorted({str(one["loc"][-1]) for one in error.errors()}))
        return site.problem(request, 400, "This address says nothing", f"The value of {one_line(names, 80)} is none.")

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


def _sentence(text: str) -> str:
    text = one_line(text, 500)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}"
