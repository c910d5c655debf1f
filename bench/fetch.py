"""What one answer costs in CPU: our fetcher beside a bare aiohttp GET, on the same server in the same run.

    python bench/fetch.py [COUNT]

The server is a process of its own, so its work is not counted. Prints microseconds of CPU per answer and the ratio;
judge by the ratio, machines differ.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.model import Ask
from monitor.fetcher import Fetcher, FetchLimits

ETAG = '"one"'
CASES = (
    ("304, no body", "/304", 0, ETAG),
    ("200, 50 KB", "/50k", 50_000, None),
    ("200, 200 KB", "/200k", 200_000, None),
)


def _serve(ready: Connection) -> None:
    """A keep-alive server that answers from three byte strings."""
    answers = {b"/304": b"HTTP/1.1 304 Not Modified\r\nETag: " + ETAG.encode() + b"\r\n\r\n"}
    for name, size in ((b"/50k", 50_000), (b"/200k", 200_000)):
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: {ETAG}\r\nContent-Length: {size}\r\n\r\n"
        answers[name] = head.encode() + b"x" * size
    listener = socket.create_server(("127.0.0.1", 0))
    ready.send(listener.getsockname()[1])
    while True:
        connection, _ = listener.accept()
        with connection:
            while request := connection.recv(65_536):
                connection.sendall(answers[request.split(b" ", 2)[1]])


def _cpu(run: Callable[[], None], count: int) -> float:
    """Microseconds of CPU of this process per answer, the best of three."""
    best = float("inf")
    for _ in range(3):
        before = time.process_time()
        run()
        best = min(best, (time.process_time() - before) / count * 1e6)
    return best


def _ours(url: str, etag: str | None, size: int, count: int, authority: str) -> float:
    def now() -> datetime:
        return datetime.now(UTC)

    with Fetcher(FetchLimits("bench", allow_private=frozenset({authority}))) as fetcher:
        ask = Ask(url, etag=etag)
        assert len(fetcher.fetch(ask, now).body) == size

        def run() -> None:
            for _ in range(count):
                fetcher.fetch(ask, now)

        return _cpu(run, count)


def _bare(url: str, etag: str | None, size: int, count: int) -> float:
    import aiohttp

    async def ask_all(times: int) -> None:
        headers = {"If-None-Match": etag} if etag else {}
        async with aiohttp.ClientSession() as session:
            for _ in range(times):
                async with session.get(url, headers=headers) as answer:
                    assert len(await answer.read()) == size

    asyncio.run(ask_all(1))
    return _cpu(lambda: asyncio.run(ask_all(count)), count)


def main() -> None:
    count = min(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000, 5_000)
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(there,), daemon=True)
    server.start()
    authority = f"127.0.0.1:{here.recv()}"
    print(f"{'answer':<14}{'ours':>10}{'aiohttp':>10}{'ratio':>8}   microseconds of CPU, {count} answers")
    for name, path, size, etag in CASES:
        ours = _ours(f"http://{authority}{path}", etag, size, count, authority)
        bare = _bare(f"http://{authority}{path}", etag, size, count)
        print(f"{name:<14}{ours:>10.0f}{bare:>10.0f}{ours / bare:>8.2f}")
    server.terminate()
    server.join()


if __name__ == "__main__":
    main()
