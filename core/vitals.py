"""How the running agent is: what monitors and pages are told of it. Values only; monitor/pulse.py takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Beat:
    """One tick of the daemon: how often it ran and failed, failures in a row, when it last ended, how long it took."""

    name: str
    runs: int
    faults: int
    failing: int
    last_at: datetime | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Vitals:
    """The state of one process. ``troubles`` say in words why it is not ready; nobody and no source is named in them."""

    started_at: datetime
    is_ready: bool
    troubles: tuple[str, ...] = ()
    is_paused: bool = False
    beats: tuple[Beat, ...] = ()
    hosts_asked: int = 0
    free_bytes: int | None = None
    full_at: datetime | None = None
    resident_bytes: int = 0
    threads: int = 0
    open_files: int = 0
