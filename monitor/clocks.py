"""A clock that was set, a machine that slept: noticed by a second clock that only counts on, and made good.

Forward nothing needs doing: what is due is asked, host by host. Back, what was put off by the time that never came is
taken back to where it would be due (storage/clocks.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from monitor.tools import Clock

LEAST: Final = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Jump:
    """By how much the clock differs from what it should show; negative where it went back."""

    at: datetime
    by: timedelta

    @property
    def words(self) -> str:
        span = abs(self.by)
        long = (
            f"{round(span / timedelta(days=1))} days"
            if span >= timedelta(days=2)
            else f"{span.total_seconds() / 60:,.0f} minutes"
        )
        if self.by > timedelta(0):
            return f"the clock went on by {long} at once: this machine slept, or its clock was set"
        return f"the clock was set back by {long}"


class ClockWatch:
    """Compares the clock with one that never jumps, each time it is asked."""

    def __init__(self, now: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._now, self._monotonic = now, monotonic
        self._last = (now(), monotonic())

    def jumped(self) -> Jump | None:
        """What happened since the last call; None where both went on alike."""
        at, count = self._now(), self._monotonic()
        before, counted = self._last
        self._last = (at, count)
        by = (at - before) - timedelta(seconds=count - counted)
        return Jump(at, by) if abs(by) >= LEAST else None
