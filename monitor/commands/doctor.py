"""``onrecord doctor``: every finding on a line, and under each that is not well, what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Final

from core.config.settings import Settings
from core.errors import ConfigError, Problem
from core.wording import counted
from monitor.cache import load_home
from monitor.commands.output import emit, note, progress, say
from monitor.doctor import Patient, examine
from monitor.home import Home, load_settings

SIGNS: Final = {"ok": "ok  ", "warning": "!   ", "bad": "BAD "}


def patient(home: Home, environ: Mapping[str, str], now: datetime) -> Patient:
    """The installation as far as it can be read; its problems where it cannot."""
    problems: tuple[Problem, ...] = ()
    loaded = None
    try:
        loaded = load_home(home, environ, keeps=False)
    except ConfigError as error:
        problems = tuple(error.problems)
    try:
        settings = loaded.settings if loaded else load_settings(home, environ)
    except ConfigError:
        settings = Settings()
    return Patient(home, environ, now, settings, loaded, problems)


def doctor(home: Home, environ: Mapping[str, str], now: datetime, *, as_json: bool) -> int:
    """Look at everything; 1 where something is bad, 0 where there are at most warnings."""
    counts: Counter[str] = Counter()
    with progress("looking") as shown:
        for found in examine(patient(home, environ, now)):
            shown.text = f"looking at {found.check}"
            counts[found.state] += 1
            if as_json:
                emit({key: asdict(found)[key] for key in ("check", "state", "what", "mend")})
                continue
            say(f"{SIGNS[found.state]} {found.check:<13}  {found.what}")
            if found.mend:
                say(f"{'':18}  → {found.mend}")
    if not as_json:
        note(_sum(counts))
    return 1 if counts["bad"] else 0


def _sum(counts: Counter[str]) -> str:
    if counts["bad"]:
        return f"{counted(counts['bad'], 'thing')} to mend" + (
            f", {counted(counts['warning'], 'warning')}." if counts["warning"] else "."
        )
    return f"Nothing to mend, {counted(counts['warning'], 'warning')}." if counts["warning"] else "All is well."
