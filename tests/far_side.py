"""A company's website on loopback for tests: pages by path, each changed by the test, answering as real servers do.

    with Site() as site:
        site.pages["/policy.html"] = page("We will not sell it.")
        site.asked  # every path asked, in order, with the status it got; /robots.txt only where there is one

A page is HTML, a whole answer (status, headers, body), or a function that gives one; ETag and 304 come by themselves.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

FILLING = (
    "This statement is reviewed every year by the people who wrote it and by others who did not.",
    "It applies to each of our offices and to everybody who works in them, whatever their contract says.",
    "Questions about it are answered by the office that keeps it, in writing and within a month.",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int = 200
    body: bytes = b""
    media_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


Shown = str | Answer | Callable[[], Answer]


def page(*paragraphs: str, title: str = "Policy") -> str:
    """A page with these paragraphs under one heading, and enough words to be one."""
    body = "".join(f"<p>{text}</p>" for text in (*paragraphs, *FILLING))
    return f"<html><head><title>{title}</title></head><body><main><h1>{title}</h1>{body}</main></body></html>"


def feed(*items: tuple[str, str]) -> Answer:
    """An RSS feed of (title, address)."""
    entries = "".join(f"<item><title>{t}</title><link>{u}</link><guid>{u}</guid></item>" for t, u in items)
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{entries}</channel></rss>'
    return Answer(body=body.encode(), media_type="application/rss+xml")


class Stuck:
    """An answer that does not come until :meth:`end`; ``begun`` says that somebody waits for it."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.begun = threading.Event()
        self._ended = threading.Event()

    def __call__(self) -> Answer:
        self.begun.set()
        self._ended.wait(60)
        return self.answer

    def end(self) -> None:
        self._ended.set()


class Site:
    """The server. ``pages`` may be changed at any time; a path that is not there is 404."""

    def __init__(self) -> None:
        self.pages: dict[str, Shown] = {}
        self.asked: list[tuple[str, int]] = []
        self.agents: set[str] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="site")
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        for shown in self.pages.values():
            if isinstance(shown, Stuck):
                shown.end()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def url(self, path: str) -> str:
        return f"http://{self.authority}{path}"

    def answer(self, path: str) -> Answer:
        shown = self.pages.get(path)
        if shown is None:
            return Answer(404, b"<html><body>no such page</body></html>")
        if isinstance(shown, str):
            return Answer(body=shown.encode())
        return shown if isinstance(shown, Answer) else shown()


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer = site.answer(self.path)
            etag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
            status = 304 if answer.status == 200 and self.headers["If-None-Match"] == etag else answer.status
            if self.path != "/robots.txt" or self.path in site.pages:
                site.asked.append((self.path, status))
            site.agents.add(self.headers["User-Agent"])
            body = b"" if status == 304 else answer.body
            headers = {"Content-Type": answer.media_type, "Content-Length": str(len(body)), "ETag": etag}
            try:
                self.send_response(status)
                for name, value in {**headers, **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except OSError:  # whoever asked is gone
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
            """Quiet."""

    return Handler
