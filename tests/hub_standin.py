"""A hub (WebSub) with a feed, on loopback, with the manners of the protocol: it comes back to whoever asks, and signs what it pushes.

It calls the address it was given at the port of the test, under the name that stands in it, as a proxy before the pages would.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

FEED = """<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<title>Halden news</title><link>{base}/</link>{links}
<item><guid>1</guid><title>Instruments are sold to hospitals alone</title><link>{base}/news/1</link></item>
</channel></rss>"""


@dataclass
class Hub:
    """``status`` is what it answers to whoever asks; ``is_mute`` it then never comes back; ``lease`` is what it grants."""

    status: int = 202
    is_mute: bool = False
    lease: int | None = None
    links: str = '<atom:link rel="hub" href="/hub"/><atom:link rel="self" href="/news.xml"/>'
    link_header: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)  # to its coming back
    feeds_read: int = 0

    def __enter__(self) -> Self:
        self._pending: list[threading.Event] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *about: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def base(self) -> str:
        return f"http://{self.authority}"

    @contextmanager
    def taking(self, form: dict[str, str]) -> Iterator[None]:
        """Somebody asks, and is answered; then come back to them."""
        settled = threading.Event()
        self._pending.append(settled)
        self.asked.append(form)
        try:
            yield
            if self.status < 300 and not self.is_mute:
                self.come_back(form)
        finally:
            settled.set()

    def settle(self) -> None:
        """Until it came back to everybody."""
        for settled in self._pending:
            assert settled.wait(20)

    def come_back(self, form: dict[str, str], **other: str) -> None:
        lease = str(self.lease or form.get("hub.lease_seconds", ""))
        about = {key: form[key] for key in ("hub.mode", "hub.topic")} | {"hub.challenge": "c0ffee", **other}
        about |= {"hub.lease_seconds": lease} if form["hub.mode"] == "subscribe" else {}
        self.answers.append(self.call("GET", f"{form['hub.callback']}?{urlencode(about)}"))

    def push(self, body: bytes, *, method: str = "sha256", secret: str = "") -> int:
        """Tell the newest that asked, signed as its secret wants."""
        form = next(form for form in reversed(self.asked) if "hub.secret" in form)
        signature = hmac.new((secret or form["hub.secret"]).encode(), body, method).hexdigest()
        headers = {"X-Hub-Signature": f"{method}={signature}", "Content-Type": "application/rss+xml"}
        return self.call("POST", form["hub.callback"], body, headers)[0]

    def call(self, method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None) -> tuple[int, str]:
        parts = urlsplit(url)
        connection = HTTPConnection("127.0.0.1", parts.port, timeout=10)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        try:
            connection.request(method, path, body or None, {"Host": parts.netloc, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            is_feed = self.path == "/news.xml"
            hub.feeds_read += is_feed
            if is_feed:
                self._answer(200, FEED.format(base=hub.base, links=hub.links).encode(), hub.link_header)
            else:
                self._answer(404, b"nothing here")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            with hub.taking({key: values[0] for key, values in parse_qs(body).items()}):
                self._answer(hub.status, b"")

        def _answer(self, status: int, body: bytes, link: str = "") -> None:
            self.send_response(status)
            if link:
                self.send_header("Link", link)
            self.send_header("Content-Type", "application/rss+xml" if body.startswith(b"<?xml") else "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *about: Any) -> None:
            pass

    return Handler
