"""Numbers on the watch itself over a span of time, for the weekly report and the digest: seen, not seen, gaps, noise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from core.model import ChangeClass, GradeLevel, Purpose
from storage.schema import (
    changes,
    companies,
    deliveries,
    document_sources,
    documents,
    fetches,
    grades,
    incidents,
    matches,
    request_sources,
    sources,
    versions,
)

ASKED: Final = (Purpose.WATCH.value, Purpose.CONFIRM.value)
STALE_AFTER: Final = timedelta(days=7)
PAST: Final = 10  # versions of a document that say how many words its selectors used to match


@dataclass(frozen=True, slots=True)
class Gap:
    """How long a source could not be seen within a span, all its addresses' incidents together, overlaps once."""

    source_id: str
    company: str
    unseen: timedelta
    is_open: bool


@dataclass(frozen=True, slots=True)
class Noise:
    """A source and how many of its changes were kept and told to nobody."""

    source_id: str
    changes: int


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A document and the words its source's selectors match, now and (the median) in the versions before."""

    document: str
    words: int
    words_before: int


def watched(conn: Connection) -> list[str]:
    """Ids of the sources watched now, in order."""
    return list(conn.execute(select(sources.c.id).where(sources.c.ended_at.is_(None)).order_by(sources.c.id)).scalars())


def seen(conn: Connection, since: datetime, until: datetime) -> set[str]:
    """Watched sources of which at least one address was captured well in that span."""
    found = (
        select(request_sources.c.source_id)
        .distinct()
        .join(fetches, fetches.c.request_id == request_sources.c.request_id)
        .join(sources, sources.c.id == request_sources.c.source_id)
        .where(sources.c.ended_at.is_(None), _within(since, until), _is_good())
    )
    return set(conn.execute(found).scalars())


def captures(conn: Connection, since: datetime, until: datetime) -> tuple[int, int]:
    """Times an address was asked in that span, and how many of them brought a good capture."""
    counted = select(func.count(), func.count(case((_is_good(), 1)))).select_from(fetches).where(_within(since, until))
    asked, good = conn.execute(counted).one()
    return int(asked), int(good)


def _within(since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(fetches.c.started_at >= since, fetches.c.started_at < until, fetches.c.purpose.in_(ASKED))


def _is_good() -> ColumnElement[bool]:
    """Nothing new (304), or an answer that no judgement calls worse than good."""
    worse = select(grades.c.id).where(grades.c.fetch_id == fetches.c.id, grades.c.level != GradeLevel.GOOD.value)
    return and_(fetches.c.status.is_not(None), fetches.c.status < 400, ~worse.exists())


def gaps(conn: Connection, since: datetime, until: datetime) -> list[Gap]:
    """Sources that could not be seen for some of that span, the longest first."""
    rows = conn.execute(
        select(incidents.c.source_id, incidents.c.opened_at, incidents.c.closed_at, companies.c.name)
        .join(sources, sources.c.id == incidents.c.source_id)
        .join(companies, companies.c.id == sources.c.company_id)
        .where(
            sources.c.ended_at.is_(None),
            incidents.c.opened_at < until,
            or_(incidents.c.closed_at.is_(None), incidents.c.closed_at > since),
        )
        .order_by(incidents.c.opened_at, incidents.c.id)
    )
    spans: dict[str, list[tuple[datetime, datetime]]] = {}
    names: dict[str, str] = {}
    still: set[str] = set()
    for row in rows:
        names[row.source_id] = row.name
        still |= {row.source_id} if row.closed_at is None else set()
        spans.setdefault(row.source_id, []).append((max(row.opened_at, since), min(row.closed_at or until, until)))
    found = [Gap(id_, names[id_], _together(theirs), id_ in still) for id_, theirs in spans.items()]
    return sorted(found, key=lambda gap: (-gap.unseen, gap.source_id))


def _together(spans: list[tuple[datetime, datetime]]) -> timedelta:
    """The length of some spans in order of their beginnings, what they share counted once."""
    total, reached = timedelta(0), spans[0][0]
    for begins, ends in spans:
        total += max(timedelta(0), ends - max(begins, reached))
        reached = max(reached, ends)
    return total


def incident_counts(conn: Connection, since: datetime, until: datetime) -> tuple[int, int, int]:
    """Incidents opened and closed in that span, and open at its end."""
    opened = and_(incidents.c.opened_at >= since, incidents.c.opened_at < until)
    closed = and_(incidents.c.closed_at >= since, incidents.c.closed_at < until)
    open_ = and_(incidents.c.opened_at < until, or_(incidents.c.closed_at.is_(None), incidents.c.closed_at >= until))
    counted = select(*(func.count(case((which, 1))) for which in (opened, closed, open_))).select_from(incidents)
    row = conn.execute(counted).one()
    return int(row[0]), int(row[1]), int(row[2])


def undelivered(conn: Connection, until: datetime) -> tuple[int, int]:
    """Messages that wait for another attempt at that time, and dead letters."""
    late = and_(deliveries.c.state.in_(("queued", "sending")), deliveries.c.attempts > 0)
    dead = deliveries.c.state == "dead"
    counted = select(func.count(case((late, 1))), func.count(case((dead, 1)))).where(deliveries.c.created_at < until)
    row = conn.execute(counted).one()
    return int(row[0]), int(row[1])


def change_counts(conn: Connection, since: datetime, until: datetime) -> tuple[int, int]:
    """Changes of substance found in that span, and others (dates, layout, menus), which are kept and not told."""
    loud = changes.c["class"] == ChangeClass.SUBSTANTIVE.value
    counted = select(func.count(case((loud, 1))), func.count(case((~loud, 1)))).where(
        changes.c.detected_at >= since, changes.c.detected_at < until
    )
    row = conn.execute(counted).one()
    return int(row[0]), int(row[1])


def noisiest(conn: Connection, since: datetime, until: datetime, limit: int = 5) -> list[Noise]:
    """Sources with the most changes that nobody needed to hear of, the noisiest first."""
    count = func.count(changes.c.id.distinct())
    rows = conn.execute(
        select(document_sources.c.source_id, count.label("changes"))
        .join(changes, changes.c.document_id == document_sources.c.document_id)
        .where(
            changes.c.detected_at >= since,
            changes.c.detected_at < until,
            changes.c["class"] != ChangeClass.SUBSTANTIVE.value,
        )
        .group_by(document_sources.c.source_id)
        .order_by(count.desc(), document_sources.c.source_id)
        .limit(limit)
    )
    return [Noise(row.source_id, int(row.changes)) for row in rows]


def stale(conn: Connection, until: datetime) -> list[tuple[str, datetime | None]]:
    """Watched sources whose newest good capture of any address is older than a week, with its time (None: never)."""
    newest = func.max(case((_is_good(), fetches.c.started_at)))
    rows = conn.execute(
        select(sources.c.id, newest.label("newest"))
        .outerjoin(request_sources, request_sources.c.source_id == sources.c.id)
        .outerjoin(
            fetches,
            and_(
                fetches.c.request_id == request_sources.c.request_id,
                fetches.c.started_at < until,
                fetches.c.purpose.in_(ASKED),
            ),
        )
        .where(sources.c.ended_at.is_(None), sources.c.started_at < until - STALE_AFTER)
        .group_by(sources.c.id)
        .order_by(sources.c.id)
    )
    return [(row.id, row.newest) for row in rows if row.newest is None or row.newest < until - STALE_AFTER]


def shrunk(conn: Connection) -> list[Shrunk]:
    """Watched pages with selectors of their own whose text is less than half of what it used to be, by name.

    Before a selector matches nothing (a bad capture, an incident) it often matches less: a site is rebuilt part by part.
    """
    watched = conn.execute(select(sources.c.id, sources.c.options).where(sources.c.ended_at.is_(None)))
    selecting = [row.id for row in watched if row.options.get("select")]
    own = and_(documents.c.id == versions.c.document_id, documents.c.state == "live")
    words: dict[str, list[int]] = {}
    now: dict[str, int] = {}
    for row in conn.execute(
        select(documents.c.slug, versions.c.words, documents.c.current_version_id, versions.c.id)
        .join(documents, own)
        .join(document_sources, document_sources.c.document_id == documents.c.id)
        .where(document_sources.c.source_id.in_(selecting))
        .order_by(documents.c.slug, versions.c.number.desc())
    ):
        if row.id == row.current_version_id:
            now[row.slug] = row.words
        elif len(words.setdefault(row.slug, [])) < PAST:
            words[row.slug].append(row.words)
    return [
        Shrunk(slug, now[slug], round(median(past)))
        for slug, past in words.items()
        if past and slug in now and now[slug] < median(past) / 2
    ]


def fired(conn: Connection) -> set[str]:
    """Ids of the rules that ever found anything."""
    return set(conn.execute(select(matches.c.rule).distinct()).scalars())
