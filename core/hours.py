"""Local times: when a schedule comes round next, and until when quiet hours hold. Pure; the answers are UTC.

A time that a change of clocks leaves out (02:30 on the night that jumps from two to three) comes at the moment the clocks
change to; one that comes twice is the first of the two.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.config.receivers import DAYS, Quiet, Schedule

_DAY = timedelta(days=1)


def next_at(schedule: Schedule, after: datetime) -> datetime:
    """The first moment of the schedule that lies after this one."""
    zone = ZoneInfo(schedule.zone)
    day = after.astimezone(zone).date()
    while True:
        moment = _moment(day, schedule.at, zone)
        if moment > after and schedule.weekday in (None, day.weekday()):
            return moment
        day += _DAY


def quiet_until(quiet: Quiet | None, now: datetime) -> datetime | None:
    """When the quiet hours that hold now end; None outside them. From and to alike are no hours at all."""
    if quiet is None or quiet.begins == quiet.ends:
        return None
    zone = ZoneInfo(quiet.zone)
    today = now.astimezone(zone).date()
    for day in (today - _DAY, today):
        begins = _moment(day, quiet.begins, zone)
        ends = _moment(day if quiet.begins < quiet.ends else day + _DAY, quiet.ends, zone)
        if begins <= now < ends:
            return ends
    return None


def day_began(zone: str, now: datetime) -> datetime:
    """The local midnight before now: what a day's budget counts from."""
    local = ZoneInfo(zone)
    return _moment(now.astimezone(local).date(), time(0), local)


def in_words(schedule: Schedule) -> str:
    """``daily at 08:00, Europe/Brussels``."""
    every = "daily" if schedule.weekday is None else f"every {DAYS[schedule.weekday].capitalize()}"
    return f"{every} at {schedule.at:%H:%M}, {schedule.zone}"


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """That local time as UTC. One the clocks leave out is told by its coming back as another."""
    given = datetime.combine(day, at, zone)
    moment = given.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == given.replace(tzinfo=None):
        return moment
    before = given.utcoffset() or timedelta(0)
    after = given.replace(fold=1).utcoffset() or timedelta(0)
    jump = abs(after - before)
    # Inside the gap fold=0 counts with the offset before it; the clocks change where that offset last held.
    low, high = moment - jump, moment
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return high.replace(microsecond=0)
