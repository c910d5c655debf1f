"""What was decided for each alert and target, kept: a restart decides nothing twice, and ``routes explain`` can say why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, or_, select, update

from core.model import Alert, Intent, Severity, severity_rank
from core.telling import How, Telling
from storage.chunks import chunks
from storage.schema import deliveries, tellings
from storage.upsert import insert_or_ignore

WAITING: Final = (How.DIGEST.value, How.OVER_BUDGET.value)


@dataclass(frozen=True, slots=True)
class Told:
    """One decision as it was kept. ``delivery_id`` is the message that tells it, None while it waits or is silenced."""

    alert_id: int
    case_id: int | None
    receiver: str
    channel: str
    target: str
    how: How
    why: tuple[str, ...]
    decided_at: datetime
    due_at: datetime | None
    delivery_id: str | None
    silence_id: int | None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A decision whose alert has no message of its own at that target.

    ``in_alert`` is the alert whose message tells it and ``state`` what became of that message; both None where it waits
    (until ``due_at``, where that is known) or is silenced.
    """

    receiver: str
    channel: str
    target: str
    how: How
    due_at: datetime | None
    in_alert: int | None
    state: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What has gathered for one target and is due as a digest."""

    receiver: str
    channel: str
    target: str
    due_at: datetime
    alerts: int
    over_budget: int
    worst: Severity


@dataclass(frozen=True, slots=True)
class Kept:
    """A decision on its way into its row."""

    telling: Telling
    case_id: int | None
    decided_at: datetime


def record(conn: Connection, alert_id: int, alert: Alert, intent: Intent, kept: Kept) -> None:
    """Keep a decision; one that is there already stands."""
    row = {
        "alert_id": alert_id,
        "case_id": kept.case_id,
        "receiver": intent.receiver,
        "channel": intent.channel,
        "target": intent.target,
        "how": kept.telling.how.value,
        "severity": alert.severity.value,
        "why": list(kept.telling.why),
        "decided_at": kept.decided_at,
        "due_at": kept.telling.due_at,
        "delivery_id": kept.telling.joins,
        "silence_id": kept.telling.silence_id,
    }
    insert_or_ignore(conn, tellings, [row])


def told_by(conn: Connection, alert_id: int, channel: str, target: str, delivery_id: str) -> None:
    """Name the message that tells it."""
    conn.execute(
        update(tellings)
        .where(tellings.c.alert_id == alert_id, tellings.c.channel == channel, tellings.c.target == target)
        .values(delivery_id=delivery_id)
    )


def of_alert(conn: Connection, alert_id: int) -> list[Told]:
    """Every decision about an alert, in order."""
    rows = conn.execute(select(tellings).where(tellings.c.alert_id == alert_id).order_by(tellings.c.id))
    return [_told(row) for row in rows]


def elsewhere(conn: Connection, alert_ids: Sequence[int]) -> dict[int, list[Elsewhere]]:
    """Of some alerts, where they were told inside another message, wait, or are silenced; by alert, in order."""
    found: defaultdict[int, list[Elsewhere]] = defaultdict(list)
    for some in chunks(list(alert_ids)):
        theirs = (
            select(tellings, deliveries.c.alert_id.label("in_alert"), deliveries.c.state)
            .outerjoin(deliveries, deliveries.c.id == tellings.c.delivery_id)
            .where(tellings.c.alert_id.in_(some))
            .where(or_(deliveries.c.id.is_(None), deliveries.c.alert_id != tellings.c.alert_id))
            .order_by(tellings.c.id)
        )
        for row in conn.execute(theirs):
            found[row.alert_id].append(
                Elsewhere(row.receiver, row.channel, row.target, How(row.how), row.due_at, row.in_alert, row.state)
            )
    return dict(found)


def spent_since(conn: Connection, channel: str, target: str, since: datetime) -> int:
    """Messages a target was sent, or is about to be, since then; critical ones do not count."""
    counted = select(func.count()).where(
        tellings.c.channel == channel,
        tellings.c.target == target,
        tellings.c.decided_at >= since,
        tellings.c.how.in_((How.AT_ONCE.value, How.HELD.value)),
        tellings.c.severity != Severity.CRITICAL.value,
    )
    return int(conn.execute(counted).scalar_one())


def was_told(conn: Connection, case_id: int | None, channel: str, target: str) -> bool:
    """Whether a message of the case went, or is on its way, to that target."""
    found = select(deliveries.c.id).where(
        deliveries.c.case_id == case_id, deliveries.c.channel == channel, deliveries.c.target == target
    )
    return conn.execute(found.limit(1)).first() is not None


def due(conn: Connection, now: datetime) -> list[Waiting]:
    """Targets for which something waits whose time has come, the longest waiting first, with all that waits there.

    What waits for a later hour goes along: the receiver's digest may have been moved since, and nothing is worth
    holding once a message goes.
    """
    waits = (tellings.c.delivery_id.is_(None), tellings.c.due_at.is_not(None))
    ready = select(func.min(tellings.c.due_at).label("due_at"), tellings.c.channel, tellings.c.target).where(
        *waits, tellings.c.due_at <= now
    )
    found: list[Waiting] = []
    for row in conn.execute(ready.group_by(tellings.c.channel, tellings.c.target).order_by("due_at")).all():
        theirs = (*waits, tellings.c.channel == row.channel, tellings.c.target == row.target)
        rows = conn.execute(
            select(tellings.c.receiver, tellings.c.how, tellings.c.severity).where(*theirs).order_by(tellings.c.id)
        ).all()
        names = list(dict.fromkeys(name for each in rows for name in each.receiver.split(", ")))
        over = sum(1 for each in rows if each.how == How.OVER_BUDGET.value)
        worst = max((Severity(each.severity) for each in rows), key=severity_rank)
        found.append(Waiting(", ".join(names), row.channel, row.target, row.due_at, len(rows), over, worst))
    return found


def gather(conn: Connection, channel: str, target: str, delivery_id: str) -> int:
    """Hand everything that waits for a target to this message; how many alerts that were."""
    gathered = (
        update(tellings)
        .where(
            tellings.c.delivery_id.is_(None),
            tellings.c.due_at.is_not(None),
            tellings.c.channel == channel,
            tellings.c.target == target,
        )
        .values(delivery_id=delivery_id)
    )
    return int(conn.execute(gathered).rowcount)


def drop_waiting(conn: Connection, targets: Sequence[tuple[str, str]]) -> int:
    """Nobody waits there any more: what was kept for these targets (channel, address) is not gathered."""
    count = 0
    for channel, target in targets:
        gone = (
            update(tellings)
            .where(tellings.c.delivery_id.is_(None), tellings.c.channel == channel, tellings.c.target == target)
            .values(due_at=None)
        )
        count += conn.execute(gone).rowcount
    return count


def _told(row: Row[Any]) -> Told:
    return Told(
        alert_id=row.alert_id,
        case_id=row.case_id,
        receiver=row.receiver,
        channel=row.channel,
        target=row.target,
        how=How(row.how),
        why=tuple(row.why),
        decided_at=row.decided_at,
        due_at=row.due_at,
        delivery_id=row.delivery_id,
        silence_id=row.silence_id,
    )
