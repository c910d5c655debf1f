"""Reports about the telling itself: a test, a drill, a drill that failed, messages that cannot be delivered. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from core.model import Severity
from core.report import Interval, Report, Section
from core.text.visible import one_line
from core.wording import DRILL, DRILL_FAILED, TEST, UNDELIVERED, counted, long_date

LISTED: Final = 20


def build_test(receiver: str, *, at: datetime, base_url: str | None) -> Report:
    """A message that says of itself, first and last, that nothing has happened."""
    base = (base_url or "").rstrip("/")
    return Report(
        kind="test",
        mark=TEST,
        company="",
        title=f"This is a test of On Record for {one_line(receiver, 80)}",
        severity=Severity.INFO,
        topics=(),
        found="Nothing has happened: somebody ran `onrecord routes test`. Alerts reach you here.",
        when=f"Sent {long_date(at)}.",
        interval=Interval(None, at),
        link=base + "/" if base else "",
        command="" if base else "onrecord routes test RECEIVER",
    )


def build_drill(rehearsed: Report, *, at: datetime) -> Report:
    """The alert of the pretend change, marked as a drill before and after its words."""
    return replace(
        rehearsed,
        kind="drill",
        mark=DRILL,
        title="Weekly drill, no company is concerned",
        severity=Severity.INFO,
        found=f"A drill: {rehearsed.found.removeprefix('Found: ')} Nothing has happened, and nothing needs to be done.",
        why=("The weekly drill: a pretend document changed, and this message shows that alerts reach you here.",),
        sure=(),
        where=None,
        interval=Interval(None, at),
        link="",
        command="onrecord routes test RECEIVER",
    )


def build_drill_failed(failed: Sequence[tuple[str, str]], *, at: datetime) -> Report:
    """The drill's message did not arrive at these places (place, reason)."""
    return Report(
        kind="drill_failed",
        mark=DRILL_FAILED,
        company="",
        title=f"The weekly drill did not arrive at {counted(len(failed), 'place')}",
        severity=Severity.HIGH,
        topics=(),
        found=f"Found: {counted(len(failed), 'place')} without the drill’s message. Alerts sent there may not arrive either.",
        when=f"Drill of {long_date(at)}.",
        sections=(
            Section("Did not arrive", lines=tuple((place, one_line(why, 300)) for place, why in failed[:LISTED])),
        ),
        interval=Interval(None, at),
        command="onrecord outbox",
    )


def build_dead_letters(place: str, count: int, error: str, titles: Sequence[str], *, at: datetime) -> Report:
    """Messages for one place were given up; they are kept, and can be sent again."""
    return Report(
        kind="dead_letter",
        mark=UNDELIVERED,
        company="",
        title=f"{counted(count, 'message').capitalize()} could not be delivered to {one_line(place, 120)}",
        severity=Severity.HIGH,
        topics=(),
        found=f"Found: {one_line(error, 300)}.",
        when=f"Given up by {long_date(at)}. Nothing is lost: mend it, then `onrecord outbox retry --all`.",
        sections=(Section("Not delivered", lines=tuple(("", one_line(title, 200)) for title in titles[:LISTED])),),
        interval=Interval(None, at),
        command="onrecord outbox",
    )
