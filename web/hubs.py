"""``/hub/<name>``: where hubs (WebSub) make sure that we asked, and say that a feed has something new.

The name was told to one hub alone. That a hub's GET confirms is the protocol's wish, and the one GET of ours that
changes a row; it confirms nothing we did not ask for. A push is a hint: its body is held against its signature, piece by
piece, and never kept or read.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import Final

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, Response

from core.errors import NotFound
from core.text.visible import one_line
from core.websub import secret_of, signing, term_of
from storage import events, pushed, subscriptions
from storage.subscriptions import GOES_ON, Subscription
from web.access import Forbidden, may
from web.site import Site

LARGEST: Final = 15_000_000  # as large as a feed may be
LONGEST_CHALLENGE: Final = 2_000


def routes(site: Site, key: bytes) -> APIRouter:
    """``key`` is what secrets are made from."""
    router = APIRouter()

    @router.get("/hub/{name}")
    @may("anyone")  # the hub that was asked: nobody else knows the name
    def intent(request: Request, name: str) -> Response:
        asked = {key.removeprefix("hub."): value for key, value in request.query_params.items()}
        one = _standing(site, name)
        is_denied = asked.get("mode") == "denied"
        if asked.get("topic") != one.topic or not (_denied if is_denied else _confirmed)(site, one, asked):
            raise NotFound("there is nothing here")
        return PlainTextResponse("" if is_denied else asked["challenge"][:LONGEST_CHALLENGE])

    @router.post("/hub/{name}")
    @may("anyone")  # what is not signed with the secret counts for nothing
    async def push(request: Request, name: str) -> Response:
        one = await run_in_threadpool(_standing, site, name)
        checking = signing(request.headers.get("x-hub-signature", ""), secret_of(key, name))
        size = 0
        async for piece in request.stream():
            size += len(piece)
            if size > LARGEST:
                raise Forbidden("this is more than a feed may be")
            if checking is not None:
                checking[0].update(piece)
        if one.state not in GOES_ON:
            return Response(status_code=410)  # section 7: the hub may end it
        if checking is not None and hmac.compare_digest(checking[0].hexdigest(), checking[1]):
            await run_in_threadpool(_hint, site, one)
        return Response(status_code=202)  # a wrong signature is not told (section 7.1)

    return router


def _standing(site: Site, name: str) -> Subscription:
    with site.database.read() as conn:
        one = subscriptions.by_name(conn, name)
    if one is None:
        raise NotFound("there is nothing here")
    return one


def _confirmed(site: Site, one: Subscription, asked: dict[str, str]) -> bool:
    """Whether this is what we asked for; then it stands."""
    now, mode = site.now(), asked.get("mode")
    if not (one.is_asked and asked.get("challenge")):
        return False
    with site.database.write() as conn:
        if mode == "unsubscribe" and one.state == "ending":
            subscriptions.keep(conn, replace(one, state="ended", is_asked=False, until=None))
        elif mode == "subscribe" and one.state in GOES_ON:
            subscriptions.confirm(conn, one, term_of(asked.get("lease_seconds", ""), now))
            events.write(conn, "hub.agreed", at=now, source_id=one.source_id, data={"hub": one.hub})
        else:
            return False
    return True


def _denied(site: Site, one: Subscription, asked: dict[str, str]) -> bool:
    """A hub that will not push, or no longer: it is asked again tomorrow."""
    if one.state not in GOES_ON:
        return False
    said = f"it refused: {one_line(asked.get('reason', ''), 200) or 'no reason given'}"
    with site.database.write() as conn:
        subscriptions.refuse(conn, one, said, site.now())
        data = {"hub": one.hub, "why": said}
        events.write(conn, "hub.failed", at=site.now(), source_id=one.source_id, data=data)
    return True


def _hint(site: Site, one: Subscription) -> None:
    now = site.now()
    with site.database.write() as conn:
        if subscriptions.count_push(conn, one, now):
            pushed.look_soon(conn, one.source_id, "its hub", now)
