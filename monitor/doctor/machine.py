"""The machine: its clock, time zone, locale, disk, and who may read what is kept."""

from __future__ import annotations

import os
import shlex
import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import StorageError
from core.wording import counted
from monitor import disk as room
from monitor.doctor.values import Finding, Patient, bad, ok, warning
from storage import condition
from storage.engine import open_to_look
from storage.filesystems import network_disk

BUILT: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""No clock that is right shows an earlier time."""

MOST_DIFFERENCE: Final = timedelta(minutes=2)
SET_THE_CLOCK: Final = "sudo timedatectl set-ntp true (or set the clock of the host this machine runs on)"


# --- clock and time zone -----------------------------------------------------------------------------------------


def clock(patient: Patient) -> Iterator[Finding]:
    """Is the time right? Compared with what servers said when they were last asked; nobody is asked for it."""
    now = patient.now
    if now < BUILT:
        yield bad(f"the clock shows {now:%Y-%m-%d}, before this program was made", SET_THE_CLOCK)
        return
    times = _times(patient)
    if times is None or times.newest is None:
        yield ok(f"{now:%Y-%m-%d %H:%M} UTC; no capture yet to compare it with")
        return
    if times.newest - now > MOST_DIFFERENCE:
        yield bad(
            f"the newest capture is from {times.newest:%Y-%m-%d %H:%M} UTC, which this clock has not reached "
            f"({now:%Y-%m-%d %H:%M} UTC): it was ahead then, or is behind now",
            f"{SET_THE_CLOCK}; times already recorded stay as they are",
        )
        return
    apart = timedelta(seconds=median(times.differences)) if times.differences else timedelta(0)
    if abs(apart) > MOST_DIFFERENCE:
        side = "behind" if apart > timedelta(0) else "ahead of"
        yield bad(
            f"this clock is {_long(abs(apart))} {side} those of the servers it asks "
            f"(the middle of {counted(len(times.differences), 'answer')})",
            SET_THE_CLOCK,
        )
        return
    if len(times.differences) < 3:
        yield ok(f"{now:%Y-%m-%d %H:%M} UTC; too few answers yet to compare it with")
        return
    yield ok(f"{now:%Y-%m-%d %H:%M} UTC, as the servers it asks have it")


def _times(patient: Patient) -> condition.Times | None:
    if patient.database_file is not None and not patient.database_file.exists():
        return None
    try:
        with open_to_look(patient.database_address) as database, database.read() as conn:
            return condition.times(conn)
    except StorageError:
        return None  # the check of the database says it


def _long(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return counted(minutes, "minute") if minutes < 120 else counted(round(minutes / 60), "hour")


def time_zone(patient: Patient) -> Iterator[Finding]:
    """Everything is kept and shown in UTC; a zone counts only where people ask for their own hours."""
    name = patient.environ.get("TZ", "").removeprefix(":")
    local = Path("/etc/localtime")
    if name and not _is_zone(name):
        yield bad(
            f"TZ is {name!r}, which is no time zone this machine knows: programs beside On Record fall back to UTC",
            "unset TZ, or name one such as Europe/Berlin (sudo apt install tzdata where none is known)",
        )
    elif not _is_zone("Europe/Berlin"):
        yield bad(
            "this machine knows no time zones: digests and quiet hours at local times cannot be kept",
            "sudo apt install tzdata",
        )
    elif not name and local.is_symlink() and not local.exists():
        yield bad(f"/etc/localtime leads nowhere ({local.readlink()})", "sudo timedatectl set-timezone UTC")
    else:
        yield ok(f"{name or _local_zone()}; On Record keeps and shows UTC")


def _local_zone() -> str:
    try:
        return os.path.realpath("/etc/localtime").split("zoneinfo/", 1)[1]
    except IndexError:
        return "UTC"


def _is_zone(name: str) -> bool:
    if name.startswith("/"):
        return Path(name).exists()
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def locale(_patient: Patient) -> Iterator[Finding]:
    """Can every letter be written to the terminal and to file names?"""
    said = {"the terminal": sys.__stdout__.encoding if sys.__stdout__ else "utf-8"}
    said["file names"] = sys.getfilesystemencoding()
    other = {what: name for what, name in said.items() if name.lower().replace("-", "") not in {"utf8", "utf8mb4"}}
    if other:
        what = " and ".join(f"{what} use {name}" for what, name in other.items())
        yield warning(
            f"{what}: letters that are missing there are written as \\u codes (what is kept is not concerned)",
            "export LC_ALL=C.UTF-8",
        )
    else:
        yield ok("UTF-8")


# --- disk --------------------------------------------------------------------------------------------------------


def disk(patient: Patient) -> Iterator[Finding]:
    """Is there room, for how long, and is it a disk a database can live on?"""
    place = _existing(patient.data)
    kind = network_disk(place)
    if kind is not None:
        yield warning(
            f"{place} is on a network disk ({kind}): the database is kept in a slower way there, and locks hold only as "
            "long as this machine alone uses it",
            "put the data folder on a disk of this machine (data: in settings.yaml), or use PostgreSQL for the database",
        )
    try:
        free, inodes = room.free(place)
    except OSError as error:
        yield bad(f"{place} cannot be looked at: {error.strerror}", "mount the disk, or name another place in data:")
        return
    if not os.access(place, os.W_OK):
        yield bad(f"{place} cannot be written to", f"make it writable for this user: sudo chown $USER {shlex.quote(str(place))}, "
                  "or mount -o remount,rw where the disk is read-only")  # fmt: skip
    floor = patient.settings.disk.floor_mb * 1_000_000
    if free < floor:
        yield bad(
            f"{room.megabytes(free)} free, less than the {room.megabytes(floor)} that are to stay free: nothing is fetched",
            "make room (onrecord archive stats shows what takes it), or lower disk.floor_mb in settings.yaml",
        )
        return
    if inodes is not None and inodes < 10_000:
        yield bad(f"only {inodes} more files fit on the disk", "remove small files, or move the data folder")
        return
    until = room.forecast(patient.data, free - floor, patient.now)
    yield (
        warning(
            f"{room.megabytes(free)} free; at the pace of the last weeks enough until about {until:%d %b %Y}",
            "add disk, or move the data folder before then",
        )
        if until is not None and until - patient.now < timedelta(days=60)
        else ok(f"{room.megabytes(free)} free" + (f", enough until about {until:%b %Y}" if until is not None else ""))
    )


def _existing(path: Path) -> Path:
    return next(each for each in (path, *path.parents) if each.exists())


# --- permissions -------------------------------------------------------------------------------------------------


def permissions(patient: Patient) -> Iterator[Finding]:
    """The watch list is a target list: nobody else on this machine may read it, nor any secret."""
    found = [*_data(patient), *_secret_files(patient)]
    yield from found
    if not found:
        yield ok("data, database and secrets are this user's alone" if patient.data.exists() else "no data folder yet")


def _data(patient: Patient) -> Iterator[Finding]:
    data = patient.data
    if not data.exists():
        return
    about = data.stat()
    name = shlex.quote(str(data))
    if about.st_uid != os.geteuid():
        yield bad(
            f"{data} belongs to another user (number {about.st_uid}), and On Record runs as {os.geteuid()}",
            f"run it as that user, or: sudo chown -R $USER {name}",
        )
    if stat.S_IMODE(about.st_mode) & 0o077:
        yield bad(f"others on this machine can look into {data}", f"chmod 700 {name}")
    file = patient.database_file
    if file is not None and file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield bad(f"others on this machine can read {file}", f"chmod 600 {shlex.quote(str(file))}")


def _secret_files(patient: Patient) -> Iterator[Finding]:
    for name, value in sorted(patient.environ.items()):
        if not (name.startswith("ONRECORD_") and name.endswith("_FILE") and value):
            continue
        path = Path(value)
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
        except OSError:
            continue  # the configuration says it
        if path.is_file() and mode & 0o044:
            yield bad(f"others on this machine can read the secret in {path}", f"chmod 600 {shlex.quote(str(path))}")
