"""Sends what is due: claim, compose, send, then a receipt, a later time or a dead letter. Never a transaction over a send.

One destination that fails or is slow delays nobody else: a target has at most one message in flight, a channel at most
its share of the lanes, and whatever ends makes room for the next claim at once. Deciding (:func:`outcome`) is pure.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from alerts.channels import Channel, Receipt
from alerts.message import Message, bare, compose
from core.errors import DeliveryError
from core.wording import counted
from storage import outbox
from storage.deliveries import Delivery
from storage.engine import Database

log = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=5)  # longer than any channel waits for its far side
FIRST_PAUSE: Final = timedelta(seconds=15)
LONGEST_PAUSE: Final = timedelta(hours=2)
LEAST_ATTEMPTS: Final = 3  # a machine that slept for a week has not tried for a week
LONGEST_WISH: Final = timedelta(hours=24)  # of a Retry-After
RETRY_FOR: Final = timedelta(days=3)
LANES_PER_CHANNEL: Final = 4
STOP_SECONDS: Final = 5.0
LOOK_AGAIN_SECONDS: Final = 0.5  # while something slow is in flight, others may have become due


@dataclass(frozen=True, slots=True)
class Sent:
    """What one round did: handed over, put off, given up, and reports that came after the claim was lost."""

    sent: int = 0
    retried: int = 0
    dead: int = 0
    late: int = 0

    @property
    def total(self) -> int:
        return self.sent + self.retried + self.dead + self.late


@dataclass(frozen=True, slots=True)
class Policy:
    """How the sender works. ``jitter`` gives 0 to 1; a pause grows by up to a tenth of it.

    With an ``executor`` messages travel side by side; without one they go one after another in the caller's thread.
    ``owner`` names this process, so that another one can take up its claims at once should it die.
    """

    retry_for: timedelta = RETRY_FOR
    lanes_per_channel: int = LANES_PER_CHANNEL
    executor: Executor | None = None
    jitter: Callable[[], float] = field(default=lambda: 0.0)
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a delivery after a failure: a later time, or (None) a dead letter; always with the reason."""

    reason: str
    next_attempt_at: datetime | None
    holds_target: bool = False


def outcome(delivery: Delivery, error: DeliveryError, now: datetime, policy: Policy) -> Outcome:
    """Decide after a failure: what is permanent, or has been tried long enough, is a dead letter."""
    reason = str(error)
    if error.permanent:
        return Outcome(reason, None)
    wish = min(error.retry_after, LONGEST_WISH) if error.retry_after is not None else None
    doubled = FIRST_PAUSE * 2 ** min(delivery.attempts - 1, 20)
    pause = wish if wish is not None else min(doubled, LONGEST_PAUSE)
    pause += pause * 0.1 * policy.jitter()
    if now + pause > delivery.created_at + policy.retry_for and delivery.attempts >= LEAST_ATTEMPTS:
        tries = counted(delivery.attempts, "attempt")
        return Outcome(f"{reason}; given up after {tries} in {_in_words(now - delivery.created_at)}", None)
    return Outcome(reason, now + pause, holds_target=wish is not None)


def _in_words(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    return counted(hours // 24, "day") if hours >= 48 else counted(hours, "hour")


def send_due(
    database: Database,
    channels: Mapping[str, Channel],
    now: Callable[[], datetime],
    *,
    limit: int = 1_000,
    policy: Policy | None = None,
    is_stopping: Callable[[], bool] = lambda: False,
) -> Sent:
    """Send what is due, at most ``limit`` deliveries, until nothing is left or ``is_stopping``.

    What is in flight at a stop gets a few seconds; after that its claim runs out and it is sent again, with its id.
    Raises StorageError where an outcome could not be written: that too ends in a repeat, never in a loss.
    """
    round_ = _Round(database, channels, now, policy or Policy())
    while not is_stopping():
        claimed = round_.claim(limit - round_.taken)
        if not claimed and not round_.flying:
            break
        round_.land(LOOK_AGAIN_SECONDS)
    else:
        round_.land(STOP_SECONDS, wait_for_all=True)
    return Sent(**round_.counts)


class _Round:
    """One call of :func:`send_due`: what is in flight, and what has landed."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        now: Callable[[], datetime],
        policy: Policy,
    ) -> None:
        self.database, self.channels, self.now, self.policy = database, channels, now, policy
        self.flying: dict[Future[Receipt], Delivery] = {}
        self.counts: Counter[str] = Counter()
        self.taken = 0

    def claim(self, limit: int) -> int:
        """Claim for every channel that has a lane free, and send off what was claimed."""
        busy = Counter(delivery.channel for delivery in self.flying.values())
        with self.database.read() as conn:
            due = outbox.due_channels(conn, self.now())
        taken = 0
        for channel in due:
            free = min(self.policy.lanes_per_channel - busy[channel], limit - taken)
            if free <= 0 or channel not in self.channels:
                continue
            if self.policy.executor is None:
                free = 1  # one after another: its outcome is written before the next is claimed
            for delivery in self._claimed(channel, free):
                self._send_off(delivery)
                taken += 1
            if self.policy.executor is None:
                self.land(0.0)
        self.taken += taken
        return taken

    def _claimed(self, channel: str, free: int) -> list[Delivery]:
        with self.database.write() as conn:
            return outbox.claim(conn, self.now(), free, LEASE, channel=channel, owner=self.policy.owner)

    def _send_off(self, delivery: Delivery) -> None:
        if self.policy.executor is not None:
            self.flying[self.policy.executor.submit(_send, self.channels[delivery.channel], delivery)] = delivery
            return
        done: Future[Receipt] = Future()
        try:
            done.set_result(_send(self.channels[delivery.channel], delivery))
        except DeliveryError as error:
            done.set_exception(error)
        self.flying[done] = delivery

    def land(self, seconds: float, *, wait_for_all: bool = False) -> None:
        """Wait so long for something (or for everything) in flight to end, and write down what has."""
        if self.flying:
            done, _ = wait(self.flying, seconds, ALL_COMPLETED if wait_for_all else FIRST_COMPLETED)
            for future in done:
                self.counts[self._record(self.flying.pop(future), future)] += 1

    def _record(self, delivery: Delivery, future: Future[Receipt]) -> str:
        error = future.exception()
        now, token = self.now(), delivery.token or ""
        with self.database.write() as conn:
            if error is None:
                is_kept = outbox.sent(conn, delivery.id, token, future.result(), now)
                return "sent" if is_kept else "late"
            if not isinstance(error, DeliveryError):
                raise error
            decided = outcome(delivery, error, now, self.policy)
            if decided.next_attempt_at is None:
                is_kept = outbox.dead(conn, delivery.id, token, decided.reason, now=now)
                log.error("%s is a dead letter: %s", _named(delivery), decided.reason)
                return "dead" if is_kept else "late"
            failure = outbox.Failure(decided.reason, error.may_have_arrived)
            is_kept = outbox.retry(conn, delivery.id, token, failure, decided.next_attempt_at, now=now)
            if decided.holds_target:
                outbox.hold(conn, delivery.channel, delivery.target, decided.next_attempt_at)
            again = f"{decided.next_attempt_at:%Y-%m-%d %H:%M} UTC"
            log.warning("%s could not be sent and is tried again at %s: %s", _named(delivery), again, decided.reason)
            return "retried" if is_kept else "late"


def _named(delivery: Delivery) -> str:
    """A message for whoever reads the log: what it is for whom; not the target, which may be a secret address."""
    to = f" for {delivery.receiver}" if delivery.receiver else ""
    return f"{delivery.channel} message{to} (delivery {delivery.id})"


def _send(channel: Channel, delivery: Delivery) -> Receipt:
    """Compose and send one delivery. Raises DeliveryError and nothing else."""
    try:
        return channel.send(_made(delivery))
    except DeliveryError:
        raise
    except Exception as error:
        log.exception("delivery %s could not be sent; it will be tried again", delivery.id)
        what = f"a fault in On Record ({type(error).__name__}); the log has the details"
        raise DeliveryError(what, permanent=False) from None


def _made(delivery: Delivery) -> Message:
    """The message; in a few plain words where it cannot be made: somebody must hear, and the log says what is wrong."""
    try:
        return compose(delivery)
    except Exception:
        log.exception("the message of delivery %s could not be made; it goes out in a few plain words", delivery.id)
        return bare(delivery)
