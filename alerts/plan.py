"""How one alert reaches one target: at once, held, with another, in a digest, in the day's summary, or silenced. Pure.

The order of the questions is the order of what outranks what: a person's silence, what is never told at once, the
receiver's own choice, a message of the same event that has not gone out yet, the day's budget, quiet hours. Nothing here
loses an alert: all but a silence, which a person set and which reports what it swallowed, end in a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.config.receivers import DETAILS, Detail, Options, Schedule
from core.hours import in_words, next_at, quiet_until
from core.model import Alert, Severity, severity_rank
from core.telling import How, Silence, Telling
from core.wording import counted, stamp

STRAIGHT = frozenset({"first_look"})  # told at once whatever a receiver chose: it comes once for each source


@dataclass(frozen=True, slots=True)
class Situation:
    """What stands around the decision.

    ``later`` says why it is never told at once (found late, a source that cannot be seen properly); ``told_today`` counts
    the target's messages since its midnight; ``open_message`` is the id of a message of the case that can still take it;
    ``is_part``: the case was told to this target before; ``is_graver`` than all that was told in it. ``patience`` is how
    long a part waits for others.
    """

    now: datetime
    silence: Silence | None = None
    later: str = ""
    told_today: int = 0
    open_message: str | None = None
    is_part: bool = False
    is_graver: bool = False
    patience: timedelta = timedelta(0)


def plan(alert: Alert, routed: Sequence[str], options: Options, situation: Situation) -> Telling:
    """The decision, its reasons after those of the routes."""
    why, now = tuple(routed), situation.now
    if situation.silence is not None:
        silence = situation.silence
        said = f"silence {silence.id} by {silence.author} ({silence.reason})"
        return Telling(How.SILENCED, (*why, said), silence_id=silence.id)
    due_at = next_at(options.digest, now)
    digest = f"in the digest ({in_words(options.digest)})"
    if situation.later:
        return Telling(How.DIGEST, (*why, f"{situation.later}: {digest}"), due_at=due_at)
    if situation.open_message is not None:
        return Telling(How.JOINED, (*why, "told in a message of the same event"), joins=situation.open_message)
    rank = severity_rank(alert.severity)
    if rank < severity_rank(options.at_once) and alert.kind not in STRAIGHT:
        chose = f"{alert.severity}, and at once only from {options.at_once}: {digest}"
        return Telling(How.DIGEST, (*why, chose), due_at=due_at)
    is_counted = alert.severity is not Severity.CRITICAL
    if is_counted and options.budget is not None and situation.told_today >= options.budget:
        spent = f"the budget of {counted(options.budget, 'message')} a day is spent: in one summary"
        return Telling(How.OVER_BUDGET, (*why, spent), due_at=due_at)
    quiet = options.quiet
    until = quiet_until(quiet, now)
    if quiet and until and (quiet.through is None or rank < severity_rank(quiet.through)):
        return Telling(How.HELD, (*why, f"quiet hours until {stamp(until)}"), send_at=until)
    waits = situation.patience if situation.is_part and not situation.is_graver else timedelta(0)
    return Telling(How.AT_ONCE, why, send_at=now + waits)


def most_eager(several: Sequence[Options]) -> Options:
    """What counts where receivers share a target: the one that hears soonest and most often, and says the least."""
    if len(several) == 1:
        return several[0]
    first = several[0]
    budgets = [options.budget for options in several]
    channels = sorted({channel for options in several for channel in options.detail})
    return Options(
        zone=first.zone,
        at_once=min((options.at_once for options in several), key=severity_rank),
        digest=_soonest([options.digest for options in several]),
        quiet=first.quiet if all(options.quiet == first.quiet for options in several) else None,
        budget=None if None in budgets else max(budget for budget in budgets if budget is not None),
        detail={channel: least([detail_of(options, channel) for options in several]) for channel in channels},
        report=next((options.report for options in several if options.report), None),
        drill=any(options.drill for options in several),
    )


def detail_of(options: Options, channel: str) -> Detail:
    """How much a message says in that channel."""
    return options.detail.get(channel, "quotes")


def least(several: Sequence[Detail]) -> Detail:
    """The one that says the least."""
    return min(several, key=DETAILS.index, default="quotes")


def _soonest(schedules: Sequence[Schedule]) -> Schedule:
    """A daily one before a weekly one, the first in the file among equals."""
    return next((schedule for schedule in schedules if schedule.weekday is None), schedules[0])
