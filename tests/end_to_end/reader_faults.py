"""Tasks that misbehave inside a reader process, each as a parser bug might."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path


def spin(_body: bytes) -> bytes:
    while True:
        pass


def sleep(_body: bytes) -> bytes:
    signal.pause()
    return b""


def swell(_body: bytes) -> bytes:
    """In pieces that are asked for and never touched, so that memory runs out long before the second of CPU does."""
    kept = []
    while True:
        kept.append(bytearray(64 << 20))


def crash(_body: bytes) -> bytes:
    ctypes.string_at(0)
    return b""


def crash_unless_fresh(_body: bytes) -> bytes:
    """What one page leaves behind kills the next: the second call in one process dies."""
    if os.environ.get("USED"):
        os.abort()
    os.environ["USED"] = "1"
    return b"fresh"


def shout(_body: bytes) -> bytes:
    print("noise on standard output" * 1000, flush=True)
    print("noise on standard error" * 1000, file=sys.stderr, flush=True)
    return b"done"


def talk_nonsense(_body: bytes) -> bytes:
    os.write(0, b"\xff" * 64)
    return b""


def look_around(_body: bytes) -> bytes:
    """What this process can see: environment, handles, folder, limits."""
    handles = []
    for number in range(64):
        try:
            os.fstat(number)
        except OSError:
            continue
        handles.append(number)
    soft_files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    seen = [
        sorted(set(os.environ) - {"LC_CTYPE", "USED"}),  # the interpreter's own, and a fault's above
        Path("/proc/self/environ").read_bytes().decode(),
        handles,
        str(Path.cwd()),
        soft_files,
        resource.getrlimit(resource.RLIMIT_FSIZE)[0],
        resource.getrlimit(resource.RLIMIT_CORE)[0],
        resource.getrlimit(resource.RLIMIT_AS)[0] >> 20,
    ]
    return repr(seen).encode()


def write_file(body: bytes) -> bytes:
    Path(body.decode()).write_bytes(b"x" * 10)
    return b"written"
