"""Notices edits of the four files and reads the home again; an edit with a mistake changes nothing and is told once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import ConfigError
from monitor.cache import load_home
from monitor.home import Home, Loaded, rule_files

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
            loaded = load_home(self._home, self._environ, previous=self._loaded)
            if loaded.missing:
                raise ConfigError(list(loaded.missing))
        except ConfigError as error:
            return Edited(fault=error)
        if loaded.digests == self._loaded.digests:
            return None
        self._loaded = loaded
        return Edited(loaded)


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
