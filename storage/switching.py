"""Targets and people that are switched off: who left, or wants no more mail. A row each; switching on takes it away.

A target is a channel and where it leads; a person is the pair (``person``, id). What is sent to a target that is off is
written down as dropped, with the reason, so that `routes explain` can say why nobody heard.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from core.handling import Actor
from storage import events
from storage.schema import alerts, deliveries, switched_off
from storage.upsert import insert_or_ignore

PERSON = "person"
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Off:
    """One that is off: since when, by whom, and why."""

    channel: str
    target: str
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What went to a target: how many messages arrived and how many wait, and when the last one arrived."""

    arrived: int
    waiting: int
    last_at: datetime | None


def switch_off(conn: Connection, places: Sequence[Place], actor: Actor, reason: str, now: datetime) -> list[Place]:
    """Switch these off; those that were on. What waits for them is dropped, with the reason."""
    done: list[Place] = []
    for channel, target in places:
        row = {"channel": channel, "target": target, "at": now, "door": actor.door, "name": actor.name}
        if not insert_or_ignore(conn, switched_off, [row | {"reason": reason}], returning=[switched_off.c.id]):
            continue
        done.append((channel, target))
        conn.execute(
            update(deliveries)
            .where(deliveries.c.channel == channel, deliveries.c.target == target, deliveries.c.state == "queued")
            .values(state="dropped", error=f"dropped: {told(Off(channel, target, now, actor.name, reason))}")
        )
        data = {"channel": channel, "target": target, "who": actor.name, "reason": reason}
        events.write(conn, "target.off", at=now, data=data)
    return done


def switch_on(conn: Connection, places: Sequence[Place], actor: Actor, now: datetime) -> list[Place]:
    """Switch these on again; those that were off. What was dropped meanwhile stays so (`outbox retry` sends it)."""
    done: list[Place] = []
    for channel, target in places:
        gone = delete(switched_off).where(switched_off.c.channel == channel, switched_off.c.target == target)
        if conn.execute(gone).rowcount:
            done.append((channel, target))
            data = {"channel": channel, "target": target, "who": actor.name}
            events.write(conn, "target.on", at=now, data=data)
    return done


def off(conn: Connection, places: Collection[Place] | None = None) -> dict[Place, Off]:
    """Those of these that are off; everything that is off without them."""
    rows = conn.execute(select(switched_off).order_by(switched_off.c.id))
    found = {(row.channel, row.target): Off(row.channel, row.target, row.at, row.name, row.reason) for row in rows}
    return found if places is None else {place: each for place, each in found.items() if place in places}


def told(each: Off) -> str:
    """``switched off by A. Osei (left the desk)``."""
    return f"switched off by {each.by}" + (f" ({each.reason})" if each.reason else "")


def sent_to(conn: Connection, place: Place) -> Sent:
    """What went to a target so far."""
    states = conn.execute(
        select(deliveries.c.state, func.count(), func.max(deliveries.c.sent_at))
        .where(deliveries.c.channel == place[0], deliveries.c.target == place[1])
        .group_by(deliveries.c.state)
    ).all()
    count = {state: int(number) for state, number, _ in states}
    last = max((at for _, _, at in states if at is not None), default=None)
    return Sent(count.get("sent", 0), count.get("queued", 0) + count.get("sending", 0) + count.get("dead", 0), last)


def alerts_sent_to(conn: Connection, places: Sequence[Place], limit: int = 50) -> list[tuple[int, str, datetime]]:
    """The newest alerts that went to these: number, title, when raised."""
    if not places:
        return []
    where = [(deliveries.c.channel == channel) & (deliveries.c.target == target) for channel, target in places]
    condition = where[0]
    for each in where[1:]:
        condition = condition | each
    rows = conn.execute(
        select(alerts.c.id, alerts.c.title, alerts.c.created_at)
        .join(deliveries, deliveries.c.alert_id == alerts.c.id)
        .where(condition)
        .distinct()
        .order_by(alerts.c.id.desc())
        .limit(limit)
    )
    return [(row.id, row.title, row.created_at) for row in rows]
