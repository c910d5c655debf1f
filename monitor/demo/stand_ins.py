"""A pretend Slack and a pretend mail server, both real servers on loopback that speak the real protocol.

They keep what arrived, as it arrived: Slack's JSON and the letters' bytes also lie in a folder, for whoever wants to look.
"""

from __future__ import annotations

import json
import socketserver
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Final, Self

TOKEN: Final = "xoxb-pretend"  # noqa: S105 - opens nothing but the pretend workspace below
CHANNEL: Final = "#rights-desk"
ADDRESS: Final = "desk@rights-desk.example"
SENDER: Final = "onrecord@rights-desk.example"


@dataclass(frozen=True, slots=True)
class Post:
    """One message as Slack received it."""

    channel: str
    text: str
    blocks: tuple[dict[str, Any], ...]
    delivery: str


class _Served:
    """A server in a thread of its own, for the time of a ``with``."""

    def __init__(self, server: socketserver.BaseServer, name: str, folder: Path) -> None:
        self._server = server
        self._thread = Thread(target=server.serve_forever, args=(0.05,), name=name, daemon=True)
        self._lock = Lock()
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


# --- Slack -----------------------------------------------------------------------------------------------------------


class PretendSlack(_Served):
    """A workspace with one channel. It answers ``chat.postMessage`` as Slack does, refusals included.

    https://docs.slack.dev/reference/methods/chat.postMessage
    """

    def __init__(self, now: Callable[[], datetime], folder: Path) -> None:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _slack_handler(self))
        super().__init__(server, "pretend Slack", folder)
        self._now = now
        self._posts: list[Post] = []
        self.base_url = f"http://127.0.0.1:{server.server_port}/api/"

    def posts(self) -> list[Post]:
        """What has arrived so far, in order."""
        with self._lock:
            return list(self._posts)

    def take(self, method: str, token: str, sent: dict[str, Any]) -> dict[str, Any]:
        """One call of the API; the answer Slack would give."""
        if method != "chat.postMessage":
            return {"ok": False, "error": "unknown_method"}
        if token != f"Bearer {TOKEN}":
            return {"ok": False, "error": "invalid_auth"}
        if sent.get("channel") != CHANNEL:
            return {"ok": False, "error": "channel_not_found"}
        if not sent.get("text") and not sent.get("blocks"):
            return {"ok": False, "error": "no_text"}
        delivery = sent.get("metadata", {}).get("event_payload", {}).get("delivery", "")
        post = Post(sent["channel"], sent.get("text", ""), tuple(sent.get("blocks", ())), delivery)
        with self._lock:
            self._posts.append(post)
            number = len(self._posts)
            text = json.dumps(sent, ensure_ascii=False, indent=2)
            (self._folder / f"{number:02d}.json").write_text(text + "\n", encoding="utf-8")
        ts = f"{int(self._now().timestamp())}.{number:06d}"
        return {"ok": True, "channel": "C0RIGHTS", "ts": ts, "message": {"text": post.text, "ts": ts}}


def _slack_handler(slack: PretendSlack) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            method = self.path.removeprefix("/api/")
            answer = slack.take(method, self.headers.get("Authorization", ""), json.loads(body or b"{}"))
            told = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name the base class gives it
            return

    return Handler


# --- a mailbox -------------------------------------------------------------------------------------------------------


class PretendMailbox(_Served):
    """A mail server with one mailbox: the commands of RFC 5321 that a sender needs, and a refusal for everybody else."""

    def __init__(self, folder: Path) -> None:
        server = _MailServer(("127.0.0.1", 0), _mail_handler(self))
        super().__init__(server, "pretend mailbox", folder)
        self._letters: list[bytes] = []
        self.port: int = server.server_address[1]

    def letters(self) -> list[EmailMessage]:
        """What has arrived so far, in order."""
        with self._lock:
            return [message_from_bytes(body, policy=policy.default) for body in self._letters]

    def take(self, body: bytes) -> None:
        """One letter has been handed over."""
        with self._lock:
            self._letters.append(body)
            (self._folder / f"{len(self._letters):02d}.eml").write_bytes(body)


class _MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def _mail_handler(mailbox: PretendMailbox) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 pretend mailbox")
            while line := self.rfile.readline():
                verb = line.decode("utf-8", "replace").strip().upper()
                if verb == "DATA":
                    self._say("354 go on, end with a dot")
                    letter = self._letter()
                    if letter is None:
                        return  # the line went dead in the middle: nothing was handed over
                    mailbox.take(letter)
                    self._say("250 kept")
                elif verb == "QUIT":
                    self._say("221 bye")
                    return
                elif verb.startswith("RCPT TO:") and ADDRESS.upper() not in verb:
                    self._say("550 no such mailbox here")
                elif verb.startswith(("EHLO", "HELO", "MAIL FROM:", "RCPT TO:", "RSET", "NOOP")):
                    self._say("250 fine")
                else:
                    self._say("502 not known here")

        def _letter(self) -> bytes | None:
            """Lines up to the lone dot; a dot doubled on the way (RFC 5321 section 4.5.2) is made one again."""
            lines: list[bytes] = []
            while (line := self.rfile.readline()) != b".\r\n":
                if not line:
                    return None
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            return b"".join(lines)

        def _say(self, answer: str) -> None:
            self.wfile.write(f"{answer}\r\n".encode())

    return Handler
