"""What the doctor looks at, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

from core.config.settings import Settings
from core.errors import Problem
from monitor.home import Home, Loaded

State = Literal["ok", "warning", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is well, or not; then ``mend`` says what to do about it."""

    state: State
    what: str
    mend: str = ""
    check: str = ""

    def named(self, check: str) -> Self:
        """The same under the name of the check that found it."""
        return replace(self, check=check)


def ok(what: str) -> Finding:
    return Finding("ok", what)


def warning(what: str, mend: str) -> Finding:
    return Finding("warning", what, mend)


def bad(what: str, mend: str) -> Finding:
    return Finding("bad", what, mend)


@dataclass(frozen=True, slots=True)
class Patient:
    """One installation: its home, what could be read of it, and the time.

    ``loaded`` is None where the files have ``problems``; ``settings`` are then what settings.yaml alone says, or what
    counts without it.
    """

    home: Home
    environ: Mapping[str, str]
    now: datetime
    settings: Settings
    loaded: Loaded | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def data(self) -> Path:
        return self.home.data(self.settings)

    @property
    def database_address(self) -> str:
        return self.home.database(self.settings).reveal()

    @property
    def database_file(self) -> Path | None:
        """The SQLite file; None where the database is a PostgreSQL."""
        address = self.database_address
        return Path(address.removeprefix("sqlite:///")) if address.startswith("sqlite:///") else None

    @property
    def channels(self) -> frozenset[str]:
        """The channels receivers use."""
        return frozenset(target.channel for _, target in self.loaded.routes.targets()) if self.loaded else frozenset()
