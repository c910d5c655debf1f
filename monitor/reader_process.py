"""Inside a reader process: take one task at a time from the socket, read, answer. Knows no secret and no file of ours.

Started by ``monitor/readers.py`` as a fresh interpreter with an empty environment, one socket (as standard input) and no
other handle. It limits itself before the first task; the daemon kills it when that is not enough.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import resource
import signal
import socket
import struct
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from core.errors import ReadError
from monitor.reader_wire import to_json

REQUEST: Final = struct.Struct("!IQ")  # bytes of the JSON header, bytes of the body
ANSWER: Final = struct.Struct("!BQ")  # flags, bytes of the JSON payload
FAILED: Final = 1
LEAVING: Final = 2  # this process ends after the answer: it has grown too large, or ran out of memory
OPEN_FILES: Final = 64  # its socket and the modules it loads
TASKS_PER_PROCESS: Final = 5_000  # then a fresh one, in case a library leaks
GROWN: Final = 0.6  # of the memory limit: time for a fresh process

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3  # malloc.h of glibc

Function = Callable[..., Any]


def serve(memory_mb: int, seconds: float) -> None:
    """Answer tasks until the other side hangs up."""
    keep_memory()
    limit(memory_mb)
    line = socket.socket(fileno=0)
    for count in range(1, TASKS_PER_PROCESS + 1):
        head = receive(line, REQUEST.size)
        if head is None:
            return
        header_size, body_size = REQUEST.unpack(head)
        asked = receive(line, header_size + body_size)
        if asked is None:
            return
        signal.setitimer(signal.ITIMER_PROF, seconds)  # CPU time; its default action ends the process, C code or not
        flags, payload = answer(asked[:header_size], bytes(memoryview(asked)[header_size:]))
        signal.setitimer(signal.ITIMER_PROF, 0)
        if count == TASKS_PER_PROCESS or _has_grown(memory_mb):
            flags |= LEAVING
        send(line, ANSWER.pack(flags, len(payload)), payload)
        if flags & LEAVING:
            return


def keep_memory() -> None:
    """Ask glibc not to hand freed memory back after every page: taking it again costs a page fault for each 4 KB."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for option, value in ((_TRIM_THRESHOLD, 64 << 20), (_MMAP_THRESHOLD, 32 << 20), (_TOP_PAD, 16 << 20)):
            mallopt(option, value)


def limit(memory_mb: int) -> None:
    """The limits of this process; what a system does not know is left to the daemon's own watch."""
    most = memory_mb << 20
    for name, value in (
        ("RLIMIT_AS", most),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_NOFILE", OPEN_FILES),
        ("RLIMIT_NPROC", 0),
    ):
        try:
            resource.setrlimit(getattr(resource, name), (value, value))
        except (AttributeError, OSError, ValueError):
            continue


def answer(header: bytes | bytearray, body: bytes) -> tuple[int, bytes]:
    """Flags and payload for one task; every failure is an answer too."""
    try:
        asked = json.loads(header)
        options = {name: tuple(value) if isinstance(value, list) else value for name, value in asked["options"].items()}
        return 0, perform(asked["function"], body, options, pack=asked["pack"])
    except ReadError as error:
        return FAILED, to_json([error.kind, error.detail])
    except MemoryError:
        return FAILED | LEAVING, to_json(["memory", "reading took more memory than a reader process may have"])


def perform(function: str, body: bytes, options: dict[str, Any], *, pack: str | None = None) -> Any:
    """Call a pure function by its name, and pack its result where asked to.

    Whatever it did not foresee becomes a ReadError that says where it happened; MemoryError stays.
    """
    try:
        result = _function(function)(body, **options)
        return result if pack is None else _function(pack)(result)
    except (ReadError, MemoryError):
        raise
    except Exception as error:  # the edge: a fault in a parser costs this reading and nothing else
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        raise ReadError("reader", f"{type(error).__name__} in {where}: {str(error)[:200]}") from error


def receive(line: socket.socket, size: int) -> bytearray | None:
    """Exactly that many bytes; None when the other side hung up before. Raises OSError when the line's time is over."""
    buffer = bytearray(size)
    view = memoryview(buffer)
    while view:
        count = line.recv_into(view, 0, socket.MSG_WAITALL)
        if not count:
            return None
        view = view[count:]
    return buffer


def send(line: socket.socket, *parts: bytes) -> None:
    """All parts in one go where the system takes them so: each call costs as much as packing fifty places."""
    sent = line.sendmsg(parts)
    for part in parts:
        if sent < len(part):
            line.sendall(memoryview(part)[sent:])
        sent = max(0, sent - len(part))


_functions: dict[str, Function] = {}


def _function(path: str) -> Function:
    if path not in _functions:
        module, _, name = path.partition(":")
        _functions[path] = getattr(importlib.import_module(module), name)
    return _functions[path]


def _has_grown(memory_mb: int) -> bool:
    """Linux lets a new program inherit the greatest size of the process that started it: a second, slower look decides."""
    most = GROWN * memory_mb * 1024  # kilobytes on Linux
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > most and _greatest_size(most) >= most


def _greatest_size(otherwise: float) -> float:
    """Kilobytes this program itself has held at most; ``otherwise`` where the system does not tell."""
    try:
        told = Path("/proc/self/status").read_text()
        return float(told.partition("VmHWM:")[2].split(maxsplit=1)[0])
    except (OSError, IndexError, ValueError):
        return otherwise
