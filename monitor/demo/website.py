"""The pretend company's website: a real HTTP server on loopback, with pages the story can change.

Its name is ``www.orrelund.example``; :meth:`Website.lookup` answers for that name alone, so the product's own fetcher asks
it as it asks any site. It keeps what it saw of its visitors.
"""

from __future__ import annotations

import hashlib
import html
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from string import Template
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

COMPANY: Final = "Orrelund Instruments"
HOST: Final = "www.orrelund.example"  # .example is reserved for such uses: RFC 2606
FEED: Final = "/newsroom/feed.xml"
PAGES: Final = {
    "/": "home",
    "/policies/responsible-sales": "responsible-sales",
    "/policies/uses": "uses",
    "/policies/supplier-code": "supplier-code",
    "/policies/human-rights": "human-rights",
    "/newsroom/answers-on-xinjiang": "answers-on-xinjiang",
    "/newsroom/training-laboratory": "training-laboratory",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """What the company's server saw of one request."""

    path: str
    status: int
    user_agent: str
    referer: str | None


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    media_type: str
    body: bytes
    etag: str = ""


def page_text(name: str) -> str:
    """One of our own texts from ``monitor/demo/pages``."""
    return files("monitor.demo").joinpath("pages", f"{name}.html").read_text(encoding="utf-8")


class Website:
    """A context manager: the server runs inside it. ``now`` is the pretend clock, for dates the site shows."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = Lock()
        self._texts = {path: page_text(name) for path, name in PAGES.items()}
        self._blocked: set[str] = set()
        self._listed = [("New training laboratory opens its doors", "/newsroom/training-laboratory", now())]
        self._careers = "Careers"
        self._built = f"{now():%d %B %Y}"
        self._tracking = secrets.token_hex(8)
        self._is_tracking_each_visit = False
        self.visits: list[Visit] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), name="pretend website", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def lookup(self, host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        """Names as ``socket.getaddrinfo`` resolves them; this one knows a single name, and no network."""
        if host.lower() != HOST:
            raise socket.gaierror(socket.EAI_NONAME, "the rehearsal knows no other host")
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", self._server.server_port))]

    # --- what the company does ---------------------------------------------------------------------------------------

    def publish(self, path: str, name: str) -> None:
        """Put a text up as a page, and list it in the newsroom feed."""
        text = page_text(name)
        with self._lock:
            self._texts[path] = text
            self._listed.insert(0, (_heading(text), path, self._now()))

    def edit(self, path: str, before: str, after: str) -> None:
        """Change some words of a page. Raises ValueError unless they stand there exactly once."""
        with self._lock:
            if self._texts[path].count(before) != 1:
                raise ValueError(f"{before!r} does not stand exactly once on {path}")
            self._texts[path] = self._texts[path].replace(before, after)

    def take_down(self, path: str) -> None:
        """From now on the address answers 404."""
        with self._lock:
            del self._texts[path]

    def block(self, path: str, *, is_blocked: bool = True) -> None:
        """Answer with a captcha (and status 200) instead of the page, or no longer."""
        with self._lock:
            (self._blocked.add if is_blocked else self._blocked.discard)(path)

    def redress(self) -> None:
        """Another menu entry, another date in the footer, and from now on a new tracking number for every visit."""
        with self._lock:
            self._careers = "Work with us"
            self._built = f"{self._now():%d %B %Y}"
            self._is_tracking_each_visit = True

    # --- what the server answers -------------------------------------------------------------------------------------

    def answer(self, path: str, known_etag: str) -> _Answer:
        """The answer to one request; 304 where the visitor has the page already."""
        with self._lock:
            found = self._found(path)
        etag = f'"{hashlib.sha256(found.body).hexdigest()[:16]}"'
        if found.status == 200 and etag == known_etag:
            return _Answer(304, found.media_type, b"", etag)
        return _Answer(found.status, found.media_type, found.body, etag if found.status == 200 else "")

    def date(self) -> str:
        """The pretend time as an HTTP date."""
        return format_datetime(self._now(), usegmt=True)

    def note(self, visit: Visit) -> None:
        """Keep what a request looked like from here."""
        with self._lock:
            self.visits.append(visit)

    def _found(self, path: str) -> _Answer:
        if path == FEED:
            return _Answer(200, "application/rss+xml; charset=utf-8", self._feed().encode())
        if path in self._blocked:
            return _Answer(200, "text/html; charset=utf-8", page_text("block").encode())
        text = self._texts.get(path)
        body = self._framed(text if text is not None else page_text("missing"))
        return _Answer(404 if text is None else 200, "text/html; charset=utf-8", body.encode())

    def _framed(self, text: str) -> str:
        if self._is_tracking_each_visit:
            self._tracking = secrets.token_hex(8)
        return Template(page_text("frame")).substitute(
            title=html.escape(_heading(text)),
            body=text,
            careers=self._careers,
            built=self._built,
            tracking=self._tracking,
        )

    def _feed(self) -> str:
        items = "".join(
            f"<item><title>{html.escape(title)}</title><link>http://{HOST}{path}</link>"
            f"<guid>http://{HOST}{path}</guid><pubDate>{format_datetime(at)}</pubDate></item>\n"
            for title, path, at in self._listed
        )
        return (
            f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>{COMPANY}: newsroom</title>'
            f"<link>http://{HOST}/newsroom</link><description>News of {COMPANY}</description>\n{items}</channel></rss>\n"
        )


def _heading(text: str) -> str:
    return html.unescape(text.partition("<h1>")[2].partition("</h1>")[0])


def _handler_of(site: Website) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version, sys_version = "pretend", ""

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            found = site.answer(path, self.headers.get("If-None-Match", ""))
            site.note(Visit(path, found.status, self.headers.get("User-Agent", ""), self.headers.get("Referer")))
            self.send_response(found.status)
            self.send_header("Content-Type", found.media_type)
            if found.etag:
                self.send_header("ETag", found.etag)
            if found.status != 304:
                self.send_header("Content-Length", str(len(found.body)))
            self.end_headers()
            self.wfile.write(found.body)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return site.date()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name the base class gives it
            return

    return Handler
