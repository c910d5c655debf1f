"""The report of a promise that falls due, and of one whose date has passed. Observation only: whether it was kept is
for people to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from core.model import DocumentRef, Severity
from core.quotes import Quote, Side
from core.report import Interval, Report, Where
from core.text.visible import cut
from core.wording import FALLS_DUE, PAST_DUE, counted, defang, long_date

AHEAD: Final = 30  # days before the date
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
    base = (base_url or "").rstrip("/")
    document = promise.document
    day = f"{promise.due.day} {promise.due:%B %Y}"
    days = (promise.due - at.date()).days
    if stage == "soon":
        ahead = "today" if days == 0 else f"in {counted(days, 'day')}"
        found = f"Found: a promise that names a date falls due {ahead}, on {day}."
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
        link=f"{base}/commitments/{promise.key}" if base else "",
        command="" if base else f"onrecord commitments show {promise.key}",
    )
