"""robots.txt (RFC 9309): asked once a day for each origin, kept like any capture, obeyed.

No such file means that all may be asked; one that cannot be reached means that nothing may, until it can or for as long
as older rules are at hand. A source can set it aside with a written reason, which stands on each of its captures.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from protego import Protego

from core.errors import StorageError
from core.model import Ask, Fetch, FetchReason, Manner, Purpose
from monitor.guard import authority, parse_address
from monitor.tools import Fetches, Refusal, Tools
from storage import leases, record, robots, sources
from storage.leases import Lease
from storage.robots import Kept

FRESH: Final = timedelta(hours=24)  # RFC 9309 section 2.4
AGAIN: Final = timedelta(hours=1)  # after one that could not be reached
GIVEN_UP: Final = timedelta(days=30)  # section 2.3.1.4: unreachable for so long counts as none
MOST_BYTES: Final = 512_000  # section 2.5: at least 500 kibibytes are read; the rest is left
LONGEST_DELAY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin says, ready to be asked."""

    kept: Kept
    protego: Protego | None

    def refusal(self, url: str, agent: str) -> Refusal | None:
        """Why an address may not be asked; None where it may."""
        if self.kept.state == "unreachable":
            reason, _, said = self.kept.detail.partition(": ")
            detail = f"robots.txt could not be read, so nothing is asked: {said}"
            return Refusal(FetchReason(reason), detail, is_transient=True)
        if self.protego is not None and not self.protego.can_fetch(url, agent):
            return Refusal(FetchReason.ROBOTS, "robots.txt asks programs to leave this address alone")
        return None


def origin_of(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}"


def agent_of(identity: str) -> str:
    """The product token that robots.txt names: the first word of an identity, without its version."""
    found = re.match(r"[A-Za-z_-]+", identity)
    return found.group() if found else "*"


class Robots:
    """The rules of every origin asked so far, in memory as long as they are fresh. Safe to use from threads."""

    def __init__(self) -> None:
        self._known: dict[str, Rules] = {}
        self._lock = threading.Lock()

    def rules(self, tools: Tools, url: str) -> Rules | None:
        """What the origin of an address says; None where it must be asked first."""
        origin, now = origin_of(url), tools.now()
        with self._lock:
            known = self._known.get(origin)
        if known is not None and known.kept.fresh_until > now and not _is_allowed_now(tools, known.kept):
            return known
        with tools.database.read() as conn:
            kept = robots.of_origin(conn, origin)
        if kept is None or kept.fresh_until <= now or _is_allowed_now(tools, kept):
            return None
        return self._remember(tools, kept)

    def learn(self, tools: Tools, fetcher: Fetches, lease: Lease, url: str, manner: Manner) -> Rules:
        """Ask for the robots.txt of an address's origin, keep what came, and say what it means."""
        origin = origin_of(url)
        address = f"{origin}/robots.txt"
        response = fetcher.fetch(Ask(address, Purpose.DISCOVERY, manner=manner, first_bytes=MOST_BYTES), tools.now)
        fetch = response.fetch
        if fetch.digest is not None:
            tools.blobs.put(fetch.digest, response.body)
        with tools.database.write() as conn:
            leases.require(conn, lease)
            request_id = sources.at_rest(conn, address)
            media_type = fetch.header("content-type")
            fetch_id = record.record_fetch(conn, request_id, fetch, size=len(response.body), media_type=media_type)
            record.discard(conn, request_id, fetch_id)
            kept = decide(origin, fetch_id, fetch, robots.of_origin(conn, origin), tools.now())
            robots.keep(conn, kept)
        return self._remember(tools, kept, manner)

    def _remember(self, tools: Tools, kept: Kept, manner: Manner | None = None) -> Rules:
        protego = None
        if kept.state == "rules" and kept.digest is not None:
            try:
                protego = Protego.parse(tools.blobs.get(kept.digest).decode("utf-8", "replace"))
            except StorageError:
                protego = None  # bytes that were lost say nothing; they are asked for again tomorrow
        rules = Rules(kept, protego)
        with self._lock:
            self._known[kept.origin] = rules
        return rules

    def delay(self, url: str, agent: str) -> timedelta:
        """The gap an origin asks for (Crawl-delay), a minute at most."""
        with self._lock:
            known = self._known.get(origin_of(url))
        seconds = known.protego.crawl_delay(agent) if known and known.protego else None
        return min(timedelta(seconds=float(seconds or 0)), LONGEST_DELAY)


def _is_allowed_now(tools: Tools, kept: Kept) -> bool:
    """We ourselves refused to dial there, and the settings allow it since: nothing is known of its robots.txt."""
    if kept.state != "unreachable" or not kept.detail.startswith(f"{FetchReason.REFUSED_ADDRESS}: "):
        return False
    allowed = tools.reaching.allow_private if tools.reaching else frozenset()
    return authority(parse_address(kept.origin)) in {authority(parse_address(f"http://{place}")) for place in allowed}


def decide(origin: str, fetch_id: int, fetch: Fetch, before: Kept | None, now: datetime) -> Kept:
    """What an answer means, held against the one before. Pure."""
    status = fetch.status
    if status is not None and 200 <= status < 300:
        state = "rules" if fetch.digest is not None else "none"
        return Kept(origin, fetch_id, now, now + FRESH, status, state, fetch.digest)
    if fetch.reason is FetchReason.REDIRECTS or (status is not None and 300 <= status < 500 and status != 429):
        return Kept(origin, fetch_id, now, now + FRESH, status, "none", None)
    wait = max(AGAIN, fetch.retry_after or timedelta(0))
    if before is not None and before.state == "rules" and now - before.asked_at < GIVEN_UP:
        return Kept(origin, fetch_id, before.asked_at, now + wait, status, "rules", before.digest)
    since = before.asked_at if before is not None and before.state == "unreachable" else now
    if now - since >= GIVEN_UP:
        return Kept(origin, fetch_id, now, now + FRESH, status, "none", None)
    detail = f"{fetch.reason or FetchReason.ROBOTS}: {fetch.detail or f'the server answered {status}'}"
    return Kept(origin, fetch_id, since, now + wait, status, "unreachable", None, detail)
