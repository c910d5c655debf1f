"""A proxy on loopback that does as it is told: HTTP (absolute form and CONNECT) and SOCKS5, and remembers what it was told.

Whatever it is asked for, it connects to ``lead_to``, as a proxy on another network would reach the far side.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self


class ProxyStandIn:
    """``told`` holds what each connection asked for: "CONNECT 1.2.3.4:443", "GET http://…", "SOCKS5 1.2.3.4:80"."""

    def __init__(self, lead_to: tuple[str, int]) -> None:
        self.told: list[str] = []
        self._lead_to = lead_to
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.1)
        self.port: int = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self._stop.set()
        self._accepting.join()
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                thread = threading.Thread(target=self._serve, args=(self._listener.accept()[0],))
                self._threads.append(thread)
                thread.start()

    def _serve(self, near: socket.socket) -> None:
        with near, contextlib.suppress(OSError), socket.create_connection(self._lead_to) as far:
            first = near.recv(1, socket.MSG_PEEK)
            if first == b"\x05":
                self._socks(near)
            else:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += near.recv(4096)
                line = head.split(b"\r\n")[0].decode()
                self.told.append(line.rsplit(" ", 1)[0])
                if line.startswith("CONNECT "):
                    near.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                else:
                    far.sendall(head)
            self._shovel(near, far)

    def _socks(self, near: socket.socket) -> None:
        near.recv(2 + near.recv(2, socket.MSG_PEEK)[1])
        near.sendall(b"\x05\x00")
        kind = near.recv(4)[3]
        if kind == 3:
            host = near.recv(near.recv(1)[0]).decode()
        else:
            host = socket.inet_ntop(socket.AF_INET if kind == 1 else socket.AF_INET6, near.recv(4 if kind == 1 else 16))
        self.told.append(f"SOCKS5 {host}:{int.from_bytes(near.recv(2))}")
        near.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")

    def _shovel(self, near: socket.socket, far: socket.socket) -> None:
        def one_way(source: socket.socket, sink: socket.socket) -> None:
            source.settimeout(0.1)
            while not self._stop.is_set():
                try:
                    piece = source.recv(65536)
                except TimeoutError:
                    continue
                except OSError:
                    break
                if not piece:
                    break
                sink.sendall(piece)
            with contextlib.suppress(OSError):
                sink.shutdown(socket.SHUT_WR)

        back = threading.Thread(target=one_way, args=(far, near))
        back.start()
        one_way(near, far)
        back.join()
