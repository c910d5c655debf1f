"""One ask carried out on the event loop: dial, send, follow redirects hop by hop, read within every limit.

This and what it imports alone know aiohttp, and it is imported when the first address is asked: the import alone costs
0.3 s. Nothing here raises for what the far side does; every outcome ends as a :class:`Trail`.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import ssl
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from core.errors import FetchError
from core.model import Ask, FetchReason, Redirect
from monitor import decoding
from monitor.conversation import Answer, Conversation, Lookup, NoCookies, Resolver, tls_context
from monitor.faults import explain, fault, was_sent
from monitor.guard import DIALLING, BadAddress, Dial, authority, open_socket, parse_address, without_secrets
from monitor.proxies import TunnelConnector, judged

if TYPE_CHECKING:
    from monitor.fetcher import FetchLimits


REDIRECTS = frozenset({301, 302, 303, 307, 308})
POSTED_ON = frozenset({307, 308})  # the others would turn a form into a question (RFC 9110 section 15.4)
MAX_HEADER_BYTES = 32_768  # one header; content security policies of 10 KB are common
MAX_HEADERS = 256
KEEP_ALIVE_SECONDS = 15.0
NAME_CACHE_SECONDS = 60
SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})
ACCEPT = (
    "text/html,application/xhtml+xml,application/pdf,application/rss+xml,application/atom+xml,"
    "application/feed+json,application/xml;q=0.9,*/*;q=0.8"
)
ENCODINGS = "gzip, deflate, br, zstd"


@dataclass(slots=True)
class Trail:
    """What is known of one ask so far. ``status`` is set only once a whole response has arrived."""

    final_url: str | None = None
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    request_headers: tuple[tuple[str, str], ...] = ()
    redirects: list[Redirect] = field(default_factory=list)
    remote_address: str | None = None
    local_address: str | None = None
    certificate: str | None = None
    timings: dict[str, float] = field(default_factory=dict)
    exceptions: list[str] = field(default_factory=list)
    body: bytes = b""
    fault: FetchError | None = None


class Exchange:
    """A session on one event loop. Made, used and closed on that loop only."""

    def __init__(self, limits: FetchLimits, lookup: Lookup) -> None:
        self._limits = limits
        self._allowed = frozenset(authority(parse_address(f"http://{entry}")) for entry in limits.allow_private)
        self._tls: ssl.SSLContext | None = None
        self._unchecked_tls: ssl.SSLContext | None = None
        self._resolver = Resolver(lookup)
        self._tunnels: dict[str, aiohttp.ClientSession] = {}
        self._session = self._session_over(aiohttp.TCPConnector(socket_factory=open_socket, **self._connecting()))

    def _connecting(self) -> dict[str, Any]:
        return {
            "resolver": self._resolver,
            "limit": 0,  # whoever calls holds one host at a time; a queue in here would eat the time limits
            "keepalive_timeout": KEEP_ALIVE_SECONDS,
            "ttl_dns_cache": NAME_CACHE_SECONDS,
        }

    def _session_over(self, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        limits = self._limits
        connector._factory = cast("partial[ResponseHandler]", partial(Conversation, loop=asyncio.get_running_loop()))
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=NoCookies(),
            headers={"Accept": ACCEPT, "Accept-Encoding": ENCODINGS},
            response_class=Answer,
            auto_decompress=False,  # decoding.py counts decoded bytes and never outgrows the limit
            trust_env=False,
            max_line_size=MAX_HEADER_BYTES,
            max_field_size=MAX_HEADER_BYTES,
            max_headers=MAX_HEADERS,
            timeout=aiohttp.ClientTimeout(
                total=None,  # one deadline over all hops instead, in carry_out
                connect=limits.connect_seconds,
                sock_connect=limits.connect_seconds,
                sock_read=limits.read_gap_seconds,
            ),
        )
        # aiohttp asks twice wherever a connection breaks; a host in trouble would see two requests inside its gap.
        session._retry_connection = False
        return session

    async def close(self) -> None:
        """Close every connection. Asks still under way must have been cancelled."""
        for session in (self._session, *self._tunnels.values()):
            await session.close()

    async def carry_out(self, ask: Ask, headers: dict[str, str], own_headers: dict[str, str]) -> Trail:
        """Ask one address and follow it to its end.

        ``headers`` go to every hop; ``own_headers`` (validators, an identity meant for one site) only to hops of the
        site that was asked.
        """
        trail = Trail()
        seconds = self._limits.total_seconds
        try:
            async with asyncio.timeout(seconds):
                await self._follow(trail, ask, headers, own_headers)
        except FetchError as failure:
            trail.fault = failure
        except TimeoutError:
            trail.fault = fault(FetchReason.TIMEOUT, f"not finished within {seconds:g} s", transient=True)
        return trail

    async def _follow(self, trail: Trail, ask: Ask, headers: dict[str, str], own_headers: dict[str, str]) -> None:
        try:
            first = url = parse_address(ask.url)
        except BadAddress as exc:
            raise fault(FetchReason.BAD_ADDRESS, str(exc)) from exc
        seen: set[URL] = set()
        while True:
            seen.add(url)
            is_same_site = _is_same_site(first, url)
            sent = {**headers, **own_headers} if is_same_site else headers
            location = await self._hop(trail, url, sent, ask, is_same_site=is_same_site)
            if location is None:
                return
            trail.redirects.append(Redirect(str(url), trail.status or 0, without_secrets(location)[:2_000]))
            trail.status = None
            try:
                url = parse_address(location, url)
            except BadAddress as exc:
                raise fault(FetchReason.BAD_ADDRESS, f"redirected, and cannot follow: {exc}") from exc
            if url in seen:
                raise fault(
                    FetchReason.REDIRECTS, f"redirects in a circle, back to {str(url)[:200]} (it may want cookies)"
                )
            if len(trail.redirects) > self._limits.max_redirects:
                raise fault(FetchReason.REDIRECTS, f"more than {self._limits.max_redirects} redirects")

    async def _hop(
        self, trail: Trail, url: URL, headers: dict[str, str], ask: Ask, *, is_same_site: bool
    ) -> str | None:
        """One request. Fills the trail; returns where the answer points when it is a redirect to follow."""
        key = authority(url)
        dial = Dial(key, is_allowed=key in self._allowed)
        DIALLING.set(dial)
        trail.final_url = str(url)
        trail.request_headers, trail.headers, trail.remote_address, trail.certificate = (), (), None, None
        trail.timings.clear()
        context = self._context(url, ask.manner.bad_certificate if is_same_site else "", trail)
        begun = asyncio.get_running_loop().time()
        try:
            answer = await self._send(_Sending(url, headers, context, dial, ask))
        except (aiohttp.ClientError, OSError, ValueError) as exc:
            if was_sent(exc):
                trail.request_headers = _presentable({"Host": url.authority, **headers}.items())
            raise explain(exc, dial, url, self._limits) from exc
        try:
            trail.headers = _received(answer.raw_headers)
            trail.request_headers = _presentable(answer.request_info.headers.items())
            trail.remote_address, trail.certificate = answer.remote_address, answer.certificate
            trail.local_address = answer.local_address
            trail.timings |= {"connect_ms": _ms(begun, answer.connected_at), "first_byte_ms": _ms(begun)}
            if answer.status in (POSTED_ON if ask.form else REDIRECTS):
                location = _location(answer.raw_headers)
                if location is not None:
                    trail.status = answer.status
                    return location
            if answer.status == 101 or (answer.status == 304 and not _asked_conditionally(headers)):
                raise fault(FetchReason.PROTOCOL, _UNASKED[answer.status], transient=True)
            trail.body = await self._read(answer, ask.first_bytes)
            trail.timings["last_byte_ms"] = _ms(begun)
            trail.status = answer.status
        except (aiohttp.ClientError, HttpProcessingError, OSError, decoding.Damaged) as exc:
            raise explain(exc, dial, url, self._limits) from exc
        finally:
            answer.release()
        return None

    async def _send(self, one: _Sending) -> Answer:
        """Send, and once more only where a kept connection turns out to have been closed meanwhile."""
        session, proxy = await self._way(one)
        method, form = ("POST", dict(one.ask.form)) if one.ask.form else ("GET", None)

        async def send() -> Answer:
            asked = session.request(
                method, one.url, headers=one.headers, allow_redirects=False, ssl=one.context, proxy=proxy, data=form
            )
            return cast("Answer", await asked)

        try:
            return await send()
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            if one.dial.was_dialled:
                raise
        return await send()

    async def _way(self, one: _Sending) -> tuple[aiohttp.ClientSession, str | None]:
        """The session to send over, and the proxy to name to it.

        A plain request through an HTTP proxy names the host to it, as such proxies expect; its addresses were looked
        up and judged before. Everything else is a tunnel to an address we chose.
        """
        proxy = one.ask.manner.proxy
        if proxy is None:
            return self._session, None
        if proxy.startswith("http://") and one.url.scheme == "http":
            if judged(await self._addresses(one.url)) is None:
                raise OSError(errno.EACCES, "address refused")
            one.dial.is_allowed = True  # the socket goes to the proxy, on the operator's word
            return self._session, proxy
        if proxy not in self._tunnels:
            self._tunnels[proxy] = self._session_over(TunnelConnector(proxy, **self._connecting()))
        return self._tunnels[proxy], None

    async def _addresses(self, url: URL) -> list[tuple[str, int]]:
        """What a host is at: itself where it is a number. Raises FetchError where its name leads nowhere."""
        host, port = url.raw_host or "", url.port or 80
        try:
            return [(str(ipaddress.ip_address(host)), port)]
        except ValueError:
            pass
        try:
            return [(found["host"], found["port"]) for found in await self._resolver.resolve(host, port)]
        except OSError as exc:
            raise fault(FetchReason.DNS, f"no address found for the name {url.host}", transient=True) from exc

    async def _read(self, answer: Answer, first_bytes: int | None = None) -> bytes:
        """The decoded body, within the limit. Raises FetchError, Damaged, or what aiohttp says of a broken one.

        With ``first_bytes`` the rest is left unread, and the connection with it.
        """
        limit = self._limits.max_bytes
        if (answer.content_length or 0) > limit and first_bytes is None:
            raise self._too_large()
        decoder = decoding.decoder_for(answer.headers.get("Content-Encoding", ""))
        content, pieces, size = answer.content, [], 0
        while raw := await content.readany():
            for piece in (raw,) if decoder is None else decoder.pieces(raw):
                size += len(piece)
                pieces.append(piece)
                if first_bytes is not None and size >= first_bytes:
                    answer.close()
                    return b"".join(pieces)[:first_bytes]
                if size > limit:
                    raise self._too_large()
        if decoder is not None and not decoder.is_complete:
            raise decoding.Damaged("the compressed body ends too early")
        if answer.was_cut():
            raise fault(FetchReason.TRUNCATED, "the connection broke before the end of the body", transient=True)
        return b"".join(pieces)

    def _too_large(self) -> FetchError:
        return fault(FetchReason.TOO_LARGE, f"page too large (over {self._limits.max_bytes / 1e6:g} MB)")

    def _context(self, url: URL, exception: str, trail: Trail) -> ssl.SSLContext | bool:
        """The TLS settings, made at the first https address and shared by all; an exception is noted on the capture."""
        if url.scheme != "https":
            return True
        if exception:
            note = f"the certificate was not checked: {exception}"
            trail.exceptions += [note] if note not in trail.exceptions else []
            if self._unchecked_tls is None:
                self._unchecked_tls = tls_context()
                self._unchecked_tls.check_hostname = False
                self._unchecked_tls.verify_mode = ssl.CERT_NONE
            return self._unchecked_tls
        if self._tls is None:
            self._tls = tls_context()
        return self._tls


@dataclass(frozen=True, slots=True)
class _Sending:
    """One request about to be sent, whatever the way."""

    url: URL
    headers: dict[str, str]
    context: ssl.SSLContext | bool
    dial: Dial
    ask: Ask


def _ms(begun: float, at: float | None = None) -> float:
    return round(1000 * ((asyncio.get_running_loop().time() if at is None else at) - begun), 1)


_UNASKED = {
    101: "answered with a switch of protocols nobody asked for",
    304: "answered 'not modified' to a request that named no earlier version",
}


def _is_same_site(first: URL, other: URL) -> bool:
    """The host asked, with or without ``www.``, or one below it: who gave the validators may see them again."""
    if first is other or first.raw_host == other.raw_host:
        return True
    one, two = ((url.raw_host or "").rstrip(".").removeprefix("www.") for url in (first, other))
    return one == two or one.endswith(f".{two}") or two.endswith(f".{one}")


def _asked_conditionally(headers: dict[str, str]) -> bool:
    return "If-None-Match" in headers or "If-Modified-Since" in headers


def _received(raw: tuple[tuple[bytes, bytes], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((_text(name).lower(), _text(value)) for name, value in raw)


def _text(raw: bytes) -> str:
    """Header bytes as storable text: UTF-8, else Latin-1, and no NUL (PostgreSQL refuses it)."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return text.replace("\0", "") if "\0" in text else text


def _location(raw: tuple[tuple[bytes, bytes], ...]) -> str | None:
    """Where a redirect points; bytes that are no UTF-8 are percent-encoded as they came, as browsers do."""
    for name, value in raw:
        if name.lower() == b"location":
            try:
                return value.decode()
            except UnicodeDecodeError:
                return "".join(chr(byte) if 0x20 < byte < 0x7F else f"%{byte:02X}" for byte in value)
    return None


def _presentable(headers: Any) -> tuple[tuple[str, str], ...]:
    return tuple((name, "***" if name.lower() in SECRET_HEADERS else value) for name, value in headers)
