"""Subscriptions of feeds to their hubs (WebSub), as rows: wanted by sources.yaml, asked for by the daemon, confirmed by hubs."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, insert, or_, select, update

from core.hooks import PAUSE
from core.websub import VERIFIED_WITHIN, Offer, Term, again_after
from storage.schema import fetches, request_sources, requests, subscriptions
from storage.sources import START

State = Literal["waiting", "asked", "pushed", "none", "failed", "ending", "ended"]
LAST_TRY: Final = 5  # failures from which on a hub is asked once a day
GOES_ON: Final = ("waiting", "asked", "pushed", "none", "failed")


@dataclass(frozen=True, slots=True)
class Subscription:
    """One feed and its hub. ``name`` stands in the address the hub calls; ``said`` is what is wrong, in words."""

    name: str
    source_id: str
    state: State
    hub: str = ""
    topic: str = ""
    is_asked: bool = False
    until: datetime | None = None
    next_at: datetime | None = None
    failures: int = 0
    said: str = ""
    called_at: datetime | None = None

    def is_pushed(self, now: datetime) -> bool:
        """Whether its hub pushes now, as far as we know; where not, the feed is asked at its own pace alone."""
        return self.until is not None and self.until > now and self.state in GOES_ON


@dataclass(frozen=True, slots=True)
class Accepted:
    """The newest accepted capture of a source's own address: where a feed says who pushes it."""

    digest: str
    url: str
    headers: tuple[tuple[str, str], ...]


def keep_step(conn: Connection, wanted: Sequence[str], now: datetime) -> None:
    """Have one subscription for each of these sources, and let all others end."""
    rows = [row for row in all_of(conn) if row.state in GOES_ON]
    known = {row.source_id for row in rows}
    for source_id in wanted:
        if source_id not in known:
            made = Subscription(secrets.token_urlsafe(18), source_id, "waiting", next_at=now)
            conn.execute(insert(subscriptions).values(**asdict(made)))
    for row in rows:
        if row.source_id not in wanted:
            keep(conn, replace(row, state="ending" if row.hub else "ended", next_at=now if row.hub else None))


def due(conn: Connection, now: datetime) -> list[Subscription]:
    """Those something is to be done about."""
    found = select(subscriptions).where(subscriptions.c.next_at <= now).order_by(subscriptions.c.next_at)
    return [_row(row) for row in conn.execute(found).mappings()]


def all_of(conn: Connection) -> list[Subscription]:
    """Every one that has not ended, by source."""
    found = select(subscriptions).where(subscriptions.c.state != "ended").order_by(subscriptions.c.source_id)
    return [_row(row) for row in conn.execute(found).mappings()]


def by_name(conn: Connection, name: str) -> Subscription | None:
    """The one a hub calls by that name; those that ended too."""
    row = conn.execute(select(subscriptions).where(subscriptions.c.name == name)).mappings().one_or_none()
    return _row(row) if row else None


def keep(conn: Connection, subscription: Subscription) -> None:
    """How it stands now."""
    values = asdict(subscription)
    conn.execute(update(subscriptions).where(subscriptions.c.name == values.pop("name")).values(**values))


def ask(conn: Connection, subscription: Subscription, offer: Offer, now: datetime) -> Subscription:
    """Note that a hub is about to be asked, before it is: it may come back at once. Each failure goes to the next hub."""
    hub = offer.hubs[subscription.failures % len(offer.hubs)]
    state: State = subscription.state if subscription.is_pushed(now) else "asked"
    asked = replace(
        subscription, state=state, hub=hub, topic=offer.topic, is_asked=True, next_at=now + VERIFIED_WITHIN, said=""
    )
    keep(conn, asked)
    return asked


def fail(conn: Connection, subscription: Subscription, why: str, now: datetime) -> None:
    """A hub did not do as it was asked; another try later, and until then the feed is asked at its own pace."""
    failures = subscription.failures + 1
    state: State = "pushed" if subscription.is_pushed(now) else "failed"
    again = now + again_after(failures)
    keep(conn, replace(subscription, state=state, is_asked=False, failures=failures, said=why[:300], next_at=again))


def refuse(conn: Connection, subscription: Subscription, why: str, now: datetime) -> None:
    """A hub says no: it pushes nothing, and is asked again tomorrow."""
    fail(conn, replace(subscription, until=None, failures=max(subscription.failures, LAST_TRY)), why, now)


def confirm(conn: Connection, subscription: Subscription, term: Term) -> None:
    """Its hub came back and will push until then."""
    keep(
        conn,
        replace(
            subscription, state="pushed", is_asked=False, until=term.until, next_at=term.renew_at, failures=0, said=""
        ),
    )


def count_push(conn: Connection, subscription: Subscription, now: datetime) -> bool:
    """Note a push. False where the one before was less than a minute ago: then this one counts for nothing."""
    rested = or_(subscriptions.c.called_at.is_(None), subscriptions.c.called_at <= now - PAUSE)
    mine = update(subscriptions).where(subscriptions.c.name == subscription.name, rested)
    return conn.execute(mine.values(called_at=now)).rowcount == 1


def accepted(conn: Connection, source_id: str) -> Accepted | None:
    """What its own address showed when it was last accepted; None where it never was."""
    newest = (
        select(fetches.c.digest, fetches.c.url, fetches.c.final_url, fetches.c.record)
        .join(requests, requests.c.id == fetches.c.request_id)
        .join(request_sources, request_sources.c.request_id == requests.c.id)
        .where(request_sources.c.source_id == source_id, request_sources.c.part == START)
        .where(fetches.c.digest == requests.c.last_digest)
        .order_by(fetches.c.id.desc())
        .limit(1)
    )
    row = conn.execute(newest).one_or_none()
    if row is None:
        return None
    headers = tuple((name, value) for name, value in (row.record or {}).get("headers", ()))
    return Accepted(row.digest, row.final_url or row.url, headers)


def _row(row: Any) -> Subscription:
    return Subscription(**{name: row[name] for name in Subscription.__dataclass_fields__})
