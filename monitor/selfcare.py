"""The daemon looks after itself: room on the disk, a clock that jumps, a switch that expects to hear of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import structlog

from core.config.settings import Settings
from core.vitals import Vitals
from monitor import alarms, disk
from monitor.alarms import Alarm
from monitor.clocks import ClockWatch
from monitor.pinging import Switch
from monitor.pulse import Pulse, process_facts
from monitor.tools import Tools
from storage import events
from storage.clocks import pull_back

journal: Any = structlog.get_logger()

ROOM: Final = "disk"


class SelfCare:
    """What one daemon knows of its own state. ``is_paused``: nothing is to be fetched for want of room."""

    def __init__(self, data: Path, tools: Tools, pulse: Pulse) -> None:
        self.data, self.pulse = data, pulse
        self.started_at = tools.now()
        self.floor = disk.Floor(data)
        self.clock = ClockWatch(tools.now)
        self.switch = Switch()
        self.hosts_asked = 0
        self._full_at: datetime | None = None

    @property
    def is_paused(self) -> bool:
        return self.floor.is_low

    def begin(self, tools: Tools, settings: Settings) -> None:
        """Before the first request: is there room, and was the clock ahead when it was last asked?"""
        self.floor.look(settings.disk.floor_mb * 1_000_000)
        self._room(tools, settings)
        with tools.database.write() as conn:
            put_right = pull_back(conn, tools.now())
        if put_right:
            journal.warning(f"the clock was ahead when this was last run: {put_right} rows are due again in their time")

    def look(self, tools: Tools, settings: Settings) -> None:
        """A tick of its own."""
        jump = self.clock.jumped()
        if jump is not None:
            with tools.database.write() as conn:
                put_right = pull_back(conn, tools.now()) if jump.by.total_seconds() < 0 else 0
                data = {"what": jump.words, "seconds": round(jump.by.total_seconds()), "rows": put_right}
                events.write(conn, "clock.jumped", at=tools.now(), data=data)
        if self.floor.look(settings.disk.floor_mb * 1_000_000):
            self._room(tools, settings)
        disk.remember(self.data, tools.now())
        left = (self.floor.free_bytes or 0) - settings.disk.floor_mb * 1_000_000
        self._full_at = disk.forecast(self.data, left, tools.now())

    def _room(self, tools: Tools, settings: Settings) -> None:
        floor = disk.megabytes(settings.disk.floor_mb * 1_000_000)
        free = disk.megabytes(self.floor.free_bytes or 0)
        if self.is_paused:
            found = f"only {free} are free where the archive lies, less than {floor}: no source is looked at until there is room."
            alarms.begin(tools, Alarm(ROOM, "no room", found, "Make room, or lower disk.floor_mb in settings.yaml."))
        else:
            found = f"{free} are free again where the archive lies: sources are looked at."
            alarms.end(tools, Alarm(ROOM, "no room", found, ""))

    def ping(self, settings: Settings) -> None:
        """Call the dead-man's switch, where there is one and all is well."""
        if settings.ping is not None and not self.troubles():
            self.switch.call(settings.ping, settings.fetch.identity)

    def troubles(self) -> list[str]:
        """Why the watch does not go on, in words that name nobody."""
        return [*self.pulse.troubles(), *(["there is too little room on the disk"] if self.is_paused else [])]

    def vitals(self) -> Vitals:
        """The state of this process now."""
        troubles = self.troubles()
        resident, threads, files = process_facts()
        return Vitals(
            started_at=self.started_at,
            is_ready=not troubles,
            troubles=tuple(troubles),
            is_paused=self.is_paused,
            beats=self.pulse.beats,
            hosts_asked=self.hosts_asked,
            free_bytes=self.floor.free_bytes,
            full_at=self._full_at,
            resident_bytes=resident,
            threads=threads,
            open_files=files,
        )
