"""The ticks' bookkeeping: which ran, which fail, which hang. From it come readiness, metrics and the watchdog.

A tick that fails again and again is tried less often, up to every five minutes, so that one broken row costs a line of
the log now and then and never the machine.
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from core.vitals import Beat
from monitor.tools import Clock

LONGEST_WAIT: Final = 300.0
TOLERATED: Final = 3  # failures in a row before a tick waits, and before it is called a trouble
HANGS_AFTER: Final = 150.0  # seconds in which every short tick must have ended once


@dataclass(slots=True)
class _Kept:
    beat: Beat
    ended_at: float  # by the clock that never jumps
    not_before: float = 0.0
    is_short: bool = True


class Pulse:
    """One for a daemon. Safe to use from the threads of its ticks."""

    def __init__(self, now: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._now, self._monotonic = now, monotonic
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}

    def expect(self, name: str, *, is_short: bool) -> None:
        """A tick there will be; a short one that does not end for long hangs."""
        self._kept[name] = _Kept(Beat(name, 0, 0, 0, None, 0.0), self._monotonic(), is_short=is_short)

    def may_run(self, name: str) -> bool:
        """False while a tick that keeps failing waits."""
        with self._lock:
            return self._monotonic() >= self._kept[name].not_before

    @contextmanager
    def beating(self, name: str) -> Iterator[None]:
        """Around one run of a tick. What it raises goes on its way, and is counted."""
        began = self._monotonic()
        try:
            yield
        except BaseException:
            self._ended(name, began, is_well=False)
            raise
        self._ended(name, began, is_well=True)

    def _ended(self, name: str, began: float, *, is_well: bool) -> None:
        at = self._monotonic()
        with self._lock:
            kept = self._kept[name]
            failing = 0 if is_well else kept.beat.failing + 1
            kept.beat = replace(
                kept.beat,
                runs=kept.beat.runs + 1,
                faults=kept.beat.faults + (not is_well),
                failing=failing,
                last_at=self._now(),
                seconds=at - began,
            )
            kept.ended_at = at
            kept.not_before = at + min(LONGEST_WAIT, 2.0 ** (failing - TOLERATED)) if failing > TOLERATED else 0.0

    @property
    def beats(self) -> tuple[Beat, ...]:
        with self._lock:
            return tuple(kept.beat for kept in self._kept.values())

    def troubles(self) -> list[str]:
        """Ticks that keep failing or hang, in words."""
        with self._lock:
            kept = list(self._kept.values())
        found = [
            f"the tick “{each.beat.name}” has failed {each.beat.failing} times in a row"
            for each in kept
            if each.beat.failing >= TOLERATED
        ]
        return found + [f"the tick “{each.beat.name}” does not end" for each in kept if self._hangs(each)]

    def is_alive(self) -> bool:
        """Whether no short tick hangs: what the service manager's watchdog is told."""
        with self._lock:
            return not any(self._hangs(each) for each in self._kept.values())

    def _hangs(self, kept: _Kept) -> bool:
        waits = max(0.0, kept.not_before - kept.ended_at)
        return kept.is_short and self._monotonic() - kept.ended_at > HANGS_AFTER + waits


def process_facts() -> tuple[int, int, int]:
    """Bytes resident, threads and open files of this process; 0 where the system does not say."""
    resident = files = 0
    try:
        resident = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
        files = sum(1 for _ in Path("/proc/self/fd").iterdir())
    except (OSError, ValueError, IndexError):
        pass
    return resident, threading.active_count(), files


def give_back_memory() -> None:
    """Hand what this process has freed back to the system, where the C library can (glibc's ``malloc_trim``)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
