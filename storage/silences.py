"""Silences as rows: who asked for quiet, why, until when, and what was swallowed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from core.errors import NotFound
from core.telling import How, Silence
from storage import events
from storage.schema import alerts, silences, tellings


@dataclass(frozen=True, slots=True)
class Kept:
    """A silence with its end and how many alerts it swallowed."""

    silence: Silence
    swallowed: int
    ended_at: datetime | None
    ended_because: str | None


@dataclass(frozen=True, slots=True)
class Swallowed:
    """An alert that a silence kept from a target."""

    alert_id: int
    title: str
    severity: str
    decided_at: datetime
    receiver: str
    channel: str
    target: str


def add(conn: Connection, silence: Silence) -> int:
    """Write a silence down (its ``id`` is not used); the number it gets."""
    values = {
        "author": silence.author,
        "reason": silence.reason,
        "match": {name: sorted(wanted) for name, wanted in silence.match.items()},
        "receiver": silence.receiver,
        "until_change": silence.until_change,
        "created_at": silence.created_at,
        "expires_at": silence.expires_at,
    }
    number = int(conn.execute(insert(silences).values(values).returning(silences.c.id)).scalar_one())
    data = {"silence": number, "author": silence.author, "reason": silence.reason, "match": values["match"]}
    events.write(conn, "silence.began", at=silence.created_at, data=data)
    return number


def active(conn: Connection, now: datetime) -> list[Silence]:
    """Those that hold now, the oldest first."""
    wanted = silences.c.ended_at.is_(None), or_(silences.c.expires_at.is_(None), silences.c.expires_at > now)
    return [_silence(row) for row in conn.execute(select(silences).where(*wanted).order_by(silences.c.id))]


def expired(conn: Connection, now: datetime) -> list[Silence]:
    """Those whose time is over and whose end nobody was told of."""
    wanted = silences.c.ended_at.is_(None), silences.c.expires_at <= now
    return [_silence(row) for row in conn.execute(select(silences).where(*wanted).order_by(silences.c.id))]


def end(conn: Connection, number: int, because: str, now: datetime) -> bool:
    """End a silence; False where it had ended before."""
    ended = (
        update(silences)
        .where(silences.c.id == number, silences.c.ended_at.is_(None))
        .values(ended_at=now, ended_because=because)
    )
    if conn.execute(ended).rowcount != 1:
        return False
    events.write(conn, "silence.ended", at=now, data={"silence": number, "because": because})
    return True


def kept(conn: Connection, *, only: Collection[int] | None = None, with_ended: bool = True) -> list[Kept]:
    """Silences with what became of them, the newest first."""
    count = (
        select(func.count(tellings.c.alert_id.distinct()))
        .where(tellings.c.silence_id == silences.c.id, tellings.c.how == How.SILENCED.value)
        .correlate(silences)
        .scalar_subquery()
    )
    wanted = select(silences, count.label("swallowed")).order_by(silences.c.id.desc())
    if only is not None:
        wanted = wanted.where(silences.c.id.in_(list(only)))
    if not with_ended:
        wanted = wanted.where(silences.c.ended_at.is_(None))
    return [Kept(_silence(row), row.swallowed, row.ended_at, row.ended_because) for row in conn.execute(wanted)]


def by_id(conn: Connection, number: int) -> Kept:
    """One silence. Raises NotFound."""
    found = kept(conn, only=[number])
    if not found:
        raise NotFound(f"there is no silence {number}")
    return found[0]


def swallowed(conn: Connection, number: int) -> list[Swallowed]:
    """Every alert it kept from a target, in order."""
    rows = conn.execute(
        select(
            tellings.c.alert_id,
            alerts.c.title,
            alerts.c.severity,
            tellings.c.decided_at,
            tellings.c.receiver,
            tellings.c.channel,
            tellings.c.target,
        )
        .join(alerts, alerts.c.id == tellings.c.alert_id)
        .where(tellings.c.silence_id == number, tellings.c.how == How.SILENCED.value)
        .order_by(tellings.c.id)
    )
    return [Swallowed(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Untold:
    """What a silence that ended kept from one target, and nobody has told it yet."""

    silence_id: int
    receiver: str
    channel: str
    target: str
    alerts: int


def untold(conn: Connection) -> list[Untold]:
    """Of every silence that ended, the targets that have not heard what was kept from them."""
    rows = conn.execute(
        select(
            tellings.c.silence_id,
            func.min(tellings.c.receiver),
            tellings.c.channel,
            tellings.c.target,
            func.count(),
        )
        .join(silences, silences.c.id == tellings.c.silence_id)
        .where(silences.c.ended_at.is_not(None), tellings.c.delivery_id.is_(None))
        .group_by(tellings.c.silence_id, tellings.c.channel, tellings.c.target)
        .order_by(tellings.c.silence_id, tellings.c.channel, tellings.c.target)
    )
    return [Untold(*row) for row in rows]


def told(conn: Connection, of: Untold, delivery_id: str) -> None:
    """That message tells it; an empty id where nobody is there any more to be told."""
    conn.execute(
        update(tellings)
        .where(
            tellings.c.silence_id == of.silence_id,
            tellings.c.channel == of.channel,
            tellings.c.target == of.target,
            tellings.c.delivery_id.is_(None),
        )
        .values(delivery_id=delivery_id)
    )


def _silence(row: Row[Any]) -> Silence:
    match: Mapping[str, list[str]] = row.match
    return Silence(
        id=row.id,
        author=row.author,
        reason=row.reason,
        created_at=row.created_at,
        expires_at=row.expires_at,
        match={name: frozenset(wanted) for name, wanted in match.items()},
        receiver=row.receiver,
        until_change=row.until_change,
    )
