"""Builds the concrete things and hands them out. Nothing else does.

:func:`open_archive` is enough for commands that only read; :func:`build` makes the whole agent. Clock, fetcher, reader
and channels can be handed in: the demo and the tests bring their own, and the product has no other switch.
"""

from __future__ import annotations

import logging
import os
import random
import sysconfig
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, runtime_checkable

from core.config.settings import Settings
from core.errors import StorageError
from core.manner import Reaching
from core.model import Finding
from monitor.home import Home, Loaded, load, load_settings
from monitor.kinds import built_kinds
from monitor.restoring import refuse_half_restored
from monitor.robots import Robots
from monitor.tools import Clock, Fetches, Reads, Tools
from storage.blobs import BlobStore
from storage.engine import Database, open_database
from storage.migrate import prepare

if TYPE_CHECKING:
    from core.commitments import Frame, Lexicon

# In the folder of the program, or where an installed package puts it.
_FOLDERS = (Path(__file__).resolve().parent.parent, Path(sysconfig.get_path("data"), "share/onrecord"))
LEXICON = (
    next((folder for folder in _FOLDERS if (folder / "lexicon").is_dir()), _FOLDERS[0]) / "lexicon/commitments.yaml"
)


log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The product's clock."""
    return datetime.now(UTC)


@runtime_checkable
class Closes(Protocol):
    """Something that must be closed at the end."""

    def close(self) -> None: ...


@dataclass(slots=True)
class Archive:
    """The database and the archive of bytes of one home, ready to use. A context manager."""

    home: Home
    settings: Settings
    database: Database
    blobs: BlobStore

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self.database.close()


@dataclass(slots=True)
class Agent:
    """Everything that checks and tells. A context manager: closing stops reader processes and the fetcher's loop."""

    archive: Archive
    loaded: Loaded
    tools: Tools
    fetcher: Fetches
    closing: list[Closes] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def new_fetcher(self, settings: Settings) -> Fetches:
        """A fetcher for edited settings; the ones before it go on with what they have in hand until the end."""
        self.fetcher = _fetcher(settings)
        self.closing.append(self.fetcher) if isinstance(self.fetcher, Closes) else None
        return self.fetcher

    def close_fetchers(self) -> None:
        """Cut short every request under way, and close what asks and reads."""
        for each in self.closing:
            if hasattr(each, "fetch"):
                each.close()

    def close(self) -> None:
        """Give back what was opened, last opened first."""
        while self.closing:
            self.closing.pop().close()
        self.archive.database.close()


def open_archive(home: Home, environ: Mapping[str, str], settings: Settings | None = None) -> Archive:
    """The archive of a home, made and brought to the current schema where needed. Raises ConfigError, StorageError."""
    settings = settings or load_settings(home, environ)
    data = home.make_data(settings)
    refuse_half_restored(data)
    if not os.access(data, os.W_OK):
        raise StorageError(
            f"{data} cannot be written to: the disk is read-only, or the folder is another user's. Nothing was changed; "
            "onrecord doctor says how to mend it"
        )
    database = open_database(home.database(settings).reveal())
    kept = prepare(database)
    if kept is not None:
        log.warning("the database was brought up to date; as it was before, it is kept in %s", kept)
    return Archive(home, settings, database, BlobStore(data / "blobs"))


def build(
    home: Home,
    environ: Mapping[str, str],
    *,
    now: Clock = utc_now,
    fetcher: Fetches | None = None,
    reader: Reads | None = None,
    loaded: Loaded | None = None,
) -> Agent:
    """The agent of a home. Raises ConfigError with the problems of every file, StorageError for the database."""
    loaded = loaded or load(home, environ, built_kinds=built_kinds())
    archive = open_archive(home, environ, loaded.settings)
    closing: list[Closes] = []
    if reader is None:
        reader = _reader(loaded.settings)
        closing.append(reader) if isinstance(reader, Closes) else None
    if fetcher is None:
        fetcher = _fetcher(loaded.settings)
        closing.append(fetcher) if isinstance(fetcher, Closes) else None
    tools = make_tools(archive, loaded, reader, now)
    return Agent(archive, loaded, tools, fetcher, closing)


def make_tools(archive: Archive, loaded: Loaded, reader: Reads, now: Clock, *, tells: bool = True) -> Tools:
    """The pieces of a check for one state of the configuration; a reload makes them anew."""
    return Tools(
        database=archive.database,
        blobs=archive.blobs,
        reader=reader,
        rules=loaded.rules,
        commitments=lexicon(),
        routes=loaded.routes,
        now=now,
        share=random.random,
        companies={company.id: company for company in loaded.watchlist.companies},
        base_url=loaded.settings.web.base_url,
        tells=tells,
        gone_after_captures=loaded.settings.alerts.gone_after_captures,
        gone_after=loaded.settings.alerts.gone_after,
        lines=loaded.watchlist.lines,
        reaching=reaching_of(loaded.settings),
        robots=Robots(),
        host_budget=loaded.settings.fetch.host_requests_per_day,
        shows_shells=loaded.settings.browser.for_empty_shells,
    )


def reaching_of(settings: Settings) -> Reaching:
    """What the settings say of who asks and by which way."""
    fetch = settings.fetch
    return Reaching(
        fetch.identity,
        fetch.contact,
        fetch.regulator_identity,
        {name: secret.reveal() for name, secret in settings.proxies.items()},
        fetch.host_proxies,
        frozenset(fetch.allow_private),
    )


def _reader(settings: Settings) -> Reads:
    from monitor.readers import ReaderPool  # lxml and friends: only where something is read

    limits = settings.readers
    return ReaderPool(limits.processes, limits.memory_mb, limits.seconds)


def _fetcher(settings: Settings) -> Fetches:
    from monitor.browser.fetcher import BrowsingFetcher
    from monitor.fetcher import FetchLimits

    fetch = settings.fetch
    return BrowsingFetcher(
        FetchLimits(
            user_agent=fetch.identity,
            total_seconds=fetch.timeout_seconds,
            max_bytes=fetch.max_bytes,
            max_redirects=fetch.max_redirects,
            allow_private=frozenset(fetch.allow_private),
        ),
        settings.browser,
    )


class LazyLexicon:
    """The shipped lexicon, read when it is first asked something: it takes a second, and most checks find nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: Lexicon | None = None

    def holds_commitment(self, text: str, *, lead_in: str = "") -> bool:
        return self._lexicon().holds_commitment(text, lead_in=lead_in)

    def refuses(self, sentence: str, *, lead_in: str = "") -> bool:
        return self._lexicon().refuses(sentence, lead_in=lead_in)

    def names_topic(self, text: str) -> bool:
        return self._lexicon().names_topic(text)

    def compare(
        self,
        before: str,
        after: str,
        *,
        lead_in_before: str = "",
        lead_in_after: str = "",
        company_names: tuple[str, ...] = (),
    ) -> Finding:
        leads = {"lead_in_before": lead_in_before, "lead_in_after": lead_in_after}
        return self._lexicon().compare(before, after, **leads, company_names=company_names)

    @property
    def version(self) -> str:
        return self._lexicon().version

    def frame(self, sentence: str, *, lead_in: str = "", company_names: tuple[str, ...] = (), lang: str = "") -> Frame:
        return self._lexicon().frame(sentence, lead_in=lead_in, company_names=company_names, lang=lang)

    def not_said(self, frame: Frame, topics: Sequence[str]) -> tuple[str, ...]:
        return self._lexicon().not_said(frame, topics)

    def _lexicon(self) -> Lexicon:
        with self._lock:
            if self._read is None:
                from core.commitments import parse_lexicon

                self._read = parse_lexicon(LEXICON.read_text(encoding="utf-8"), LEXICON.name)
            return self._read


@cache
def lexicon() -> LazyLexicon:
    """What tells a promise from other sentences."""
    return LazyLexicon()
