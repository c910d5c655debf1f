"""Which rules fired: how often, where, when. Read from the matches that were kept with changes and first looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from storage.schema import changes, companies, documents, matches, versions


@dataclass(frozen=True, slots=True)
class FiredRule:
    """One rule. ``changes`` it fired in; ``standing``: passages it was found in on first looks."""

    rule: str
    pack: str
    title: str
    changes: int
    standing: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Firing:
    """One rule in one change. ``before`` and ``after`` are version numbers."""

    at: datetime
    company: str
    document: str
    title: str
    act: str
    severity: str
    words: tuple[str, ...]
    before: int | None
    after: int | None


def rules(conn: Connection, rule: str | None = None) -> list[FiredRule]:
    """Rules that ever fired, the most lately fired first."""
    found = (
        select(
            matches.c.rule,
            func.max(matches.c.pack).label("pack"),
            func.max(matches.c.title).label("title"),
            func.count(matches.c.change_id.distinct()).label("changes"),
            func.count(matches.c.version_id).label("standing"),
            func.min(changes.c.detected_at).label("first_at"),
            func.max(changes.c.detected_at).label("last_at"),
        )
        .select_from(matches)
        .outerjoin(changes, changes.c.id == matches.c.change_id)
        .group_by(matches.c.rule)
    )
    if rule is not None:
        found = found.where(matches.c.rule == rule)
    rows = [FiredRule(*row) for row in conn.execute(found)]
    rows.sort(key=lambda one: (one.last_at is None, -(one.last_at.timestamp() if one.last_at else 0), one.rule))
    return rows


def firings(conn: Connection, rule: str, limit: int, start: int = 0) -> list[Firing]:
    """Where a rule fired in changes, the newest first."""
    before, after = versions.alias("before"), versions.alias("after")
    rows = conn.execute(
        select(
            changes.c.detected_at,
            companies.c.name,
            documents.c.slug,
            documents.c.title,
            matches.c.act,
            matches.c.severity,
            matches.c.words,
            before.c.number,
            after.c.number.label("after"),
        )
        .select_from(matches)
        .join(changes, changes.c.id == matches.c.change_id)
        .join(documents, documents.c.id == changes.c.document_id)
        .join(companies, companies.c.id == documents.c.company_id)
        .outerjoin(before, before.c.id == changes.c.before_version_id)
        .outerjoin(after, after.c.id == changes.c.after_version_id)
        .where(matches.c.rule == rule)
        .order_by(changes.c.detected_at.desc(), matches.c.id.desc())
        .limit(limit)
        .offset(start)
    )
    return [
        Firing(row[0], row[1], row[2], row[3], row[4], row[5], tuple(map(str, row[6])), row[7], row[8]) for row in rows
    ]
