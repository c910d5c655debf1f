"""The report of a promise that falls due, and of one whose date has passed; and the line it has in a digest.
Observation only: whether it was kept is for people to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from core.model import DocumentRef, Severity
from core.quotes import Quote, Side
from core.report import Entry, Interval, Report, Where
from core.text.visible import cut, one_line
from core.wording import FALLS_DUE, PAST_DUE, counted, defang, long_date, sentence

AHEAD: Final = 30  # days before the date
IN_DIGESTS: Final = 40  # days before the date
Stage = Literal["soon", "past"]


@dataclass(frozen=True, slots=True)
class Due:
    """A promise that names a date, where it stands and since when it was said."""

    key: str
    words: str
    due: date
    said_at: datetime
    document: DocumentRef
    heading: str = ""
    status: str = "suggested"


def stage_of(due: date, today: date) -> Stage | None:
    """What is to be told today: ``soon`` in the last thirty days, ``past`` in the thirty after; else nothing."""
    days = (due - today).days
    if 0 <= days <= AHEAD:
        return "soon"
    return "past" if -AHEAD <= days < 0 else None


def build_due(promise: Due, *, at: datetime, base_url: str | None) -> Report:
    """The report of a promise at its stage. Raises ValueError where nothing is to be told."""
    stage = stage_of(promise.due, at.date())
    if stage is None:
        raise ValueError("neither soon nor just past")
    mark = FALLS_DUE if stage == "soon" else PAST_DUE
    document = promise.document
    day = _day(promise.due)
    link, command = _way(promise, base_url)
    if stage == "soon":
        found = f"Found: a promise that names a date falls due {_ahead(promise.due, at.date())}, on {day}."
    else:
        found = f"Found: the date a promise named has passed: {day}. Whether it was kept is not for us to say."
    quote = Quote(
        act="present",
        mark=mark,
        before=None,
        after=Side(segments=(("same", cut(promise.words, 600)),)),
        heading_path=(promise.heading,) if promise.heading else (),
    )
    return Report(
        kind="due",
        mark=mark,
        company=document.company,
        title=document.title or document.slug,
        severity=Severity.MEDIUM,
        topics=document.topics,
        found=found,
        when=f"Said so since {long_date(promise.said_at)}; it still stands there.",
        quotes=(quote,),
        sure=("a person confirmed it" if promise.status == "confirmed" else "suggested by machine, not yet confirmed",),
        interval=Interval(None, promise.said_at),
        where=Where(address=defang(document.url), slug=document.slug, lang=document.lang or ""),
        link=link,
        command=command,
    )


def due_entry(promise: Due, *, today: date, base_url: str | None) -> Entry:
    """A promise that falls due as a digest tells it, on each of the days before."""
    link, command = _way(promise, base_url)
    document = promise.document
    return Entry(
        mark=FALLS_DUE,
        headline=" · ".join((one_line(document.company, 80), one_line(document.title or document.slug, 120))),
        words=(("same", cut(promise.words, 300)),),
        lang=document.lang or "",
        facts=f"{sentence(_ahead(promise.due, today))}, on {_day(promise.due)}",
        link=link,
        command=command,
    )


def _ahead(due: date, today: date) -> str:
    days = (due - today).days
    return "today" if days == 0 else f"in {counted(days, 'day')}"


def _day(due: date) -> str:
    return f"{due.day} {due:%B %Y}"


def _way(promise: Due, base_url: str | None) -> tuple[str, str]:
    """Where to read on: our page, or the command that shows the same."""
    base = (base_url or "").rstrip("/")
    return (f"{base}/commitments/{promise.key}", "") if base else ("", f"onrecord commitments show {promise.key}")
