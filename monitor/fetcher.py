"""All outgoing HTTP for sources: one ask in, one honest Fetch out, whatever the far side does.

Sync and thread-safe outside; inside, one event loop in a thread of its own, begun when the first address is asked.
It decides nothing about when to ask or what bytes mean, and it never raises for what the far side does.
"""

from __future__ import annotations

import asyncio
import hashlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from core.model import Ask, Fetch, FetchReason
from monitor.guard import without_secrets

if TYPE_CHECKING:
    from monitor.exchange import Exchange, Trail

LONGEST_WAIT = timedelta(days=30)  # a Retry-After beyond this is taken for this
TRANSIENT_STATUSES = frozenset({408, 425, 429, *range(500, 600)})


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Who we say we are and how far one ask may go.

    ``user_agent``: truthful and neutral, chosen by the operator.
    ``total_seconds``: over all redirects, to the last byte. ``connect_seconds``: name look-up to TLS.
    ``read_gap_seconds``: the longest silence.
    ``max_bytes``: of the decoded body.
    ``allow_private``: ``host:port`` as written in the address, for hosts that may have a private address;
    an entry that is none raises ValueError at the start.
    ``headers``: sent with every request; they win over the built-in ones.
    """

    user_agent: str
    total_seconds: float = 60.0
    connect_seconds: float = 15.0
    read_gap_seconds: float = 20.0
    max_bytes: int = 25_000_000
    max_redirects: int = 8
    allow_private: frozenset[str] = frozenset()
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Response:
    """A Fetch with its decoded body, empty where there is none.

    ``certificate`` is the SHA-256 (hex) of the TLS certificate the last host showed, None without TLS.
    """

    fetch: Fetch
    body: bytes
    certificate: str | None = None


class Fetcher:
    """Asks addresses. Use as a context manager, or call :meth:`close`.

    ``lookup`` resolves names and is shaped like ``socket.getaddrinfo``; what it returns is what is dialled.
    """

    def __init__(self, limits: FetchLimits, lookup: Callable[..., list[tuple[Any, ...]]] = socket.getaddrinfo) -> None:
        self._limits = limits
        self._lookup = lookup
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._exchange: Exchange | None = None
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def start(self) -> None:
        """Begin the loop's thread. :meth:`fetch` does it by itself; calling it early only moves the cost."""
        with self._lock:
            if self._is_closed:
                raise RuntimeError("the fetcher is closed")
            if self._loop is not None:
                return
            from monitor.exchange import Exchange  # here: importing aiohttp takes 0.3 s that most commands never need

            loop = asyncio.new_event_loop()

            async def begin() -> Exchange:
                return Exchange(self._limits, self._lookup)

            self._exchange = loop.run_until_complete(begin())
            self._thread = threading.Thread(target=loop.run_forever, name="fetcher", daemon=True)
            self._thread.start()
            self._loop = loop

    def close(self) -> None:
        """Cancel what is under way, close every connection and the loop. Safe to call twice."""
        with self._lock:
            self._is_closed = True
            loop, thread, exchange = self._loop, self._thread, self._exchange
            self._loop = self._thread = self._exchange = None
        if loop is None or thread is None or exchange is None:
            return
        asyncio.run_coroutine_threadsafe(_wind_down(exchange), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def fetch(self, ask: Ask, now: Callable[[], datetime]) -> Response:
        """Ask one address, following redirects, and say what happened.

        An identity of the ask's own (a regulator that wants contact details) goes to the asked site only, as do the
        validators. Blocks the calling thread. Raises RuntimeError when the fetcher is closed meanwhile.
        """
        if self._loop is None:
            self.start()
        headers = {"User-Agent": self._limits.user_agent, "Accept-Language": f"{ask.manner.language},*;q=0.5"}
        headers |= {name.title(): value for name, value in self._limits.headers}
        errand = _Errand(ask, headers, _own_headers(ask))
        started_at = now()
        with self._lock:  # so that close() either sees this errand or keeps it from beginning
            if self._loop is None or self._exchange is None:
                raise RuntimeError("the fetcher is closed")
            self._loop.call_soon_threadsafe(errand.begin, self._exchange)
        trail = errand.wait()
        return _response(ask, trail, started_at, now())


class _Errand:
    """One ask on its way through the loop and back to the thread that waits for it.

    Half the CPU of ``run_coroutine_threadsafe``: one wake-up each way, no futures chained across threads.
    """

    __slots__ = ("_arguments", "_done", "_error", "_task", "_trail")

    def __init__(self, ask: Ask, headers: dict[str, str], own_headers: dict[str, str]) -> None:
        self._arguments = (ask, headers, own_headers)
        self._done = threading.Lock()
        self._done.acquire()
        self._task: asyncio.Task[None] | None = None
        self._trail: Trail | None = None
        self._error: BaseException | None = None

    def begin(self, exchange: Exchange) -> None:
        """On the loop: start."""
        self._task = asyncio.get_running_loop().create_task(self._run(exchange))

    async def _run(self, exchange: Exchange) -> None:
        try:
            self._trail = await exchange.carry_out(*self._arguments)
        except asyncio.CancelledError:
            self._error = RuntimeError("the fetcher was closed while an address was being asked")
        except BaseException as exc:  # noqa: BLE001 - raised again where it is waited for
            self._error = exc
        finally:
            self._done.release()

    def wait(self) -> Trail:
        """In the asking thread: the outcome, or the programming error met on the way."""
        with self._done:
            pass
        if self._trail is None:
            raise self._error or RuntimeError("nothing came back")
        return self._trail


async def _wind_down(exchange: Exchange) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await exchange.close()
    await asyncio.sleep(0)  # lets transports closed above tell their sockets so


def _own_headers(ask: Ask) -> dict[str, str]:
    """Headers meant for the asked site alone. A validator with control characters is not ours to send."""
    own: dict[str, str] = {}
    if ask.etag and ask.etag.isprintable():
        own["If-None-Match"] = ask.etag
    if ask.last_modified and ask.last_modified.isprintable():
        own["If-Modified-Since"] = ask.last_modified
    if ask.manner.identity is not None:
        own["User-Agent"] = ask.manner.identity
    return own


def _response(ask: Ask, trail: Trail, started_at: datetime, finished_at: datetime) -> Response:
    failure = trail.fault
    body = b"" if failure else trail.body
    status = None if failure else trail.status
    fetch = Fetch(
        url=without_secrets(ask.url),
        purpose=ask.purpose,
        started_at=started_at,
        finished_at=finished_at,
        status=status,
        reason=FetchReason(failure.reason) if failure else None,
        detail=failure.detail if failure else "",
        transient=failure.transient if failure else status in TRANSIENT_STATUSES,
        final_url=trail.final_url,
        headers=trail.headers,
        request_headers=trail.request_headers,
        redirects=tuple(trail.redirects),
        remote_address=trail.remote_address,
        digest=hashlib.sha256(body).hexdigest() if body else None,
        retry_after=_retry_after(trail.headers, finished_at) if status in (429, 503) else None,
        certificate=trail.certificate,
        local_address=trail.local_address,
        timings=tuple(trail.timings.items()),
        via=ask.manner.proxy_name,
        exceptions=tuple(trail.exceptions),
    )
    return Response(fetch, body, trail.certificate)


def _retry_after(headers: tuple[tuple[str, str], ...], now: datetime) -> timedelta | None:
    """RFC 9110 section 10.2.3: seconds, or a date. None where absent or neither; never negative."""
    value = next((value.strip() for name, value in headers if name == "retry-after"), "")
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=int(value[:9])), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(at - now, timedelta(0)), LONGEST_WAIT)
