"""The only way out of the browser: a proxy on loopback, for one look at one page.

Chromium is told to send it everything and to look no name up itself. Each host is held against what the page may ask, its
addresses are looked up and judged here, and the number that was judged is what is dialled: the same guard as the fetcher's.
What was refused is remembered, and why.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Self

from yarl import URL

from core.browsing import Browsing, is_allowed
from core.model import FetchReason
from monitor.guard import BadAddress, authority, parse_address, why_refused
from monitor.proxies import ProxyFailed, connect

Lookup = Callable[..., list[tuple[Any, ...]]]  # shaped like socket.getaddrinfo
LARGEST_HEAD: Final = 65_536
CONNECT_SECONDS: Final = 15.0
PIECE: Final = 65_536
MOST_HOSTS: Final = 200  # remembered; a page can make names up for ever


@dataclass(frozen=True, slots=True)
class Way:
    """Whom a page may ask, and how they are reached."""

    first: URL
    browsing: Browsing
    allow_private: frozenset[str] = frozenset()  # authorities as the operator named them
    proxy: str | None = None
    lookup: Lookup = socket.getaddrinfo
    max_bytes: int = 100_000_000  # of all that comes in during one look


class Refused(Exception):
    """Not through here; the reason, and the sentence for people."""

    def __init__(self, reason: FetchReason, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass(slots=True)
class Gate:
    """Open it inside a running loop. ``passed`` are addresses by host and port, ``refused`` the reasons."""

    way: Way
    passed: dict[str, str] = field(default_factory=dict)
    refused: dict[str, Refused] = field(default_factory=dict)
    received: int = 0
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LARGEST_HEAD)
        return self

    async def __aexit__(self, *about: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def _serve(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._pass(near, back)
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass  # either side went away, or said what is no request
        finally:
            self._tasks.discard(task)
            back.close()

    async def _pass(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        head = await near.readuntil(b"\r\n\r\n")
        line, _, rest = head.decode("latin-1").partition("\r\n")
        method, target, version = line.split(" ")
        is_tunnel = method == "CONNECT"
        try:
            url = parse_address(f"https://{target}" if is_tunnel else target)
        except BadAddress as error:
            self._refuse(target[:200], Refused(FetchReason.BAD_ADDRESS, str(error)))
            return
        try:
            far, forth = await self._dial(url)
        except Refused as refusal:
            self._refuse(authority(url), refusal)
            return  # without an answer, which a page could take for one of the host's
        try:
            if is_tunnel:
                back.write(b"HTTP/1.1 200 OK\r\n\r\n")
            else:
                forth.write(f"{method} {url.raw_path_qs} {version}\r\n{_own(rest)}".encode("latin-1"))
            await asyncio.gather(_pump(near, forth), self._pump_in(far, back))
        finally:
            forth.close()

    def _refuse(self, key: str, refusal: Refused) -> None:
        if len(self.refused) < MOST_HOSTS:
            self.refused.setdefault(key, refusal)

    async def _dial(self, url: URL) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to an address that was judged. Raises Refused."""
        way, host, port, key = self.way, url.raw_host or "", url.port or 80, authority(url)
        if not is_allowed(way.first.raw_host or "", host, way.browsing.allow_hosts):
            raise Refused(FetchReason.REDIRECTS, f"{key} is another site, which allow_hosts does not name")
        numbers = await self._numbers(host, port)
        for number in numbers if key not in way.allow_private else ():
            why = why_refused(number)
            if why is not None:
                raise Refused(FetchReason.REFUSED_ADDRESS, f"{key} is at {number}, which is {why}")
        for number in numbers:
            with contextlib.suppress(OSError, TimeoutError):
                opened = await self._open(number, port)
                if len(self.passed) < MOST_HOSTS:
                    self.passed[key] = number
                return opened
        raise Refused(FetchReason.CONNECT, f"no connection to {key}")

    async def _numbers(self, host: str, port: int) -> list[str]:
        """What a host is at: itself where it is a number. Raises Refused."""
        with contextlib.suppress(ValueError):
            return [str(ipaddress.ip_address(host))]
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(None, lambda: self.way.lookup(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            raise Refused(FetchReason.DNS, f"no address found for the name {host}") from error
        return list(dict.fromkeys(str(info[4][0]) for info in found))

    async def _open(self, number: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.way.proxy is None:
            return await asyncio.wait_for(asyncio.open_connection(number, port), CONNECT_SECONDS)
        try:
            sock = await connect(self.way.proxy, number, port, CONNECT_SECONDS)
        except ProxyFailed as error:
            raise Refused(FetchReason.CONNECT, error.strerror or "the proxy would not connect") from error
        return await asyncio.open_connection(sock=sock)

    async def _pump_in(self, far: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        while piece := await far.read(PIECE):
            self.received += len(piece)
            if self.received > self.way.max_bytes:
                break
            back.write(piece)
            await back.drain()
        back.close()


async def _pump(near: asyncio.StreamReader, forth: asyncio.StreamWriter) -> None:
    while piece := await near.read(PIECE):
        forth.write(piece)
        await forth.drain()
    with contextlib.suppress(OSError):
        forth.write_eof()


def _own(headers: str) -> str:
    """The headers without what was meant for a proxy; one request a connection, so that each is judged."""
    lines = [each for each in headers.split("\r\n") if not each.lower().startswith(("proxy-", "connection:"))]
    return "\r\n".join(["Connection: close", *lines])
