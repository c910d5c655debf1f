"""What people did with alerts, as rows: the one function all doors come to, and how an alert stands.

Facts, never rewritten: taking something back is one more row. What a far side sends twice (a press that Slack repeats,
a mail link opened again) carries the same ``once`` and is written once.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from core.errors import NotFound, Refused
from core.handling import (
    AboutAlert,
    Actor,
    Handled,
    Handling,
    NotRelevant,
    Snooze,
    Standing,
    Wish,
    decide,
    resolved,
    silence_of,
    standing,
    told,
)
from storage import events, silences, switching
from storage.chunks import chunks
from storage.schema import alerts, deliveries, document_sources, documents, handlings, matches
from storage.upsert import insert_or_ignore


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish on its way in. ``once`` is the same where a far side sends the same twice; "" for what cannot repeat."""

    alert_id: int
    wish: Wish
    actor: Actor
    delivery_id: str | None = None
    once: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a wish: the sentence for whoever asked, whether it changed anything, and how the alert stands now."""

    alert_id: int
    title: str
    says: str
    is_new: bool
    stands: Standing
    refused: bool = False


def handle(conn: Connection, asked: Asked, now: datetime, *, people: Collection[str] = ()) -> Outcome:
    """Do with an alert what a person wants: the decision of ``core.handling``, a row, an event.

    ``people`` are the ids of routes.yaml. What is refused is written down too where it came from outside (Slack, mail),
    and told by the outcome; a command gets Refused. Raises NotFound.
    """
    alert_id, actor, once = asked.alert_id, asked.actor, asked.once
    about = about_alert(conn, alert_id)
    wish = resolved(asked.wish, about, now)
    earlier = of_alert(conn, alert_id)
    if once and once in _once_of(conn, alert_id):
        return Outcome(alert_id, about.title, "This was done already.", False, standing(earlier))
    refused = ""
    try:
        gone = switching.off(conn, [(switching.PERSON, actor.person)]) if actor.person else {}
        for each in gone.values():
            raise Refused(f"{actor.name} was {switching.told(each)}")
        decided = decide(wish, actor, about, standing(earlier), now, sorted(people))
    except Refused as error:
        if actor.door == "command":
            raise
        refused = str(error)
    else:
        if not decided.is_new:
            return Outcome(alert_id, about.title, decided.says, False, standing(earlier))
    handled = Handled(
        wish.what, now, actor, wish, refused, silence_id=0 if refused else _quieten(conn, asked, wish, now)
    )
    row = _row(handled, alert_id) | {"delivery_id": asked.delivery_id, "once": once or secrets.token_hex(12)}
    if not insert_or_ignore(conn, handlings, [row], returning=[handlings.c.id]):
        return Outcome(alert_id, about.title, "This was done already.", False, standing(earlier))
    data = {"what": wish.what.value, "who": actor.name, "door": actor.door, "told": told(handled)}
    kind = "alert.refused" if refused else "alert.handled"
    events.write(conn, kind, at=now, alert_id=alert_id, delivery_id=asked.delivery_id, data=data)
    if refused:
        return Outcome(alert_id, about.title, refused, False, standing(earlier), refused=True)
    return Outcome(alert_id, about.title, decided.says, True, standing([*earlier, handled]))


def _quieten(conn: Connection, asked: Asked, wish: Wish, now: datetime) -> int:
    """What a handling does to silences: a snooze begins one (its number), opening an alert again ends those it began."""
    if wish.what is Handling.REOPEN:
        for earlier in of_alert(conn, asked.alert_id):
            if earlier.silence_id:
                silences.end(conn, earlier.silence_id, f"opened again by {asked.actor.name}", now)
    silence = silence_of(wish, asked.actor, about_alert(conn, asked.alert_id), now)
    return silences.add(conn, silence) if silence else 0


def about_alert(conn: Connection, alert_id: int) -> AboutAlert:
    """What a decision must know of an alert. Raises NotFound."""
    row = conn.execute(
        select(alerts.c.title, alerts.c.document_id, alerts.c.change_id).where(alerts.c.id == alert_id)
    ).one_or_none()
    if row is None:
        raise NotFound(f"alert {alert_id} is not in the archive")
    rules: Sequence[str] = ()
    if row.change_id is not None:
        found = select(matches.c.rule).where(matches.c.change_id == row.change_id).distinct().order_by(matches.c.rule)
        rules = list(conn.execute(found).scalars())
    if row.document_id is None:
        return AboutAlert(alert_id, row.title, tuple(rules))
    slug = conn.execute(select(documents.c.slug).where(documents.c.id == row.document_id)).scalar_one()
    at = document_sources.c.document_id == row.document_id
    found_at = conn.execute(select(document_sources.c.source_id).where(at).order_by("source_id")).scalars()
    return AboutAlert(alert_id, row.title, tuple(rules), slug, tuple(found_at))


@dataclass(frozen=True, slots=True)
class Held:
    """What one message held: its alert's title and stored report, and the level of detail it was sent with."""

    alert_id: int
    channel: str
    target: str
    title: str
    report: dict[str, object]
    detail: str | None


def held(conn: Connection, delivery_id: str) -> Held:
    """What a delivery's message held. Raises NotFound."""
    row = conn.execute(
        select(deliveries, alerts.c.title, alerts.c.report)
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .where(deliveries.c.id == delivery_id)
    ).one_or_none()
    if row is None:
        raise NotFound("the message this link came with is not in the archive any more")
    return Held(row.alert_id, row.channel, row.target, row.title, row.report, row.detail)


def alert_of(conn: Connection, delivery_id: str) -> int:
    """The alert a delivery carries. Raises NotFound."""
    found = conn.execute(select(deliveries.c.alert_id).where(deliveries.c.id == delivery_id)).scalar()
    if found is None:
        raise NotFound(f"delivery {delivery_id} is not in the archive")
    return int(found)


def of_alert(conn: Connection, alert_id: int) -> list[Handled]:
    """Everything people did with an alert, oldest first, refused presses included."""
    found = select(handlings).where(handlings.c.alert_id == alert_id).order_by(handlings.c.id)
    return [_handled(row) for row in conn.execute(found)]


def of_alerts(conn: Connection, alert_ids: Sequence[int]) -> dict[int, list[Handled]]:
    """The same for many alerts at once; alerts nobody touched are missing."""
    found: dict[int, list[Handled]] = {}
    for some in chunks(list(alert_ids)):
        rows = select(handlings).where(handlings.c.alert_id.in_(some)).order_by(handlings.c.id)
        for row in conn.execute(rows):
            found.setdefault(row.alert_id, []).append(_handled(row))
    return found


def assigned_to(conn: Connection, person: str) -> list[int]:
    """Alerts that stand assigned to a person, the newest first."""
    ids = conn.execute(
        select(handlings.c.alert_id).where(handlings.c.what == Handling.ASSIGN.value).distinct().order_by("alert_id")
    ).scalars()
    stand = {id_: standing(found) for id_, found in of_alerts(conn, list(ids)).items()}
    theirs = [id_ for id_, each in stand.items() if each.assigned and each.assigned.wish.to == person]
    return sorted(theirs, reverse=True)


def _once_of(conn: Connection, alert_id: int) -> list[str]:
    return list(conn.execute(select(handlings.c.once).where(handlings.c.alert_id == alert_id)).scalars())


# --- rows <-> values -------------------------------------------------------------------------------------------------


def _row(handled: Handled, alert_id: int) -> dict[str, Any]:
    wish, actor = handled.wish, handled.actor
    plain: Mapping[str, object] = {
        "to": wish.to,
        "scope": wish.scope.value if wish.scope else "",
        "until": wish.until.isoformat() if wish.until else "",
        "rules": list(wish.rules),
        "reason": wish.reason.value if wish.reason else "",
        "text": wish.text,
        "silence": handled.silence_id,
    }
    return {
        "alert_id": alert_id,
        "at": handled.at,
        "what": handled.what.value,
        "door": actor.door,
        "person": actor.person,
        "name": actor.name,
        "known_as": actor.known_as,
        "wish": {key: value for key, value in plain.items() if value},
        "refused": handled.refused,
    }


def _handled(row: Row[Any]) -> Handled:
    plain = row.wish
    wish = Wish(
        what=Handling(row.what),
        to=plain.get("to", ""),
        scope=Snooze(plain["scope"]) if plain.get("scope") else None,
        until=datetime.fromisoformat(plain["until"]) if plain.get("until") else None,
        rules=tuple(plain.get("rules", ())),
        reason=NotRelevant(plain["reason"]) if plain.get("reason") else None,
        text=plain.get("text", ""),
    )
    actor = Actor(row.door, row.name, row.person, row.known_as)
    return Handled(wish.what, row.at, actor, wish, row.refused, row.id, plain.get("silence", 0))
