"""When an alert that nobody has taken up is told again, and to whom. Pure.

A critical alert about a change repeats once to those who had it; where still nobody takes it up, it goes to the receiver
their receiver escalates to. Both happen once, so that a reminder never becomes noise of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from core.handling import Standing
from core.wording import counted

Purpose = Literal["reminder", "escalation"]

REMINDED: Final = "critical"


@dataclass(frozen=True, slots=True)
class Untaken:
    """A critical alert as its messages stand: when the first arrived, and what was told again so far."""

    alert_id: int
    first_sent_at: datetime
    reminded_at: datetime | None = None
    escalated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """Tell it again, for that purpose, with the reason in words."""

    purpose: Purpose
    reason: str


def again(untaken: Untaken, stands: Standing, now: datetime, after: timedelta) -> Again | None:
    """What is due for an alert now; None where nothing is."""
    if stands.is_taken_up or untaken.escalated_at is not None:
        return None
    waited = now - untaken.first_sent_at
    if untaken.reminded_at is None:
        return Again("reminder", f"nobody has taken it up in {_long(waited)}") if waited >= after else None
    if now - untaken.reminded_at < after:
        return None
    return Again("escalation", f"nobody has taken it up in {_long(waited)}, though it was told twice")


def _long(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    if hours < 1:
        return counted(max(1, int(span.total_seconds() // 60)), "minute")
    return counted(hours // 24, "day") if hours >= 72 else counted(hours, "hour")
