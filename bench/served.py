"""A server on loopback in a process of its own, so that its CPU is nobody's: real pages, then the same, then changed.

Three phases. In the first each page has its first text, in the second nothing has changed (a request that names the
ETag is answered 304), in the third every page holds one sentence more.
"""

from __future__ import annotations

import socket
import threading
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Final, Self

SENTENCES: Final = (
    b"We review part %d of this page every year and publish what we find.",
    b"We will not sell product %d to an agency that sorts people by belief.",
    b"Office %d is open from Monday to Friday, except on public holidays.",
    b"We may share the records of group %d with our partners where the law allows it.",
)


class Server:
    """``with Server(bodies) as server``: pages at ``server.url(number)``; ``server.change()`` begins the third phase."""

    def __init__(self, bodies: list[bytes]) -> None:
        context = get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, bodies), daemon=True)

    def __enter__(self) -> Self:
        self._process.start()
        self.host = f"127.0.0.1:{self._line.recv()}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.join()

    def url(self, number: int) -> str:
        return f"http://{self.host}/page/{number}"

    def change(self) -> None:
        self._line.send("change")
        self._line.recv()

    def answered(self) -> dict[int, int]:
        """How many answers of each status since the last time this was asked."""
        self._line.send("answered")
        counts: dict[int, int] = self._line.recv()
        return counts


def with_a_sentence(body: bytes, number: int) -> bytes:
    """The page with one paragraph more, no other page's, in the middle of it where it has paragraphs."""
    middle = body.find(b"</p>", len(body) // 2)
    at = middle if middle >= 0 else body.rfind(b"</p>")
    at = at + len(b"</p>") if at >= 0 else max(body.rfind(b"</body>"), 0)
    return body[:at] + b"<p>" + SENTENCES[number % len(SENTENCES)] % number + b"</p>" + body[at:]


def _serve(line: Connection, bodies: list[bytes]) -> None:
    pages = _Pages(bodies)
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    threading.Thread(target=_accept, args=(listener, pages), daemon=True).start()
    line.send(listener.getsockname()[1])
    while asked := line.recv():
        if asked == "change":
            pages.change()
            line.send("changed")
        else:
            line.send(pages.counts)
            pages.counts = {}


def _accept(listener: socket.socket, pages: _Pages) -> None:
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_talk, args=(connection, pages), daemon=True).start()


def _talk(connection: socket.socket, pages: _Pages) -> None:
    with connection:
        waiting = b""
        while True:
            while b"\r\n\r\n" not in waiting:
                received = connection.recv(65_536)
                if not received:
                    return
                waiting += received
            request, _, waiting = waiting.partition(b"\r\n\r\n")
            connection.sendall(pages.answer(request))


class _Pages:
    def __init__(self, bodies: list[bytes]) -> None:
        self.bodies = bodies
        self.edition = b'"first"'
        self.counts: dict[int, int] = {}

    def change(self) -> None:
        self.bodies = [with_a_sentence(body, number) for number, body in enumerate(self.bodies)]
        self.edition = b'"second"'

    def answer(self, request: bytes) -> bytes:
        path = request.split(b" ", 2)[1]
        if not path.startswith(b"/page/"):
            return self._counted(404, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        if self.edition in request:
            return self._counted(304, b"HTTP/1.1 304 Not Modified\r\nETag: " + self.edition + b"\r\n\r\n")
        body = self.bodies[int(path[6:])]
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: %s\r\nContent-Length: %d\r\n\r\n"
        return self._counted(200, head % (self.edition, len(body)) + body)

    def _counted(self, status: int, answer: bytes) -> bytes:
        self.counts[status] = self.counts.get(status, 0) + 1
        return answer
