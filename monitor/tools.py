"""The pieces a check uses, handed in by ``monitor/app.py``: seams, so that tests and the demo can bring their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from core.config.routes import Routes
from core.manner import Reaching
from core.matching import Rules
from core.model import Ask, Company, Fetch, FetchReason, Manner, Reading
from core.parts import Chosen
from core.promising import Promising
from core.text.feed import Feed
from core.text.site import SitePage
from storage.blobs import BlobStore
from storage.engine import Database
from storage.leases import Lease

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

    def read(  # noqa: PLR0913 (what a kind's read takes)
        self,
        body: bytes,
        *,
        content_type: str | None,
        url: str,
        select: tuple[str, ...] = (),
        remove: tuple[str, ...] = (),
        parts: tuple[Chosen, ...] = (),
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


class ReadsSites(Reads, Protocol):
    """Reads that also tell where a page leads."""

    def read_site(self, body: bytes, *, content_type: str | None, url: str) -> SitePage: ...


class Obeys(Protocol):
    """Knows what robots.txt of every origin says (``monitor/robots.py``)."""

    def rules(self, tools: Tools, url: str) -> Says | None: ...
    def learn(self, tools: Tools, fetcher: Fetches, lease: Lease, url: str, manner: Manner) -> Says: ...
    def delay(self, url: str, agent: str) -> timedelta: ...


class Says(Protocol):
    """What one origin's robots.txt says."""

    def refusal(self, url: str, agent: str) -> Refusal | None: ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an address is not asked, as its fetch says it."""

    reason: FetchReason
    detail: str
    is_transient: bool = False


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
    commitments: Promising
    routes: Routes
    now: Clock
    share: Callable[[], float]  # random numbers in [0, 1), for jitter
    companies: Mapping[str, Company] = field(default_factory=dict)
    base_url: str | None = None
    tells: bool = True
    gone_after_captures: int = 3
    gone_after: timedelta = timedelta(hours=24)
    reaching: Reaching | None = None  # as whom and by which way; None: as the fetcher was made
    host_budget: int | None = None  # requests a host may get a day
    robots: Obeys | None = None  # None: nobody asks for robots.txt (tests, the rehearsal)
    lines: Mapping[str, int] = field(default_factory=dict)  # of sources in sources.yaml, for messages
    patience: timedelta = timedelta(0)
    shows_shells: bool = False  # whether pages without text are shown by a browser (settings.yaml)
