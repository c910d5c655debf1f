"""The far side of a simulated year: pages whose words change on known days, and everything that goes wrong meanwhile.

All of it follows from a seed and the true time, so that any number of lives of the agent meet the same world. Time is
handed in; the agent's own clock may be wrong (``World.clock``).
"""

from __future__ import annotations

import errno
import json
import os
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from alerts.channels import Receipt
from alerts.message import Message
from core.errors import DeliveryError, StorageError
from core.model import Ask, Fetch, FetchReason
from monitor.fetcher import Response
from monitor.tools import Clock
from storage.blobs import BlobStore

START: Final = datetime(2026, 1, 1, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
FILLING: Final = (
    "Halden makes instruments for laboratories in forty countries, and this page says what we stand for.",
    "Every one of our offices is bound by this, wherever it is, and every manager answers for it.",
    "Questions about this policy are answered by our staff within two weeks, in writing.",
)


@dataclass(frozen=True, slots=True)
class Window:
    """From when until when something is so."""

    begin: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        return self.begin <= at < self.end


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens to one source: the day its promise is hedged (None: never), and when its host is down or overrun."""

    hedged_at: datetime | None
    stamps: bool
    down: tuple[Window, ...]
    overrun: tuple[Window, ...]


def address(number: int) -> str:
    """Where a source stands: five to a host."""
    return f"https://h{number // 5}.example/s{number}"


def number_of(url: str) -> int:
    """The source at an address."""
    return int(url.rpartition("/s")[2])


class World:
    """Everything outside the agent. ``now`` is true time, moved by whoever drives."""

    def __init__(self, sources: int, days: int, seed: int = 20190220) -> None:
        dice = random.Random(seed)
        self.sources, self.days, self.now, self.end = sources, days, START, START + days * DAY
        year = days * DAY
        self.plans = [self._plan(dice, number, days) for number in range(sources)]
        self.no_names = _windows(dice, year, days // 60 + 1, HOUR * 2)
        self.no_room = _windows(dice, year, 1, HOUR)
        self.no_mail = _windows(dice, year, days // 90 + 1, HOUR * 9)
        steps = _windows(dice, year, days // 60 + 1, HOUR * 5)
        self.wrong = [(window, dice.choice((2, -1)) * HOUR) for window in steps]

    @staticmethod
    def _plan(dice: random.Random, number: int, days: int) -> Plan:
        is_hedged = number % 4 == 0
        hedged = START + dice.uniform(4, max(5, days - 12)) * DAY if is_hedged else None
        rare = days / 365
        down = _windows(dice, days * DAY, 1, dice.uniform(1, 6) * DAY) if dice.random() < 0.2 * rare + 0.02 else []
        overrun = _windows(dice, days * DAY, 1, DAY) if dice.random() < 0.1 * rare + 0.02 else []
        return Plan(hedged, number % 50 == 7, tuple(down), tuple(overrun))

    def clock(self) -> datetime:
        """The agent's clock, which is at times wrong."""
        return self.now + next((by for window, by in self.wrong if window.holds(self.now)), timedelta(0))

    def seconds(self) -> float:
        """The counter that never jumps."""
        return (self.now - START).total_seconds()

    # --- pages ---------------------------------------------------------------------------------------------------

    def fetch(self, ask: Ask, now: Clock) -> Response:
        """What the host of an address answers now."""
        at, began = self.now, now()
        host, _, path = ask.url.removeprefix("https://h").partition(".example/")
        number = number_of(ask.url) if path.startswith("s") else int(host) * 5
        plan = self.plans[number]
        down = [window for each in self.plans[int(host) * 5 : int(host) * 5 + 5] for window in each.down]
        if any(window.holds(at) for window in self.no_names):
            return _lost(ask, began, FetchReason.DNS, "no address found for the name")
        if any(window.holds(at) for window in down):
            return _lost(ask, began, FetchReason.CONNECT, "connection refused")
        if any(window.holds(at) for window in plan.overrun):
            headers = (("retry-after", "7200"), ("content-type", "text/plain"))
            return _answer(ask, began, 429, headers, b"Too Many Requests", retry_after=HOUR * 2)
        if path == "robots.txt":
            return _answer(ask, began, 404, (("content-type", "text/plain"),), b"Not Found")
        body = self.page(number, at, is_home=not path)
        etag = f'"{sha256(body).hexdigest()[:16]}"'
        headers = (("content-type", "text/html; charset=utf-8"), ("etag", etag))
        return _answer(ask, began, 304, headers, b"") if ask.etag == etag else _answer(ask, began, 200, headers, body)

    def page(self, number: int, at: datetime, *, is_home: bool = False) -> bytes:
        """The words of a source at a time; some pages carry the day in a line of its own."""
        plan = self.plans[number]
        word = "knowingly " if plan.hedged_at is not None and at >= plan.hedged_at else ""
        promise = f"We will not {word}sell device {number} to the police in any region where it is used against people."
        stamp = f"<p>Last updated: {at:%d %B %Y}</p>" if plan.stamps else ""
        texts = [] if is_home else [promise]
        paragraphs = "".join(f"<p>{text}</p>" for text in (*texts, *FILLING))
        return f"<!doctype html><html lang=en><title>Policy {number}</title><main><h1>Policy</h1>{paragraphs}{stamp}</main></html>".encode()

    def close(self) -> None:
        """Nothing is open."""

    def scripted(self, until: datetime) -> set[int]:
        """The sources whose promise was hedged by then."""
        return {
            number for number, plan in enumerate(self.plans) if plan.hedged_at is not None and plan.hedged_at < until
        }


def _windows(dice: random.Random, within: timedelta, count: int, length: timedelta) -> list[Window]:
    """So many, none in the first two days or the last four: the year ends in peace, so that all can arrive."""
    last = (within - DAY * 4 - length) / DAY
    begins = [START + dice.uniform(2, max(2.5, last)) * DAY for _ in range(count)]
    return [Window(begin, begin + length) for begin in sorted(begins)]


def _lost(ask: Ask, at: datetime, reason: FetchReason, detail: str) -> Response:
    return Response(Fetch(ask.url, ask.purpose, at, at, reason=reason, detail=detail, transient=True), b"")


def _answer(
    ask: Ask,
    at: datetime,
    status: int,
    headers: tuple[tuple[str, str], ...],
    body: bytes,
    retry_after: timedelta | None = None,
) -> Response:
    digest = sha256(body).hexdigest() if body else None
    fetch = Fetch(
        ask.url, ask.purpose, at, at, status=status, transient=status == 429, final_url=ask.url, headers=headers,
        digest=digest, retry_after=retry_after,
    )  # fmt: skip
    return Response(fetch, body)


class FullDisk(BlobStore):
    """The archive of bytes on a disk that is full for an hour."""

    def __init__(self, folder: Path, world: World) -> None:
        super().__init__(folder)
        self.world = world

    def put(self, digest: str, body: bytes, *, previous: str | None = None) -> bool:
        if any(window.holds(self.world.now) for window in self.world.no_room) and not self.has(digest):
            raise StorageError("the disk is full") from OSError(errno.ENOSPC, "No space left on device")
        return super().put(digest, body, previous=previous)


@dataclass(frozen=True, slots=True)
class Post:
    """A mailbox that is closed for some nights; what it takes is a line of a file, whoever dies meanwhile."""

    file: Path
    world: World

    def send(self, message: Message) -> Receipt:
        if any(window.holds(self.world.now) for window in self.world.no_mail):
            raise DeliveryError("mail server could not be reached", permanent=False)
        line = json.dumps({"id": message.delivery_id, "subject": message.subject, "at": self.world.now.isoformat()})
        handle = os.open(self.file, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            os.write(handle, f"{line}\n".encode())
        finally:
            os.close(handle)
        return {"answer": "accepted"}
