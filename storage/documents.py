"""Documents: made once for an address of a company, under a readable name that never changes."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from sqlalchemy import ColumnElement, Connection, Select, bindparam, exists, insert, or_, select, update

from core.errors import NotFound
from core.model import DocumentRef
from core.text.tokens import units
from storage.chunks import chunks
from storage.schema import (
    companies,
    document_addresses,
    document_sources,
    documents,
    fetches,
    incidents,
    matches,
    requests,
    sources,
)
from storage.upsert import insert_or_ignore

LONGEST_NAME = 60
_ONE_TO_A_SOURCE = frozenset(("page", "pdf"))
_OWN_NAME = re.compile(r"[a-z0-9-]+/[a-z0-9-]+")  # of a source, as documents are named too
# Last words of addresses that say nothing about what stands there.
_EMPTY_WORDS = frozenset(
    [
        "index",
        "default",
        "home",
        "main",
        "page",
        "pages",
        "content",
        "node",
        "article",
        "articles",
        "item",
        "view",
        "show",
        "detail",
        "details",
        "document",
        "documents",
        "html",
        "htm",
        "php",
        "asp",
        "aspx",
        "jsp",
        "pdf",
        "en",
        "us",
        "gb",
        "uk",
        "www",
    ]
)


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document with where it stands now; ``is_new`` only where it was just made.

    ``state`` is live or gone; or merged or split, where its captures are those of ``goes_on_as`` (storage/joining.py).
    """

    id: int
    slug: str
    company_id: str
    request_id: int | None
    url: str
    kind: str
    role: str | None
    title: str
    lang: str | None
    state: str
    appeared_at: datetime
    current_version_id: int | None
    last_good_fetch_id: int | None
    version_count: int
    goes_on_as: int | None = None
    last_good_at: datetime | None = None
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands at an address, in the few facts that an unchanged answer needs; no document for a feed."""

    document_id: int | None
    slug: str | None
    is_readable: bool  # live, and with a version
    appeared_at: datetime | None
    has_incident: bool
    versions: int = 0
    is_watched: bool = False  # a rule found something in the version that stands


_STANDING = (
    select(
        documents.c.id,
        documents.c.slug,
        documents.c.state,
        documents.c.current_version_id,
        documents.c.appeared_at,
        documents.c.version_count,
        exists().where(matches.c.version_id == documents.c.current_version_id).label("is_watched"),
        exists().where(incidents.c.request_id == requests.c.id, incidents.c.closed_at.is_(None)).label("has_incident"),
    )
    .select_from(requests)
    .outerjoin(documents, documents.c.request_id == requests.c.id)
    .where(requests.c.id == bindparam("b_request"))
    .order_by(documents.c.id)
    .limit(1)
)


def find_or_create(  # noqa: PLR0913 (what a document is made from)
    conn: Connection,
    *,
    company_id: str,
    url: str,
    kind: str,
    request_id: int | None,
    source_id: str | None,
    title: str = "",
    lang: str | None = None,
    role: str | None = None,
    name: str = "",
    now: datetime,
) -> DocumentRow:
    """The company's document at this request (or, without one, at this address), made where it is missing.

    That it was found at the source is noted either way. Its permanent name is made of ``name``, else of the address, else
    it is that of its source; never that of another source, which people would take for it.
    """
    same = {"b_company": company_id, "b_request": request_id, "b_url": url}
    statement = _AT_URL if request_id is None else _AT_REQUEST
    found = conn.execute(statement, same).mappings().one_or_none()
    is_new = found is None
    if found is None:
        last = _cut(_words(name)) if name else slug_words(url, "")
        company = _words(company_id) or "company"
        is_own = kind in _ONE_TO_A_SOURCE and source_id is not None and _OWN_NAME.fullmatch(source_id) is not None
        wanted = str(source_id) if is_own and not last else f"{company}/{last or _words(role or kind) or 'page'}"
        slug = free_slug(conn, wanted, source_id=source_id)
        made = conn.execute(
            insert(documents).values(
                slug=slug,
                company_id=company_id,
                request_id=request_id,
                url=url,
                kind=kind,
                role=role,
                title=title,
                lang=lang,
                appeared_at=now,
            )
        )
        assert made.inserted_primary_key is not None
        found = conn.execute(_rows().where(documents.c.id == made.inserted_primary_key[0])).mappings().one()
    if source_id is not None:
        insert_or_ignore(conn, document_sources, [{"document_id": found["id"], "source_id": source_id}])
    return DocumentRow(**found, is_new=is_new)


def find(conn: Connection, company_id: str, request_id: int, source_ids: Collection[str]) -> DocumentRow | None:
    """The company's document at this request, if it is noted as found at all these sources: :func:`find_or_create`
    would write nothing then."""
    found = conn.execute(_AT_REQUEST, {"b_company": company_id, "b_request": request_id}).mappings().one_or_none()
    if found is None:
        return None
    noted = conn.execute(_NOTED, {"b_id": found["id"]}).scalars()
    return DocumentRow(**found) if set(source_ids) <= set(noted) else None


def by_slug(conn: Connection, slug: str) -> DocumentRow:
    """The document of that name. Raises NotFound."""
    return _one(conn, documents.c.slug == slug, f"document {slug!r} is not in the archive")


def by_id(conn: Connection, document_id: int) -> DocumentRow:
    """The document of that number. Raises NotFound."""
    return _one(conn, documents.c.id == document_id, f"document {document_id} is not in the archive")


def by_request(conn: Connection, request_id: int) -> tuple[DocumentRow, ...]:
    """The documents at an address: none for a feed or a new address, one a company that watches it otherwise."""
    rows = conn.execute(_ALL_AT_REQUEST, {"b_request": request_id}).mappings()
    return tuple(DocumentRow(**row) for row in rows)


def standing(conn: Connection, request_id: int) -> Standing:
    """What stands at an address now: its (first) document, and whether an incident is open. Raises NotFound."""
    row = conn.execute(_STANDING, {"b_request": request_id}).one_or_none()
    if row is None:
        raise NotFound(f"request {request_id} is not in the archive")
    is_readable = row.state == "live" and row.current_version_id is not None
    return Standing(
        row.id,
        row.slug,
        is_readable,
        row.appeared_at,
        bool(row.has_incident),
        row.version_count or 0,
        bool(row.is_watched),
    )


def list_documents(
    conn: Connection, *, company_id: str | None = None, source_id: str | None = None
) -> tuple[DocumentRow, ...]:
    """Documents in order of their names; those of one company, or found at one source. One that was merged into another
    is read there and left out."""
    wanted = _rows().where(documents.c.state != "merged").order_by(documents.c.slug)
    if company_id is not None:
        wanted = wanted.where(documents.c.company_id == company_id)
    if source_id is not None:
        at = select(document_sources.c.document_id).where(document_sources.c.source_id == source_id)
        wanted = wanted.where(documents.c.id.in_(at))
    return tuple(DocumentRow(**row) for row in conn.execute(wanted).mappings())


def newest_live(conn: Connection, company_id: str, *, other_than: int, limit: int) -> list[DocumentRow]:
    """The company's live documents with a version, the newest first, one of them left out."""
    wanted = (
        _rows()
        .where(
            documents.c.company_id == company_id,
            documents.c.id != other_than,
            documents.c.state == "live",
            documents.c.current_version_id.is_not(None),
        )
        .order_by(documents.c.id.desc())
        .limit(limit)
    )
    return [DocumentRow(**row) for row in conn.execute(wanted).mappings()]


@dataclass(frozen=True, slots=True)
class LiveAddress:
    """A live document by its address, with the version that stands there."""

    id: int
    slug: str
    url: str
    lang: str | None
    version_id: int


def live_addresses(conn: Connection, company_id: str) -> list[LiveAddress]:
    """The company's live documents with a version: little of each, for all of them are gone through."""
    kept = documents.c
    wanted = select(kept.id, kept.slug, kept.url, kept.lang, kept.current_version_id.label("version_id")).where(
        kept.company_id == company_id, kept.state == "live", kept.current_version_id.is_not(None)
    )
    return [LiveAddress(**row) for row in conn.execute(wanted.order_by(kept.id)).mappings()]


def move_to(conn: Connection, company_id: str, old: int, new: int, now: datetime) -> int | None:
    """Let the company's document of one request go on under another; its number, None where nothing was to move.

    Nothing moves where the company has a document there already. Where it stood before stays noted.
    """
    at = select(documents.c.id, documents.c.url).where(documents.c.company_id == company_id)
    found = conn.execute(at.where(documents.c.request_id == old)).first()
    if found is None or conn.execute(at.where(documents.c.request_id == new)).first() is not None:
        return None
    url = conn.execute(select(requests.c.url).where(requests.c.id == new)).scalar_one()
    left = {"document_id": found.id, "request_id": old, "url": found.url, "left_at": now}
    insert_or_ignore(conn, document_addresses, [left])
    conn.execute(update(documents).where(documents.c.id == found.id).values(request_id=new, url=url))
    return int(found.id)


def retitle(conn: Connection, document_id: int, title: str) -> None:
    """What it is called from now on; its permanent name stays."""
    conn.execute(update(documents).where(documents.c.id == document_id).values(title=title))


def refs(conn: Connection, ids: Sequence[int]) -> dict[int, DocumentRef]:
    """The names of documents, by id; those that do not exist are missing."""
    found: dict[int, DocumentRef] = {}
    for some in chunks(list(dict.fromkeys(ids))):
        for row in conn.execute(_NAMED, {"b_ids": some}):
            found[row.id] = DocumentRef(
                id=row.id,
                slug=row.slug,
                url=row.url,
                title=row.title,
                kind=row.kind,
                company_id=row.company_id,
                company=row.name,
                topics=tuple(row.topics),
                lang=row.lang,
                role=row.role,
                source=row.source,
            )
    return found


def ref(conn: Connection, document_id: int) -> DocumentRef:
    """The names of one document. Raises NotFound."""
    found = refs(conn, [document_id])
    if document_id not in found:
        raise NotFound(f"document {document_id} is not in the archive")
    return found[document_id]


def slug_words(url: str, otherwise: str) -> str:
    """The last words of an address that mean something, in [a-z0-9-]; ``otherwise`` where there are none."""
    parts = urlsplit(url)
    names = [_words(re.sub(r"\.[A-Za-z]{2,5}$", "", unquote(part))) for part in parts.path.split("/") if part]
    for name in reversed(names):
        words = [word for word in name.split("-") if word and word not in _EMPTY_WORDS]
        if any(not word.isdigit() for word in words):
            return _cut(name)
    asked = "-".join(_words(f"{key} {value}") for key, value in parse_qsl(parts.query)[:2])
    return _cut(asked.strip("-")) or _words(otherwise)


def _words(text: str) -> str:
    """Words of a text in ASCII, joined by dashes; words in other letters are left out."""
    return "-".join(unit.text for unit in units(text) if unit.text.isascii())


def _cut(name: str) -> str:
    if len(name) <= LONGEST_NAME:
        return name
    return name[: LONGEST_NAME + 1].rpartition("-")[0] or name[:LONGEST_NAME]


def free_slug(conn: Connection, wanted: str, *, source_id: str | None = None) -> str:
    """A name that no document and no source but its own bears: the one wanted, or it with a number."""
    like = or_(documents.c.slug == wanted, documents.c.slug.like(f"{wanted}-%"))
    taken = {row.slug for row in conn.execute(select(documents.c.slug).where(like))}
    like = or_(sources.c.id == wanted, sources.c.id.like(f"{wanted}-%"))
    taken |= {row.id for row in conn.execute(select(sources.c.id).where(like)) if row.id != source_id}
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"


def _rows() -> Select[Any]:
    return select(documents, fetches.c.started_at.label("last_good_at")).outerjoin(
        fetches, fetches.c.id == documents.c.last_good_fetch_id
    )


# Statements of every change are built once: building one costs more than running it.
_ALL_AT_REQUEST = _rows().where(documents.c.request_id == bindparam("b_request")).order_by(documents.c.id)
_OF_COMPANY = _rows().where(documents.c.company_id == bindparam("b_company")).limit(1)
_AT_REQUEST = _OF_COMPANY.where(documents.c.request_id == bindparam("b_request"))
_AT_URL = _OF_COMPANY.where(documents.c.url == bindparam("b_url"))
_NOTED = select(document_sources.c.source_id).where(document_sources.c.document_id == bindparam("b_id"))
_FIRST_SOURCE = (
    select(document_sources.c.source_id)
    .where(document_sources.c.document_id == documents.c.id)
    .order_by(document_sources.c.source_id)
    .limit(1)
    .scalar_subquery()
)
_NAMED = (
    select(documents, companies.c.name, companies.c.topics, _FIRST_SOURCE.label("source"))
    .join(companies, companies.c.id == documents.c.company_id)
    .where(documents.c.id.in_(bindparam("b_ids", expanding=True)))
)


def _one(conn: Connection, where: ColumnElement[bool], missing: str) -> DocumentRow:
    row = conn.execute(_rows().where(where)).mappings().one_or_none()
    if row is None:
        raise NotFound(missing)
    return DocumentRow(**row)
