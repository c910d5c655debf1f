"""Alerts as rows, and the deliveries that wait to be sent: claimed under a lease, then a receipt, a retry or a dead letter.

A delivery's id is made from its alert and target, so enqueuing twice adds nothing and a repeat can be recognised at the
far side. Sending is at least once: a claim whose lease ran out may be claimed again, and says that it is uncertain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select, text, update

from core.model import Alert, Intent
from storage import events, switching
from storage.deliveries import INTERRUPTED, Delivery, read
from storage.leases import token_of
from storage.schema import alerts, deliveries
from storage.upsert import insert_or_ignore

WAITING: Final = ("queued", "sending", "dead")
_CLAIM_LOCK: Final = 0x4F6E5266  # PostgreSQL: claims one after another, so that a target is never claimed twice


@dataclass(frozen=True, slots=True)
class Posting:
    """How a delivery is queued. ``is_loud``: graver than all before it in its thread. ``detail`` None: with quotes.

    ``purpose`` is set where an alert is told again: such a delivery has an id of its own.
    """

    send_at: datetime
    case_id: int | None = None
    detail: str | None = None
    is_loud: bool = False
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt failed. ``may_have_arrived``: the far side had the message and gave no answer."""

    reason: str
    may_have_arrived: bool = False


# --- writing down ------------------------------------------------------------------------------------------------


def record_alert(conn: Connection, alert: Alert, now: datetime) -> int | None:
    """Write an alert; its id, or None where one with that fingerprint is there already."""
    row = asdict(alert)
    row.pop("id")
    row |= {"severity": alert.severity.value, "reasons": list(alert.reasons), "created_at": now}
    found = insert_or_ignore(conn, alerts, [row], returning=[alerts.c.id])
    if not found:
        return None
    alert_id = int(found[0][0])
    events.write(
        conn,
        "alert.raised",
        at=now,
        alert_id=alert_id,
        company_id=alert.company_id,
        document_id=alert.document_id,
        change_id=alert.change_id,
        data={"kind": alert.kind, "severity": alert.severity.value, "title": alert.title},
    )
    return alert_id


def alert_of(conn: Connection, fingerprint: str) -> int | None:
    """The number of the alert with that fingerprint."""
    return conn.execute(select(alerts.c.id).where(alerts.c.fingerprint == fingerprint)).scalar()


def enqueue(conn: Connection, alert_id: int, intents: Sequence[Intent], now: datetime) -> list[str]:
    """Queue one delivery per intent at once; the ids of all of them, in order, those already there included."""
    return [post(conn, alert_id, intent, Posting(now), now) for intent in intents]


def post(conn: Connection, alert_id: int, intent: Intent, posting: Posting, now: datetime) -> str:
    """Queue one delivery; its id. One that is there already stands as it is.

    For a target that was switched off it is written down as dropped, with who did that and why.
    """
    fingerprint = conn.execute(select(alerts.c.fingerprint).where(alerts.c.id == alert_id)).scalar_one()
    fingerprint += f" {posting.purpose}" if posting.purpose else ""
    gone = switching.off(conn, [(intent.channel, intent.target)])
    row = {
        "id": delivery_id(fingerprint, intent),
        "alert_id": alert_id,
        "receiver": intent.receiver,
        "channel": intent.channel,
        "target": intent.target,
        "state": "queued",
        "attempts": 0,
        "next_attempt_at": posting.send_at,
        "created_at": now,
        "why": list(intent.why),
        "case_id": posting.case_id,
        "detail": posting.detail,
        "is_loud": posting.is_loud,
        "purpose": posting.purpose,
    }
    for each in gone.values():
        row |= {"state": "dropped", "error": f"dropped: {switching.told(each)}"}
    insert_or_ignore(conn, deliveries, [row])
    return str(row["id"])


def open_for_more(
    conn: Connection, channel: str, target: str, *, case_id: int | None = None, alert_id: int | None = None
) -> tuple[str, datetime] | None:
    """A message of that case (or of that alert) which nobody has claimed yet, with the time it goes out.

    It stays unclaimed until this transaction ends, so what is handed to it is told by it.
    """
    ours = deliveries.c.case_id == case_id if alert_id is None else deliveries.c.alert_id == alert_id
    held = (
        update(deliveries)
        .where(
            ours,
            deliveries.c.channel == channel,
            deliveries.c.target == target,
            deliveries.c.state == "queued",
            deliveries.c.attempts == 0,
        )
        .values(attempts=0)
        .returning(deliveries.c.id, deliveries.c.next_attempt_at)
    )
    row = conn.execute(held).first()
    return (str(row.id), row.next_attempt_at) if row else None


def delivery_id(fingerprint: str, intent: Intent) -> str:
    """26 letters and digits (Crockford's base 32, as in a ULID), the same for the same alert and target for ever."""
    name = "\x1f".join((fingerprint, intent.channel, intent.target))
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:16]) >> 1  # 26 x 5 bits hold 127
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    return "".join(letters[(number >> (5 * at)) & 31] for at in reversed(range(26)))


# --- sending -----------------------------------------------------------------------------------------------------


def claim(
    conn: Connection, now: datetime, limit: int, lease: timedelta, *, channel: str | None = None, owner: str = ""
) -> list[Delivery]:
    """Due deliveries, the longest waiting first, at most one per target, none whose target is being sent to.

    Each is yours until ``now + lease``; name its token when you report. ``channel`` restricts the claim to one;
    ``owner`` names the process that claims (``storage.holders.free``).
    """
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CLAIM_LOCK})
    chosen = _due(now, channel).limit(limit)
    claimed = conn.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(chosen))
        .values(
            state="sending",
            token=token_of(owner),
            leased_until=now + lease,
            attempts=deliveries.c.attempts + 1,
            error=case((deliveries.c.state == "sending", INTERRUPTED), else_=deliveries.c.error),
            is_uncertain=or_(deliveries.c.is_uncertain, deliveries.c.state == "sending"),
        )
        .returning(deliveries.c.id)
    ).scalars()
    ids = list(claimed)
    try:
        return read(conn, deliveries.c.id.in_(ids))
    except UNREADABLE:
        return _readable(conn, ids)


UNREADABLE = (ValueError, TypeError, LookupError)
"""What a row that was damaged raises when it is read."""


def _readable(conn: Connection, ids: Sequence[str]) -> list[Delivery]:
    """Those that can be read. One that cannot is a dead letter, so that it holds up no other."""
    found: list[Delivery] = []
    for id_ in ids:
        try:
            found += read(conn, deliveries.c.id == id_)
        except UNREADABLE as error:
            values = {"state": "dead", "token": None, "leased_until": None}
            what = f"its row or its alert is damaged ({type(error).__name__}): onrecord archive verify"
            conn.execute(update(deliveries).where(deliveries.c.id == id_).values(error=what, **values))
    return found


def due_channels(conn: Connection, now: datetime) -> list[str]:
    """Channels that have something due: a look before the claim, which needs the write lock."""
    return list(conn.execute(select(deliveries.c.channel).where(_is_due(now)).distinct().order_by("channel")).scalars())


def _is_due(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(deliveries.c.state == "queued", deliveries.c.next_attempt_at <= now),
        and_(deliveries.c.state == "sending", deliveries.c.leased_until < now),
    )


def _due(now: datetime, channel: str | None) -> Select[tuple[str]]:
    """Ids of what may be sent now: the first of each target that nobody is sending to."""
    held = deliveries.alias("held")
    is_held = (
        select(held.c.id)
        .where(
            held.c.state == "sending",
            held.c.leased_until >= now,
            held.c.channel == deliveries.c.channel,
            held.c.target == deliveries.c.target,
        )
        .exists()
    )
    in_line = func.row_number().over(
        partition_by=(deliveries.c.channel, deliveries.c.target),
        order_by=(deliveries.c.created_at, deliveries.c.alert_id, deliveries.c.id),
    )
    waiting = select(deliveries.c.id, deliveries.c.next_attempt_at, in_line.label("place")).where(
        _is_due(now), ~is_held, ~_follows()
    )
    if channel is not None:
        waiting = waiting.where(deliveries.c.channel == channel)
    first = waiting.subquery()
    return select(first.c.id).where(first.c.place == 1).order_by(first.c.next_attempt_at, first.c.id)


def _follows() -> ColumnElement[bool]:
    """Whether an earlier message of the same case is still on its way to that target: parts arrive in order."""
    earlier = deliveries.alias("earlier")
    return (
        select(earlier.c.id)
        .where(
            earlier.c.case_id == deliveries.c.case_id,
            earlier.c.channel == deliveries.c.channel,
            earlier.c.target == deliveries.c.target,
            earlier.c.alert_id < deliveries.c.alert_id,
            earlier.c.state.in_(("queued", "sending")),
        )
        .exists()
    )


def sent(conn: Connection, id_: str, token: str, receipt: Mapping[str, object], now: datetime) -> bool:
    """Keep the receipt. False where the claim is no longer yours; the row then stands as it is."""
    values = {"state": "sent", "sent_at": now, "receipt": dict(receipt), "error": None}
    return _report(conn, id_, token, values, "delivery.sent", now)


def retry(
    conn: Connection, id_: str, token: str, failure: Failure, next_attempt_at: datetime, *, now: datetime
) -> bool:
    """Queue it again for later, with the reason."""
    values: dict[str, object] = {"state": "queued", "next_attempt_at": next_attempt_at, "error": failure.reason}
    if failure.may_have_arrived:
        values["is_uncertain"] = True
    return _report(conn, id_, token, values, "delivery.failed", now)


def dead(conn: Connection, id_: str, token: str, error: str, *, now: datetime) -> bool:
    """A dead letter: sending again cannot help. It stays in the outbox with its reason until a person acts."""
    return _report(conn, id_, token, {"state": "dead", "error": error}, "delivery.dead", now)


def hold(conn: Connection, channel: str, target: str, until: datetime) -> None:
    """The target asked for patience: nothing queued for it is tried before then."""
    conn.execute(
        update(deliveries)
        .where(
            deliveries.c.channel == channel,
            deliveries.c.target == target,
            deliveries.c.state == "queued",
            deliveries.c.next_attempt_at < until,
        )
        .values(next_attempt_at=until)
    )


def release(conn: Connection, claimed: Collection[Delivery]) -> None:
    """Give back what was claimed and never tried, as it was: a stop need not wait for leases to run out."""
    for delivery in claimed:
        conn.execute(
            update(deliveries)
            .where(
                deliveries.c.id == delivery.id, deliveries.c.token == delivery.token, deliveries.c.state == "sending"
            )
            .values(state="queued", token=None, leased_until=None, attempts=deliveries.c.attempts - 1)
        )


def send_again(conn: Connection, id_: str, now: datetime) -> bool:
    """A person wants a dead letter, or one that waits for its time, tried now. False where there is none such.

    Its count of attempts goes on; a failure after the time for trying has passed is a dead letter again.
    """
    waiting = update(deliveries).where(deliveries.c.id == id_, deliveries.c.state.in_(("queued", "dead", "dropped")))
    values = {"state": "queued", "next_attempt_at": now, "token": None, "leased_until": None}
    return conn.execute(waiting.values(**values)).rowcount == 1


def drop(conn: Connection, id_: str, reason: str, now: datetime) -> bool:
    """A person gives up on one, and says why. False where there is none that waits. It can be sent again later."""
    row = conn.execute(
        update(deliveries)
        .where(deliveries.c.id == id_, deliveries.c.state.in_(("queued", "dead")))
        .values(state="dropped", token=None, leased_until=None, error=f"dropped: {reason}")
        .returning(deliveries.c.alert_id, deliveries.c.receiver, deliveries.c.channel, deliveries.c.target)
    ).one_or_none()
    if row is None:
        return False
    about = {"receiver": row.receiver, "channel": row.channel, "target": row.target, "reason": reason}
    events.write(conn, "delivery.dropped", at=now, alert_id=row.alert_id, delivery_id=id_, data=about)
    return True


def _report(conn: Connection, id_: str, token: str, values: Mapping[str, object], event: str, now: datetime) -> bool:
    row = conn.execute(
        update(deliveries)
        .where(deliveries.c.id == id_, deliveries.c.token == token, deliveries.c.state == "sending")
        .values(token=None, leased_until=None, **values)
        .returning(
            deliveries.c.alert_id,
            deliveries.c.receiver,
            deliveries.c.channel,
            deliveries.c.target,
            deliveries.c.attempts,
            deliveries.c.error,
        )
    ).first()
    if row is None:
        return False
    about = {"receiver": row.receiver, "channel": row.channel, "target": row.target, "attempts": row.attempts}
    if row.error:
        about["error"] = row.error
    events.write(conn, event, at=now, alert_id=row.alert_id, delivery_id=id_, data=about)
    return True


# --- looking -----------------------------------------------------------------------------------------------------


def pending(conn: Connection, *, states: Sequence[str] = WAITING, limit: int = 1_000) -> list[Delivery]:
    """What has not arrived: queued, being sent, and dead letters, oldest first, each with its last error."""
    return read(conn, deliveries.c.state.in_(states), limit=limit)


def counts(conn: Connection) -> dict[str, int]:
    """How many deliveries stand in each state."""
    found = conn.execute(select(deliveries.c.state, func.count()).group_by(deliveries.c.state))
    return {state: int(count) for state, count in found}


@dataclass(frozen=True, slots=True)
class Lost:
    """Messages for one place that were given up: how many, the newest's time and error, and titles."""

    receiver: str
    channel: str
    target: str
    count: int
    newest_at: datetime
    error: str
    titles: tuple[str, ...]

    @property
    def place(self) -> tuple[str, str]:
        return self.channel, self.target


def lost(conn: Connection, since: datetime) -> list[Lost]:
    """Places with dead letters that were last tried since then. Letters about dead letters are none of them."""
    rows = conn.execute(
        select(deliveries, alerts.c.title)
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .where(
            deliveries.c.state == "dead",
            deliveries.c.next_attempt_at >= since,
            alerts.c.kind.not_in(("dead_letter", "drill", "drill_failed")),
        )
        .order_by(deliveries.c.next_attempt_at, deliveries.c.id)
    ).all()
    places: dict[tuple[str, str], list[Row[Any]]] = {}
    for row in rows:
        places.setdefault((row.channel, row.target), []).append(row)
    return [
        Lost(
            theirs[-1].receiver,
            *place,
            len(theirs),
            theirs[-1].next_attempt_at,
            theirs[-1].error or "",
            tuple(row.title for row in theirs),
        )
        for place, theirs in places.items()
    ]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Whether a message reached one place; ``error`` says in words why it did not."""

    receiver: str
    channel: str
    target: str
    is_sent: bool
    error: str

    @property
    def place(self) -> tuple[str, str]:
        return self.channel, self.target


def arrivals(conn: Connection, alert_id: int) -> list[Arrival]:
    """What became of every message of an alert."""
    rows = conn.execute(select(deliveries).where(deliveries.c.alert_id == alert_id).order_by(deliveries.c.id))
    return [
        Arrival(row.receiver, row.channel, row.target, row.state == "sent", row.error or f"still {row.state}")
        for row in rows
    ]
