"""When an address is asked again. Pure: the time and the random share are arguments.

A source's own address keeps its interval, with jitter so that a company does not see a metronome; with time the
interval follows how often the document really changes, between a floor and a ceiling. What a list named is asked again
after as long as it is old, between one and ninety days, and sooner where a watched term stands in it. Failures back off;
a suspect capture is confirmed soon. What a server asks for (Retry-After, Cache-Control) is honoured within bounds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

DAY: Final = timedelta(days=1)
JITTER: Final = 0.3  # share of the interval, either way by half of it
CONFIRM_AFTER: Final = timedelta(minutes=10)
WHOLE_AFTER: Final = timedelta(days=7)  # of answers without a body: then the whole text is asked for once
ABSENT_AFTER: Final = timedelta(hours=9)  # three asks over more than a day tell whether a page is gone
ITEM_FLOOR: Final = timedelta(days=1)
ITEM_CEILING: Final = timedelta(days=90)
WATCHED_CEILING: Final = timedelta(days=7)  # of an item that holds a watched term
LONGEST_BACK_OFF: Final = timedelta(days=1)
LEARNED_AFTER: Final = timedelta(days=14)  # before that nothing is known of how often a document changes
LOOKS_A_CHANGE: Final = 8  # checks between two changes, on the average, once that is known
BUDGET_AT_ONCE: Final = 0.25  # share of a host's requests of a day that may be made at its beginning
SIBLINGS_WITHIN: Final = timedelta(hours=12)  # of a change: no burst, and the hot page is not asked alone


@dataclass(frozen=True, slots=True)
class Pace:
    """How often an address may be asked: as a rule, at most and at least."""

    every: timedelta
    fastest: timedelta
    slowest: timedelta


def pace_of(every: timedelta, fastest: timedelta | None = None, slowest: timedelta | None = None) -> Pace:
    """The pace of a source: a quarter of its interval where it changes often, four times as long (a day at most) where not."""
    low = fastest or max(every / 4, min(every, timedelta(minutes=15)))
    high = slowest or max(every, min(every * 4, timedelta(days=1)))
    return Pace(every, min(low, every), max(high, every))


def adapted(pace: Pace, age: timedelta, changes: int) -> timedelta:
    """The interval of a document known for so long that changed so often."""
    if age < LEARNED_AFTER:
        return pace.every
    between = age / (changes + 1)
    return min(max(between / LOOKS_A_CHANGE, pace.fastest), pace.slowest)


def next_check(
    now: datetime, every: timedelta, *, share: float, failures: int = 0, retry_after: timedelta | None = None
) -> datetime:
    """The next due time. ``share`` is a random number in [0, 1); ``failures`` counts attempts failed in a row."""
    wait = every * (1 + JITTER * (share - 0.5))
    if failures:
        wait = min(max(every, timedelta(minutes=15)) * 2 ** min(failures - 1, 8), max(LONGEST_BACK_OFF, every))
        wait = wait * (1 + JITTER * (share - 0.5))
    if retry_after is not None:
        wait = max(wait, retry_after)
    return now + wait


def item_interval(age: timedelta, *, is_watched: bool = False) -> timedelta:
    """How long to leave a listed page alone: about as long as it has been known; less with a watched term in it."""
    return min(max(age, ITEM_FLOOR), WATCHED_CEILING if is_watched else ITEM_CEILING)


def day_of(now: datetime) -> str:
    """The day a host's budget is for, in UTC."""
    return now.strftime("%Y-%m-%d")


def budget_by(now: datetime, budget: int) -> int:
    """How many of a host's requests of the day may have been made by now: a fourth at once, the rest as the day goes on.

    Spent as they fall due, they would be gone before evening on a host with more to ask than its budget, and nobody
    would look at it until midnight.
    """
    gone = (now.astimezone(UTC) - now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)) / DAY
    return int(budget * (BUDGET_AT_ONCE + (1 - BUDGET_AT_ONCE) * gone))


def fresh_for(cache_control: str | None, age: str | None) -> timedelta | None:
    """How long a server says its answer stays good (RFC 9111 section 5.2.2), None where it says nothing."""
    if not cache_control or re.search(r"\bno-(cache|store)\b", cache_control, re.IGNORECASE):
        return None
    found = re.search(r"(?<![\w-])max-age\s*=\s*\"?(\d{1,9})", cache_control, re.IGNORECASE)
    if not found:
        return None
    spent = int(age) if age and age.strip().isdecimal() else 0
    return timedelta(seconds=max(0, int(found[1]) - spent)) or None
