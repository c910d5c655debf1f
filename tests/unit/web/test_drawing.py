"""Times as places on a line; not seeing is hatched, and only that."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from storage.biography import Appearance, CaptureDay
from web.drawing import axis_of, ticks, timeline


def at(year: int, month: int = 1, day: int = 1) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


def shown(*times: datetime) -> tuple[Appearance, ...]:
    return tuple(Appearance(n, when, n, n, 0, "") for n, when in enumerate(times, 1))


def daily(start: date, days: int, *, without: range = range(0)) -> list[CaptureDay]:
    return [CaptureDay(start + timedelta(days=n), 4, 0) for n in range(days) if n not in without]


def test_a_stretch_without_captures_is_a_gap() -> None:
    days = daily(date(2026, 1, 1), 100, without=range(40, 56))
    drawn = timeline(shown(at(2026)), days, at(2026, 4, 10), 0)
    assert [gap.words for gap in drawn.gaps] == ["9 Feb 2026 – 26 Feb 2026"]
    assert drawn.said == ("1 version between 1 Jan 2026 and 10 Apr 2026. Not seen: 9 Feb 2026 – 26 Feb 2026.")
    assert drawn.captures == 84 * 4


def test_a_page_captured_every_month_has_no_gap_between_months() -> None:
    days = [CaptureDay(date(2026, month, 1), 1, 0) for month in range(1, 10)]
    assert timeline(shown(at(2026)), days, at(2026, 9, 5), 0).gaps == ()


def test_a_year_without_a_capture_is_a_gap_however_seldom_a_page_is_captured() -> None:
    days = [CaptureDay(date(2019, 1, 1), 1, 0), CaptureDay(date(2020, 6, 1), 1, 0), CaptureDay(date(2020, 6, 20), 1, 0)]
    drawn = timeline(shown(at(2019)), days, at(2020, 6, 20), 0)
    assert [gap.words for gap in drawn.gaps] == ["1 Jan 2019 – 1 Jun 2020"]


def test_refused_attempts_are_counted_apart_and_leave_a_gap() -> None:
    days = [*daily(date(2026, 1, 1), 10), CaptureDay(date(2026, 1, 20), 0, 7)]
    drawn = timeline(shown(at(2026)), days, at(2026, 1, 31), 0)
    assert (drawn.captures, drawn.refused) == (40, 7)
    assert [gap.words for gap in drawn.gaps] == ["10 Jan 2026 – 31 Jan 2026"]


def test_numbers_that_would_overlap_are_left_out_and_the_newest_keeps_its_own() -> None:
    drawn = timeline(shown(at(2019), at(2026, 1, 1), at(2026, 1, 3)), daily(date(2026, 1, 1), 10), at(2026, 2, 1), 2)
    assert [(dot.number, dot.label, dot.is_shown) for dot in drawn.dots] == [
        (1, "all", False),
        (2, "", False),
        (3, "all", True),
    ]


def test_ticks_are_years_months_or_days() -> None:
    assert [tick.label for tick in ticks(axis_of(at(2019), at(2022)))] == ["2019", "2020", "2021"]
    assert [tick.label for tick in ticks(axis_of(at(2026, 3, 20), at(2026, 6, 20)))] == ["Apr 2026", "May", "Jun"]
    assert [tick.label for tick in ticks(axis_of(at(2026, 3, 1), at(2026, 3, 4)))] == ["1 Mar", "2 Mar", "3 Mar"]


def test_what_began_this_minute_has_a_place() -> None:
    drawn = timeline(shown(at(2026)), [CaptureDay(date(2026, 1, 1), 1, 0)], at(2026), 0)
    assert 0 <= drawn.dots[0].x <= 100
    assert drawn.gaps == ()
