"""A document entered by hand: what a company told a newspaper, wrote in a letter, said to somebody. Pure.

Four dates are kept apart, because they are four different claims: when it was decided, from when it holds, when it was
made public, and when somebody here first saw it. Each may be as exact as it is known: a day, a month or a year.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Final

from core.commitments.fate import LEAST_ALIKE, LEAST_ALIKE_AT_HOME, alikeness, key_words
from core.errors import ConfigError, Problem
from core.text.normalise import tidy, word_count
from core.text.visible import one_line

MAX_FILE: Final = 50_000_000
"""Bytes of a file a person may hand in; a scan beyond it says nothing a smaller one does not."""

_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_DATED: Final = {"decided": "decided", "effective": "in force from", "public": "made public"}
FEWEST_WORDS: Final = 5  # a heading or a label has fewer


@dataclass(frozen=True, slots=True)
class Dates:
    """As far as each is known: ``2024-01-03``, ``2024-01``, ``2024``, or nothing."""

    decided: str = ""
    effective: str = ""
    public: str = ""
    observed: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """Who said it, through whom, where, and when. ``place`` is an address, or words (``e-mail to a reporter``)."""

    company: str
    title: str
    publisher: str
    place: str = ""
    dates: Dates = Dates()
    lang: str = ""
    note: str = ""

    @property
    def url(self) -> str:
        """Where it can be read, where that is an address."""
        return self.place if re.match(r"https?://\S+$", self.place) else ""


def checked(statement: Statement, today: date) -> Statement:
    """The statement with tidy words. Raises ConfigError with everything that is wrong with it."""
    problems = [
        Problem("statement", None, f"it needs {what}")
        for what, value in (("a title", statement.title), ("who published it", statement.publisher))
        if not value.strip()
    ]
    for name, value in dates_of(statement.dates):
        wrong = wrong_date(value, today) if value else None
        if wrong:
            problems.append(Problem("statement", None, f"the date {name} {wrong}"))
    if problems:
        raise ConfigError(problems)
    return Statement(
        company=statement.company,
        title=tidy(statement.title),
        publisher=tidy(statement.publisher),
        place=tidy(statement.place),
        dates=statement.dates,
        lang=statement.lang,
        note=tidy(statement.note),
    )


def wrong_date(text: str, today: date) -> str | None:
    """What is wrong with a date that may be only a year or a month; None where nothing is."""
    found = _DATE.fullmatch(text)
    if not found:
        return f"must be like 2024-01-03, 2024-01 or 2024, not {text!r}"
    year, month, day = (int(part) if part else 1 for part in found.groups())
    try:
        begins = date(year, month, day)
    except ValueError:
        return f"is no day there ever was: {text!r}"
    if year < 1900:
        return f"is before any statement kept here: {text!r}"
    return None if begins <= date(today.year + 20, 12, 31) else f"is too far ahead: {text!r}"


def dates_of(dates: Dates) -> tuple[tuple[str, str], ...]:
    """The four dates by name, in the order in which they usually come."""
    return tuple((each.name, getattr(dates, each.name)) for each in fields(dates))


def published(statement: Statement) -> str:
    """``published by The Gazette, made public 2024-01-03``: by whom and when, each date as exact as it was given."""
    told = [f"{_DATED[name]} {value}" for name, value in dates_of(statement.dates) if value and name in _DATED]
    return ", ".join([f"published by {one_line(statement.publisher, 120)}", *told])


def identity(statement: Statement, body: bytes) -> str:
    """An address of its own: the same words by the same company, entered twice, are one statement."""
    name = hashlib.sha256(statement.company.encode() + b"\0" + body).hexdigest()[:20]
    return f"urn:onrecord:statement:{name}"


# --- beside the company's earlier words -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Earlier:
    """A passage the company said before, on a topic of the statement. ``gone_since`` where it no longer stands."""

    text: str
    document: str
    first_seen: str
    gone_since: str = ""


def nearest(sentence: str, earlier: Sequence[Earlier], most: int = 2) -> tuple[tuple[Earlier, bool], ...]:
    """Those that speak most alike, the likest first, and whether each says the same so far that a verdict on the two is
    no claim of ours; none where nothing has much in common. Headings and labels say nothing."""
    wanted = key_words(sentence)
    scored: list[tuple[float, int]] = []
    for at, each in enumerate(earlier):
        if word_count(each.text) >= FEWEST_WORDS:
            alike = alikeness(key_words(each.text), wanted)
            if alike >= LEAST_ALIKE_AT_HOME:
                scored.append((-alike, at))
    return tuple((earlier[at], -score >= LEAST_ALIKE) for score, at in sorted(scored)[:most])
