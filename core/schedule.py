"""When an address is asked again. Pure: the time and the random share are arguments.

A source keeps its interval, with jitter so that a company does not see a metronome. What a feed listed is asked again
after as long as it is old, between one and ninety days. Failures back off; a suspect capture is confirmed soon.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

JITTER: Final = 0.3  # share of the interval, either way by half of it
CONFIRM_AFTER: Final = timedelta(minutes=10)
ABSENT_AFTER: Final = timedelta(hours=9)  # three asks over more than a day tell whether a page is gone
ITEM_FLOOR: Final = timedelta(days=1)
ITEM_CEILING: Final = timedelta(days=90)
LONGEST_BACK_OFF: Final = timedelta(days=1)


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


def item_interval(age: timedelta) -> timedelta:
    """How long to leave a listed page alone: about as long as it has been known."""
    return min(max(age, ITEM_FLOOR), ITEM_CEILING)
