"""The pieces a check uses, handed in by ``monitor/app.py``: seams, so that tests and the demo can bring their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from core.config.routes import Routes
from core.matching import Commitments, Rules
from core.model import Ask, Company, Fetch, Reading
from core.text.feed import Feed
from storage.blobs import BlobStore
from storage.engine import Database

Clock = Callable[[], datetime]


class Response(Protocol):
    """One attempt with the bytes it brought (``b""`` where there are none)."""

    @property
    def fetch(self) -> Fetch: ...
    @property
    def body(self) -> bytes: ...


class Fetches(Protocol):
    """Asks one address; never raises for what the far side does."""

    def fetch(self, ask: Ask, now: Clock) -> Response: ...


class Reads(Protocol):
    """Makes sense of bytes somewhere they can do no harm; raises ReadError."""

    def read(
        self,
        body: bytes,
        *,
        content_type: str | None,
        url: str,
        select: tuple[str, ...] = (),
        remove: tuple[str, ...] = (),
        kind: str = "page",
    ) -> Reading: ...

    def read_list(  # noqa: PLR0913 (what a kind's read takes)
        self,
        kind: str,
        body: bytes,
        *,
        content_type: str | None,
        url: str,
        select: tuple[str, ...] = (),
        remove: tuple[str, ...] = (),
        options: tuple[tuple[str, str], ...] = (),
    ) -> Feed: ...


class AllRules(Rules, Protocol):
    """The rules of a home (``core.rules.RuleSet``)."""

    def ids(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """Everything a check needs. ``tells`` off: changes are recorded and nobody is told (imports).

    ``gone_after_captures`` that agree over ``gone_after`` make a status of "no such page" a claim (settings.yaml).
    ``patience``: how long a later part of a case waits for others to share its message; a check by hand sends at its end.
    """

    database: Database
    blobs: BlobStore
    reader: Reads
    rules: AllRules
    commitments: Commitments
    routes: Routes
    now: Clock
    share: Callable[[], float]  # random numbers in [0, 1), for jitter
    companies: Mapping[str, Company] = field(default_factory=dict)
    base_url: str | None = None
    tells: bool = True
    gone_after_captures: int = 3
    gone_after: timedelta = timedelta(hours=24)
    lines: Mapping[str, int] = field(default_factory=dict)  # of sources in sources.yaml, for messages
    patience: timedelta = timedelta(0)
