"""What stands around every answer: whose name we answer to, who may send forms, and what a browser may do with it.

Written as plain ASGI, so that an error page and a download get the same headers as everything else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.site import plain_problem

POLICY: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, no-cache",
}
METHODS: Final = ("GET", "HEAD", "POST")


class Guarded:
    """Refuses other names (a page elsewhere could point one at loopback), other methods, and forms that another site
    sends (each form carries a token of its own besides); adds the headers.
    """

    def __init__(self, app: ASGIApp, allowed_hosts: Iterable[str]) -> None:
        self._app = app
        self._allowed = frozenset(host.lower().rstrip(".") for host in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        guarded = _with_headers(send)
        host = Headers(scope=scope).get("host")
        if host is None or not self._is_ours(host):
            title = "No host was named" if host is None else "Another host was asked for"
            detail = "these pages answer only to the names they were configured for"
            await _refuse(guarded, scope, receive, (400 if host is None else 421, title, detail))
        elif scope["method"] not in METHODS:
            detail = "these pages are read, and take forms; nothing else"
            await _refuse(guarded, scope, receive, (405, "Not here", detail))
        elif scope["method"] == "POST" and not _is_sent_by_us(Headers(scope=scope), host):
            detail = "forms are taken from these pages alone"
            await _refuse(guarded, scope, receive, (403, "Sent by another site", detail))
        else:
            await self._app(scope, receive, guarded)

    def _is_ours(self, host: str) -> bool:
        """The name, with or without its port, is one we were told."""
        host = host.strip().lower()
        name, _, port = host.rpartition(":")
        bare = name if name and port.isdigit() else host
        return bool({host, bare, bare.rstrip(".")} & self._allowed)


def _is_sent_by_us(headers: Headers, host: str) -> bool:
    """What the browser says of where a form came from. Our own pages name no referrer, so their origin is "null"."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site in ("same-origin", "none")
    return origin in (None, "null") or urlsplit(origin or "").netloc.lower() == host.strip().lower()


async def _refuse(send: Send, scope: Scope, receive: Receive, said: tuple[int, str, str]) -> None:
    """Answer with a problem of (status, title, detail)."""
    answer = plain_problem(Request(scope), *said)
    if said[0] == 405:
        answer.headers["allow"] = ", ".join(METHODS)
    await answer(scope, receive, send)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
