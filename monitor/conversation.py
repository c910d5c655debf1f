"""What aiohttp is told to do otherwise: a lost body is noticed, no cookie is kept, a name is looked up without a queue.

Also an answer that remembers whom it came from, and whose certificates are trusted.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

Lookup = Callable[..., list[tuple[Any, ...]]]  # shaped like socket.getaddrinfo


class Conversation(ResponseHandler):
    """A connection that tells the body's reader too when the far side stops speaking HTTP in its midst.

    aiohttp 3.14 tells only who waits for headers; the reader would wait for a lost body until the deadline.
    ``handed_over`` is the address a proxy was told to connect to.
    """

    handed_over: str | None = None

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        super().set_exception(exc, *cause)
        body = self._payload
        if isinstance(exc, HttpProcessingError) and body is not None and not body.is_eof():
            body.set_exception(aiohttp.ClientPayloadError("not proper HTTP"), exc)


class Answer(aiohttp.ClientResponse):
    """A response that remembers whom it came from: the connection is given back before the body is read."""

    remote_address: str | None = None
    local_address: str | None = None
    certificate: str | None = None
    connected_at: float = 0.0

    async def start(self, connection: Any) -> Answer:
        self._heard, transport = connection.protocol, connection.transport
        self.connected_at = asyncio.get_running_loop().time()
        if transport is not None:
            peer, own = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
            self.remote_address = getattr(self._heard, "handed_over", None) or (peer[0] if peer else None)
            self.local_address = own[0] if own else None
            tls = transport.get_extra_info("ssl_object")
            proof = tls.getpeercert(binary_form=True) if tls is not None else None
            self.certificate = hashlib.sha256(proof).hexdigest() if proof else None
        await super().start(connection)
        return self

    def was_cut(self) -> bool:
        """Whether the connection broke under a body whose end only the connection's end tells."""
        return self._heard is not None and isinstance(self._heard.exception(), OSError)


class NoCookies(aiohttp.DummyCookieJar):
    """Keeps none, sends none, and does not spend time on reading them."""

    def update_cookies_from_headers(self, headers: Any, response_url: URL) -> None:
        return


class Resolver(AbstractResolver):
    """Names looked up by the system, each in a thread that nobody waits for when On Record stops.

    A pool would let six dead name servers hold up every other host, and the stop of the program with them.
    """

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found: asyncio.Future[list[tuple[Any, ...]]] = loop.create_future()

        def settle(infos: list[tuple[Any, ...]], error: OSError | None) -> None:
            if found.done():
                return
            if error is None:
                found.set_result(infos)
            else:
                found.set_exception(error)

        def look() -> None:
            infos: list[tuple[Any, ...]] = []
            error: OSError | None = None
            try:
                infos = self._lookup(host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG)
            except (OSError, UnicodeError) as exc:
                error = exc if isinstance(exc, OSError) else OSError(errno.EINVAL, "not a name")
            try:
                loop.call_soon_threadsafe(settle, infos, error)
            except RuntimeError:  # the loop was closed while the name server was silent
                return

        threading.Thread(target=look, name=f"lookup-{host}", daemon=True).start()
        infos = await found
        if not infos:
            raise OSError(errno.ENOENT, "no address")
        return [
            ResolveResult(
                hostname=host,
                host=info[4][0],
                port=info[4][1],  # what the lookup returns is what is dialled
                family=info[0],
                proto=info[2],
                flags=socket.AI_NUMERICHOST,
            )
            for info in infos
        ]

    async def close(self) -> None:
        return


def tls_context() -> ssl.SSLContext:
    """The system's trusted roots; certifi's where a bare system has none."""
    paths = ssl.get_default_verify_paths()
    has_roots = bool(paths.cafile) or bool(paths.capath and any(os.scandir(paths.capath)))
    context = ssl.create_default_context()
    if not has_roots:
        import certifi  # a bare system only

        context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context
