"""The life of one promise as a drawing: a line while it stood, a tick up or down for each event. Pure.

A tick's height says how many parts of the promise moved; nothing is added up, so a later + never cancels an earlier −.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.commitments.fate import FIRMER, SOFTER, Became
from core.commitments.ledger import Entry, Happening
from web.drawing import Axis
from web.speech import day_text

MID: Final = 32
PART: Final = 6  # px for each part that moved
MOST_PARTS: Final = 4
MOST_TICKS: Final = 40


@dataclass(frozen=True, slots=True)
class Mark:
    """One event on the line. ``way``: up, down, both, ask, thin, gone, back."""

    x: float
    way: str
    y: int
    sign: str
    text_y: int
    tone: str


@dataclass(frozen=True, slots=True)
class History:
    """Where it stood (stretches in per cent), what happened, whether it still stands, and the same in words."""

    stretches: tuple[tuple[float, float], ...]
    marks: tuple[Mark, ...]
    begins: float
    open_at: float | None
    said: str


def word_of(became: Became) -> tuple[str, str, str]:
    """(sign, tone, word) of an event, as people see it: never by colour alone."""
    if became is Became.MIXED:
        return "±", "unsure", "Firmer and weaker"
    if became in FIRMER:
        return "+", "gain", became.value.capitalize()
    if became is Became.REMOVED:
        return "×", "loss", "Removed"
    if became in SOFTER:
        return "−", "loss", became.value.capitalize()
    if became is Became.CHANGED:
        return "?", "unsure", "Changed, please read"
    if became is Became.RESTORED:
        return "↩", "gain", "Restored"
    return ("•", "same", "Introduced") if became is Became.INTRODUCED else ("≈", "same", became.value.capitalize())


def history(entry: Entry, axis: Axis, until: datetime) -> History:
    """The drawing of an entry on an axis that ends at ``until``."""
    events = entry.happenings
    marks = [mark for event in events[-MOST_TICKS:] if (mark := _mark(event, axis))]
    return History(
        stretches=_stretches(events, axis, until),
        marks=tuple(marks),
        begins=axis.at(entry.since.at),
        open_at=axis.at(until) if entry.stands else None,
        said=_said(entry),
    )


def _stretches(events: Sequence[Happening], axis: Axis, until: datetime) -> tuple[tuple[float, float], ...]:
    found: list[tuple[float, float]] = []
    begun: float | None = None
    for event in events:
        if event.became is Became.REMOVED and begun is not None:
            found.append((begun, axis.at(event.sight.last_at or event.sight.at)))
            begun = None
        elif begun is None:
            begun = axis.at(event.sight.at)
    if begun is not None:
        found.append((begun, axis.at(until)))
    return tuple(found)


def _mark(event: Happening, axis: Axis) -> Mark | None:
    x, became = axis.at(event.sight.at), event.became
    if became is Became.INTRODUCED:
        return None
    sign, tone, _ = word_of(became)
    parts = min(max(len({name for name, moved in event.dimensions if moved in "+-"}), 1), MOST_PARTS) * PART
    if became in FIRMER:
        return Mark(x, "up", MID - 4 - parts, sign, MID - 7 - parts, tone)
    if became is Became.REMOVED:
        return Mark(x, "gone", MID, sign, MID + 5, tone)
    if became is Became.MIXED:
        return Mark(x, "both", parts, sign, MID - 7 - parts, tone)
    if became in SOFTER:
        return Mark(x, "down", MID + 4 + parts, sign, MID + 14 + parts, tone)
    if became is Became.CHANGED:
        return Mark(x, "ask", MID, sign, MID - 10, tone)
    return Mark(x, "thin", MID, "", MID, tone)


def _said(entry: Entry) -> str:
    """The same for who cannot see it."""
    told = [f"Since {day_text(entry.since.at)}"]
    happened = entry.happenings[1:][-12:]
    told += [f"{word_of(event.became)[2].lower()} on {day_text(event.sight.at)}" for event in happened]
    told.append("still there" if entry.stands else "gone")
    return "; ".join(told) + "."
