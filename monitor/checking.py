"""Check now, once: the sources a person names, then what they have just listed, within every host's politeness.

The same leases as the daemon's, so both may run side by side. What a person waits for is said as a note.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from core.model import Purpose
from core.wording import counted
from monitor.tools import Tools
from monitor.workers import Desk, Pool, Worked, claim, work
from storage import holders, sources

PATIENCE: Final = timedelta(seconds=60)  # with a host that another process is asking
LONGEST_PAUSE: Final = timedelta(minutes=2)  # with a host that is to be left alone for a while
LOOK_AGAIN: Final = 0.25


@dataclass(frozen=True, slots=True)
class Reach:
    """How a check is carried out. ``note`` is told what is waited for and what is left to others."""

    hosts_at_once: int = 20
    purpose: Purpose = Purpose.WATCH
    note: Callable[[str], None] = lambda _text: None


@dataclass(slots=True)
class Outcome:
    """Addresses asked, those left to another process or a later time, and faults of ours."""

    asked: int = 0
    left: list[str] = field(default_factory=list)
    faults: int = 0


def check_now(tools: Tools, desk: Desk, source_ids: Sequence[str], reach: Reach) -> Outcome:
    """Ask the addresses of these sources, then whatever they list that is due. Raises StorageError."""
    outcome = Outcome()
    with tools.database.read() as conn:
        starts = sources.start_requests(conn, source_ids)
    with tools.database.write() as conn:  # a person asks: what earlier failures cost a host is lifted, its gap stays
        holders.lift(conn, list(starts.values()), tools.now() + desk.gap)
    pool = Pool(reach.hosts_at_once)
    try:
        round_ = _Round(tools, desk, reach, pool, outcome)
        round_.ask(starts.values())
        while reach.purpose is not Purpose.REHEARSAL and not desk.is_stopping():
            with tools.database.read() as conn:
                due = holders.due_of(conn, sources.requests_of(conn, source_ids), tools.now())
            fresh = [request_id for request_id in due if request_id not in round_.seen]
            if not fresh:
                break
            round_.ask(fresh)
    finally:
        pool.close()
    return outcome


class _Round:
    """Some requests on their way: which are left, what is flying, whom we wait for."""

    def __init__(self, tools: Tools, desk: Desk, reach: Reach, pool: Pool, outcome: Outcome) -> None:
        self.tools, self.desk, self.reach, self.pool, self.outcome = tools, desk, reach, pool, outcome
        self.seen: set[int] = set()
        self.left: dict[int, None] = {}
        self.landed: queue.SimpleQueue[Future[Worked]] = queue.SimpleQueue()
        self.flying = 0
        self.in_hand: set[int] = set()  # claimed and not landed: the lease may be back before the news of it
        self.waiting_since: datetime | None = None
        self.noted: set[str] = set()

    def ask(self, request_ids: Iterable[int]) -> None:
        """Ask all of these, host by host."""
        self.left = dict.fromkeys(request_ids)
        self.seen |= set(self.left)
        while (self.left or self.flying) and not self.desk.is_stopping():
            waiting = [request_id for request_id in self.left if request_id not in self.in_hand]
            claimed = claim(self.tools, self.desk, self.pool.free, waiting) if waiting else []
            for lease in claimed:
                self.flying += 1
                self.in_hand |= {request.id for request in lease.requests}
                self.pool.give(partial(work, self.tools, self.desk, lease, self.reach.purpose), self.landed.put)
            if claimed:
                self.waiting_since = None
            elif self.left and not self.flying:
                self._be_patient()
            self._land()

    def _land(self) -> None:
        try:
            done = self.landed.get(timeout=LOOK_AGAIN if self.left else 1.0) if self.flying else None
        except queue.Empty:
            return
        if done is not None:
            self.flying -= 1
            worked = done.result()
            self.outcome.asked += len(worked.requests)
            self.outcome.faults += worked.faults
            self.in_hand -= set(worked.claimed)
            for request_id in worked.requests:
                self.left.pop(request_id, None)

    def _be_patient(self) -> None:
        """Nothing can be asked now: say why, wait a little, and let go of hosts that would take too long."""
        now = self.tools.now()
        self.waiting_since = self.waiting_since or now
        with self.tools.database.read() as conn:
            states = holders.states(conn, list(self.left))
        for state in states:
            if state.leased_until is not None and state.leased_until > now:
                if now - self.waiting_since > PATIENCE:
                    self._let_go(state.host, "is being asked by another process, which will go on with it")
                else:
                    self._note(f"{state.host} is being asked by another process: waiting")
            elif state.next_allowed_at is not None and state.next_allowed_at - now > LONGEST_PAUSE:
                why = (
                    f"after {counted(state.failures, 'failure')} in a row" if state.failures else "as it was just asked"
                )
                self._let_go(state.host, f"is left alone until {state.next_allowed_at:%H:%M} UTC {why}")
            elif state.next_allowed_at is not None and state.next_allowed_at > now:
                gap = f"{self.desk.gap.total_seconds():g} seconds between two requests"
                many = counted(len(self.left), "address", "addresses")
                self._note(f"{state.host}: {gap}, {many} to go")
        self._pause(states, now)

    def _pause(self, states: Sequence[holders.HostState], now: datetime) -> None:
        """Sleep until the first host may be asked, or a moment."""
        allowed = [state.next_allowed_at - now for state in states if state.next_allowed_at is not None]
        soonest = min((pause.total_seconds() for pause in allowed if pause > timedelta(0)), default=LOOK_AGAIN)
        try:
            self.landed.get(timeout=max(0.01, min(LOOK_AGAIN, soonest)))
        except queue.Empty:
            return

    def _note(self, text: str) -> None:
        host = text.split(" ")[0]
        if host not in self.noted:
            self.noted.add(host)
            self.reach.note(text)

    def _let_go(self, host: str, why: str) -> None:
        with self.tools.database.read() as conn:
            theirs = holders.requests_at(conn, host, list(self.left))
        for request_id in theirs:
            self.left.pop(request_id)
        self.outcome.left.append(host)
        self.reach.note(f"{host} {why}; {counted(len(theirs), 'address', 'addresses')} not asked now")
