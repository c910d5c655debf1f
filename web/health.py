"""Is it alive, can it work, how much of everything: answers for monitors, which name nobody and no source.

``/healthz`` asks only whether the archive can be read; ``/readyz`` whether the watch goes on, with the reasons where it
does not; ``/metrics`` has the numbers (web/metrics.py). Who may see them is decided where all access is.
"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from core.errors import StorageError
from storage import events, numbers
from web.access import may
from web.site import Site


def routes(site: Site) -> APIRouter:
    """200 where all is well, 503 where not."""
    router = APIRouter()

    @router.api_route("/healthz", methods=["GET", "HEAD"])
    @may("anyone")
    def healthz() -> Response:
        if not _can_be_read(site):
            return JSONResponse({"status": UNREADABLE}, 503)
        return JSONResponse({"status": "ok"})

    @router.api_route("/readyz", methods=["GET", "HEAD"])
    @may("anyone")
    def readyz() -> Response:
        if not _can_be_read(site):
            return JSONResponse({"status": "not ready", "reasons": [UNREADABLE]}, 503)
        vitals = site.vitals() if site.vitals else None
        if vitals is not None and not vitals.is_ready:
            return JSONResponse({"status": "not ready", "reasons": list(vitals.troubles)}, 503)
        return JSONResponse({"status": "ready"})

    @router.api_route("/metrics", methods=["GET", "HEAD"])
    @may("anyone")
    def metrics() -> Response:
        from web.metrics import MEDIA_TYPE, exposition  # here: only where somebody asks

        now = site.now()
        try:
            with site.database.read() as conn:
                found = numbers.numbers(conn, now)
        except StorageError:
            return JSONResponse({"status": UNREADABLE}, 503)
        return Response(exposition(found, site.vitals() if site.vitals else None), media_type=MEDIA_TYPE)

    return router


UNREADABLE = "the archive cannot be read"


def _can_be_read(site: Site) -> bool:
    try:
        with site.database.read() as conn:
            events.last_id(conn)
    except StorageError:
        return False
    return True
