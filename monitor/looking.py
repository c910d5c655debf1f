"""Asking addresses a person wants to know of now, outside the watch: each under the lease of its host, with its gap.

Every ask leaves its row and its bytes (purpose: discovery) and nothing else. robots.txt is asked first and obeyed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from core.model import Ask, Fetch, Manner, Purpose
from monitor.robots import agent_of
from monitor.tools import Tools
from monitor.workers import Desk, claim
from storage import holders, leases, record, sources
from storage.leases import Lease

PATIENCE: Final = timedelta(minutes=3)  # with a host that another process holds, or that wants to be left alone


@dataclass(frozen=True, slots=True)
class Asked:
    """One ask and the bytes it brought."""

    fetch: Fetch
    body: bytes = b""

    @property
    def is_good(self) -> bool:
        return self.fetch.status == 200 and bool(self.body)


class Asker:
    """Asks one address after another. ``pause`` waits so many seconds; ``manner`` is how all of them are asked."""

    def __init__(self, tools: Tools, desk: Desk, pause: Callable[[float], None], manner: Manner | None = None) -> None:
        self._tools, self._desk, self._pause = tools, desk, pause
        reaching = tools.reaching
        self._manner = manner or Manner(identity=reaching.identity if reaching else None)
        self.requests = 0
        self.received = 0

    def ask(self, url: str) -> Asked | None:
        """What the address gives; None where its host could not be had in time."""
        with self._tools.database.write() as conn:
            request_id = sources.at_rest(conn, url)
        begun = self._tools.now()
        while self._tools.now() - begun < PATIENCE:
            held = claim(self._tools, self._desk, 1, [request_id])
            if not held:
                self._wait(request_id)
                continue
            made = 0
            try:
                learned, answer = self._once(held[0], request_id, url)
                made = learned + (answer is not None and answer.fetch.reason is None)
            finally:
                self._give_back(held[0], made)
            self.requests += made
            if answer is not None:
                self.received += len(answer.body)
                return answer
        return None

    def _once(self, lease: Lease, request_id: int, url: str) -> tuple[int, Asked | None]:
        """(requests made for robots.txt, the answer); no answer yet where robots.txt took this turn."""
        tools, robots = self._tools, self._tools.robots
        ask = Ask(url, Purpose.DISCOVERY, manner=self._manner)
        learned = 0
        if robots is not None and not self._manner.ignore_robots:
            rules = robots.rules(tools, url)
            if rules is None:
                rules = robots.learn(tools, self._desk.fetcher, lease, url, self._manner)
                learned = 1
                if self._desk.gap:
                    return learned, None
            refusal = rules.refusal(url, agent_of(self._manner.identity or ""))
            if refusal is not None:
                now = tools.now()
                fetch = Fetch(
                    url, Purpose.DISCOVERY, now, now, None, refusal.reason, refusal.detail, refusal.is_transient
                )
                return learned, self._keep(lease, request_id, Asked(fetch))
        answer = self._desk.fetcher.fetch(ask, tools.now)
        return learned, self._keep(lease, request_id, Asked(answer.fetch, answer.body))

    def _keep(self, lease: Lease, request_id: int, asked: Asked) -> Asked:
        fetch = asked.fetch
        if fetch.digest is not None:
            self._tools.blobs.put(fetch.digest, asked.body)
        with self._tools.database.write() as conn:
            leases.require(conn, lease)
            media_type = fetch.header("content-type")
            fetch_id = record.record_fetch(conn, request_id, fetch, size=len(asked.body), media_type=media_type)
            record.discard(conn, request_id, fetch_id)
        return replace(asked, fetch=replace(fetch, id=fetch_id))

    def _give_back(self, lease: Lease, made: int) -> None:
        now = self._tools.now()
        allowed_at = now + self._desk.gap if self._desk.gap and made else None
        with self._tools.database.write() as conn:
            leases.release(conn, lease, allowed_at, asked=made, now=now)

    def _wait(self, request_id: int) -> None:
        now = self._tools.now()
        with self._tools.database.read() as conn:
            (state,) = holders.states(conn, [request_id])
        until = max((at for at in (state.leased_until, state.next_allowed_at) if at is not None), default=now)
        self._pause(min(max(0.05, (until - now).total_seconds()), 5.0))
