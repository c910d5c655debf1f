"""Local times: the next digest, quiet hours over midnight, and the two nights a year that change their length."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest

from core.config.receivers import Quiet, Schedule
from core.hours import day_began, in_words, next_at, quiet_until

BRUSSELS = "Europe/Brussels"
HALF_HOUR = timedelta(minutes=30)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        (Schedule(time(8), BRUSSELS), "2026-11-24T06:59", "2026-11-24T07:00"),
        (Schedule(time(8), BRUSSELS), "2026-11-24T07:00", "2026-11-25T07:00"),
        (Schedule(time(8), "UTC"), "2026-11-24T07:59", "2026-11-24T08:00"),
        (Schedule(time(8), BRUSSELS, 0), "2026-11-24T07:30", "2026-11-30T07:00"),
        (Schedule(time(0), "Pacific/Kiritimati"), "2026-11-24T09:00", "2026-11-24T10:00"),
        # 28 March 2027 has no 02:30 in Brussels: it comes when the clocks change
        (Schedule(time(2, 30), BRUSSELS), "2027-03-27T12:00", "2027-03-28T01:00"),
        (Schedule(time(2, 30), BRUSSELS), "2027-03-28T01:00", "2027-03-29T00:30"),
        # 25 October 2026 has it twice: the first counts, once
        (Schedule(time(2, 30), BRUSSELS), "2026-10-24T12:00", "2026-10-25T00:30"),
        (Schedule(time(2, 30), BRUSSELS), "2026-10-25T00:30", "2026-10-26T01:30"),
    ],
)
def test_when_a_schedule_comes_round_next(schedule: Schedule, after: str, expected: str) -> None:
    assert next_at(schedule, utc(after)) == utc(expected)


def test_a_daily_schedule_comes_once_on_each_local_day_of_a_year() -> None:
    at = utc("2026-01-01T00:00")
    days = []
    while at < utc("2027-01-01T00:00"):
        at = next_at(Schedule(time(2, 30), BRUSSELS), at)
        days.append(at)
    gaps = {later - earlier for earlier, later in pairwise(days)}
    assert len(days) == 366
    assert gaps == {
        timedelta(hours=24),
        timedelta(hours=23, minutes=30),
        timedelta(hours=23, minutes=30),
        timedelta(hours=25),
    }


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-24T20:59", None),
        ("2026-11-24T21:00", "2026-11-25T06:00"),
        ("2026-11-25T02:00", "2026-11-25T06:00"),
        ("2026-11-25T05:59", "2026-11-25T06:00"),
        ("2026-11-25T06:00", None),
    ],
)
def test_quiet_hours_may_span_midnight(now: str, until: str | None) -> None:
    quiet = Quiet(time(22), time(7), BRUSSELS)
    assert quiet_until(quiet, utc(now)) == (utc(until) if until else None)


def test_quiet_hours_within_a_day_and_hours_that_are_none() -> None:
    lunch = Quiet(time(12), time(13))
    assert quiet_until(lunch, utc("2026-11-24T12:15")) == utc("2026-11-24T13:00")
    assert quiet_until(lunch, utc("2026-11-24T13:00")) is None
    assert quiet_until(Quiet(time(7), time(7)), utc("2026-11-24T07:00")) is None
    assert quiet_until(None, utc("2026-11-24T07:00")) is None


def test_a_day_begins_at_local_midnight() -> None:
    assert day_began(BRUSSELS, utc("2026-11-24T23:30")) == utc("2026-11-24T23:00")
    assert day_began("America/New_York", utc("2026-11-24T03:00")) == utc("2026-11-23T05:00")


def test_schedules_in_words() -> None:
    assert in_words(Schedule(time(8), BRUSSELS)) == "daily at 08:00, Europe/Brussels"
    assert in_words(Schedule(time(17, 5), "UTC", 4)) == "every Friday at 17:05, UTC"
