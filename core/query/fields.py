"""Fields of a query: ``company:acme``, ``still:no``, ``seen:2021-01..2022``. Values are read here, with a reason why not."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Final

from core.query.tree import Field

TIMES: Final = ("seen", "added", "removed")
FIELDS: Final = ("company", "topic", "kind", "role", "lang", "heading", "still", "verdict", *TIMES)
VERDICTS: Final = (
    "strengthened", "weakened", "mixed", "reversed", "reworded", "unclassified", "new", "removed",
    "introduced", "widened", "narrowed", "conditioned", "moved", "restored",
)  # fmt: skip
"""Verdicts on a promise, and what else may happen to one (``core/commitments/fate.py``)."""

STILL: Final = ("yes", "no", "unknown")

_DAY = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")


def read_field(name: str, value: str) -> Field:
    """The field with its value understood. Raises ValueError, which says what it should have been."""
    value = " ".join(value.split())
    if name in TIMES:
        start, end = _period(name, value)
        return Field(name, value, start, end)
    if name == "still" and value.lower() not in STILL:
        raise ValueError(f"still: is {', '.join(STILL[:-1])} or {STILL[-1]}, not {value!r}")
    if name == "verdict" and value.lower() not in VERDICTS:
        near = get_close_matches(value.lower(), VERDICTS, 1)
        meant = f"; did you mean {near[0]}?" if near else ""
        raise ValueError(f"verdict: is one of {', '.join(VERDICTS)}, not {value!r}{meant}")
    return Field(name, value.casefold())


def _period(name: str, value: str) -> tuple[datetime | None, datetime | None]:
    first, dots, last = value.partition("..")
    if not (first or last):
        raise ValueError(f"{name}: needs a time, such as {name}:2021, {name}:2021-03..2022 or {name}:..2020")
    start = _begin_and_end(name, first)[0] if first else None
    end = _begin_and_end(name, last if dots else first)[1] if last or not dots else None
    if start is not None and end is not None and end <= start:
        raise ValueError(f"{name}:{value} ends before it begins")
    return start, end


def _begin_and_end(name: str, text: str) -> tuple[datetime, datetime]:
    """A year, month or day as [start, end), UTC."""
    found = _DAY.fullmatch(text)
    if not found:
        raise ValueError(f"{name}: takes times such as 2021, 2021-03 or 2021-03-05 (and from..to), not {text!r}")
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None  # the expression asks for it
    try:
        start = datetime(year, month or 1, day or 1, tzinfo=UTC)
        if day:
            return start, start + timedelta(days=1)
        if month:
            return start, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        return start, datetime(year + 1, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{name}: {text!r} is no date") from error
