"""Room on the disk: how much is left, how fast it goes, and until when it lasts.

A small file beside the database keeps one measure a day; it may be lost at no cost but the forecast.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

NAME: Final = "disk.json"
KEPT: Final = 60  # days
LEAST_DAYS: Final = 3  # a forecast from less is a guess
FURTHEST: Final = timedelta(days=3650)


def free(folder: Path) -> tuple[int, int | None]:
    """Bytes that we may still write there, and files that still fit (None where the file system does not count them)."""
    about = os.statvfs(folder)
    return about.f_bavail * about.f_frsize, about.f_favail if about.f_files else None


def megabytes(count: int) -> str:
    """``812 MB``, ``3.4 GB``."""
    return f"{count / 1e9:,.1f} GB" if count >= 1_000_000_000 else f"{count / 1e6:,.0f} MB"


def remember(data: Path, now: datetime) -> None:
    """Keep today's measure, once a day. What cannot be written is left out: the forecast is not worth a fault."""
    kept = measures(data)
    today = now.date().isoformat()
    if kept and kept[-1][0] >= today:
        return
    with contextlib.suppress(OSError):
        kept.append((today, free(data)[0]))
        partial = data / f"{NAME}.{secrets.token_hex(4)}"
        try:
            file = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(file, "w", encoding="utf-8") as out:
                json.dump(kept[-KEPT:], out)
            partial.replace(data / NAME)
        finally:
            partial.unlink(missing_ok=True)


def measures(data: Path) -> list[tuple[str, int]]:
    """Free bytes by day (ISO), oldest first; nothing where none were kept or the file is odd."""
    try:
        found = json.loads((data / NAME).read_bytes())
        return [(str(day), int(count)) for day, count in found]
    except (OSError, ValueError, TypeError):
        return []


def forecast(data: Path, left: int, now: datetime) -> datetime | None:
    """When ``left`` bytes will be used up at the pace kept so far; None where none is used or too little is known."""
    return used_up(measures(data), left, now)


def used_up(kept: list[tuple[str, int]], left: int, now: datetime) -> datetime | None:
    """The same from given measures. Room that somebody made is not a pace: only days on which it shrank count."""
    if len(kept) < 2:
        return None
    days = (datetime.fromisoformat(kept[-1][0]) - datetime.fromisoformat(kept[0][0])).days
    used = sum(max(0, earlier[1] - later[1]) for earlier, later in pairwise(kept))
    if days < LEAST_DAYS or used <= 0:
        return None
    lasts = timedelta(days=min(left * days / used, FURTHEST.days))
    return None if lasts >= FURTHEST else now.astimezone(UTC) + lasts


LOOK_EVERY: Final = 10.0
MORE_TO_GO_ON: Final = 1.1  # so much of the floor must be free before it goes on: not to and fro


class Floor:
    """Is there still room to fetch? Looked at every ten seconds at most; a disk that cannot be asked is not low."""

    def __init__(self, data: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._data, self._monotonic = data, monotonic
        self._looked_at = float("-inf")
        self.is_low = False
        self.free_bytes: int | None = None

    def look(self, floor_bytes: int) -> bool:
        """Whether that changed since the last look."""
        at = self._monotonic()
        if at - self._looked_at < LOOK_EVERY:
            return False
        self._looked_at = at
        try:
            self.free_bytes = free(self._data)[0]
        except OSError:
            return False
        was = self.is_low
        self.is_low = self.free_bytes < floor_bytes * (MORE_TO_GO_ON if was else 1.0)
        return self.is_low != was
