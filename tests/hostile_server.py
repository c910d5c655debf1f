"""A real server on loopback that misbehaves as asked: one path, one misbehaviour. For tests and benches.

    with HostileServer() as server:
        fetcher.fetch(Ask(server.url("/drip")), now)
        assert server.received[0].path == "/drip"

Well-behaved: /page (ETag, answers 304) · /bytes?n= · /body?hex= (bytes as given; &type=) · /echo (headers received, as JSON)
  /status?code= (&retry_after=) · /coded?as= (gzip, x-gzip, deflate, raw-deflate, br, zstd, members, padded, utf-8)
  /no-length (body ends with the connection) · /early-hints (103, then the answer) · /cookie (sets one, redirects to /echo)
  /once (answers the first request of a connection, hangs up on the second)
Redirects: /to?url= (&code=) · /chain?n= · /ring/a, /ring/b · /self · /no-location · /location?hex= (raw bytes)
Never ending: /silent · /drip (a byte now and then) · /drip-headers · /stall (half a body, then silence)
Broken off: /reset · /hang-up · /reset-midway · /short · /cut-chunks · /bad-chunks · /no-length-reset · /cut?as= · /damaged?as=
Too much: /huge?n= · /huge-chunks?n= · /bomb?as= · /empty-members · /long-header?n= · /many-headers?n=
No HTTP: /garbage · /bad-status · /bad-header · /switch · /unasked-304 · /odd-headers (Latin-1 and UTF-8) · /twice-coded
"""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import ssl
import struct
import sys
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PAGE = b"<html><body><h1>Our policy</h1><p>We will not sell it.</p></body></html>"
TEXT = b"We will publish our fact-specific assessments every year. " * 2_000
ETAG = '"one"'
LAST_MODIFIED = "Wed, 20 Feb 2019 10:00:00 GMT"
BOMB_BYTES = 60_000_000
SHORT_WAIT = 0.02  # seconds between two bytes of a drip


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came: header names in lower case."""

    method: str
    path: str
    options: dict[str, str]
    headers: dict[str, str]


class HostileServer:
    """Serves every path of the list above, each connection in a thread of its own. ``tls`` makes it https.

    ``received`` holds every request in order; ``connections`` counts accepted ones.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.received: list[Received] = []
        self.connections = 0
        self._tls = tls
        self._host = host
        self._stop = threading.Event()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        self._listener = socket.create_server((self._host, 0), family=family, backlog=64)
        self._listener.settimeout(0.1)
        self.port: int = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, name="hostile-server")
        self._accepting.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self._stop.set()
        self._accepting.join()
        self._listener.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    @property
    def authority(self) -> str:
        """``host:port``, as ``allow_private`` wants it."""
        return f"[{self._host}]:{self.port}" if ":" in self._host else f"{self._host}:{self.port}"

    def url(self, path: str, host: str | None = None) -> str:
        """The address of a path, under another name for this host where one is given."""
        authority = f"{host}:{self.port}" if host else self.authority
        return f"{'https' if self._tls else 'http'}://{authority}{path}"

    def pause(self, seconds: float) -> bool:
        """Wait; True when the server is being stopped."""
        return self._stop.wait(seconds)

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), name="hostile-connection")
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
        except OSError:  # a client that refuses our certificate
            connection.close()
            return
        self._open.add(connection)
        served = 0
        try:
            while not self._stop.is_set():
                request = _read_request(connection)
                if request is None:
                    return
                self.received.append(request)
                handler = _PATHS.get(request.path, _not_found)
                if not handler(Exchange(self, connection, request, served)):
                    return
                served += 1
        except OSError:
            return  # the client hung up on us, which is what most of these paths provoke
        finally:
            self._open.discard(connection)
            connection.close()


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with the means to answer it badly. A handler returns whether the connection may be used again."""

    server: HostileServer
    connection: socket.socket
    request: Received
    served: int  # requests answered on this connection before

    def option(self, name: str, default: str = "") -> str:
        return self.request.options.get(name, default)

    def number(self, name: str, default: int) -> int:
        return int(self.request.options.get(name, default))

    def raw(self, *parts: bytes) -> None:
        self.connection.sendall(b"".join(parts))

    def answer(self, body: bytes = PAGE, status: int = 200, /, **headers: str) -> bool:
        """A whole, proper answer. Header names come with underscores."""
        lines = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
        lines |= {name.replace("_", "-").title(): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.raw(f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode(), body)
        return True

    def reset(self) -> bool:
        """Close with a reset instead of a goodbye."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False


Handler = Callable[[Exchange], bool]


def _read_request(connection: socket.socket) -> Received | None:
    head = b""
    while b"\r\n\r\n" not in head:
        received = connection.recv(65_536)
        if not received:
            return None
        if received.startswith(b"\x16"):  # a TLS greeting where none is spoken
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return None
        head += received
    first, *lines = head.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    parts = urlsplit(target)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Received(method, parts.path, dict(parse_qsl(parts.query)), headers)


# --- well-behaved --------------------------------------------------------------------------------------------------


def _not_found(x: Exchange) -> bool:
    return x.answer(b"no such page", 404)


def _page(x: Exchange) -> bool:
    asked = x.request.headers
    if asked.get("if-none-match") == ETAG or asked.get("if-modified-since") == LAST_MODIFIED:
        x.raw(f"HTTP/1.1 304 Not Modified\r\nETag: {ETAG}\r\n\r\n".encode())
        return True
    return x.answer(PAGE, etag=ETAG, last_modified=LAST_MODIFIED)


def _bytes(x: Exchange) -> bool:
    return x.answer(b"x" * x.number("n", 1_000))


def _body(x: Exchange) -> bool:
    return x.answer(bytes.fromhex(x.option("hex")), content_type=x.option("type", "text/html"))


def _echo(x: Exchange) -> bool:
    return x.answer(json.dumps(x.request.headers).encode(), content_type="application/json")


def _status(x: Exchange) -> bool:
    wait = x.option("retry_after")
    headers = {"retry_after": wait} if wait else {}
    code = x.number("code", 200)
    return x.answer(b"" if code in (204, 205) else b"<p>said so</p>", code, **headers)


def _deflated(raw: bytes, wbits: int) -> bytes:
    packer = zlib.compressobj(wbits=wbits)
    return packer.compress(raw) + packer.flush()


def _coded_body(name: str, raw: bytes = TEXT) -> bytes:
    match name:
        case "deflate":
            return _deflated(raw, 15)
        case "raw-deflate":
            return _deflated(raw, -15)
        case "br":
            return bytes(brotli.compress(raw, quality=5))
        case "zstd":
            return zstd.compress(raw[:1_000]) + zstd.compress(raw[1_000:])
        case "members":
            return gzip.compress(raw[:1_000]) + gzip.compress(raw[1_000:])
        case "padded":
            return gzip.compress(raw) + b"\0" * 512
        case "utf-8":
            return raw
        case _:
            return gzip.compress(raw)


def _coding_header(name: str) -> str:
    return {"raw-deflate": "deflate", "members": "gzip", "padded": "gzip"}.get(name, name)


def _coded(x: Exchange) -> bool:
    name = x.option("as", "gzip")
    return x.answer(_coded_body(name), content_encoding=_coding_header(name))


def _once(x: Exchange) -> bool:
    return x.served == 0 and x.answer()


def _no_length(x: Exchange) -> bool:
    x.raw(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", PAGE)
    return False


def _early_hints(x: Exchange) -> bool:
    x.raw(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n")
    return x.answer()


def _cookie(x: Exchange) -> bool:
    return x.answer(b"", 302, set_cookie="id=watcher; Path=/", location="/echo")


# --- redirects -----------------------------------------------------------------------------------------------------


def _to(x: Exchange) -> bool:
    return x.answer(b"", x.number("code", 302), location=x.option("url"))


def _chain(x: Exchange) -> bool:
    left = x.number("n", 3)
    return x.answer(b"", 302, location=f"/chain?n={left - 1}") if left else x.answer()


def _ring_a(x: Exchange) -> bool:
    return x.answer(b"", 301, location="/ring/b")


def _ring_b(x: Exchange) -> bool:
    return x.answer(b"", 301, location="/ring/a")


def _self(x: Exchange) -> bool:
    return x.answer(b"", 302, location="/self")


def _no_location(x: Exchange) -> bool:
    return x.answer(b"moved, somewhere", 302)


def _location(x: Exchange) -> bool:
    place = bytes.fromhex(x.option("hex"))
    x.raw(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: ", place, b"\r\n\r\n")
    return True


# --- never ending --------------------------------------------------------------------------------------------------


def _silent(x: Exchange) -> bool:
    x.server.pause(30)
    return False


def _drip(x: Exchange) -> bool:
    x.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not x.server.pause(SHORT_WAIT):
        x.raw(b"x")
    return False


def _drip_headers(x: Exchange) -> bool:
    x.raw(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not x.server.pause(SHORT_WAIT):
        x.raw(b"x")
    return False


def _stall(x: Exchange) -> bool:
    x.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x" * 500)
    x.server.pause(30)
    return False


# --- broken off ----------------------------------------------------------------------------------------------------


def _reset(x: Exchange) -> bool:
    return x.reset()


def _hang_up(x: Exchange) -> bool:
    return False


def _reset_midway(x: Exchange) -> bool:
    x.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x" * 500)
    x.server.pause(SHORT_WAIT)
    return x.reset()


def _short(x: Exchange) -> bool:
    x.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x" * 500)
    return False


def _cut_chunks(x: Exchange) -> bool:
    x.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"5\r\nhello\r\n", b"20\r\nhel")
    return False


def _bad_chunks(x: Exchange) -> bool:
    x.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"5\r\nhello\r\n")
    x.server.pause(SHORT_WAIT)
    x.raw(b"nonsense\r\n")
    return False


def _no_length_reset(x: Exchange) -> bool:
    x.raw(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b"x" * 500)
    x.server.pause(SHORT_WAIT)
    return x.reset()


def _cut(x: Exchange) -> bool:
    name = x.option("as", "gzip")
    whole = _coded_body(name)
    return x.answer(whole[: len(whole) // 2], content_encoding=_coding_header(name))


def _damaged(x: Exchange) -> bool:
    return x.answer(b"\x00this was never compressed at all" * 20, content_encoding=x.option("as", "gzip"))


# --- too much ------------------------------------------------------------------------------------------------------


def _huge(x: Exchange) -> bool:
    size = x.number("n", 20_000_000)
    x.raw(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
    return _pour(x, size, lambda block: block)


def _huge_chunks(x: Exchange) -> bool:
    x.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    return _pour(x, x.number("n", 20_000_000), lambda block: b"%x\r\n%b\r\n" % (len(block), block))


def _pour(x: Exchange, size: int, framed: Callable[[bytes], bytes]) -> bool:
    block = framed(b"x" * 65_536)
    for _ in range(size // 65_536):
        x.raw(block)
    return False


_bombs: dict[str, bytes] = {}


def _bomb(x: Exchange) -> bool:
    name = x.option("as", "gzip")
    if name not in _bombs:
        match name:
            case "br":
                packer = brotli.Compressor(quality=1)
                _bombs[name] = packer.process(bytes(BOMB_BYTES)) + packer.finish()
            case "zstd":
                _bombs[name] = zstd.compress(bytes(BOMB_BYTES))
            case "deflate":
                _bombs[name] = _deflated(bytes(BOMB_BYTES), 15)
            case _:
                _bombs[name] = gzip.compress(bytes(BOMB_BYTES), 1)
    return x.answer(_bombs[name], content_encoding=name)


def _empty_members(x: Exchange) -> bool:
    return x.answer(gzip.compress(b"") * 50_000, content_encoding="gzip")


def _twice_coded(x: Exchange) -> bool:
    return x.answer(gzip.compress(gzip.compress(TEXT)), content_encoding="gzip, gzip")


def _long_header(x: Exchange) -> bool:
    return x.answer(PAGE, x_long="x" * x.number("n", 1_000_000))


def _many_headers(x: Exchange) -> bool:
    return x.answer(PAGE, **{f"x_{at}": "y" for at in range(x.number("n", 10_000))})


# --- no HTTP -------------------------------------------------------------------------------------------------------


def _garbage(x: Exchange) -> bool:
    x.raw(b"220 mail.example ESMTP ready\r\n\r\n")
    return False


def _bad_status(x: Exchange) -> bool:
    x.raw(b"HTTP/1.1 many OK\r\nContent-Length: 0\r\n\r\n")
    return False


def _bad_header(x: Exchange) -> bool:
    x.raw(b"HTTP/1.1 200 OK\r\nno colon in sight\r\nContent-Length: 0\r\n\r\n")
    return False


def _switch(x: Exchange) -> bool:
    x.raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n")
    return False


def _unasked_304(x: Exchange) -> bool:
    x.raw(b"HTTP/1.1 304 Not Modified\r\n\r\n")
    return True


def _odd_headers(x: Exchange) -> bool:
    x.raw(b"HTTP/1.1 200 OK\r\nX-Latin: caf\xe9\r\nX-Utf: caf\xc3\xa9\r\nContent-Length: 2\r\n\r\nok")
    return True


_PATHS: dict[str, Handler] = {
    "/page": _page,
    "/bytes": _bytes,
    "/body": _body,
    "/echo": _echo,
    "/status": _status,
    "/coded": _coded,
    "/once": _once,
    "/no-length": _no_length,
    "/early-hints": _early_hints,
    "/cookie": _cookie,
    "/to": _to,
    "/chain": _chain,
    "/ring/a": _ring_a,
    "/ring/b": _ring_b,
    "/self": _self,
    "/no-location": _no_location,
    "/location": _location,
    "/silent": _silent,
    "/drip": _drip,
    "/drip-headers": _drip_headers,
    "/stall": _stall,
    "/reset": _reset,
    "/hang-up": _hang_up,
    "/reset-midway": _reset_midway,
    "/short": _short,
    "/cut-chunks": _cut_chunks,
    "/bad-chunks": _bad_chunks,
    "/no-length-reset": _no_length_reset,
    "/cut": _cut,
    "/damaged": _damaged,
    "/huge": _huge,
    "/huge-chunks": _huge_chunks,
    "/bomb": _bomb,
    "/empty-members": _empty_members,
    "/twice-coded": _twice_coded,
    "/long-header": _long_header,
    "/many-headers": _many_headers,
    "/garbage": _garbage,
    "/bad-status": _bad_status,
    "/bad-header": _bad_header,
    "/switch": _switch,
    "/unasked-304": _unasked_304,
    "/odd-headers": _odd_headers,
}
