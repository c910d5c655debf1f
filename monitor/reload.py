"""Notices edits of the four files and reads the home again; an edit with a mistake changes nothing and is told once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.errors import ConfigError, Problem
from monitor.cache import load_home
from monitor.home import Home, Loaded, rule_files

PROGRAM: Final = Path(__file__).resolve().parent.parent
LONGEST: Final = 600.0  # seconds

Look = dict[str, tuple[int, int, int] | None]


@dataclass(frozen=True, slots=True)
class Edited:
    """What a look found: a new configuration, or what is wrong with it."""

    loaded: Loaded | None = None
    fault: ConfigError | None = None


class Watcher:
    """Looks at times and sizes first, and reads only where one of them differs."""

    def __init__(self, home: Home, environ: Mapping[str, str], loaded: Loaded) -> None:
        self._home, self._environ = home, environ
        self._loaded = loaded
        self._look = look(home)

    def edited(self) -> Edited | None:
        """What changed since the last call; None where nothing did."""
        seen = look(self._home)
        if seen == self._look:
            return None
        self._look = seen
        try:
            read_beside(self._home, self._environ)
            loaded = load_home(self._home, self._environ)
            if loaded.missing:
                raise ConfigError(list(loaded.missing))
        except ConfigError as error:
            return Edited(fault=error)
        if loaded.digests == self._loaded.digests:
            return None
        self._loaded = loaded
        return Edited(loaded)


def read_beside(home: Home, environ: Mapping[str, str]) -> None:
    """Have an edited home read by a process of its own, which leaves what it made of it for us (monitor/cache.py).

    Ten thousand sources take many seconds, in which nothing else of this process would run. Raises ConfigError with the
    problems it found; where it could not be run at all we read ourselves, slowly.
    """
    command = [sys.executable, "-P", "-m", "monitor", "--home", str(home.path), "validate", "--json"]
    program = os.pathsep.join(path for path in (str(PROGRAM), environ.get("PYTHONPATH", "")) if path)
    try:
        ran = subprocess.run(  # noqa: S603 (our own program, no shell)
            command, env={**environ, "PYTHONPATH": program}, capture_output=True, timeout=LONGEST, check=False
        )
        told = json.loads(ran.stdout.decode().splitlines()[0]) if ran.returncode == 2 else {}
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return
    if told.get("problems"):
        raise ConfigError([Problem(**problem) for problem in told["problems"]])


def look(home: Home) -> Look:
    """Number, size and time of each file of the configuration, None where it is missing."""
    paths = [home.sources, home.routes, home.settings, *(path for path, _ in rule_files(home))]
    return {str(path): _facts(path) for path in paths}


def _facts(path: Path) -> tuple[int, int, int] | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_ino, about.st_size, about.st_mtime_ns
