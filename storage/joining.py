"""Two documents that were one all along, and one that was two: whose captures are whose.

Facts are never touched: a document is what it is derived from, and here that is changed (``monitor/joining.py`` derives
it again). What lost its captures stays under its permanent name with its versions and changes, so that what was cited or
told still resolves: its state is ``merged`` where another document goes on with them, ``split`` where it keeps those
before some day.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from storage import documents
from storage.documents import DocumentRow
from storage.schema import document_addresses, document_sources, fetches, ledgers, readings, span_texts, spans, versions
from storage.schema import documents as document_rows
from storage.upsert import insert_or_ignore


def merge(conn: Connection, old: DocumentRow, new: DocumentRow, now: datetime) -> dict[str, Any]:
    """Let ``old`` go on with the captures and the address of ``new``; returns what :func:`unmerge` needs."""
    before, first = _addresses(conn, old.id), first_capture(conn, new.id)
    left = [_left(old.id, old.request_id, old.url, now)] if old.request_id is not None else []
    theirs = [_left(old.id, request_id, url, now) for request_id, url in _addresses(conn, new.id).items()]
    insert_or_ignore(conn, document_addresses, [*left, *theirs])
    _take_down(conn, new.id)
    _forget_ledgers(conn, old.id, new.id)
    _set(conn, new.id, request_id=None, state="merged", goes_on_as=old.id)
    _set(conn, old.id, request_id=new.request_id, url=new.url, state=new.state)
    for source_id in _sources(conn, new.id):
        insert_or_ignore(conn, document_sources, [{"document_id": old.id, "source_id": source_id}])
    return {
        "old": old.id,
        "new": new.id,
        "old_was": _was(old),
        "new_was": _was(new),
        "addresses": list(before),
        "first": first,
    }


def unmerge(conn: Connection, data: dict[str, Any]) -> None:
    """Both as they were. Their captures are theirs again once both are derived anew."""
    kept = data["addresses"]
    _forget_ledgers(conn, data["old"], data["new"])
    theirs = document_addresses.c.document_id == data["old"]
    conn.execute(delete(document_addresses).where(theirs, document_addresses.c.request_id.not_in(kept)))
    if data["first"] is not None:
        at = select(fetches.c.id).where(fetches.c.request_id == data["new_was"]["request_id"])
        own = (readings.c.document_id == data["old"], readings.c.fetch_id >= data["first"], readings.c.fetch_id.in_(at))
        conn.execute(update(readings).where(*own).values(document_id=data["new"]))
    _set(conn, data["old"], **data["old_was"])
    _set(conn, data["new"], **data["new_was"])


def split(conn: Connection, document: DocumentRow, fetch_id: int, now: datetime) -> tuple[int, dict[str, Any]]:
    """Make the captures from ``fetch_id`` on a new document at the same address; its number, and what undoing needs."""
    assert document.request_id is not None
    made = conn.execute(
        insert(document_rows)
        .values(
            slug=documents.free_slug(conn, document.slug),
            company_id=document.company_id,
            request_id=document.request_id,
            url=document.url,
            kind=document.kind,
            role=document.role,
            title=document.title,
            lang=document.lang,
            appeared_at=now,
        )
        .returning(document_rows.c.id)
    )
    new = int(made.scalar_one())
    left = _left(document.id, document.request_id, document.url, now) | {"until_fetch_id": fetch_id}
    insert_or_ignore(conn, document_addresses, [left])
    for source_id in _sources(conn, document.id):
        insert_or_ignore(conn, document_sources, [{"document_id": new, "source_id": source_id}])
    _forget_ledgers(conn, document.id)
    own = (readings.c.document_id == document.id, readings.c.fetch_id >= fetch_id)
    conn.execute(update(readings).where(*own).values(document_id=new))
    _set(conn, document.id, request_id=None, state="split", goes_on_as=new)
    return new, {"old": document.id, "new": new, "old_was": _was(document), "request": document.request_id}


def unsplit(conn: Connection, data: dict[str, Any]) -> None:
    """The captures are the first document's again, once it is derived anew; the other keeps its name alone."""
    at = document_addresses.c.document_id == data["old"]
    conn.execute(delete(document_addresses).where(at, document_addresses.c.request_id == data["request"]))
    conn.execute(update(readings).where(readings.c.document_id == data["new"]).values(document_id=data["old"]))
    _take_down(conn, data["new"])
    _forget_ledgers(conn, data["old"], data["new"])
    _set(conn, data["new"], request_id=None, state="merged", goes_on_as=data["old"])
    _set(conn, data["old"], **data["old_was"])


def first_capture(conn: Connection, document_id: int) -> int | None:
    """The first capture that showed it."""
    found = select(func.min(readings.c.fetch_id)).where(readings.c.document_id == document_id)
    first: int | None = conn.execute(found).scalar_one()
    return first


def first_shown_since(conn: Connection, document_id: int, moment: datetime) -> int | None:
    """The first capture from a moment on that showed the document as it had not stood just before."""
    found = (
        select(func.min(readings.c.fetch_id))
        .join(fetches, fetches.c.id == readings.c.fetch_id)
        .where(readings.c.document_id == document_id, fetches.c.started_at >= moment)
    )
    first: int | None = conn.execute(found).scalar_one()
    return first


def in_successor(conn: Connection, document: DocumentRow, number: int | None) -> tuple[str, int | None] | None:
    """Where a merged document is read now: the name of the one that goes on with its captures, and there the version
    with the words of this ``number`` (None without one). None where the document stands for itself."""
    if document.state != "merged" or document.goes_on_as is None:
        return None
    other = documents.by_id(conn, document.goes_on_as)
    text = select(versions.c.text_digest).where(versions.c.document_id == document.id, versions.c.number == number)
    same = select(func.max(versions.c.number)).where(
        versions.c.document_id == other.id, versions.c.text_digest.in_(text)
    )
    return other.slug, conn.execute(same).scalar_one()


def _was(document: DocumentRow) -> dict[str, Any]:
    """The columns of a document that merging and splitting change."""
    kept = {name: getattr(document, name) for name in ("request_id", "url", "state", "goes_on_as")}
    return {
        **kept,
        "current_version_id": document.current_version_id,
        "last_good_fetch_id": document.last_good_fetch_id,
    }


def _addresses(conn: Connection, document_id: int) -> dict[int, str]:
    own = document_addresses.c.document_id == document_id
    rows = conn.execute(select(document_addresses.c.request_id, document_addresses.c.url).where(own))
    return {row.request_id: row.url for row in rows}


def _left(document_id: int, request_id: int, url: str, now: datetime) -> dict[str, Any]:
    return {"document_id": document_id, "request_id": request_id, "url": url, "left_at": now, "until_fetch_id": None}


def _sources(conn: Connection, document_id: int) -> list[str]:
    own = document_sources.c.document_id == document_id
    return list(conn.execute(select(document_sources.c.source_id).where(own)).scalars())


def _forget_ledgers(conn: Connection, *document_ids: int) -> None:
    """Made anew from what each document shows now."""
    conn.execute(delete(ledgers).where(ledgers.c.document_id.in_(document_ids)))


def _set(conn: Connection, document_id: int, **values: Any) -> None:
    conn.execute(update(document_rows).where(document_rows.c.id == document_id).values(**values))


def _take_down(conn: Connection, document_id: int) -> None:
    """No passage counts as its own any more: search finds them with the document that goes on."""
    own = select(spans.c.id).where(spans.c.document_id == document_id)
    conn.execute(delete(span_texts).where(span_texts.c.span_id.in_(own)))
    conn.execute(delete(spans).where(spans.c.document_id == document_id))
