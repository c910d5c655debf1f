"""Long lists cut to what one statement of either database takes as parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

PER_STATEMENT = 500


def chunks(values: Sequence[T], size: int = PER_STATEMENT) -> Iterator[Sequence[T]]:
    """The values in order, ``size`` at a time."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
