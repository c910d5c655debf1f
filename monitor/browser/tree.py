"""Ending everything a browser has started: processes below ours, and those that carry the mark of the look's folder.

Chromium makes groups of its own and leaves orphans where it crashes, so neither a group nor a tree alone finds them all.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
ROUNDS: Final = 100
PAUSE: Final = 0.02


def end_all(pid: int, folder: Path) -> None:
    """Kill a process, all below it, and all that were given that folder as their home, until none is left."""
    for _ in range(ROUNDS):
        left = {*_below(pid), *marked(folder)}
        if not left:
            return
        for each in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(each, signal.SIGKILL)
        time.sleep(PAUSE)  # until the system has taken them away


def marked(folder: Path) -> set[int]:
    """Processes whose arguments or environment name the folder; those that only wait to be taken away have neither."""
    mark = os.fsencode(folder)
    return {pid for pid in _all() if mark in _text(pid, "environ") + b"\0" + _text(pid, "cmdline")}


def _below(pid: int) -> set[int]:
    """The process and all its descendants that run."""
    parents: dict[int, int] = {}
    for each in _all():
        after_name = _text(each, "stat").rpartition(b")")[2].split()
        if len(after_name) > 1 and after_name[0] != b"Z":
            parents[each] = int(after_name[1])
    found = {pid} & parents.keys()
    grown = True
    while grown:
        more = {child for child, parent in parents.items() if parent in found} - found
        found |= more
        grown = bool(more)
    return found


def _all() -> list[int]:
    if not PROC.is_dir():
        return []
    return [int(path.name) for path in PROC.iterdir() if path.name.isdigit() and int(path.name) != os.getpid()]


def _text(pid: int, name: str) -> bytes:
    try:
        return (PROC / str(pid) / name).read_bytes()
    except OSError:
        return b""
