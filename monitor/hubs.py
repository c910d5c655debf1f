"""Asks hubs to push feeds, where the operator agreed: begins, renews and ends, one step for each due row.

Whatever a hub does or fails to do, the feed is asked at its own pace; nothing here takes in what a hub sends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from core.errors import ReadError, StorageError
from core.manner import manner_of
from core.model import Ask, Manner, Purpose, Source
from core.text.visible import one_line
from core.websub import NO_HUB_FOR, NOT_YET_READ, Offer, form, offer_of, secret_of
from monitor.tools import Fetches, Tools
from storage import events, leases, record, sources, subscriptions
from storage.leases import Lease
from storage.subscriptions import Accepted, Subscription

LEASE: Final = timedelta(minutes=5)
BUSY_FOR: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks to hubs: for whom, from where they call back, with which key secrets are made."""

    tools: Tools
    fetcher: Fetches
    owner: str
    gap: timedelta
    base_url: str
    key: bytes

    def callback(self, subscription: Subscription) -> str:
        """Where its hub calls."""
        return f"{self.base_url.rstrip('/')}/hub/{subscription.name}"


def wanted(watched: Sequence[Source]) -> dict[str, Source]:
    """The sources whose hubs may push, by id."""
    return {source.id: source for source in watched if source.enabled and source.option("websub")}


def keep_up(speaker: Speaker, watched: dict[str, Source], is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Do what is due for every subscription; how many hubs were asked."""
    tools, asked = speaker.tools, 0
    with tools.database.read() as conn:
        before = subscriptions.all_of(conn)
    standing = {each.source_id for each in before if each.state in subscriptions.GOES_ON}
    if standing != set(watched):
        with tools.database.write() as conn:
            subscriptions.keep_step(conn, list(watched), tools.now())
    with tools.database.read() as conn:
        due = subscriptions.due(conn, tools.now())
    for one in due:
        if is_stopping():
            break
        asked += _end(speaker, one) if one.state == "ending" else _go_on(speaker, one, watched.get(one.source_id))
    return asked


def _go_on(speaker: Speaker, one: Subscription, source: Source | None) -> int:
    """Look for a hub and ask it, for the first time or to go on."""
    tools = speaker.tools
    now = tools.now()
    if one.is_asked:  # it was asked and has not come back
        with tools.database.write() as conn:
            subscriptions.fail(conn, one, "it was asked and did not call back", now)
            _told(conn, tools, one, "hub.failed", "it was asked and did not call back")
        return 0
    with tools.database.read() as conn:
        seen = subscriptions.accepted(conn, one.source_id)
    if seen is None or source is None:
        with tools.database.write() as conn:
            subscriptions.keep(conn, replace(one, next_at=now + NOT_YET_READ, said="the feed was not read yet"))
        return 0
    offer = _offer(tools, seen)
    if not offer.hubs:
        with tools.database.write() as conn:
            subscriptions.keep(conn, replace(one, state="none", next_at=now + NO_HUB_FOR, said="the feed names no hub"))
        return 0
    with tools.database.write() as conn:
        asking = subscriptions.ask(conn, one, offer, now)
    why = _post(speaker, asking, "subscribe", _manner(tools, source, asking.hub))
    if why is None:
        return 1
    with tools.database.write() as conn:
        standing = subscriptions.by_name(conn, one.name) or asking
        if why == BUSY:
            subscriptions.keep(conn, replace(one, next_at=tools.now() + BUSY_FOR))
        elif standing.is_asked:
            subscriptions.fail(conn, standing, why, tools.now())
            _told(conn, tools, standing, "hub.failed", why)
    return int(why != BUSY)


def _end(speaker: Speaker, one: Subscription) -> int:
    """Tell a hub once that it need push no more; what it answers changes nothing."""
    tools = speaker.tools
    with tools.database.write() as conn:
        subscriptions.keep(conn, replace(one, is_asked=True, next_at=None))
        source = sources.by_id(conn, one.source_id)
    if source is None:
        return 0
    why = _post(speaker, one, "unsubscribe", _manner(tools, source, one.hub))
    with tools.database.write() as conn:
        standing = subscriptions.by_name(conn, one.name) or one
        if why == BUSY:
            subscriptions.keep(conn, replace(standing, next_at=tools.now() + BUSY_FOR))
        elif standing.until is None or standing.until <= tools.now():
            subscriptions.keep(conn, replace(standing, state="ended"))
    return int(why != BUSY)


BUSY: Final = "its host is being asked"


def _post(speaker: Speaker, one: Subscription, mode: str, manner: Manner) -> str | None:
    """Ask a hub, under the lease of its host like any request. None where it took it; else why not."""
    tools = speaker.tools
    with tools.database.write() as conn:
        request_id = sources.at_rest(conn, one.hub)
        held = leases.claim_due(conn, tools.now(), lease=LEASE, limit_hosts=1, only=[request_id], owner=speaker.owner)
    if not held:
        return BUSY
    try:
        return _answer(speaker, held[0], request_id, _ask(speaker, one, mode, manner))
    finally:
        now = tools.now()
        with tools.database.write() as conn:
            leases.release(conn, held[0], now + speaker.gap if speaker.gap else None, asked=1, now=now)


def _ask(speaker: Speaker, one: Subscription, mode: str, manner: Manner) -> Ask:
    fields = form(mode, one.topic, speaker.callback(one), secret_of(speaker.key, one.name))
    return Ask(one.hub, Purpose.HUB, manner=manner, form=fields)


def _answer(speaker: Speaker, lease: Lease, request_id: int, ask: Ask) -> str | None:
    tools = speaker.tools
    response = speaker.fetcher.fetch(ask, tools.now)
    fetch = response.fetch
    if fetch.digest is not None:
        tools.blobs.put(fetch.digest, response.body)
    with tools.database.write() as conn:
        leases.require(conn, lease)
        media_type = fetch.header("content-type")
        fetch_id = record.record_fetch(conn, request_id, fetch, size=len(response.body), media_type=media_type)
        record.discard(conn, request_id, fetch_id)
    if fetch.status is not None and 200 <= fetch.status < 300:
        return None
    return one_line(fetch.detail or f"it answered {fetch.status}", 200)


def _manner(tools: Tools, source: Source, hub: str) -> Manner:
    return manner_of(source, hub, tools.reaching) if tools.reaching else Manner()


def _offer(tools: Tools, seen: Accepted) -> Offer:
    """What the feed says of its hub, in its headers or in itself; nothing where it cannot be read."""
    content_type = next((value for name, value in seen.headers if name == "content-type"), None)
    try:
        body = tools.blobs.get(seen.digest)
        feed = tools.reader.read_list("feed", body, content_type=content_type, url=seen.url)
    except (ReadError, StorageError):
        return offer_of(seen.headers, seen.url, (), "")
    return offer_of(seen.headers, seen.url, feed.hubs, feed.topic)


def _told(conn: Connection, tools: Tools, one: Subscription, what: str, why: str) -> None:
    events.write(conn, what, at=tools.now(), source_id=one.source_id, data={"hub": one.hub, "why": why})
