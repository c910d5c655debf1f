"""A real HTTP server on loopback that speaks Slack's Web API as far as we use it, and incoming webhooks.

    with SlackStandIn() as slack:
        client = WebClient("xoxb-right", base_url=slack.api)
        slack.posts[0].payload["blocks"]

Checks what Slack checks: the token, the channel, limits of blocks and texts. Answers ``ok: false`` with Slack's words,
429 with Retry-After when told to (``limit_next``) or when a channel is spoken to faster than ``gap_seconds`` of its clock.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self

TOKEN: Final = "xoxb-right-token"
HOOK: Final = "/services/T0RIGHT/B0RIGHT/s3cr3t-path"
MAX_BLOCKS: Final = 50
MAX_HEADER: Final = 150
MAX_PLAIN: Final = 3_000
MAX_ALL: Final = 13_000
TYPES: Final = frozenset({"header", "rich_text", "context", "section", "actions", "divider"})


@dataclass(frozen=True, slots=True)
class Post:
    """One message taken: where, what, and the headers it came with (names in lower case)."""

    path: str
    payload: dict[str, Any]
    headers: dict[str, str]

    @property
    def delivery(self) -> str:
        """The delivery id the message carries in its metadata; empty for webhooks."""
        return str(self.payload.get("metadata", {}).get("event_payload", {}).get("delivery", ""))

    @property
    def words(self) -> str:
        """Every text of every block, joined."""
        return "".join(_texts(self.payload.get("blocks") or []))


@dataclass(frozen=True, slots=True)
class Answer:
    """A scripted answer; ``drops``: the connection is closed after the message was taken, without a word."""

    status: int
    body: dict[str, Any] | str
    headers: dict[str, str] = field(default_factory=dict)
    drops: bool = False


class SlackStandIn:
    """The server. ``channels`` exist, ``joined`` are those the app is in. Scripted answers come before the checks."""

    def __init__(
        self,
        *,
        channels: frozenset[str] = frozenset({"#rights", "#biotech", "C0BIOTECH"}),
        gap_seconds: float = 0.0,
        now: Callable[[], float] | None = None,
    ) -> None:
        self.channels = channels
        self.joined = channels
        self.gap_seconds = gap_seconds
        self.now = now
        self.scopes = ["chat:write"]
        self.posts: list[Post] = []
        self.refused: list[tuple[str, str]] = []
        self.script: deque[Answer] = deque()
        self.last_at: dict[str, float] = {}
        self.slow: dict[str, threading.Event] = {}
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        for released in self.slow.values():
            released.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def api(self) -> str:
        """What stands for ``https://slack.com/api/``."""
        return f"{self.root}/api/"

    @property
    def hook(self) -> str:
        """What stands for the address of an incoming webhook."""
        return self.root + HOOK

    def limit_next(self, seconds: int) -> None:
        """The next request is one too many."""
        body = {"ok": False, "error": "ratelimited"}
        self.script.append(Answer(429, body, {"Retry-After": str(seconds)}))

    def fail_next(self, error: str) -> None:
        """The next request gets ``ok: false`` and Slack's word for it."""
        self.script.append(Answer(200, {"ok": False, "error": error}))

    def hold(self, channel: str) -> threading.Event:
        """Requests for that channel get no answer until the event is set."""
        return self.slow.setdefault(channel, threading.Event())

    def answer(self, post: Post) -> Answer:
        """Slack's answer to one request; taken messages are kept in ``posts``."""
        with self.lock:
            if self.script:
                scripted = self.script.popleft()
                if scripted.drops:
                    self.posts.append(post)
                return scripted
            found = self._hook_answer(post) if post.path.startswith("/services/") else self._api_answer(post)
            ok = isinstance(found.body, dict) and found.body.get("ok") is True
            if ok or found.body == "ok":
                self.posts.append(post)
            else:
                self.refused.append((post.path, str(found.body)))
            return found

    def _api_answer(self, post: Post) -> Answer:
        channel = str(post.payload.get("channel", ""))
        if post.path == "/api/auth.test":
            right = post.headers.get("authorization") == f"Bearer {TOKEN}"
            body = {"ok": True, "team": "Rights Desk"} if right else {"ok": False, "error": "invalid_auth"}
            return Answer(200, body, {"X-OAuth-Scopes": ",".join(self.scopes)})
        if post.path != "/api/chat.postMessage":
            return Answer(200, {"ok": False, "error": "unknown_method"})
        if "authorization" not in post.headers:
            return Answer(200, {"ok": False, "error": "not_authed"})
        if post.headers["authorization"] != f"Bearer {TOKEN}":
            return Answer(200, {"ok": False, "error": "invalid_auth"})
        if channel not in self.channels:
            return Answer(200, {"ok": False, "error": "channel_not_found"})
        if channel not in self.joined:
            return Answer(200, {"ok": False, "error": "not_in_channel"})
        if self.now and self.now() - self.last_at.get(channel, float("-inf")) < self.gap_seconds:
            return Answer(
                429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(max(1, round(self.gap_seconds)))}
            )
        fault = fault_of(post.payload)
        if fault:
            return Answer(200, {"ok": False, "error": fault})
        if self.now:
            self.last_at[channel] = self.now()
        number = len(self.posts) + 1
        return Answer(200, {"ok": True, "channel": "C0RIGHTS", "ts": f"1795475352.{number:06}", "message": {}})

    def _hook_answer(self, post: Post) -> Answer:
        if post.path != HOOK:
            return Answer(404, "no_service")
        return Answer(400, "invalid_payload") if fault_of(post.payload) else Answer(200, "ok")


def fault_of(payload: dict[str, Any]) -> str:
    """What Slack would say of a message's form: one of its words, empty where it is in order."""
    blocks = payload.get("blocks")
    if not blocks:
        return "" if payload.get("text") else "no_text"
    if len(blocks) > MAX_BLOCKS or any(block.get("type") not in TYPES for block in blocks):
        return "invalid_blocks"
    for block in blocks:
        limit = MAX_HEADER if block["type"] == "header" else MAX_PLAIN
        if any(not 0 < len(text) <= limit for text in _texts([block]) if block["type"] != "rich_text"):
            return "invalid_blocks"
        if block["type"] == "context" and not 0 < len(block["elements"]) <= 10:
            return "invalid_blocks"
        if any(not text for text in _texts([block])):
            return "invalid_blocks"
    return "msg_blocks_too_long" if sum(len(text) for text in _texts(blocks)) > MAX_ALL else ""


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for entry in value for text in _texts(entry)]
    if not isinstance(value, dict):
        return []
    own = [value["text"]] if isinstance(value.get("text"), str) else []
    return own + [text for entry in value.values() if isinstance(entry, dict | list) for text in _texts(entry)]


def _handler(slack: SlackStandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            post = Post(self.path, json.loads(body or b"{}"), headers)
            if post.payload.get("channel") in slack.slow:
                slack.slow[post.payload["channel"]].wait(30)
            answer = slack.answer(post)
            if answer.drops:
                self.close_connection = True
                self.connection.close()
                return
            text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
            kind = "text/plain" if isinstance(answer.body, str) else "application/json; charset=utf-8"
            self.send_response(answer.status)
            for name, value in {"Content-Type": kind, **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            """Tests need no access log."""

    return Handler
