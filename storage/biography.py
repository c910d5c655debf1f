"""The life of one document, read for people: when it showed which version, and how long each passage stood there.

Everything here only reads, and reads no more text than it is asked for: a page of fifty megabytes is opened by its
columns (``storage/packing.py``), of which the caller names the places it will show.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, extract, func, or_, select

from core.errors import NotFound
from core.model import Reading, VersionRef
from storage import passages
from storage.chunks import chunks
from storage.packing import Columns, empty_places, unpack
from storage.schema import changes, documents, fetches, grades, readings, snapshots, spans, versions


@dataclass(frozen=True, slots=True)
class Appearance:
    """One time the document began to show a version. ``fetch_id`` is the capture that showed it first."""

    fetch_id: int
    at: datetime
    version_id: int
    number: int
    variant: int
    digest: str


@dataclass(frozen=True, slots=True)
class Life:
    """A form in the document from capture to capture.

    ``last_at`` and ``gone_at`` are None while it stands. ``lineage`` is the id of the first span of its line, its own
    where it began one.
    """

    id: int
    form: int
    passage_id: int
    stream: str
    heading: str
    first_fetch_id: int
    first_at: datetime
    last_at: datetime | None
    gone_fetch_id: int | None
    gone_at: datetime | None
    lineage: int


@dataclass(frozen=True, slots=True)
class Outline:
    """A version without its words: what stands where, and what it takes to read any part of it."""

    ref: VersionRef
    document_id: int
    columns: Columns
    title: str
    lang: str | None
    page_date: str | None
    words: int
    extractor: str
    incomplete: str

    def __len__(self) -> int:
        return len(self.columns.passages)


@dataclass(frozen=True, slots=True)
class CaptureDay:
    """How many attempts of one day (UTC) showed the page, and how many did not."""

    day: date
    good: int
    bad: int


@dataclass(frozen=True, slots=True)
class Edges:
    """Version numbers around the first and the last moment of a passage: (before, after), None where there is none."""

    came: tuple[int, int] | None
    went: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The bytes behind a version: size of the decoded body, type as the server called it."""

    digest: str
    size: int
    media_type: str | None


def appearances(conn: Connection, document_id: int) -> tuple[Appearance, ...]:
    """Every time the document began to show another version, the oldest first."""
    rows = conn.execute(
        select(
            readings.c.fetch_id,
            fetches.c.started_at,
            readings.c.version_id,
            versions.c.number,
            readings.c.variant,
            versions.c.digest,
        )
        .join(fetches, fetches.c.id == readings.c.fetch_id)
        .join(versions, versions.c.id == readings.c.version_id)
        .where(readings.c.document_id == document_id)
        .order_by(readings.c.fetch_id)
    )
    return tuple(Appearance(*row) for row in rows)


def lives(conn: Connection, document_id: int, variant: int) -> tuple[Life, ...]:
    """The life of every form the document showed in a variant, in the order they came."""
    line = case((spans.c.lineage == 0, spans.c.id), else_=spans.c.lineage)
    edges = (spans.c.first_fetch_id, spans.c.last_fetch_id, spans.c.gone_fetch_id)
    found = conn.execute(
        select(spans.c.id, spans.c.form, spans.c.passage_id, spans.c.stream, spans.c.heading, *edges, line)
        .where(spans.c.document_id == document_id, spans.c.variant == variant)
        .order_by(spans.c.first_fetch_id, spans.c.id)
    ).all()
    # Many lives share few captures: the times of those are read once, not beside every life.
    at: dict[int | None, datetime | None] = {None: None}
    for some in chunks(sorted({id_ for row in found for id_ in row[5:8] if id_ is not None})):
        times = conn.execute(select(fetches.c.id, fetches.c.started_at).where(fetches.c.id.in_(some)))
        at.update((row[0], row[1]) for row in times)
    return tuple(
        Life(id_, form, passage, stream, heading, first, _known(at[first]), at[last], gone, at[gone], lineage)
        for id_, form, passage, stream, heading, first, last, gone, lineage in found
    )


def _known(at: datetime | None) -> datetime:
    assert at is not None  # a life begins with a capture
    return at


def outline(conn: Connection, version_id: int) -> Outline:
    """A version by its columns, without a word of its text. Raises NotFound."""
    row = conn.execute(
        select(versions, fetches.c.started_at)
        .join(fetches, fetches.c.id == versions.c.fetch_id)
        .where(versions.c.id == version_id)
    ).one_or_none()
    if row is None:
        raise NotFound(f"version {version_id} is not in the archive")
    return Outline(
        ref=VersionRef(row.id, row.number, row.digest, row.started_at, row.fetch_id),
        document_id=row.document_id,
        columns=unpack(row.places),
        title=row.title,
        lang=row.lang,
        page_date=row.page_date,
        words=row.words,
        extractor=row.extractor,
        incomplete=row.facts["incomplete"],
    )


def read_part(conn: Connection, outlined: Outline, wanted: Iterable[int], known: Reading | None = None) -> Reading:
    """The version as a Reading in which only the wanted places have their words, with their headings and lead-ins.

    The other places are there, so that indices mean what they mean everywhere, and are empty. ``known`` is a part of
    the same version that was read before: its words are kept.
    """
    columns = outlined.columns
    needed = {at for at in wanted if 0 <= at < len(outlined)}
    for at in list(needed):
        needed.update(_above(columns, at))
        if columns.lead_ins[at] >= 0:
            needed.add(columns.lead_ins[at])
    texts = passages.texts(conn, [columns.passages[at] for at in sorted(needed)])
    places = list(known.places if known is not None else empty_places(columns))
    for at in needed:
        places[at] = places[at]._replace(text=texts[columns.passages[at]])
    return Reading(
        places=tuple(places),
        title=outlined.title,
        lang=outlined.lang,
        page_date=outlined.page_date,
        links=columns.links,
        incomplete=outlined.incomplete,
    )


def read_whole(conn: Connection, outlined: Outline) -> Reading:
    """The version with all its words."""
    return read_part(conn, outlined, range(len(outlined)))


def texts_of(conn: Connection, ids: Sequence[int]) -> dict[int, str]:
    """Passages by id. Raises NotFound where one is missing."""
    return passages.texts(conn, ids)


def _above(columns: Columns, at: int) -> list[int]:
    found: list[int] = []
    at = columns.headings[at]
    while at >= 0 and len(found) < 12:
        found.append(at)
        at = columns.headings[at]
    return found


def capture_days(conn: Connection, document_id: int) -> tuple[CaptureDay, ...]:
    """Attempts on the document's address by day, the oldest first; rehearsals are left out."""
    at = select(documents.c.request_id).where(documents.c.id == document_id).scalar_subquery()
    shown = select(readings.c.fetch_id).where(readings.c.document_id == document_id)
    started: ColumnElement[datetime] = fetches.c.started_at
    if conn.dialect.name == "postgresql":  # there a day is one of the session's zone, unless told otherwise
        started = func.timezone("UTC", started)
    year, month, day = (extract(part, started) for part in ("year", "month", "day"))
    good = case((_is_good(), 1), else_=0)
    rows = conn.execute(
        select(
            year.label("year"),
            month.label("month"),
            day.label("day"),
            func.sum(good).label("good"),
            func.count().label("tried"),
        )
        .where(or_(fetches.c.request_id == at, fetches.c.id.in_(shown)), fetches.c.purpose != "rehearsal")
        .group_by(year, month, day)
        .order_by(year, month, day)
    )
    return tuple(
        CaptureDay(date(int(row.year), int(row.month), int(row.day)), int(row.good), int(row.tried) - int(row.good))
        for row in rows
    )


def _is_good() -> ColumnElement[bool]:
    """A whole answer whose newest grade, if it has one, is good."""
    newest = (
        select(grades.c.level)
        .where(grades.c.fetch_id == fetches.c.id)
        .order_by(grades.c.id.desc())
        .limit(1)
        .correlate(fetches)
        .scalar_subquery()
    )
    whole = or_(fetches.c.digest.is_not(None), fetches.c.status == 304)
    return and_(fetches.c.status < 400, whole, func.coalesce(newest, "good") == "good")


def changes_between(conn: Connection, document_id: int, before: int, after: int) -> tuple[int, ...]:
    """Ids of the changes from one version number to another, whichever reader read them, the newest first."""
    was, now = versions.alias("was"), versions.alias("now")
    rows = conn.execute(
        select(changes.c.id)
        .join(was, was.c.id == changes.c.before_version_id)
        .join(now, now.c.id == changes.c.after_version_id)
        .where(changes.c.document_id == document_id, was.c.number == before, now.c.number == after)
        .order_by(changes.c.id.desc())
    )
    return tuple(row.id for row in rows)


def change_into(conn: Connection, document_id: int, fetch_id: int) -> int | None:
    """The change a capture brought, if it brought one."""
    found = select(func.max(changes.c.id)).where(
        changes.c.document_id == document_id, changes.c.after_fetch_id == fetch_id
    )
    at: int | None = conn.execute(found).scalar()
    return at


def edges(conn: Connection, passage_ids: Sequence[int], document_ids: Sequence[int]) -> dict[tuple[int, int], Edges]:
    """By (passage, document): between which versions each came in first and went out last.

    A passage of the document's first version has no ``came``; one that still stands has no ``went``.
    """
    found: dict[tuple[int, int], tuple[int, int | None]] = {}
    for some in chunks(list(dict.fromkeys(passage_ids))):
        rows = conn.execute(
            select(
                spans.c.passage_id,
                spans.c.document_id,
                func.min(spans.c.first_fetch_id).label("first"),
                func.max(spans.c.gone_fetch_id).label("gone"),
                func.sum(case((spans.c.last_fetch_id.is_(None), 1), else_=0)).label("standing"),
            )
            .where(spans.c.passage_id.in_(some), spans.c.document_id.in_(list(dict.fromkeys(document_ids))))
            .group_by(spans.c.passage_id, spans.c.document_id)
        )
        found |= {(row.passage_id, row.document_id): (row.first, None if row.standing else row.gone) for row in rows}
    steps = _steps(conn, {fetch for pair in found.values() for fetch in pair if fetch is not None})
    return {
        (passage, document): Edges(steps.get((document, first)), steps.get((document, gone or 0)))
        for (passage, document), (first, gone) in found.items()
    }


def _steps(conn: Connection, fetch_ids: Collection[int]) -> dict[tuple[int, int], tuple[int, int]]:
    """By (document, capture): the version shown before it, and the one it brought; nothing for the first, or the same."""
    earlier, was = readings.alias("earlier"), versions.alias("was")
    before = (
        select(was.c.number)
        .join(earlier, earlier.c.version_id == was.c.id)
        .where(earlier.c.document_id == readings.c.document_id, earlier.c.fetch_id < readings.c.fetch_id)
        .order_by(earlier.c.fetch_id.desc())
        .limit(1)
        .correlate(readings)
        .scalar_subquery()
    )
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for some in chunks(sorted(fetch_ids)):
        wanted = (
            select(readings.c.document_id, readings.c.fetch_id, before.label("before"), versions.c.number)
            .join(versions, versions.c.id == readings.c.version_id)
            .where(readings.c.fetch_id.in_(some))
        )
        for row in conn.execute(wanted):
            if row.before is not None and row.before != row.number:
                found[row.document_id, row.fetch_id] = (row.before, row.number)
    return found


def word_range(conn: Connection, document_id: int) -> tuple[int, int]:
    """The fewest and the most words any version of the document has."""
    found = select(func.min(versions.c.words), func.max(versions.c.words))
    fewest, most = conn.execute(found.where(versions.c.document_id == document_id)).one()
    return int(fewest or 0), int(most or 0)


def snapshot(conn: Connection, digest: str) -> Snapshot | None:
    """What is known of some bytes; None where the archive never kept such."""
    row: Any = conn.execute(select(snapshots).where(snapshots.c.digest == digest)).one_or_none()
    return Snapshot(row.digest, row.size, row.media_type) if row else None
