"""sources.yaml brought into the tables: sources begin and end here, and nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, exists, func, insert, select, update

from core.model import Company, Source
from storage.chunks import chunks
from storage.schema import companies, feed_items, meta, request_sources, requests, sources
from storage.schema import hosts as hosts_table
from storage.sources import START, address, host_of
from storage.upsert import insert_or_ignore, insert_or_update

_IN_STEP = "watchlist"  # in the table of notes: digest of the file the rows were last brought in step with

_NO_LATER = (
    update(requests)
    .where(requests.c.id == bindparam("b_id"), requests.c.next_due_at > bindparam("b_due"))
    .values(next_due_at=bindparam("b_due"))
)


@dataclass(frozen=True, slots=True)
class Synced:
    """Ids of sources whose watch began (or began again), ended, or changed in some setting."""

    added: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


def sync(
    conn: Connection, watched: Iterable[Company], declared: Iterable[Source], now: datetime, *, digest: str = ""
) -> Synced:
    """Bring companies, sources and their requests in step with the file. An unchanged file writes nothing.

    With the ``digest`` of the file nothing is even compared where it is the one of the last time.

    A source that is disabled or no longer declared ends; its requests lose their due time unless another source asks
    for them. A source that comes back goes on under its old id. What was archived stays as it is.
    """
    noted = conn.execute(select(meta.c.value).where(meta.c.key == _IN_STEP)).scalar()
    if digest and noted == digest:
        return Synced((), (), ())
    if noted != digest and (noted or digest):
        insert_or_update(conn, meta, {"key": _IN_STEP, "value": digest}, "key")
    _sync_companies(conn, watched)
    enabled = {source.id: source for source in declared if source.enabled}
    rows = {row["id"]: row for row in conn.execute(select(sources)).mappings()}
    added = [key for key in enabled if key not in rows or rows[key]["ended_at"] is not None]
    ended = [key for key, row in rows.items() if row["ended_at"] is None and key not in enabled]
    changed = [key for key in enabled if key in rows and not _row(enabled[key]).items() <= dict(rows[key]).items()]
    _write_sources(conn, [enabled[key] for key in added if key not in rows], now)
    for key in dict.fromkeys([*changed, *(key for key in added if key in rows)]):
        conn.execute(update(sources).where(sources.c.id == key).values(**_row(enabled[key]), ended_at=None))
        _drop_other_starts(conn, enabled[key])
    if ended:
        conn.execute(update(sources).where(sources.c.id.in_(ended)).values(ended_at=now))
    _start(conn, [enabled[key] for key in dict.fromkeys([*added, *changed])], now)
    _forget_validators(conn, added)
    if added or ended or changed:
        _settle_requests(conn, [*added, *ended, *changed], now)
    return Synced(tuple(added), tuple(ended), tuple(key for key in changed if key not in added))


def _sync_companies(conn: Connection, watched: Iterable[Company]) -> None:
    known = {row["id"]: dict(row) for row in conn.execute(select(companies)).mappings()}
    new = []
    for company in watched:
        row = {
            "id": company.id,
            "name": company.name,
            "aliases": list(company.aliases),
            "topics": list(company.topics),
            "country": company.country,
        }
        if company.id not in known:
            new.append(row)
        elif known[company.id] != row:
            conn.execute(update(companies).where(companies.c.id == company.id).values(**row))
    if new:
        conn.execute(insert(companies), new)


def _write_sources(conn: Connection, new: list[Source], now: datetime) -> None:
    if new:
        conn.execute(insert(sources), [{"id": source.id, "started_at": now, **_row(source)} for source in new])


def _start(conn: Connection, begun: list[Source], now: datetime) -> None:
    """What :func:`ask` does for one address, for a whole file at once."""
    for some in chunks(begun):
        rows = {
            address(source.url): {
                "url": address(source.url),
                "host": host_of(source.url),
                "next_due_at": now,
                "every_seconds": int(source.every.total_seconds()),
            }
            for source in some
        }
        insert_or_ignore(conn, hosts_table, [{"host": row["host"], "failures": 0} for row in rows.values()])
        insert_or_ignore(conn, requests, list(rows.values()))
        found = conn.execute(select(requests.c.url, requests.c.id).where(requests.c.url.in_(list(rows))))
        ids = {row.url: row.id for row in found}
        links = [{"request_id": ids[address(source.url)], "source_id": source.id, "part": START} for source in some]
        insert_or_ignore(conn, request_sources, links)


def _drop_other_starts(conn: Connection, source: Source) -> None:
    """A source has one address of its own; after a move the old one is no longer asked for its sake."""
    old = select(requests.c.id).where(requests.c.url != address(source.url))
    conn.execute(
        delete(request_sources).where(
            request_sources.c.source_id == source.id,
            request_sources.c.part == START,
            request_sources.c.request_id.in_(old),
        )
    )


def _forget_validators(conn: Connection, added: Sequence[str]) -> None:
    """An address that others asked for before is asked for all of it once more: to this source it says something new."""
    for some in chunks(list(added)):
        theirs = select(request_sources.c.request_id).where(
            request_sources.c.source_id.in_(some), request_sources.c.part == START
        )
        values = {"etag": None, "last_modified": None, "last_digest": None}
        conn.execute(update(requests).where(requests.c.id.in_(theirs)).values(**values))


def _settle_requests(conn: Connection, touched: list[str], now: datetime) -> None:
    """Requests of watched sources are due, with the shortest interval asked for; the others rest."""
    asked = and_(
        request_sources.c.request_id == requests.c.id,
        request_sources.c.source_id == sources.c.id,
        sources.c.ended_at.is_(None),
    )
    conn.execute(
        update(requests).where(requests.c.next_due_at.is_not(None), ~exists().where(asked)).values(next_due_at=None)
    )
    for some in chunks(touched):
        theirs = select(request_sources.c.request_id).where(request_sources.c.source_id.in_(some))
        shortest = select(func.min(sources.c.every_seconds)).where(asked).scalar_subquery()
        back = update(requests).where(requests.c.id.in_(theirs), exists().where(asked))
        is_read = and_(
            requests.c.last_good_fetch_id.is_not(None),
            exists().where(feed_items.c.request_id == requests.c.id, feed_items.c.form.is_not(None)),
        )  # a filing, which never changes
        conn.execute(back.where(requests.c.next_due_at.is_(None), ~is_read).values(next_due_at=now))
        quicker = select(requests.c.id, shortest.label("every")).where(
            requests.c.id.in_(theirs),
            exists().where(asked),
            requests.c.every_seconds > shortest,
            requests.c.failures == 0,
        )
        sooner = [{"b_id": row.id, "b_due": now + timedelta(seconds=row.every)} for row in conn.execute(quicker)]
        if sooner:  # within the new interval, not at the end of the old one
            conn.execute(_NO_LATER, sooner)
        conn.execute(back.where(requests.c.every_seconds != shortest).values(every_seconds=shortest))


def _row(source: Source) -> dict[str, Any]:
    return {
        "company_id": source.company,
        "kind": source.kind,
        "url": source.url,
        "role": source.role,
        "lang": source.lang,
        "every_seconds": int(source.every.total_seconds()),
        "options": {
            "select": list(source.select),
            "remove": list(source.remove),
            "always": list(source.always),
            "options": [list(pair) for pair in source.options],
            "note": source.note,
            "confidence": source.confidence,
        },
    }
