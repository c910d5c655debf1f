"""Live pages: server-sent events that say only that something happened. The page then asks for itself again.

No words, names or numbers travel here. The stream ends by itself now and then, so that a session which ended is noticed;
a browser connects again on its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from storage import events
from web.access import may
from web.site import Site

TOLD: Final = ("change.", "alert.", "incident.", "document.", "delivery.dead", "case.")
LOOK: Final = 2.0  # seconds between two looks
BEAT: Final = 15.0  # seconds between two signs of life
LASTS: Final = 300.0
MOST: Final = 64  # streams at once


def routes(site: Site) -> APIRouter:
    """``/live``."""
    router = APIRouter()
    open_streams = 0

    @router.api_route("/live", methods=["GET"])
    @may("reader")
    async def live(request: Request) -> Response:
        if open_streams >= MOST:
            return Response(status_code=503, headers={"retry-after": "60"})
        since = request.headers.get("last-event-id", "")
        cursor = int(since) if since.isdecimal() and len(since) < 16 else await run_in_threadpool(_newest)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(_stream(request, cursor), media_type="text/event-stream", headers=headers)

    def _newest() -> int:
        with site.database.read() as conn:
            return events.last_id(conn)

    def _look(cursor: int) -> tuple[int, bool]:
        with site.database.read() as conn:
            found = events.since(conn, cursor, 1_000)
        return (found[-1].id if found else cursor), any(event.type.startswith(TOLD) for event in found)

    async def _stream(request: Request, cursor: int) -> AsyncIterator[str]:
        nonlocal open_streams
        open_streams += 1
        try:
            yield f"retry: 3000\nid: {cursor}\n: here\n\n"
            quiet = 0.0
            for _ in range(int(LASTS / LOOK)):
                await asyncio.sleep(LOOK)
                if await request.is_disconnected():
                    return
                cursor, is_news = await run_in_threadpool(_look, cursor)
                quiet = 0.0 if is_news else quiet + LOOK
                if is_news:
                    yield f"id: {cursor}\nevent: changed\ndata: 1\n\n"
                elif quiet >= BEAT:
                    quiet = 0.0
                    yield f"id: {cursor}\n: here\n\n"
        finally:
            open_streams -= 1

    return router
