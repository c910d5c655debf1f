"""A real HTTP server on loopback that speaks Slack's Web API as far as we use it, incoming webhooks, and Socket Mode.

    with SlackStandIn() as slack:
        client = WebClient("xoxb-right", base_url=slack.api)
        slack.posts[0].payload["blocks"]
        slack.press("U012AB3CD", slack.posts[0], "onrecord.acknowledge")

Checks what Slack checks: the token, the channel, limits of blocks and texts. Answers ``ok: false`` with Slack's words,
429 with Retry-After when told to (``limit_next``) or when a channel is spoken to faster than ``gap_seconds`` of its clock.
Presses travel over a WebSocket (RFC 6455) the client opens; one that is not acknowledged is sent again on the next
connection, as Slack does.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import socket
import ssl
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, BinaryIO, Final, Self, cast
from urllib.parse import parse_qsl

TOKEN: Final = "xoxb-right-token"
APP_TOKEN: Final = "xapp-right-token"
HOOK: Final = "/services/T0RIGHT/B0RIGHT/s3cr3t-path"
MAX_BLOCKS: Final = 50
MAX_HEADER: Final = 150
MAX_PLAIN: Final = 3_000
MAX_ALL: Final = 13_000
TYPES: Final = frozenset({"header", "rich_text", "context", "section", "actions", "divider"})
GUID: Final = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # of RFC 6455


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
    def part(self) -> int:
        """Which part of a message in a thread it is, 0 for the message itself."""
        return int(self.payload.get("metadata", {}).get("event_payload", {}).get("part", 0))

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


class PatientServer(ThreadingHTTPServer):
    """Clients of this server refuse it or are killed: a connection that breaks off is no news."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError | ssl.SSLError):
            super().handle_error(request, client_address)  # type: ignore[arg-type] # handed on as it came


class SlackStandIn:
    """The server. ``channels`` exist, ``joined`` are those the app is in. Scripted answers come before the checks."""

    def __init__(
        self,
        *,
        channels: frozenset[str] = frozenset({"#rights", "#biotech", "C0BIOTECH"}),
        gap_seconds: float = 0.0,
        now: Callable[[], float] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.channels = channels
        self.joined = channels
        self.gap_seconds = gap_seconds
        self.now = now
        self.scopes = ["chat:write", "channels:read", "channels:history"]
        self.posts: list[Post] = []
        self.refused: list[tuple[str, str]] = []
        self.script: deque[Answer] = deque()
        self.last_at: dict[str, float] = {}
        self.slow: dict[str, threading.Event] = {}
        self.refuse_parts = 0  # so many parts of a thread meet a fault of Slack's
        self.limit_parts = 0  # so many come too soon
        self.calls: list[Post] = []  # of everything that is not a message
        self.stamps: dict[int, str] = {}  # Slack's time stamp of each post, by its place in ``posts``
        self.presses: dict[str, dict[str, Any]] = {}  # envelopes nobody has acknowledged
        self.acknowledged: list[dict[str, Any]] = []
        self.lines: list[Line] = []  # open WebSockets
        self.connections = 0
        self.heard = threading.Condition()
        self.lock = threading.Lock()
        self.server = PatientServer(("127.0.0.1", 0), _handler(self))
        self.scheme = "https" if tls else "http"
        if tls:  # hands are shaken where a request is read, not where the next one is awaited
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        for released in self.slow.values():
            released.set()
        self.hang_up()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)

    @property
    def root(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server.server_address[1]}"

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

    def forget(self) -> None:
        """As if nothing had ever been sent."""
        for kept in (self.posts, self.refused, self.calls, self.acknowledged):
            kept.clear()
        self.stamps.clear()
        self.presses.clear()

    def until(self, holds: Callable[[], bool], seconds: float = 20) -> None:
        """Until that is so; asked again after every request and everything said over a WebSocket."""
        with self.heard:
            assert self.heard.wait_for(holds, seconds)

    def called(self, method: str, count: int = 1) -> list[dict[str, Any]]:
        """What the calls of that method gave, once there are so many."""

        def found() -> list[dict[str, Any]]:
            return [post.payload for post in self.calls if post.path == f"/api/{method}"]

        self.until(lambda: len(found()) >= count)
        return found()

    def answer(self, post: Post) -> Answer:
        """Slack's answer to one request; taken messages are kept in ``posts``."""
        try:
            return self._answered(post)
        finally:
            with self.heard:
                self.heard.notify_all()

    def _answered(self, post: Post) -> Answer:
        with self.lock:
            if self.script:
                scripted = self.script.popleft()
                if scripted.drops:
                    self._stamp()
                    self.posts.append(post)
                return scripted
            found = self._hook_answer(post) if post.path.startswith("/services/") else self._api_answer(post)
            ok = isinstance(found.body, dict) and found.body.get("ok") is True
            is_message = post.path == "/api/chat.postMessage" or post.path.startswith("/services/")
            if is_message and (ok or found.body == "ok"):
                self.posts.append(post)
            elif not ok:
                self.refused.append((post.path, str(found.body)))
            return found

    def _api_answer(self, post: Post) -> Answer:
        method = post.path.removeprefix("/api/")
        if method == "auth.test":
            right = post.headers.get("authorization") == f"Bearer {TOKEN}"
            body = {"ok": True, "team": "Rights Desk"} if right else {"ok": False, "error": "invalid_auth"}
            return Answer(200, body, {"X-OAuth-Scopes": ",".join(self.scopes)})
        wanted = APP_TOKEN if method == "apps.connections.open" else TOKEN
        if "authorization" not in post.headers:
            return Answer(200, {"ok": False, "error": "not_authed"})
        if post.headers["authorization"] != f"Bearer {wanted}":
            return Answer(200, {"ok": False, "error": "invalid_auth"})
        if method == "chat.postMessage":
            return self._message_answer(post)
        self.calls.append(post)
        answers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "apps.connections.open": lambda _given: {"url": f"ws{self.root[4:]}/link/?ticket=s3cr3t-ticket"},
            "conversations.list": self._channels,
            "conversations.history": lambda given: self._messages(given, lambda one: "thread_ts" not in one),
            "conversations.replies": lambda given: self._messages(
                given, lambda one: given["ts"] in (one.get("thread_ts"), one["ts"])
            ),
            "chat.update": self._update,
            "chat.postEphemeral": lambda _given: {"message_ts": "1795475352.900000"},
            "views.open": lambda given: {"view": {"id": "V0NOTE", **given["view"]}},
        }
        if method not in answers:
            return Answer(200, {"ok": False, "error": "unknown_method"})
        try:
            return Answer(200, {"ok": True, **answers[method](post.payload)})
        except PermissionError as error:
            return Answer(200, {"ok": False, "error": str(error)})

    def _message_answer(self, post: Post) -> Answer:
        channel = str(post.payload.get("channel", ""))
        if channel not in self.channels | {self.id_of(each) for each in self.channels}:
            return Answer(200, {"ok": False, "error": "channel_not_found"})
        if not {channel, *(each for each in self.joined if self.id_of(each) == channel)} & self.joined:
            return Answer(200, {"ok": False, "error": "not_in_channel"})
        if self.now and self.now() - self.last_at.get(channel, float("-inf")) < self.gap_seconds:
            return Answer(
                429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(max(1, round(self.gap_seconds)))}
            )
        if post.part and self.refuse_parts:
            self.refuse_parts -= 1
            return Answer(200, {"ok": False, "error": "internal_error"})
        if post.part and self.limit_parts:
            self.limit_parts -= 1
            return Answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "1"})
        fault = fault_of(post.payload)
        if fault:
            return Answer(200, {"ok": False, "error": fault})
        if self.now:
            self.last_at[channel] = self.now()
        return Answer(200, {"ok": True, "channel": self.id_of(channel), "ts": self._stamp(), "message": {}})

    def _stamp(self) -> str:
        """The time stamp of the post that is being taken."""
        number = len(self.posts)
        return self.stamps.setdefault(number, f"1795475352.{number + 1:06}")

    @staticmethod
    def id_of(channel: str) -> str:
        """The id of a channel that was named; ids are what they are."""
        return f"C0{channel[1:].upper()}" if channel.startswith("#") else channel

    # --- what Slack remembers ------------------------------------------------------------------------------------

    def _channels(self, _given: dict[str, Any]) -> dict[str, Any]:
        if "channels:read" not in self.scopes:
            raise PermissionError("missing_scope")
        named = [each for each in sorted(self.channels) if each.startswith("#")]
        return {"channels": [{"id": self.id_of(each), "name": each[1:]} for each in named]}

    def _messages(self, given: dict[str, Any], wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        if "channels:history" not in self.scopes:
            raise PermissionError("missing_scope")
        found = [
            {**post.payload, "ts": self.stamps[number]}
            for number, post in enumerate(self.posts)
            if number in self.stamps and self.id_of(str(post.payload.get("channel"))) == given["channel"]
        ]
        if str(given.get("include_all_metadata")).lower() not in ("1", "true"):
            found = [{key: value for key, value in one.items() if key != "metadata"} for one in found]
        return {"messages": [one for one in reversed(found) if wanted(one)]}

    def _update(self, given: dict[str, Any]) -> dict[str, Any]:
        for number, stamp in self.stamps.items():
            if stamp == given["ts"] and self.id_of(str(self.posts[number].payload["channel"])) == given["channel"]:
                post = self.posts[number]
                kept = post.payload | {key: given[key] for key in ("blocks", "text") if key in given}
                self.posts[number] = Post(post.path, kept, post.headers)
                return {"ts": stamp}
        raise PermissionError("message_not_found")

    # --- Socket Mode ---------------------------------------------------------------------------------------------

    def press(self, user: str, post: Post, action_id: str, **chosen: Any) -> str:
        """Somebody presses something under a message; the id of the envelope that tells of it.

        ``chosen`` is what the element adds: ``option="7d"`` of a menu, ``member="U…"`` of a menu of people.
        """
        number = self.posts.index(post)
        actions = next(block for block in post.payload["blocks"] if block["type"] == "actions")
        element = next(each for each in actions["elements"] if each["action_id"] == action_id)
        action = {"type": element["type"], "action_id": action_id, "block_id": actions["block_id"]}
        action |= {"action_ts": f"1795475400.{len(self.presses) + len(self.acknowledged):06}"}
        if "option" in chosen:
            action["selected_option"] = next(one for one in element["options"] if one["value"] == chosen["option"])
        if "member" in chosen:
            action["selected_user"] = chosen["member"]
        if element["type"] == "button":
            action["value"] = element["value"]
        channel = self.id_of(post.payload["channel"])
        payload = {
            "type": "block_actions",
            "user": {"id": user, "username": "somebody"},
            "trigger_id": "12466734323.1395872398",
            "container": {"type": "message", "message_ts": self.stamps[number], "channel_id": channel},
            "channel": {"id": channel, "name": "rights"},
            "message": {"ts": self.stamps[number], "text": post.payload["text"], "blocks": post.payload["blocks"]},
            "actions": [action],
        }
        return self.tell("interactive", payload)

    def submit(self, user: str, view: dict[str, Any], words: str) -> str:
        """Somebody fills in the form that was opened for them."""
        values = {"words": {"words": {"type": "plain_text_input", "value": words}}}
        filled = {"id": "V0NOTE", **view, "state": {"values": values}}
        return self.tell("interactive", {"type": "view_submission", "user": {"id": user}, "view": filled})

    def tell(self, kind: str, payload: dict[str, Any]) -> str:
        """An envelope with that payload, to whoever is connected now or next."""
        with self.heard:
            number = len(self.presses) + len(self.acknowledged) + 1
            id_ = f"57d6a792-4d35-4d0b-b6aa-{number:012}"
            self.presses[id_] = {
                "type": kind, "envelope_id": id_, "accepts_response_payload": True, "payload": payload,
            }  # fmt: skip
            for line in self.lines[-1:]:
                line.say(self.presses[id_])
        return id_

    def wait_for(self, envelope: str) -> dict[str, Any]:
        """The answer to an envelope."""
        self.until(lambda: any(one["envelope_id"] == envelope for one in self.acknowledged))
        return next(one for one in self.acknowledged if one["envelope_id"] == envelope)

    def wait_for_line(self, count: int = 1) -> None:
        """Until so many connections were opened in all."""
        self.until(lambda: self.connections >= count and bool(self.lines))

    def ask_to_reconnect(self) -> None:
        """Slack's word before it ends a connection by itself."""
        for line in list(self.lines):
            line.say({"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "stand-in"}})

    def hang_up(self) -> None:
        """End every connection without a word."""
        for line in list(self.lines):
            line.close()

    def serve_line(self, line: Line) -> None:
        """One WebSocket, from its greeting to its end."""
        line.say({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0ONRECORD"}})
        with self.heard:
            self.lines.append(line)
            self.connections += 1
            for waiting in self.presses.values():
                line.say(waiting)
            self.heard.notify_all()
        try:
            while (said := line.hear()) is not None:
                with self.heard:
                    if self.presses.pop(said.get("envelope_id", ""), None) is not None:
                        self.acknowledged.append(said)
                    self.heard.notify_all()
        except ConnectionError:
            return  # broken off: as good as an end
        finally:
            with self.heard:
                self.lines.remove(line)

    def _hook_answer(self, post: Post) -> Answer:
        if post.path != HOOK:
            return Answer(404, "no_service")
        return Answer(400, "invalid_payload") if fault_of(post.payload) else Answer(200, "ok")


class Line:
    """One WebSocket, seen from the server: frames are plain outwards and masked inwards."""

    def __init__(self, connection: socket.socket, reader: BinaryIO) -> None:
        self.connection, self.reader = connection, reader
        self.lock = threading.Lock()

    def say(self, value: dict[str, Any]) -> None:
        self._frame(1, json.dumps(value).encode())

    def hear(self) -> dict[str, Any] | None:
        """The next message; pings are answered on the way. None at the end."""
        while True:
            head = self.reader.read(2)
            if len(head) < 2:
                return None
            kind, size = head[0] & 15, head[1] & 127
            assert head[1] & 128, "what a client says is masked"
            if size >= 126:
                size = int.from_bytes(self.reader.read(2 if size == 126 else 8))
            mask = self.reader.read(4)
            body = bytes(byte ^ mask[at % 4] for at, byte in enumerate(self.reader.read(size)))
            if kind == 8:
                return None
            if kind == 9:
                self._frame(10, body)
            if kind == 1:
                found: dict[str, Any] = json.loads(body)
                return found

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _frame(self, kind: int, body: bytes) -> None:
        size = len(body)
        head = bytes([128 | kind, size]) if size < 126 else bytes([128 | kind, 126]) + size.to_bytes(2)
        if size > 65_535:
            head = bytes([128 | kind, 127]) + size.to_bytes(8)
        with self.lock, contextlib.suppress(OSError):
            self.connection.sendall(head + body)


def fault_of(payload: dict[str, Any]) -> str:
    """What Slack would say of a message's form: one of its words, empty where it is in order."""
    blocks = payload.get("blocks")
    if not blocks:
        return "" if payload.get("text") else "no_text"
    if len(blocks) > MAX_BLOCKS or any(block.get("type") not in TYPES for block in blocks):
        return "invalid_blocks"
    names = [block["block_id"] for block in blocks if "block_id" in block]
    if len(set(names)) != len(names):
        return "invalid_blocks"
    for block in blocks:
        if block["type"] == "actions" and not 0 < len(block["elements"]) <= 25:
            return "invalid_blocks"
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
            kind = self.headers.get("Content-Type", "")
            payload = json.loads(body or b"{}") if "json" in kind else _form(body.decode())
            self._answer(self.path, payload)

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            if path == "/link/":
                self._upgrade(query)
                return
            self._answer(path, _form(query))

        def _answer(self, path: str, payload: dict[str, Any]) -> None:
            post = Post(path, payload, {name.lower(): value for name, value in self.headers.items()})
            if payload.get("channel") in slack.slow and path == "/api/chat.postMessage":
                slack.slow[payload["channel"]].wait(30)
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

        def _upgrade(self, query: str) -> None:
            key = self.headers.get("Sec-WebSocket-Key", "")
            if query != "ticket=s3cr3t-ticket" or self.headers.get("Upgrade", "").lower() != "websocket":
                self.send_error(400)
                return
            accept = base64.b64encode(hashlib.sha1(f"{key}{GUID}".encode()).digest()).decode()
            self.send_response(101)
            for name, value in {
                "Upgrade": "websocket",
                "Connection": "Upgrade",
                "Sec-WebSocket-Accept": accept,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.close_connection = True
            slack.serve_line(Line(self.connection, cast(BinaryIO, self.rfile)))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            """Tests need no access log."""

    return Handler


def _form(text: str) -> dict[str, Any]:
    """A form's fields; those that hold JSON are read."""
    found: dict[str, Any] = dict(parse_qsl(text))
    for name in ("blocks", "view", "metadata"):
        if name in found:
            found[name] = json.loads(found[name])
    return found
