"""The alerts a rule was a reason of, with the passages it hit and where each alert stands with people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from core.handling import Standing, standing
from core.rule_matches import side_of_match
from storage import changes, handlings
from storage.schema import alerts, events, matches

NEWEST = 500
"""Alerts of one rule that are looked at, the newest first: what people said long ago of other pages says little."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One alert of a rule. ``texts`` are (passage, lead-in)."""

    alert_id: int
    source: str
    texts: tuple[tuple[str, str], ...]
    stands: Standing


def rules_told(conn: Connection) -> list[str]:
    """Every rule that was a reason of an alert, by name."""
    found = select(matches.c.rule).join(alerts, alerts.c.change_id == matches.c.change_id).distinct()
    return list(conn.execute(found.order_by(matches.c.rule)).scalars())


def of_rule(conn: Connection, rule: str, *, with_texts: bool = True) -> Iterator[Judged]:
    """The newest alerts of a rule."""
    wanted = (
        select(alerts.c.id, alerts.c.change_id)
        .join(matches, matches.c.change_id == alerts.c.change_id)
        .where(matches.c.rule == rule)
        .distinct()
        .order_by(alerts.c.id.desc())
        .limit(NEWEST)
    )
    rows = conn.execute(wanted).all()
    said = handlings.of_alerts(conn, [row.id for row in rows])
    source_of = _sources(conn, [row.change_id for row in rows])
    for row in rows:
        texts = _texts(conn, row.change_id, rule) if with_texts else ()
        yield Judged(row.id, source_of.get(row.change_id, ""), texts, standing(said.get(row.id, ())))


def _sources(conn: Connection, change_ids: Sequence[int]) -> dict[int, str]:
    """The source each change was found at, from its event."""
    found = select(events.c.change_id, events.c.source_id).where(
        events.c.type == "change.detected", events.c.change_id.in_(list(change_ids))
    )
    return {row.change_id: row.source_id or "" for row in conn.execute(found)}


def _texts(conn: Connection, change_id: int, rule: str) -> tuple[tuple[str, str], ...]:
    change = changes.by_id(conn, change_id).change
    return tuple(dict.fromkeys(side_of_match(change, match) for match in change.matches if match.rule == rule))
