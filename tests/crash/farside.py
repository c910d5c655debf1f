"""The world a run talks to, all real servers on loopback: a site with validators, Slack, a mailbox, a web service, files."""

from __future__ import annotations

import hashlib
import json
import re
import socket
import threading
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.slack_standin import APP_TOKEN, TOKEN, PatientServer, SlackStandIn

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
LINES = "alerts.jsonl"  # in a run's data folder
RECEIVED = "received.txt"  # in a run's folder: what its console showed
_ID = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{26}\b")


@dataclass
class Shown:
    """What one path shows now."""

    body: bytes
    status: int = 200
    media_type: str = "text/html; charset=utf-8"
    stamp: int = 0  # seconds after START, its Last-Modified

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'

    @property
    def last_modified(self) -> str:
        return format_datetime(START + timedelta(seconds=self.stamp), usegmt=True)


@dataclass
class Site:
    """A company's site. Paths ending in ``-dated`` speak Last-Modified, all others ETag; both answer 304 honestly."""

    root: str = ""
    pages: dict[str, Shown] = field(default_factory=dict)
    answers: list[tuple[str, int]] = field(default_factory=list)
    changes: int = 0
    hooked: list[str] = field(default_factory=list)  # ids of what a web service of ours was told
    wants: list[str] = field(default_factory=list)  # what people want of alerts and got no answer to (acts.py)

    def show(self, path: str, body: str, *, media_type: str = "text/html; charset=utf-8") -> None:
        self.changes += 1
        self.pages[path] = Shown(body.encode(), media_type=media_type, stamp=self.changes)

    def fail(self, path: str, status: int) -> None:
        self.pages[path].status = status

    def recover(self, path: str) -> None:
        self.pages[path].status = 200

    def clear(self) -> None:
        for kept in (self.pages, self.answers, self.hooked, self.wants):
            kept.clear()
        self.changes = 0

    def answer(self, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        shown = self.pages.get(path)
        if shown is None or shown.status in (404, 410):
            return shown.status if shown else 404, {"Content-Type": "text/html"}, b"<h1>No such page</h1>"
        if shown.status != 200:
            return shown.status, {"Content-Type": "text/html"}, b"<h1>Out of order</h1>"
        if path.endswith("-dated"):
            validators = {"Last-Modified": shown.last_modified}
            is_known = headers.get("if-modified-since") == shown.last_modified
        else:
            validators = {"ETag": shown.etag}
            is_known = headers.get("if-none-match") == shown.etag
        if is_known:
            return 304, validators, b""
        return 200, {"Content-Type": shown.media_type, **validators}, shown.body


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more, body = site.answer(self.path, headers)
            site.answers.append((self.path, status))
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            site.hooked.append(self.headers["webhook-id"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            """Runs need no access log."""

    return Handler


class _Mailbox:
    """Takes every letter; remembers the delivery each was."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    async def handle_DATA(  # noqa: N802 - the name is the library's
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.ids.append(str(message_from_bytes(envelope.content)["Message-ID"]).strip("<>").partition("@")[0])
        return "250 taken"


class FarSide:
    """Site, Slack (channel and webhook) and mailbox. A context manager; :meth:`clear` makes it anew for another run."""

    def __init__(self) -> None:
        self.site = Site()
        self.slack = SlackStandIn()
        self.mailbox = _Mailbox()
        self._stack = ExitStack()
        self._server = PatientServer(("127.0.0.1", 0), _handler(self.site))
        self.site.root = f"http://{self.host}"

    def __enter__(self) -> Self:
        self._stack.enter_context(self.slack)
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.mail_port: int = probe.getsockname()[1]
        mail = Controller(self.mailbox, hostname="127.0.0.1", port=self.mail_port)
        mail.start()
        self._stack.callback(thread.join, 5)
        self._stack.callback(self._server.server_close)
        self._stack.callback(self._server.shutdown)
        self._stack.callback(mail.stop)
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self._stack.close()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def environ(self) -> dict[str, str]:
        return {
            "ONRECORD_SLACK_TOKEN": TOKEN,
            "ONRECORD_SLACK_APP_TOKEN": APP_TOKEN,
            "ONRECORD_SLACK_WEBHOOK": self.slack.hook,
            "SERVICE": f"{self.site.root}/hook",
            "SERVICE_SECRET": "whsec_c2VjcmV0IGtleSBmb3IgdGVzdHMgb25seSEh",
        }

    def clear(self) -> None:
        self.site.clear()
        self.slack.forget()
        self.mailbox.ids.clear()

    def received(self, folder: Path) -> Counter[tuple[str, str]]:
        """How often each (channel, delivery) arrived; the run's console wrote into its ``folder``."""
        found: Counter[tuple[str, str]] = Counter(("email", id_) for id_ in self.mailbox.ids)
        for post in self.slack.posts:
            if post.path.startswith("/services/"):
                found.update(("slack-webhook", id_) for id_ in _ID.findall(post.words))
            else:
                found["slack", post.delivery] += 1
        found.update(("webhook", id_) for id_ in self.site.hooked)
        lines = folder / "data" / LINES
        for line in lines.read_text(encoding="utf-8").splitlines() if lines.exists() else ():
            found["jsonl", json.loads(line)["id"]] += 1
        shown = folder / RECEIVED
        text = shown.read_text(encoding="utf-8") if shown.exists() else ""
        found.update(("console", id_) for id_ in _ID.findall(text))
        return found

    def home_files(self, sources: str) -> dict[str, str]:
        """The files of a home that watches this site and tells all six channels; a topic of its own waits for a digest."""
        waits = "routes: [{match: {topic: what-can-wait}, to: later}]\n" if "what-can-wait" in sources else ""
        return {
            "sources.yaml": sources.replace("SITE", self.site.root),
            "routes.yaml": (
                "receivers:\n"
                '  desk: {slack: {channel: "#rights"}, email: [desk@example.org], console: true, escalate: duty}\n'
                "  hook: {slack: {webhook: ONRECORD_SLACK_WEBHOOK}}\n"
                f"  programs: {{webhook: SERVICE, jsonl: {LINES}}}\n"
                "  duty: {email: duty@example.org}\n"
                '  later: {slack: {channel: "#biotech"}, email: later@example.org, at_once: high}\n'
                "default: [desk, hook, programs]\n"
                f"{waits}"
                "people:\n"
                "  osei: {name: A. Osei, slack: U012AB3CD, email: desk@example.org}\n"
            ),
            "settings.yaml": (
                f'fetch: {{allow_private: ["{self.host}"], host_gap_seconds: 0}}\n'
                f"slack: {{base_url: {self.slack.api!r}}}\n"
                "web: {base_url: 'https://onrecord.example.org'}\n"
                f"mail: {{host: 127.0.0.1, port: {self.mail_port}, security: none, from: onrecord@example.org}}\n"
            ),
        }
