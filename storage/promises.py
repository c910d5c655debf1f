"""The ledger read back: entries by company, topic, state and moment; what people did to one of them, recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, insert, select, update

from core.commitments.ledger import Entry, as_of
from core.commitments.wording import prepare
from core.errors import NotFound
from core.model import DocumentRef
from core.text.visible import one_line
from storage import documents as documents_rows
from storage import sources
from storage.chunks import chunks
from storage.ledger import Act, acts_of, acts_on, entry_from, happening_from
from storage.schema import commitment_acts, commitment_events, commitments, documents, versions

ACTS: Final = ("confirmed", "dismissed", "kept", "broken", "suggested")
"""What a person may make of a promise. ``suggested`` takes an earlier word back."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; every condition holds. ``moment`` shows the ledger as it was known then."""

    company_id: str | None = None
    topic: str | None = None
    document_id: int | None = None
    softened: bool = False
    state: str | None = None  # standing | gone
    due_until: date | None = None
    moment: datetime | None = None
    with_dismissed: bool = False


@dataclass(frozen=True, slots=True)
class Promised:
    """One promise with where it stands and what is said of it."""

    document: DocumentRef
    entry: Entry
    variant: int
    topics: tuple[str, ...]
    read_out: tuple[tuple[str, str], ...]
    not_said: tuple[str, ...]
    status: str


def listed(conn: Connection, wanted: Wanted) -> list[Promised]:
    """Entries that are wanted, those that moved last first."""
    rows = conn.execute(
        select(commitments).where(*_conditions(wanted)).order_by(commitments.c.moved_at.desc(), commitments.c.id)
    ).all()
    if wanted.topic is not None:
        rows = [row for row in rows if wanted.topic in row.topics]
    found = _read(conn, rows)
    found = _told_once(found)
    if wanted.moment is not None:
        found = [past for each in found if (past := _then(each, wanted.moment)) is not None]
        found = [each for each in found if not wanted.softened or each.entry.is_softer]
        found = [each for each in found if wanted.state is None or each.entry.stands == (wanted.state == "standing")]
    return found


def _told_once(found: Sequence[Promised]) -> list[Promised]:
    """A promise that stands alike in several variants of a document is one promise."""
    told: dict[tuple[int, str, str, bool, int], Promised] = {}
    for each in sorted(found, key=lambda one: one.variant):
        entry = each.entry
        told.setdefault((each.document.id, entry.first.key, entry.now.key, entry.stands, len(entry.happenings)), each)
    kept = {id(each) for each in told.values()}
    return [each for each in found if id(each) in kept]


def by_key(conn: Connection, key: str) -> Promised:
    """One promise by its key, or by enough of its beginning. Raises NotFound."""
    rows = conn.execute(select(commitments).where(commitments.c.key.startswith(key, autoescape=True)).limit(3)).all()
    if len(rows) != 1 or not key:
        many = f"{key!r} may be several" if rows else f"no promise is called {key!r}"
        raise NotFound(f"{many}: `onrecord commitments` lists them")
    return _read(conn, rows)[0]


def acts(conn: Connection, promised: Promised) -> tuple[Act, ...]:
    """What people did to a promise, the oldest first."""
    return acts_on(promised.entry, acts_of(conn, promised.document.id))


def act(conn: Connection, key: str, what: str, *, by: str, note: str, now: datetime) -> Promised:
    """Record what a person makes of a promise, with the words it stood in; returns it as it is then. Raises NotFound."""
    promised = by_key(conn, key)
    entry = promised.entry
    last = entry.happenings[-1].sight.version_id or entry.since.version_id
    digest = conn.execute(select(versions.c.digest).where(versions.c.id == last)).scalar() or ""
    conn.execute(
        insert(commitment_acts).values(
            document_id=promised.document.id,
            key=entry.key,
            quote=entry.now.whole,
            digest=digest,
            place=entry.now.place,
            act=what,
            by=by,
            note=note,
            at=now,
        )
    )
    conn.execute(update(commitments).where(commitments.c.key == entry.key).values(status=what))
    return by_key(conn, entry.key)


def counts(conn: Connection) -> tuple[int, int]:
    """(promises, companies) in the ledger, those that were dismissed left out."""
    shown = (commitments.c.company_id, commitments.c.document_id, commitments.c.words)
    rows = conn.execute(select(*shown).where(commitments.c.status != "dismissed").distinct()).all()
    return len(rows), len({row.company_id for row in rows})


def topics(conn: Connection) -> tuple[str, ...]:
    """Every topic a promise is about."""
    rows = conn.execute(select(commitments.c.topics)).all()
    return tuple(sorted({topic for row in rows for topic in row.topics}))


def due_between(conn: Connection, first: date, last: date) -> list[Promised]:
    """Standing promises that fall due in these days, both included; those dismissed or found kept left out."""
    rows = conn.execute(
        select(commitments)
        .where(
            commitments.c.due >= first.isoformat(),
            commitments.c.due <= last.isoformat(),
            commitments.c.status.not_in(("dismissed", "kept")),
        )
        .order_by(commitments.c.due, commitments.c.id)
    ).all()
    return _read(conn, rows)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if wanted.company_id is not None:
        where.append(commitments.c.company_id == wanted.company_id)
    if wanted.document_id is not None:
        where.append(commitments.c.document_id == wanted.document_id)
    if wanted.softened:
        where.append(commitments.c.softened)
    if wanted.state is not None and wanted.moment is None:
        where.append(commitments.c.stands == (wanted.state == "standing"))
    if wanted.due_until is not None:
        where.append(commitments.c.due <= wanted.due_until.isoformat())
        where.append(commitments.c.stands)
    if not wanted.with_dismissed:
        where.append(commitments.c.status != "dismissed")
    return where


def _then(promised: Promised, moment: datetime) -> Promised | None:
    entry = as_of(promised.entry, moment)
    if entry is None:
        return None
    return Promised(
        promised.document,
        entry,
        promised.variant,
        promised.topics,
        promised.read_out,
        promised.not_said,
        promised.status,
    )


def _read(conn: Connection, rows: Sequence[Any]) -> list[Promised]:
    named = documents_rows.refs(conn, list({row.document_id for row in rows}))
    happened: dict[int, list[Any]] = {}
    for some in chunks([row.id for row in rows]):
        events = conn.execute(
            select(commitment_events)
            .where(commitment_events.c.commitment_id.in_(some))
            .order_by(commitment_events.c.fetch_id, commitment_events.c.id)
        )
        for event in events:
            happened.setdefault(event.commitment_id, []).append(event)
    return [
        Promised(
            document=named[row.document_id],
            entry=entry_from(row, tuple(happening_from(event) for event in happened.get(row.id, ()))),
            variant=row.variant,
            topics=tuple(row.topics),
            read_out=tuple((name, words) for name, words in row.read_out),
            not_said=tuple(row.not_said),
            status=row.status,
        )
        for row in rows
    ]


def company_ids(conn: Connection) -> list[str]:
    """Companies with a document that has a version."""
    rows = conn.execute(select(documents.c.company_id).where(documents.c.version_count > 0).distinct())
    return sorted(row.company_id for row in rows)


def company_called(conn: Connection, name: str) -> str:
    """The company people mean: its id, a name of its, or a part of one. Raises NotFound, naming those there are."""
    every = [company for one in company_ids(conn) if (company := sources.company_by_id(conn, one))]
    for found in (
        [company for company in every if company.id == name],
        [company for company in every if name.lower() in (company.name.lower(), *map(str.lower, company.aliases))],
        [company for company in every if name.lower() in company.id or name.lower() in company.name.lower()],
    ):
        if len(found) == 1:
            return found[0].id
        if found:
            raise NotFound(f"{name!r} may be {', '.join(company.id for company in found[:8])}")
    there = ", ".join(company.id for company in every[:8]) or "none yet"
    raise NotFound(f"no company with documents is called {one_line(name, 60)!r}; there are {there}")


def standing_elsewhere(conn: Connection, company_id: str, document_id: int) -> dict[str, str]:
    """Promises that stand in other documents of the company: what is compared of them → the document's name."""
    rows = conn.execute(
        select(commitments.c.words, documents.c.slug)
        .join(documents, documents.c.id == commitments.c.document_id)
        .where(commitments.c.company_id == company_id, commitments.c.document_id != document_id, commitments.c.stands)
        .order_by(commitments.c.id)
    )
    return {prepare(row.words): row.slug for row in rows}


def moved_to(conn: Connection, found: Sequence[Promised]) -> dict[str, str]:
    """Of promises that are gone, those whose words stand in another document of the company now: key → its name."""
    moved: dict[str, str] = {}
    known: dict[tuple[str, int], dict[str, str]] = {}
    for each in found:
        if each.entry.stands:
            continue
        where = (each.document.company_id, each.document.id)
        if where not in known:
            known[where] = standing_elsewhere(conn, *where)
        slug = known[where].get(each.entry.now.key)
        if slug:
            moved[each.entry.key] = slug
    return moved
