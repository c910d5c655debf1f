"""Rows of attempts and values of attempts, both ways. A fetch is written once and never changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from core.errors import NotFound
from core.model import Fetch, FetchReason, Grade, GradeLevel, Purpose, Redirect
from storage.schema import fetches, grades, requests, snapshots
from storage.upsert import insert_or_ignore

# Statements of every check are built once: building one costs more than running it.
_INSERT = insert(fetches)
_BY_ID = select(fetches).where(fetches.c.id == bindparam("b_id"))
_INSERT_GRADE = insert(grades).returning(grades.c.id)


def insert_fetch(conn: Connection, request_id: int, fetch: Fetch, *, size: int, media_type: str | None) -> int:
    """The row of an attempt, and of its snapshot where those bytes are new; returns the number of the fetch."""
    if fetch.digest is not None:
        keep_snapshot(conn, fetch.digest, size=size, media_type=media_type, now=fetch.finished_at)
    made = conn.execute(
        _INSERT,
        {
            "request_id": request_id,
            "url": fetch.url,
            "purpose": fetch.purpose.value,
            "started_at": fetch.started_at,
            "finished_at": fetch.finished_at,
            "status": fetch.status,
            "reason": fetch.reason.value if fetch.reason else None,
            "detail": fetch.detail,
            "transient": fetch.transient,
            "final_url": fetch.final_url,
            "digest": fetch.digest,
        }
        | ({"record": kept} if (kept := _record(fetch)) else {}),
    )
    assert made.inserted_primary_key is not None
    return int(made.inserted_primary_key[0])


def keep_snapshot(conn: Connection, digest: str, *, size: int, media_type: str | None, now: datetime) -> None:
    """The row of bytes that the archive holds; nothing where it is there already."""
    row = {"digest": digest, "size": size, "media_type": media_type, "stored_at": now}
    insert_or_ignore(conn, snapshots, [row])


def insert_grade(conn: Connection, fetch_id: int, grade: Grade, grader: str) -> int:
    """The judgement on a capture. A later judgement is a row of its own; the newest counts."""
    row = {
        "fetch_id": fetch_id,
        "level": grade.level.value,
        "code": grade.code,
        "reasons": list(grade.reasons),
        "grader": grader,
    }
    return int(conn.execute(_INSERT_GRADE, row).scalar_one())


def fetch_by_id(conn: Connection, fetch_id: int) -> Fetch:
    """The attempt as it was recorded. Raises NotFound."""
    row = conn.execute(_BY_ID, {"b_id": fetch_id}).mappings().one_or_none()
    if row is None:
        raise NotFound(f"fetch {fetch_id} is not in the archive")
    kept: dict[str, Any] = row["record"] or {}
    return Fetch(
        url=row["url"],
        purpose=Purpose(row["purpose"]),
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        status=row["status"],
        reason=FetchReason(row["reason"]) if row["reason"] else None,
        detail=row["detail"],
        transient=row["transient"],
        final_url=row["final_url"],
        headers=tuple((name, value) for name, value in kept.get("headers", ())),
        request_headers=tuple((name, value) for name, value in kept.get("request_headers", ())),
        redirects=tuple(Redirect(url, status, location) for url, status, location in kept.get("redirects", ())),
        remote_address=kept.get("remote_address"),
        digest=row["digest"],
        retry_after=timedelta(seconds=kept["retry_after"]) if kept.get("retry_after") is not None else None,
        certificate=kept.get("certificate"),
        local_address=kept.get("local_address"),
        timings=tuple((name, value) for name, value in kept.get("timings", {}).items()),
        via=kept.get("via", ""),
        exceptions=tuple(kept.get("exceptions", ())),
        browsed=tuple((name, value) for name, value in kept.get("browsed", ())),
        id=row["id"],
    )


def first_since(conn: Connection, request_id: int, at: datetime) -> int:
    """The id of a request's first attempt at or after a time. Raises NotFound."""
    found = (
        select(fetches.c.id)
        .where(fetches.c.request_id == request_id, fetches.c.started_at >= at)
        .order_by(fetches.c.id)
        .limit(1)
    )
    fetch_id: int | None = conn.execute(found).scalar()
    if fetch_id is None:
        raise NotFound(f"request {request_id} was not asked since {at:%Y-%m-%d %H:%M}")
    return fetch_id


def urls_of(conn: Connection, request_id: int) -> set[str]:
    """Every address whose bytes were taken in under a request."""
    wanted = fetches.c.request_id == request_id, fetches.c.purpose == Purpose.IMPORT.value
    return set(conn.execute(select(fetches.c.url).where(*wanted)).scalars())


def newest_import(conn: Connection, request_id: int) -> datetime | None:
    """The moment of the newest past capture taken in under a request."""
    wanted = fetches.c.request_id == request_id, fetches.c.purpose == Purpose.IMPORT.value
    found = select(fetches.c.started_at).where(*wanted).order_by(fetches.c.started_at.desc()).limit(1)
    at: datetime | None = conn.execute(found).scalar()
    return at


def newest_of(conn: Connection, request_id: int) -> int | None:
    """The newest attempt on an address, of any outcome."""
    found = select(requests.c.last_fetch_id).where(requests.c.id == request_id)
    fetch_id: int | None = conn.execute(found).scalar()
    return fetch_id


def grade_of(conn: Connection, fetch_id: int) -> Grade | None:
    """The newest judgement on a capture."""
    newest = select(grades).where(grades.c.fetch_id == fetch_id).order_by(grades.c.id.desc()).limit(1)
    row = conn.execute(newest).one_or_none()
    return Grade(GradeLevel(row.level), tuple(row.reasons), row.code) if row else None


def _record(fetch: Fetch) -> dict[str, Any]:
    """What is kept of how it went. Of "not modified" everything but the headers it repeats."""
    kept: dict[str, Any] = {
        "headers": [] if fetch.is_not_modified else [list(pair) for pair in fetch.headers],
        "request_headers": [list(pair) for pair in fetch.request_headers],
        "redirects": [list(hop) for hop in fetch.redirects],
        "remote_address": fetch.remote_address,
        "certificate": fetch.certificate,
        "local_address": fetch.local_address,
        "timings": dict(fetch.timings),
        "via": fetch.via,
        "exceptions": list(fetch.exceptions),
        "browsed": [list(pair) for pair in fetch.browsed],
        "retry_after": fetch.retry_after.total_seconds() if fetch.retry_after else None,
    }
    return {key: value for key, value in kept.items() if value}
