"""The weekly report: what was watched and what was not, also in a week in which nothing happened. Pure.

Silence of the tool must not be read as silence of the companies, so every number stands there, noughts too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.config.receivers import Schedule
from core.hours import in_words
from core.model import Severity
from core.report import Interval, Report, Section
from core.wording import WEEK, counted, long_date, sentence, short_date, sources_seen

LISTED: Final = 10


@dataclass(frozen=True, slots=True)
class Unseen:
    """A source that could not be seen for so long; ``is_open``: and still cannot."""

    source: str
    company: str
    length: timedelta
    is_open: bool


@dataclass(frozen=True, slots=True)
class WeekFacts:
    """The numbers of a week. ``silent_rules`` never found anything, in any week; ``shrunk`` are pages whose selectors match
    less than half the words they used to: (document, words, words they used to match)."""

    since: datetime
    until: datetime
    sources: int = 0
    seen: int = 0
    not_seen: tuple[str, ...] = ()
    asked: int = 0
    captured: int = 0
    changes: int = 0
    quiet: int = 0
    opened: int = 0
    closed: int = 0
    still_open: int = 0
    gaps: tuple[Unseen, ...] = ()
    waiting: int = 0
    dead: int = 0
    noisiest: tuple[tuple[str, int], ...] = ()
    stale: tuple[tuple[str, datetime | None], ...] = ()
    shrunk: tuple[tuple[str, int, int], ...] = ()
    rules: int = 0
    silent_rules: tuple[str, ...] = ()


def build_week(facts: WeekFacts, schedule: Schedule, *, base_url: str | None) -> Report:
    """The report of a week of watching."""
    base = (base_url or "").rstrip("/")
    state = "all sources seen" if facts.seen == facts.sources else f"{facts.seen} of {facts.sources} sources seen"
    return Report(
        kind="report",
        mark=WEEK,
        company="",
        title=f"On Record, week to {short_date(facts.until).split(',')[0]}: {state}, {counted(facts.changes, 'change')}",
        severity=Severity.INFO,
        topics=(),
        found=f"{sources_seen(facts.seen, facts.sources)}, {counted(facts.changes, 'change')} found.",
        when=f"From {long_date(facts.since)} to {long_date(facts.until)}. {sentence(in_words(schedule))}, also when quiet.",
        sections=(_watching(facts), _gaps(facts), _telling(facts), _care(facts)),
        interval=Interval(facts.since, facts.until),
        link=base + "/" if base else "",
        command="" if base else "onrecord sources list",
    )


def _watching(facts: WeekFacts) -> Section:
    return Section(
        "Watching",
        lines=(
            ("Sources seen", f"{facts.seen} of {facts.sources}"),
            ("Not seen", _some(facts.not_seen)),
            ("Addresses asked", f"{facts.asked:,}, {facts.captured:,} good captures"),
            ("Changes of substance", f"{facts.changes:,}"),
            ("Other changes, kept and not told", f"{facts.quiet:,}"),
        ),
    )


def _gaps(facts: WeekFacts) -> Section:
    lines = tuple(
        (f"{gap.company}, {gap.source}", f"not seen for {_length(gap.length)}{', still not' if gap.is_open else ''}")
        for gap in facts.gaps[:LISTED]
    )
    more = f"and {counted(len(facts.gaps) - LISTED, 'more source')}. " if len(facts.gaps) > LISTED else ""
    incidents = ("Incidents", f"{facts.opened} opened, {facts.closed} closed, {facts.still_open} open")
    return Section("Coverage gaps", lines=(incidents, *lines), note=f"{more}Not seeing a page is not a removal.")


def _telling(facts: WeekFacts) -> Section:
    return Section(
        "Telling",
        lines=(
            ("Messages waiting for another attempt", f"{facts.waiting}"),
            ("Messages given up", f"{facts.dead}{' (onrecord outbox)' if facts.dead else ''}"),
        ),
    )


def _care(facts: WeekFacts) -> Section:
    stale = tuple(f"{source} ({short_date(at).split(',')[0] if at else 'never'})" for source, at in facts.stale)
    shrunk = tuple(f"{document} ({words} words, {were} before)" for document, words, were in facts.shrunk)
    return Section(
        "To look after",
        lines=(
            *((("Selectors that match ever less", _some(shrunk)),) if shrunk else ()),
            ("Noisiest", _some(tuple(f"{source} ({count})" for source, count in facts.noisiest))),
            ("Not seen well for a week", _some(stale)),
            (
                "Rules that never found anything",
                f"{len(facts.silent_rules)} of {facts.rules}: {_some(facts.silent_rules)}",
            ),
        ),
    )


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return (", ".join(names[:LISTED]) + more) or "none"


def _length(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    if hours >= 48:
        return counted(hours // 24, "day")
    return counted(hours, "hour") if hours else counted(int(span.total_seconds() // 60), "minute")
