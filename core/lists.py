"""Reports that are lists: the digest, the summary of a day with too many, what a silence swallowed.

The alerts they tell are not written into them: those are handed to their message, which shows each in its own words
(:func:`entry_of`). Pure; ``at`` is an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from core.config.receivers import Detail, Schedule
from core.hours import in_words
from core.model import Severity
from core.quotes import Quote
from core.report import Entry, Interval, Report, Section, is_brief
from core.telling import Silence
from core.text.visible import cut, one_line
from core.text.words import Segment
from core.wording import (
    CHANGED,
    DIGEST,
    SILENCE_ENDED,
    SUMMARY,
    counted,
    long_date,
    number,
    sentence,
    short_date,
    sources_seen,
    unique,
)

MAX_ENTRIES: Final = 40
MAX_WORDS: Final = 400  # of one entry
MOST_DUE: Final = 5
FALLING_DUE: Final = "Falling due"
LISTS: Final = frozenset({"digest", "summary", "silence"})
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


# --- an alert inside a list --------------------------------------------------------------------------------------


def entry_of(report: Report, *, because: str = "") -> Entry:
    """An alert as one entry: its headline, the words that moved in its first quote, its severity and window."""
    quote = report.quotes[0] if report.quotes else None
    found = report.found.removeprefix("Found: ").rstrip(".") if quote is None else ""
    where = report.where
    facts = unique(
        (
            report.severity.capitalize(),
            found,
            _when(report),
            where.language if where else "",
            where.address if where else "",
            because,
        )
    )
    return Entry(
        mark=report.mark,
        headline=" · ".join(unique((one_line(report.company, 80), one_line(report.title, 120)))),
        words=_words(quote) if quote else (),
        lang=where.lang if where else "",
        facts=" · ".join(facts),
        link=report.link,
        command=report.command,
    )


def section_of(title: str, entries: Sequence[Entry]) -> Section:
    """Alerts under a title; what is beyond the limit is counted."""
    more = len(entries) - MAX_ENTRIES
    note = f"and {counted(more, 'more alert')}: onrecord alerts list" if more > 0 else ""
    return Section(title, tuple(entries[:MAX_ENTRIES]), note=note)


def _words(quote: Quote) -> tuple[Segment, ...]:
    """The words of both sides in one run, as far as they fit: what went out, what came in, what stayed."""
    before, after = quote.before, quote.after
    if before is None or after is None:
        side = after or before
        segments: Sequence[Segment] = side.segments if side else ()
    else:
        segments = _woven(before.segments, after.segments)
    kept: list[Segment] = []
    left = MAX_WORDS
    for op, text in segments:
        if left <= 0:
            break
        kept.append((op, cut(text, left) if len(text) > left else text))
        left -= len(text)
    return tuple(kept)


def _woven(before: Sequence[Segment], after: Sequence[Segment]) -> list[Segment]:
    """``We [-plan to-] publish``: what stayed once, and where both sides part what went out before what came in.

    Where they do not hold the same words that stayed (one was narrowed more), both stand one after the other.
    """
    left, right = [list(segment) for segment in before], [list(segment) for segment in after]
    woven: list[Segment] = []
    while left or right:
        if left and left[0][0] != "same":
            woven.append(("out", left.pop(0)[1]))
        elif right and right[0][0] != "same":
            woven.append(("in", right.pop(0)[1]))
        elif left and right:
            length = min(len(left[0][1]), len(right[0][1]))
            if left[0][1][:length] != right[0][1][:length]:
                return [*before, ("same", " → "), *after]
            woven.append(("same", right[0][1][:length]))
            for side in (left, right):
                side[0][1] = side[0][1][length:]
                if not side[0][1]:
                    side.pop(0)
        else:
            woven.append(("same", (left or right).pop(0)[1]))
    return woven


def _when(report: Report) -> str:
    interval = report.interval
    if report.kind != "change" or interval is None:
        return report.when.rstrip(".") if report.kind == "incident" else ""
    if interval.last_seen_at is None:
        return f"first seen {short_date(interval.first_changed_at)} UTC"
    if is_brief(interval):
        return f"within the minute of {short_date(interval.first_changed_at)} UTC"
    return f"between {short_date(interval.last_seen_at)} and {short_date(interval.first_changed_at)} UTC"


# --- the lists ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NotSeen:
    """A source that cannot be seen: whose, which, why, since when."""

    company: str
    source: str
    why: str
    since: datetime


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """What a digest says beside its alerts. ``quiet`` changes were kept and told to nobody.

    ``falling_due`` are promises that name a date, the nearest first.
    """

    alerts: int
    worst: Severity
    over_budget: int = 0
    sources: int = 0
    seen: int = 0
    not_seen: tuple[NotSeen, ...] = ()
    quiet: int = 0
    falling_due: tuple[Entry, ...] = ()


def build_digest(facts: DigestFacts, schedule: Schedule, *, at: datetime, base_url: str | None) -> Report:
    """The head of a digest, and what is said under its alerts."""
    day = at.astimezone(ZoneInfo(schedule.zone)).date()
    urgent = "none urgent" if facts.worst not in (Severity.HIGH, Severity.CRITICAL) else f"up to {facts.worst}"
    count = counted(facts.alerts, "alert")
    now = len({(each.company, each.source) for each in facts.not_seen})
    and_now = f"; {number(now)} cannot be seen now" if now else ""  # seen this morning, perhaps, and not since
    found = [f"{sources_seen(facts.seen, facts.sources)}{and_now}."] if facts.sources else []
    if facts.over_budget:
        found.append(f"{counted(facts.over_budget, 'alert').capitalize()} came after the day’s budget was spent.")
    unseen = Section(
        "Cannot be seen",
        lines=tuple(
            (f"{each.company}, {each.source}", f"{each.why}, since {_day(each.since.date())}")
            for each in facts.not_seen[:20]
        ),
        note=_unseen_note(facts.not_seen),
    )
    kept = (
        f" {counted(facts.quiet, 'change').capitalize()} of date, layout or menu kept, not shown."
        if facts.quiet
        else ""
    )
    base = (base_url or "").rstrip("/")
    return Report(
        kind="digest",
        mark=DIGEST,
        company="",
        title=f"On Record, {_day(day)}: {count}, {urgent}",
        severity=facts.worst,
        topics=(),
        found=" ".join((f"{_WEEKDAYS[day.weekday()]} {_day(day)}: {count}, {urgent}.", *found)),
        when=f"{sentence(in_words(schedule))}.{kept}",
        sections=(*((unseen,) if facts.not_seen else ()), *_falling_due(facts.falling_due)),
        interval=Interval(None, at),
        link=base + "/" if base else "",
        command="" if base else "onrecord alerts list",
    )


def _falling_due(due: Sequence[Entry]) -> tuple[Section, ...]:
    more = len(due) - MOST_DUE
    note = f"and {counted(more, 'more promise')}: onrecord commitments --due 40" if more > 0 else ""
    return (Section(FALLING_DUE, tuple(due[:MOST_DUE]), note=note),) if due else ()


def _unseen_note(unseen: Sequence[NotSeen]) -> str:
    more = f"and {counted(len(unseen) - 20, 'more source')}. " if len(unseen) > 20 else ""
    return f"{more}Not seeing a page is not a removal."


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}"


def build_summary(budget: int, digest: Schedule) -> Report:
    """The one message of a day in which more happened than its receiver wants messages."""
    return Report(
        kind="summary",
        mark=SUMMARY,
        company="",
        title=f"On Record: more than {counted(budget, 'message')} today, the rest in one",
        severity=Severity.MEDIUM,
        topics=(),
        found=f"Found: more than your budget of {counted(budget, 'message')} a day. What came since is listed here.",
        when=f"Critical alerts still come at once. What comes after this waits for the digest, {in_words(digest)}.",
        command="onrecord alerts list",
    )


def build_silence_end(silence: Silence, because: str, count: int, *, at: datetime) -> Report:
    """What a silence kept back, told when it ends."""
    return Report(
        kind="silence",
        mark=SILENCE_ENDED,
        company="",
        title=f"On Record: a silence ended, {counted(count, 'alert')} kept back",
        severity=Severity.LOW,
        topics=(),
        found=f"Found: {counted(count, 'alert')} kept back by the silence of {one_line(silence.author, 60)}: "
        f"{one_line(silence.reason, 200)}.",
        when=f"Ended {long_date(at)}: {one_line(because, 120)}.",
        interval=Interval(None, at),
        command="onrecord silences list --all",
    )


# --- how much may be said ----------------------------------------------------------------------------------------


def reduced(report: Report, detail: Detail, *, base_url: str = "") -> Report:
    """The report for a place where others may read along: without quotes and rules, or without any name at all."""
    if detail == "quotes":
        return report
    if detail == "title":
        sections = tuple(
            replace(each, entries=tuple(_titled(entry) for entry in each.entries)) for each in report.sections
        )
        is_event = report.kind in {"change", "first_look", "incident", "due"}
        return replace(
            report,
            found="" if is_event else report.found,
            quotes=(),
            more=0,
            why=(),
            sure=(),
            facts=(),
            where=None,
            earlier=(),
            sections=sections,
        )
    count = sum(len(each.entries) for each in report.sections if each.title != FALLING_DUE)
    about = f" {counted(count, 'alert')}." if count else ""
    return Report(
        kind=report.kind,
        mark=CHANGED if report.kind == "change" else report.mark,
        company="",
        title="On Record",
        severity=report.severity,
        topics=(),
        found=f"There is something for you in On Record.{about}",
        when="This place is set to show no more than that.",
        link=base_url,
        command="" if base_url else "onrecord alerts list",
    )


def _titled(entry: Entry) -> Entry:
    return replace(entry, words=(), facts=entry.facts.split(" · ")[0])


def subject_of(report: Report, title: str, detail: Detail) -> str:
    """The subject line: the alert's title, or less of it."""
    if detail == "none":
        return f"On Record ({report.severity})"
    return title
