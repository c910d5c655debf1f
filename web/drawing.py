"""Where things stand on a drawing: times as per cent of a line, so that text keeps its size at any width. Pure.

Not seeing is drawn as hatching, and only where captures lie further apart than is usual for the page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Final

from storage.biography import Appearance, CaptureDay
from web.speech import day_text

LEAST_GAP: Final = timedelta(days=3)
MOST_UNSEEN: Final = timedelta(days=60)  # longer than this is a gap, however seldom a page is captured
MOST_DOTS: Final = 150
LABEL_APART: Final = 4.0  # per cent between two numbers that are both shown
WIDE_LABEL_APART: Final = 9.0  # the same on a phone
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Axis:
    """The time a drawing spans."""

    start: datetime
    end: datetime

    def at(self, when: datetime) -> float:
        """Per cent of the width, kept within it."""
        share = (when - self.start) / (self.end - self.start)
        return round(min(max(share, 0.0), 1.0) * 97 + 1, 2)


@dataclass(frozen=True, slots=True)
class Tick:
    """A year or a month on the axis; ``is_wide`` where a phone has no room for it."""

    x: float
    label: str
    is_wide: bool


@dataclass(frozen=True, slots=True)
class Dot:
    """A version begins to stand."""

    x: float
    number: int
    at: datetime
    is_shown: bool
    label: str  # "" | "all" | "wide"


@dataclass(frozen=True, slots=True)
class Bar:
    """How many good captures a stretch of time has, as a height in px (at most 20)."""

    x: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Gap:
    """Nothing was seen between two days. ``words`` for the key: ``3 Mar 2022 – 19 Mar 2022``."""

    x: float
    width: float
    words: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The life of a document: versions above, captures below, gaps hatched over both. ``said`` tells the same."""

    ticks: tuple[Tick, ...]
    dots: tuple[Dot, ...]
    more_dots: int
    bars: tuple[Bar, ...]
    bar_means: str
    captures: int
    refused: int
    gaps: tuple[Gap, ...]
    more_gaps: int
    said: str


def timeline(shown: Sequence[Appearance], days: Sequence[CaptureDay], now: datetime, current: int) -> Timeline:
    """The drawing of a document's versions and captures; ``current`` is the index of the appearance on show."""
    first = shown[0].at
    start = min([first, *(_midnight(one.day) for one in days[:1])])
    axis = axis_of(start, now)
    kept = range(max(0, len(shown) - MOST_DOTS), len(shown))
    good = [one for one in days if one.good]
    gaps = _gaps(good, axis)
    bars, means = _bars(good, axis)
    versions = len({one.number for one in shown})
    return Timeline(
        ticks=ticks(axis),
        dots=_dots(axis, [(at, shown[at]) for at in kept], current),
        more_dots=len(shown) - len(kept),
        bars=bars,
        bar_means=means,
        captures=sum(one.good for one in days),
        refused=sum(one.bad for one in days),
        gaps=gaps[:40],
        more_gaps=max(0, len(gaps) - 40),
        said=_said(versions, first, now, gaps),
    )


def axis_of(start: datetime, end: datetime) -> Axis:
    """An axis of at least a day, so that what began just now has a place on it."""
    return Axis(min(start, end - timedelta(days=1)), end)


def ticks(axis: Axis) -> tuple[Tick, ...]:
    """Years where the time spans two or more, else months, else days."""
    span = axis.end - axis.start
    marks: list[tuple[datetime, str]] = []
    if span > timedelta(days=730):
        marks = [(datetime(y, 1, 1, tzinfo=UTC), str(y)) for y in range(axis.start.year, axis.end.year + 1)]
    elif span > timedelta(days=62):
        for step in range(26):
            month = axis.start.month - 1 + step
            at = datetime(axis.start.year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
            marks.append(
                (at, f"{_MONTHS[at.month - 1]} {at.year}" if at.month == 1 or step < 2 else _MONTHS[at.month - 1])
            )
    else:
        week = axis.start.replace(hour=0, minute=0, second=0, microsecond=0)
        each = timedelta(days=7 if span > timedelta(days=14) else 1)
        while week <= axis.end:
            marks.append((week, f"{week.day} {_MONTHS[week.month - 1]}"))
            week += each
    inside = [(axis.at(at), name) for at, name in marks if axis.start <= at <= axis.end] or [
        (axis.at(axis.start), day_text(axis.start))
    ]
    found: list[Tick] = []
    last = last_narrow = -100.0
    for x, name in inside:
        if x - last < 7 or x > 93:
            continue
        is_wide = x - last_narrow < 18
        found.append(Tick(x, name, is_wide))
        last = x
        last_narrow = last_narrow if is_wide else x
    return tuple(found)


def _dots(axis: Axis, shown: Sequence[tuple[int, Appearance]], current: int) -> tuple[Dot, ...]:
    found: list[Dot] = []
    last = last_narrow = 200.0
    for at, one in reversed(shown):  # the newest keeps its number
        x = axis.at(one.at)
        label = "" if last - x < LABEL_APART else ("wide" if last_narrow - x < WIDE_LABEL_APART else "all")
        last = x if label else last
        last_narrow = x if label == "all" else last_narrow
        found.append(Dot(x, one.number, one.at, at == current, label))
    return tuple(reversed(found))


def _bars(good: Sequence[CaptureDay], axis: Axis) -> tuple[tuple[Bar, ...], str]:
    """Captures by month, or by day where the whole is short."""
    by_day = axis.end - axis.start <= timedelta(days=120)
    counted: Counter[date] = Counter()
    for one in good:
        counted[one.day if by_day else one.day.replace(day=1)] += one.good
    if not counted:
        return (), ""
    most = max(counted.values())
    length = timedelta(days=1 if by_day else 28)
    bars = []
    for begun, count in sorted(counted.items()):
        x = axis.at(_midnight(begun))
        width = max(0.4, round((axis.at(_midnight(begun) + length) - x) * 0.7, 2))
        bars.append(Bar(x, width, round(4 + 16 * count / most, 1)))
    return tuple(bars), "captures in a day" if by_day else "captures in a month"


def _gaps(good: Sequence[CaptureDay], axis: Axis) -> tuple[Gap, ...]:
    """Stretches without a good capture that are long for this page: four times the usual, at least three days."""
    if not good:
        return ()
    distances = [(later.day - earlier.day) for earlier, later in pairwise(good)]
    usual = timedelta(days=median(one.days for one in distances)) if distances else timedelta(0)
    limit = min(max(LEAST_GAP, usual * 4), MOST_UNSEEN)
    found = []
    ends = [(one.day, next_.day) for one, next_ in pairwise(good)]
    if axis.end - _midnight(good[-1].day) > limit:
        ends.append((good[-1].day, axis.end.date()))
    for from_, to in ends:
        if to - from_ > limit:
            x = axis.at(_midnight(from_) + timedelta(days=1))
            width = max(0.5, round(axis.at(_midnight(to)) - x, 2))
            found.append(Gap(x, width, f"{day_text(from_)} – {day_text(to)}"))
    return tuple(reversed(found))


def _said(versions: int, first: datetime, now: datetime, gaps: Sequence[Gap]) -> str:
    told = f"{versions} version{'s' if versions != 1 else ''} between {day_text(first)} and {day_text(now)}."
    if not gaps:
        return f"{told} Seen throughout."
    listed = "; ".join(gap.words for gap in gaps[:6])
    more = f" and {len(gaps) - 6} more stretches" if len(gaps) > 6 else ""
    return f"{told} Not seen: {listed}{more}."


def _midnight(of: date) -> datetime:
    return datetime(of.year, of.month, of.day, tzinfo=UTC)
