"""What a search found, as rows of a page: a passage with its life, where to read on, and who said it until when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal

from sqlalchemy import Connection

from core.citing import where_it_stands
from core.text.visible import one_line
from storage import biography, search, statements
from storage.search import Found
from storage.statements import Published
from web.drawing import Axis
from web.speech import compare_address, day_text, document_address, finding_address, passage_address

COMPANIES_DRAWN: Final = 10
LONGEST_QUOTE: Final = 1_200
PLEASE_READ: Final = {"unclassified": "changed, please read", "changed": "changed, please read"}


@dataclass(frozen=True, slots=True)
class Life:
    """A passage's time on the drawing: per cent of the width. ``state``: still | gone | unwatched."""

    x1: float
    x2: float
    state: Literal["still", "gone", "unwatched"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage in one document. ``came`` and ``went`` are addresses of the comparisons around its life.

    ``where`` is its heading, and that it stands outside the text where it does; ``verdicts`` why it answers where no
    word of it does; ``public`` and ``entered`` are of a statement that somebody entered by hand.
    """

    company_id: str
    company: str
    document: str
    title: str
    address: str
    heading: str
    where: str
    text: str
    spans: tuple[tuple[int, int], ...]
    first_seen: datetime
    last_seen: datetime | None
    gone_since: datetime | None
    still: str
    unwatched_since: datetime | None
    verdicts: tuple[str, ...]
    became: tuple[str, ...]
    public: str
    public_words: str
    entered: datetime | None
    wordings: int
    cite: str
    came: str
    went: str
    life: Life


@dataclass(frozen=True, slots=True)
class Said:
    """One company on the drawing, with the lives of what it said."""

    company: str
    y: int
    lives: tuple[Life, ...]
    is_right: bool


def _life(found: Found, axis: Axis) -> Life:
    states: dict[str, Literal["still", "gone", "unwatched"]] = {"yes": "still", "no": "gone", "unknown": "unwatched"}
    state = states[found.still]
    end = found.last_seen_at or found.first_seen_at
    return Life(axis.at(found.first_seen_at), axis.at(end), state)


@dataclass(frozen=True, slots=True)
class Known:
    """What was looked up for the answers that are shown: comparisons around each, wordings of each line, statements."""

    around: Mapping[tuple[int, int], biography.Edges] = field(default_factory=dict)
    lines: Mapping[tuple[int, int], int] = field(default_factory=dict)
    published: Mapping[int, Published] = field(default_factory=dict)


def known_of(conn: Connection, shown: Sequence[Found]) -> Known:
    """The same, each kind in one look-up."""
    return Known(
        biography.edges(conn, [one.passage_id for one in shown], [one.document_id for one in shown]),
        search.wordings(conn, shown),
        statements.published(conn, [one.document_id for one in shown if one.kind == "statement"]),
    )


def hit(found: Found, axis: Axis, known: Known) -> Hit:
    """One row."""
    around = known.around.get((found.passage_id, found.document_id))
    entered = known.published.get(found.document_id)

    slug = found.document
    text = found.text
    spans = found.spans
    if len(text) > LONGEST_QUOTE:
        text, spans = _cut(text, spans)
    return Hit(
        company_id=found.company_id,
        company=found.company,
        document=slug,
        title=one_line(found.title, 200) or slug,
        address=finding_address(slug, found.text) if found.gone_since is None else document_address(slug),
        heading=found.heading,
        where=where_it_stands(found.heading, found.stream),
        text=text,
        spans=spans,
        first_seen=found.first_seen_at,
        last_seen=found.last_seen_at,
        gone_since=found.gone_since,
        still=found.still,
        unwatched_since=found.unwatched_since,
        verdicts=found.verdicts,
        became=tuple(dict.fromkeys(PLEASE_READ.get(one, one) for one in found.verdicts)),
        public=entered.public if entered else "",
        public_words=_day_words(entered.public) if entered else "",
        entered=entered.entered_at if entered else None,
        wordings=known.lines.get((found.document_id, found.lineage), 1),
        cite=passage_address(slug, found.passage_id),
        came=compare_address(slug, *around.came) if around and around.came else "",
        went=compare_address(slug, *around.went) if around and around.went else "",
        life=_life(found, axis),
    )


def _day_words(day: str) -> str:
    """``3 Jan 2024``; a month or a year as it was given."""
    return day_text(date.fromisoformat(day)) if day.count("-") == 2 else day


def _cut(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The part of a long passage around the first words found, with where they stand in it."""
    first = spans[0][0] if spans else 0
    start = max(0, first - LONGEST_QUOTE // 3)
    if start:
        start = text.find(" ", start) + 1 or start
    end = min(len(text), start + LONGEST_QUOTE)
    head, tail = "[…] " if start else "", " […]" if end < len(text) else ""
    shift = len(head) - start
    kept = tuple((begin + shift, stop + shift) for begin, stop in spans if begin >= start and stop <= end)
    return f"{head}{text[start:end]}{tail}", kept


def said(answers: Sequence[Found], axis: Axis) -> tuple[tuple[Said, ...], int]:
    """Who said it and until when: a line a company, who said it first on top."""
    by_company: dict[str, list[Found]] = defaultdict(list)
    for one in sorted(answers, key=lambda found: found.first_seen_at):
        by_company[one.company].append(one)
    drawn = []
    for row, (company, found) in enumerate(list(by_company.items())[:COMPANIES_DRAWN]):
        lives = tuple(_life(one, axis) for one in found[:40])
        drawn.append(Said(one_line(company, 60), 32 + 30 * row, lives, lives[0].x1 > 60))
    return tuple(drawn), max(0, len(by_company) - COMPANIES_DRAWN)
