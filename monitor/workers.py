"""How jobs run: a claimed host in a thread of a bounded pool, its requests one after another, the host given back.

Nothing that happens to one request stops the house: an unexpected fault is logged, the request is put off, and the next
one is asked. Only a database or disk that takes nothing more ends the work. The only threads of the product's own.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from structlog.contextvars import bind_contextvars, unbind_contextvars

from core.errors import Busy, OnRecordError, StorageError
from core.model import Fetch, FetchReason, Purpose
from core.schedule import next_check
from core.wording import counted
from monitor import combining
from monitor.pipeline import LEASE, Askers, Checked, check_request, manner_for
from monitor.robots import agent_of
from monitor.tools import Fetches, Tools
from storage import events, leases, record
from storage.faults import cannot_go_on
from storage.leases import DueRequest, Lease
from storage.sources import SHARED, Asked

log = logging.getLogger(__name__)

BLOCKED_FOR: Final = timedelta(minutes=15)  # a block lengthens for whoever goes on asking
LONGEST_WAIT: Final = timedelta(days=1)  # that a host may ask for; beyond it an address's own due time counts
LONGEST_GAP: Final = timedelta(hours=1)  # a host that keeps failing is still asked so often
NOT_ASKED_FOR: Final = timedelta(days=1)
OUR_OWN: Final = frozenset(
    (
        FetchReason.REFUSED_ADDRESS,
        FetchReason.BAD_ADDRESS,
        FetchReason.ROBOTS,
        FetchReason.NO_BROWSER,
        FetchReason.PART,  # its own ask told what it says of the host
    )
)
OVERLOADED: Final = frozenset((429, 502, 503, 504))


def paces(sec_per_second: float) -> dict[str, timedelta]:
    """Hosts with a pace of their own: a regulator that says how many requests a second it takes."""
    return {SHARED.removeprefix("."): timedelta(seconds=1 / sec_per_second)}


@dataclass(frozen=True, slots=True)
class Desk:
    """What every worker of a process shares.

    ``owner`` names the process in its leases. ``gap`` lies between two requests to one host; where it is nothing, a
    lease's requests follow one another at once. ``on_checked`` hears of every address asked, one at a time;
    ``is_stopping`` is asked before each. ``paces`` are the gaps of hosts that have one of their own.
    """

    fetcher: Fetches
    owner: str
    gap: timedelta
    on_checked: Callable[[Checked], None]
    is_stopping: Callable[[], bool] = lambda: False
    paces: Mapping[str, timedelta] = field(default_factory=dict)

    def gap_of(self, host: str) -> timedelta:
        """What lies between two requests to a host."""
        return self.paces.get(host, self.gap)


@dataclass(frozen=True, slots=True)
class Worked:
    """What became of a lease: all its requests, those dealt with, and how many of them met a fault of ours."""

    claimed: tuple[int, ...] = ()
    requests: tuple[int, ...] = ()
    faults: int = 0


def claim(tools: Tools, desk: Desk, hosts: int, only: Sequence[int] | None = None) -> list[Lease]:
    """Take up to so many hosts that have something to ask."""
    with tools.database.write() as conn:
        return leases.claim_due(
            conn,
            tools.now(),
            lease=LEASE,
            limit_hosts=hosts,
            only=only,
            owner=desk.owner,
            budget=tools.host_budget,
        )


def work(tools: Tools, desk: Desk, lease: Lease, purpose: Purpose = Purpose.WATCH) -> Worked:
    """Ask what the lease may ask now, then give the host back. Raises StorageError where nothing can be kept."""
    done: list[int] = []
    faults = 0
    use = HostUse(lease.host_failures)
    held_until = lease.leased_until
    asking = lease.requests if not desk.gap_of(lease.host) else lease.requests[:1]
    askers = Askers(tools, asking)
    try:
        for request in asking:
            if desk.is_stopping():
                break
            if tools.now() > held_until - LEASE / 2:
                held_until = tools.now() + LEASE
                with tools.database.write() as conn:
                    leases.hold(conn, lease, held_until)
            try:
                seen = _ask(tools, desk, lease, request, askers, purpose, use)
            except (Busy, _Interrupted) as reason:
                log.info("host %s: %s", lease.host, reason)
                break
            if isinstance(seen, _NotYet):
                break
            faults += seen is None
            use.note(seen)
            done.append(request.id)
    finally:
        _give_back(tools, desk, lease, use)
    return Worked(tuple(request.id for request in lease.requests), tuple(done), faults)


@dataclass(slots=True)
class HostUse:
    """What became of a host under one lease: failures in a row, requests made, and how long it asks to be left alone."""

    failures: int
    asked: int = 0
    retry_after: timedelta = timedelta(0)
    delay: timedelta = timedelta(0)

    def note(self, seen: Checked | None) -> None:
        self.failures = host_failures(self.failures, seen)
        if seen is not None:
            self.asked += seen.requests
            if seen.taken.grade.code == "rate_limited":
                self.retry_after = max(self.retry_after, BLOCKED_FOR)
            self._wait(seen.retry_after)

    def note_part(self, fetch: Fetch) -> None:
        """The same of a page that was asked for the sake of another."""
        is_down = fetch.reason not in OUR_OWN and (fetch.status is None or fetch.status in OVERLOADED)
        self.failures = self.failures + 1 if is_down else 0
        self.asked += 1 + len(fetch.redirects)
        self._wait(fetch.retry_after)

    def _wait(self, asked_for: timedelta | None) -> None:
        self.retry_after = min(max(self.retry_after, asked_for or timedelta(0)), LONGEST_WAIT)


def _asked_for_robots(
    tools: Tools, desk: Desk, lease: Lease, request: DueRequest, asked: tuple[Asked, ...], use: HostUse
) -> bool:
    """Ask for robots.txt first where it is not known or was learned long ago; whether a request was made for it."""
    if tools.robots is None or not asked:
        return False
    manner = manner_for(tools, request, asked)
    is_known = bool(manner.ignore_robots) or tools.robots.rules(tools, request.url) is not None
    if not is_known:
        tools.robots.learn(tools, desk.fetcher, lease, request.url, manner)
        use.asked += 1
    use.delay = max(use.delay, tools.robots.delay(request.url, agent_of(manner.identity or "")))
    return not is_known


def _asked_parts(  # noqa: PLR0913 (a step of _ask(), whose locals it takes)
    tools: Tools,
    desk: Desk,
    lease: Lease,
    request: DueRequest,
    asked: tuple[Asked, ...],
    purpose: Purpose,
    use: HostUse,
) -> bool:
    """Ask the other pages of a document put together from several; whether the host's turn is over with that."""
    if purpose is Purpose.REHEARSAL:
        return False
    while (url := combining.next_part(tools, request, asked)) is not None:
        fetch = combining.ask_part(tools, desk.fetcher, lease, url, manner_for(tools, request, asked))
        use.note_part(fetch)
        if desk.gap_of(lease.host):
            return True
    return False


class _NotYet:
    """The host's turn went to its robots.txt, or to another page of the document; the address has the next one."""


class _Interrupted(Exception):
    """The fetcher was closed under a request; it stays due."""


def _ask(  # noqa: PLR0913 (a step of work(), whose locals it takes)
    tools: Tools,
    desk: Desk,
    lease: Lease,
    request: DueRequest,
    askers: Askers,
    purpose: Purpose,
    use: HostUse,
) -> Checked | _NotYet | None:
    """One request with everything that follows from it; the last line of it, None where a fault of ours stopped it."""
    last: Checked | None = None
    try:
        asked = askers.of(request)
        bind_contextvars(source=asked[0].source.id if asked else None, request=request.id)
        if _asked_for_robots(tools, desk, lease, request, asked, use) and desk.gap_of(lease.host):
            return _NotYet()
        if _asked_parts(tools, desk, lease, request, asked, purpose, use):
            return _NotYet()
        for checked in check_request(tools, desk.fetcher, lease, request, asked, purpose=purpose) if asked else ():
            last = checked
            desk.on_checked(checked)
    except Busy:
        raise
    except Exception as error:  # the worker's edge: one bad page must not stop the house
        if desk.is_stopping() and isinstance(error, RuntimeError):
            raise _Interrupted("interrupted by the stop; it is asked first at the next start") from error
        if isinstance(error, StorageError) and cannot_go_on(error):
            raise
        _put_off(tools, request, error)
        return None
    finally:
        unbind_contextvars("source", "request")
    if last is None:  # nobody asks for it any more
        _rest(tools, request)
    return last


def _put_off(tools: Tools, request: DueRequest, error: Exception) -> None:
    """A fault of ours: say so, and ask again later, not at once and not never."""
    failures = request.failures + 1
    due = next_check(tools.now(), request.every, share=tools.share(), failures=failures)
    what = str(error) if isinstance(error, OnRecordError) else type(error).__name__
    log.error(
        "%s: a fault in On Record (%s); asked again %s UTC", request.url, what, f"{due:%Y-%m-%d %H:%M}", exc_info=error
    )
    with tools.database.write() as conn:
        record.schedule(conn, request.id, due, failures)
        data = {"url": request.url, "error": f"{type(error).__name__}: {error}"[:500]}
        events.write(conn, "check.failed", at=tools.now(), data=data)


def _rest(tools: Tools, request: DueRequest) -> None:
    with tools.database.write() as conn:
        record.schedule(conn, request.id, tools.now() + NOT_ASKED_FOR, 0)


def host_failures(so_far: int, seen: Checked | None) -> int:
    """Failures of the host as a whole, in a row. What we did wrong is not the host's."""
    if seen is None or seen.taken.grade.code in OUR_OWN:
        return so_far
    is_down = seen.taken.status == "failed" and (seen.http_status is None or seen.http_status in OVERLOADED)
    return so_far + 1 if is_down else 0


def gap_after(gap: timedelta, failures: int) -> timedelta:
    """How long to leave a host alone: the gap, doubled with each failure in a row, an hour at most."""
    return min(gap * (1 << min(failures, 12)), max(LONGEST_GAP, gap))


def _give_back(tools: Tools, desk: Desk, lease: Lease, use: HostUse) -> None:
    now, failures, gap = tools.now(), use.failures, desk.gap_of(lease.host)
    wait = max(gap_after(max(gap, use.delay), failures), use.retry_after) if gap else use.retry_after
    allowed_at = now + wait if wait else None
    with tools.database.write() as conn:
        leases.release(conn, lease, allowed_at, failures=failures, asked=use.asked, now=now)
    if gap and failures > lease.host_failures and failures >= 3:
        log.warning("host %s: %s in a row; left alone until %s UTC", lease.host, counted(failures, "failure"),
                    f"{now + wait:%H:%M:%S}")  # fmt: skip


class Pool:
    """Threads that carry out leases, at most so many at a time."""

    def __init__(self, hosts_at_once: int) -> None:
        self._limit = hosts_at_once
        self._executor = ThreadPoolExecutor(hosts_at_once, thread_name_prefix="check")
        self._busy: set[Future[Worked]] = set()
        self._lock = threading.Lock()

    @property
    def free(self) -> int:
        """How many hosts more may be asked now."""
        with self._lock:
            return self._limit - len(self._busy)

    @property
    def busy(self) -> int:
        """How many hosts are being asked."""
        with self._lock:
            return len(self._busy)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        with self._lock:
            return not self._busy

    def give(self, job: Callable[[], Worked], landed: Callable[[Future[Worked]], None]) -> None:
        """Carry out one lease; ``landed`` hears of it in the worker's thread when it is done."""
        future = self._executor.submit(job)
        with self._lock:
            self._busy.add(future)
        future.add_done_callback(lambda done: self._land(done, landed))

    def _land(self, done: Future[Worked], landed: Callable[[Future[Worked]], None]) -> None:
        with self._lock:
            self._busy.discard(done)
        if not done.cancelled():
            landed(done)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until all is done, or so long. True when nothing is under way."""
        with self._lock:
            busy = set(self._busy)
        return not wait(busy, seconds).not_done

    def close(self) -> None:
        """Take nothing more; what is under way goes on until it ends."""
        self._executor.shutdown(wait=False, cancel_futures=True)
