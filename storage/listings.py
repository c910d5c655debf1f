"""What a source lists elsewhere (items of a feed, a newsroom, a site map; links of a policy page), item by item.

Each item's page is a request of its own. Which listed thing is which known item is decided in ``core/items.py``; here
are the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from core.items import Known, Same, Settled
from core.text.feed import FeedEntry
from storage import sources
from storage.chunks import chunks
from storage.documents import move_to
from storage.schema import documents, events, feed_items, fetches, grades, request_sources, requests
from storage.schema import sources as sources_table

_GUIDS = select(feed_items.c.guid).where(feed_items.c.source_id == bindparam("b_source"))

# Asked at every unchanged capture of a list; built once, as building costs more than running it.
_STILL_MISSING = (
    update(feed_items)
    .where(
        feed_items.c.list_request_id == bindparam("b_list"),
        feed_items.c.missing_fetch_id.is_not(None),
        feed_items.c.unlinked_fetch_id.is_(None),
    )
    .values(misses=feed_items.c.misses + 1)
)


@dataclass(frozen=True, slots=True)
class Listing:
    """A good capture of a list: whose it is, which page of it, and how often what it lists is asked at first."""

    source_id: str
    company_id: str
    request_id: int
    fetch_id: int
    every: timedelta
    at: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """An item whose page stands at another address: the document that moved with it, None where it had none yet."""

    item: Known
    document_id: int | None
    to: str


@dataclass(frozen=True, slots=True)
class Missing:
    """An item that its list no longer shows, with the captures that bound when it left."""

    id: int
    request_id: int
    title: str
    url: str
    last_fetch_id: int
    missing_fetch_id: int
    misses: int


def known(conn: Connection, source_id: str) -> list[Known]:
    """Every item a source has listed."""
    rows = conn.execute(select(feed_items).where(feed_items.c.source_id == source_id).order_by(feed_items.c.id))
    return [
        Known(
            row.id,
            row.guid.partition("\n")[0],
            row.url,
            row.title,
            row.published_at,
            row.position or 0,
            row.list_request_id or 0,
            row.missing_fetch_id is None,
        )
        for row in rows
    ]


def record(conn: Connection, listing: Listing, settled: Settled) -> list[Moved]:
    """Note what a capture of a list showed. Fresh items become due, edited ones are asked again; those that moved."""
    moved: list[Moved] = []
    for same in settled.same:
        values = _values(listing, same)
        if same.has_moved:
            values["request_id"], document_id = _follow(conn, listing, same)
            moved.append(Moved(same.known, document_id, same.entry.url))
        elif same.is_edited:
            _ask_soon(conn, [same.known.id], listing.at)
        conn.execute(update(feed_items).where(feed_items.c.id == same.known.id).values(**values))
    guids = {guid for (guid,) in conn.execute(_GUIDS, {"b_source": listing.source_id})}
    for position, entry in settled.fresh:
        guid = entry.guid if entry.guid not in guids else f"{entry.guid}\n{entry.url}"  # a guid used for many things
        if guid not in guids:
            guids.add(guid)
            _insert(conn, listing, entry, guid, position)
    _miss(conn, listing, [item.id for item in settled.withdrawn])
    return moved


def _values(listing: Listing, same: Same) -> dict[str, Any]:
    return {
        "url": same.entry.url or same.known.url,
        "title": same.entry.title or same.known.title,
        "published_at": same.entry.published_at or same.known.published_at,
        "last_fetch_id": listing.fetch_id,
        "position": same.position,
        "list_request_id": listing.request_id,
        "missing_fetch_id": None,
        "misses": 0,
        "unlinked_fetch_id": None,
    }


def _insert(conn: Connection, listing: Listing, entry: FeedEntry, guid: str, position: int) -> None:
    request_id = _ask(conn, listing, entry.url)
    conn.execute(
        insert(feed_items).values(
            source_id=listing.source_id,
            guid=guid,
            url=entry.url,
            title=entry.title,
            published_at=entry.published_at,
            form=entry.form or None,
            series=entry.series or None,
            request_id=request_id,
            first_fetch_id=listing.fetch_id,
            last_fetch_id=listing.fetch_id,
            position=position,
            list_request_id=listing.request_id,
            misses=0,
        )
    )


def _ask(conn: Connection, listing: Listing, url: str) -> int:
    return sources.ask(
        conn, url, source_id=listing.source_id, part=sources.ITEM, every=listing.every, due_at=listing.at
    )


def _follow(conn: Connection, listing: Listing, same: Same) -> tuple[int, int | None]:
    """The request of an item's new address, and the document that goes there with it."""
    old = conn.execute(select(feed_items.c.request_id).where(feed_items.c.id == same.known.id)).scalar()
    request_id = _ask(conn, listing, same.entry.url)
    if old is None or old == request_id:
        return request_id, None
    document_id = move_to(conn, listing.company_id, old, request_id, listing.at)
    sources.leave(conn, listing.source_id, old)
    return request_id, document_id


def _miss(conn: Connection, listing: Listing, item_ids: Sequence[int]) -> None:
    """These were missing from this capture; their pages are asked now, to tell "unlinked" from "gone"."""
    for some in chunks(list(item_ids)):
        first = feed_items.c.id.in_(some) & feed_items.c.missing_fetch_id.is_(None)
        begun = [row.id for row in conn.execute(select(feed_items.c.id).where(first))]
        conn.execute(update(feed_items).where(first).values(missing_fetch_id=listing.fetch_id, misses=0))
        conn.execute(update(feed_items).where(feed_items.c.id.in_(some)).values(misses=feed_items.c.misses + 1))
        _ask_soon(conn, begun, listing.at)


def _ask_soon(conn: Connection, item_ids: Sequence[int], at: datetime) -> None:
    for some in chunks(list(item_ids)):
        theirs = select(feed_items.c.request_id).where(feed_items.c.id.in_(some))
        conn.execute(
            update(requests).where(requests.c.id.in_(theirs), requests.c.next_due_at > at).values(next_due_at=at)
        )


def still_missing(conn: Connection, list_request_id: int) -> bool:
    """An unchanged capture of a list agrees with the one before about what it lacks. Whether it lacks anything."""
    return conn.execute(_STILL_MISSING, {"b_list": list_request_id}).rowcount > 0


def missing(conn: Connection, list_request_id: int) -> list[Missing]:
    """What a list lacks and nobody was told of yet."""
    rows = conn.execute(
        select(feed_items)
        .where(
            feed_items.c.list_request_id == list_request_id,
            feed_items.c.missing_fetch_id.is_not(None),
            feed_items.c.unlinked_fetch_id.is_(None),
            feed_items.c.request_id.is_not(None),
        )
        .order_by(feed_items.c.position, feed_items.c.id)
    )
    return [
        Missing(row.id, row.request_id, row.title, row.url, row.last_fetch_id, row.missing_fetch_id, row.misses)
        for row in rows
    ]


def told_unlinked(conn: Connection, item_id: int, fetch_id: int) -> None:
    """Note the capture at which it was told that an item is no longer listed."""
    conn.execute(update(feed_items).where(feed_items.c.id == item_id).values(unlinked_fetch_id=fetch_id))


def stood_at_first(conn: Connection, request_id: int) -> bool:
    """Was this address listed when the watch of its source began? Then it is no news.

    By the first good capture of the list, or of a further page of it, unless that page itself came up later (a site map
    of a new year).
    """
    mine, other, seen, first = feed_items.alias(), feed_items.alias(), fetches.alias(), fetches.alias()
    of_source = select(func.min(other.c.first_fetch_id)).where(other.c.source_id == mine.c.source_id)
    of_page = of_source.join(first, first.c.id == other.c.first_fetch_id).where(first.c.request_id == seen.c.request_id)
    since = select(sources_table.c.started_at).where(sources_table.c.id == mine.c.source_id).scalar_subquery()
    begun = (  # the first good capture of that page since the source is watched; it may have listed nothing
        select(func.min(grades.c.fetch_id))
        .join(first, first.c.id == grades.c.fetch_id)
        .where(first.c.request_id == seen.c.request_id, first.c.started_at >= since, grades.c.level == "good")
    )
    rows = conn.execute(
        select(
            mine.c.first_fetch_id,
            begun.scalar_subquery().label("begun"),
            of_source.scalar_subquery().label("of_source"),
            of_page.scalar_subquery().label("of_page"),
            request_sources.c.part,
        )
        .join(seen, seen.c.id == mine.c.first_fetch_id)
        .outerjoin(
            request_sources,
            (request_sources.c.request_id == seen.c.request_id) & (request_sources.c.source_id == mine.c.source_id),
        )
        .where(mine.c.request_id == request_id)
    ).all()
    return all(
        row.first_fetch_id == (row.of_page if (row.part or "").startswith(sources.MORE) else row.of_source)
        and (row.begun is None or row.first_fetch_id <= row.begun)
        for row in rows
    )


def first_capture(conn: Connection, source_id: str, request_id: int) -> int | None:
    """The first good capture of a list since its source is watched; what it listed is no news."""
    since = select(sources_table.c.started_at).where(sources_table.c.id == source_id).scalar_subquery()
    first: int | None = conn.execute(
        select(func.min(grades.c.fetch_id))
        .join(fetches, fetches.c.id == grades.c.fetch_id)
        .where(fetches.c.request_id == request_id, fetches.c.started_at >= since, grades.c.level == "good")
    ).scalar()
    return first


def waiting(conn: Connection, source_id: str) -> int:
    """How many listed addresses of a source have never been asked."""
    asked = select(fetches.c.id).where(fetches.c.request_id == request_sources.c.request_id).exists()
    found = select(func.count()).where(request_sources.c.source_id == source_id, ~asked)
    return int(conn.execute(found).scalar_one())


@dataclass(frozen=True, slots=True)
class Filed:
    """A listed filing: what it is called, as what it was filed and when, and the series it is the next of."""

    title: str
    form: str
    series: str | None
    filed_at: datetime | None


def filed(conn: Connection, url: str) -> Filed | None:
    """The filing at an address, None where no list calls it one."""
    found = select(feed_items.c.title, feed_items.c.form, feed_items.c.series, feed_items.c.published_at)
    row = conn.execute(found.where(feed_items.c.url == url, feed_items.c.form.is_not(None)).limit(1)).first()
    return Filed(*row) if row else None


def series_request(
    conn: Connection, source_id: str, company_id: str, series: str
) -> tuple[int, datetime | None] | None:
    """Where the document of a series stands: the request of its newest filing, and when that was filed."""
    found = (
        select(feed_items.c.request_id, feed_items.c.published_at)
        .join(documents, documents.c.request_id == feed_items.c.request_id)
        .where(
            feed_items.c.source_id == source_id,
            feed_items.c.series == series,
            documents.c.company_id == company_id,
            documents.c.current_version_id.is_not(None),
        )
        .order_by(feed_items.c.published_at.desc(), feed_items.c.id.desc())
    )
    row = conn.execute(found.limit(1)).first()
    return (int(row.request_id), row.published_at) if row else None


def add(conn: Connection, listing: Listing, entries: Sequence[FeedEntry]) -> int:
    """Items found beside those of the list itself; how many of them are new."""
    known = {guid for (guid,) in conn.execute(_GUIDS, {"b_source": listing.source_id})}
    fresh = [entry for entry in entries if entry.guid not in known]
    for entry in fresh:
        _insert(conn, listing, entry, entry.guid, 0)
    return len(fresh)


def title_of(conn: Connection, request_id: int) -> str:
    """What the list calls an item, empty where it is on none."""
    named = select(feed_items.c.title).where(feed_items.c.request_id == request_id).order_by(feed_items.c.id).limit(1)
    return str(conn.execute(named).scalar() or "")


def published_at(conn: Connection, request_id: int) -> datetime | None:
    """The date the list gives an item, if it gives one."""
    dated = select(feed_items.c.published_at).where(feed_items.c.request_id == request_id)
    found: datetime | None = conn.execute(dated.limit(1)).scalar()
    return found


def gaps(conn: Connection, since: datetime) -> list[tuple[str, datetime, int]]:
    """When everything a list showed was new at once: (source, when, how many)."""
    rows = conn.execute(
        select(events.c.source_id, events.c.at, events.c.data)
        .where(events.c.type == "listing.gap", events.c.at >= since)
        .order_by(events.c.id)
    )
    return [(row.source_id, row.at, int(row.data.get("items", 0))) for row in rows]
