"""Statements entered by hand: one row each beside its document, withdrawn and never deleted; and a company's words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, update

from core.errors import NotFound
from core.statements import Dates, Earlier, Statement, dates_of
from core.wording import stamp
from storage import events
from storage.chunks import chunks
from storage.documents import retitle
from storage.schema import documents, fetches, passages, spans, statements

MOST_PASSAGES = 20_000  # of one company's words, the newest first


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement as it was entered. ``evidence`` is the digest of the file its words were typed from."""

    id: int
    statement: Statement
    document: str
    document_id: int
    evidence: str | None
    entered_at: datetime
    withdrawn_at: datetime | None
    withdrawn_why: str | None


def record(
    conn: Connection, document_id: int, statement: Statement, *, evidence: str | None, fetch_id: int, now: datetime
) -> int:
    """Write it down beside its document; returns its number."""
    values = {
        "document_id": document_id,
        "company_id": statement.company,
        "title": statement.title,
        "publisher": statement.publisher,
        "place": statement.place,
        "note": statement.note,
        "evidence": evidence,
        "entered_at": now,
    }
    made = conn.execute(insert(statements).values(**values, **dict(dates_of(statement.dates))))
    assert made.inserted_primary_key is not None
    events.write(
        conn,
        "statement.entered",
        at=now,
        company_id=statement.company,
        document_id=document_id,
        fetch_id=fetch_id,
        data={"title": statement.title, "publisher": statement.publisher, **dict(dates_of(statement.dates))},
    )
    return int(made.inserted_primary_key[0])


def withdraw(conn: Connection, statement_id: int, why: str, now: datetime) -> StatementRow:
    """It was entered in error: marked, with the reason. Raises NotFound; a second time changes nothing."""
    row = by_id(conn, statement_id)
    if row.withdrawn_at is None:
        conn.execute(
            update(statements).where(statements.c.id == statement_id).values(withdrawn_at=now, withdrawn_why=why)
        )
        marked = f"Withdrawn: {row.statement.title}"
        retitle(conn, row.document_id, marked)
        events.write(
            conn,
            "statement.withdrawn",
            at=now,
            company_id=row.statement.company,
            document_id=row.document_id,
            data={"title": row.statement.title, "reason": why},
        )
    return by_id(conn, statement_id)


def restore(conn: Connection, statement_id: int, now: datetime) -> StatementRow:
    """The withdrawal was an error: it stands again."""
    row = by_id(conn, statement_id)
    if row.withdrawn_at is not None:
        values = {"withdrawn_at": None, "withdrawn_why": None}
        conn.execute(update(statements).where(statements.c.id == statement_id).values(**values))
        retitle(conn, row.document_id, row.statement.title)
        about = {"title": row.statement.title, "reason": row.withdrawn_why or ""}
        company, document = row.statement.company, row.document_id
        events.write(conn, "statement.restored", at=now, company_id=company, document_id=document, data=about)
    return by_id(conn, statement_id)


def by_id(conn: Connection, statement_id: int) -> StatementRow:
    """One of them. Raises NotFound."""
    found = _rows(conn, statements.c.id == statement_id)
    if not found:
        raise NotFound(f"statement {statement_id} is not in the archive")
    return found[0]


def by_document(conn: Connection, document_id: int) -> StatementRow | None:
    """The statement a document is, None for every other document."""
    found = _rows(conn, statements.c.document_id == document_id)
    return found[0] if found else None


def listed(conn: Connection, company_id: str | None = None) -> list[StatementRow]:
    """All of them, the newest first; those of one company."""
    return _rows(conn, statements.c.company_id == company_id if company_id else None)


def _rows(conn: Connection, where: ColumnElement[bool] | None) -> list[StatementRow]:
    wanted = (
        select(statements, documents.c.slug, documents.c.lang)
        .join(documents, documents.c.id == statements.c.document_id)
        .order_by(statements.c.id.desc())
    )
    if where is not None:
        wanted = wanted.where(where)
    return [
        StatementRow(
            id=row.id,
            statement=Statement(
                company=row.company_id,
                title=row.title,
                publisher=row.publisher,
                place=row.place,
                dates=Dates(row.decided, row.effective, row.public, row.observed),
                lang=row.lang or "",
                note=row.note,
            ),
            document=row.slug,
            document_id=row.document_id,
            evidence=row.evidence,
            entered_at=row.entered_at,
            withdrawn_at=row.withdrawn_at,
            withdrawn_why=row.withdrawn_why,
        )
        for row in conn.execute(wanted)
    ]


@dataclass(frozen=True, slots=True)
class Published:
    """When a statement was made public, as far as it was given, and when it was entered."""

    public: str
    entered_at: datetime


def published(conn: Connection, document_ids: Iterable[int]) -> dict[int, Published]:
    """Those of the documents that were entered by hand, by document."""
    found: dict[int, Published] = {}
    for some in chunks(sorted(set(document_ids))):
        entered = select(statements.c.document_id, statements.c.public, statements.c.entered_at)
        for row in conn.execute(entered.where(statements.c.document_id.in_(some))):
            found[row.document_id] = Published(row.public, row.entered_at)
    return found


def words_of_company(conn: Connection, company_id: str, *, other_than: int) -> list[Earlier]:
    """What a company's other documents say or said, each wording once, the newest first."""
    first, gone = fetches.alias("first"), fetches.alias("gone")
    found = (
        select(passages.c.text, documents.c.slug, first.c.started_at, gone.c.started_at.label("gone_at"))
        .select_from(spans)
        .join(documents, documents.c.id == spans.c.document_id)
        .join(passages, passages.c.id == spans.c.passage_id)
        .join(first, first.c.id == spans.c.first_fetch_id)
        .outerjoin(gone, gone.c.id == spans.c.gone_fetch_id)
        .where(documents.c.company_id == company_id, documents.c.id != other_than, spans.c.stream == "main")
        .order_by(spans.c.id.desc())
        .limit(MOST_PASSAGES)
    )
    seen: dict[str, Earlier] = {}
    for row in conn.execute(found):
        since = stamp(row.gone_at) if row.gone_at else ""
        seen.setdefault(row.text, Earlier(row.text, row.slug, stamp(row.started_at), since))
    return list(seen.values())
