"""Is it alive? An answer for monitors that names nobody and no source."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from core.errors import StorageError
from storage import events
from web.access import may
from web.site import Site


def routes(site: Site) -> APIRouter:
    """``/healthz``: 200 where the archive can be read, 503 where not."""
    router = APIRouter()

    @router.api_route("/healthz", methods=["GET", "HEAD"])
    @may("anyone")
    def healthz() -> Response:
        try:
            with site.database.read() as conn:
                events.last_id(conn)
        except StorageError:
            return JSONResponse({"status": "the archive cannot be read"}, 503)
        return JSONResponse({"status": "ok"})

    return router
