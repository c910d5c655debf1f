"""``/hooks/<name>``: whoever holds its secret says "look at this source now". Nothing else of what is sent counts.

A name that is none and a secret that is wrong are answered alike, after the same work.
"""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from core.hooks import PAUSE, Call, is_right, secret_of
from storage import pushed
from web.access import Forbidden, may
from web.site import PROBLEM_JSON, Site

LARGEST: Final = 100_000  # bytes; read for the signature, then forgotten


async def call_of(request: Request, name: str) -> Call:
    """What was sent. Raises Forbidden where it is too much."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            raise Forbidden("this is more than a hook takes")
    return Call(name, {key.lower(): value for key, value in request.headers.items()}, bytes(body))


def routes(site: Site, key: bytes) -> APIRouter:
    """``key`` is what secrets are made from."""
    router = APIRouter()

    @router.post("/hooks/{name}")
    @may("anyone")  # whoever holds the secret
    def hook(call: Annotated[Call, Depends(call_of)]) -> Response:
        now = site.now()
        is_held = is_right(call, secret_of(key, call.name), now)
        with site.database.read() as conn:
            found = pushed.by_name(conn, call.name)
        if found is None or not is_held:
            return _problem(401, "No such hook, or not its secret", {"www-authenticate": "Bearer"})
        with site.database.write() as conn:
            if not pushed.count_call(conn, found, now):
                wait = {"retry-after": str(int(PAUSE.total_seconds()))}
                return _problem(429, "Called less than a minute ago; that call stands", wait)
            is_watched = pushed.look_soon(conn, found.source_id, "a hook", now)
        if not is_watched:
            return _problem(410, "This source is no longer watched")
        return JSONResponse({"source": found.source_id, "due": True}, 202)

    return router


def _problem(status: int, title: str, headers: dict[str, str] | None = None) -> Response:
    body = {"type": "about:blank", "title": title, "status": status}
    return JSONResponse(body, status, headers, media_type=PROBLEM_JSON)
