"""The parts of documents put together from several pages: what each answered last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, literal, select

from core.model import Purpose
from storage.fetches import fetch_by_id, grade_of
from storage.schema import fetches, requests, snapshots
from storage.sources import address, at_rest

_OF_THE_WATCH = fetches.c.purpose.in_([Purpose.WATCH.value, Purpose.CONFIRM.value])


@dataclass(frozen=True, slots=True)
class PartState:
    """The newest attempt at a part, whether it brought what may be read, and the bytes that were read last."""

    fetch_id: int
    is_good: bool
    digest: str | None
    media_type: str


def request_of(conn: Connection, url: str) -> int:
    """The request of a part: never due by itself, made where it is missing."""
    return at_rest(conn, url)


def newest_fetch(conn: Connection, request_id: int) -> int:
    """The newest attempt of the watch at an address, whatever came of it; 0 where there was none."""
    found = conn.execute(_newest(literal(request_id))).scalars().first()
    return found or 0


def states(conn: Connection, urls: Sequence[str]) -> dict[str, PartState]:
    """What became of each of these addresses; those the watch never asked are left out."""
    wanted = {address(url): url for url in urls}
    rows = conn.execute(
        select(requests.c.url, requests.c.last_good_fetch_id, requests.c.last_digest, snapshots.c.media_type)
        .add_columns(_newest(requests.c.id).scalar_subquery().label("fetch_id"))
        .outerjoin(snapshots, snapshots.c.digest == requests.c.last_digest)
        .where(requests.c.url.in_(list(wanted)))
    )
    return {
        wanted[row.url]: PartState(
            row.fetch_id, row.fetch_id == row.last_good_fetch_id, row.last_digest, row.media_type or ""
        )
        for row in rows
        if row.fetch_id is not None
    }


def _newest(request_id: ColumnElement[int]) -> Select[int]:
    """The number of the newest attempt of the watch at a request, found from the end of its history."""
    theirs = select(fetches.c.id).where(fetches.c.request_id == request_id, _OF_THE_WATCH)
    return theirs.order_by(fetches.c.id.desc()).limit(1)


def why_lost(conn: Connection, state: PartState) -> str:
    """Why the newest attempt at a part brought nothing that may be read."""
    grade = grade_of(conn, state.fetch_id)
    return "; ".join(grade.reasons) if grade else fetch_by_id(conn, state.fetch_id).detail
