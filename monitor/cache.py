"""What was parsed last time, so that a start need not parse thousands of lines of YAML again. JSON, never pickle.

One file in the data folder, used only where the text of the configuration and the code that reads it are the very same;
anything else about it that is odd means it is not used. Losing it costs a second.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import core
from core.config.routes import console_routes
from core.config.settings import Settings
from core.config.sources import Defaults, Registry, Watchlist
from core.model import Company, Source
from core.rules.ruleset import RuleSet
from monitor.home import Home, Loaded, load, load_settings
from monitor.kinds import built_kinds

NAME: Final = "configuration.json"
FORMAT: Final = 1


def load_home(home: Home, environ: Mapping[str, str], *, previous: Loaded | None = None, keeps: bool = True) -> Loaded:
    """Everything the home says, parsed again only where it changed. Raises ConfigError with every problem.

    Without ``keeps`` what was parsed is used where it is there, and nothing is written.
    """
    kinds = built_kinds()
    path = _path(home, environ)
    kept = previous or (_read(home, path) if path else None)
    loaded = load(home, environ, built_kinds=kinds, previous=kept)
    is_new = kept is None or kept.watchlist is not loaded.watchlist or kept.rules is not loaded.rules
    if path is not None and is_new and keeps:
        _write(path, loaded)
    return loaded


def keep(loaded: Loaded) -> None:
    """Leave what was parsed for the next start where the data folder was made only after it was read."""
    path = loaded.home.data(loaded.settings) / NAME
    if not path.exists():
        _write(path, loaded)


def watchlist_digest(loaded: Loaded) -> str:
    """Of the text of sources.yaml and of the code that reads it: equal ones name equal sources. Empty where unknown."""
    known = loaded.digests.get("sources.yaml", "")
    return f"{known}:{_mark()}" if known else ""


def _path(home: Home, environ: Mapping[str, str]) -> Path | None:
    """Where the file is; None where there is no data folder yet, or no telling where it is."""
    try:
        folder = home.data(load_settings(home, environ))
    except Exception:  # noqa: BLE001 (what is wrong with the settings is told by load, with everything else)
        return None
    return folder / NAME if folder.is_dir() else None


def _mark() -> str:
    """Changes whenever the code that reads the configuration does."""
    folder = Path(next(iter(core.__path__)))
    code = [path for part in ("config", "query", "rules", "text") for path in sorted((folder / part).glob("*.py"))]
    code += [folder / "model.py"]
    facts = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in code]
    return sha256(json.dumps([FORMAT, sorted(built_kinds()), facts]).encode()).hexdigest()


def _read(home: Home, path: Path) -> Loaded | None:
    """A stand-in for the last configuration that knows its watch list and its rules; None where there is none."""
    try:
        kept = json.loads(path.read_bytes())
        if kept["mark"] != _mark():
            return None
        return Loaded(
            home=home,
            watchlist=_watchlist(kept["watchlist"]),
            rules=RuleSet.from_plain(kept["rules"]),
            routes=console_routes(),
            settings=Settings(),
            digests=kept["digests"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, loaded: Loaded) -> None:
    digests = {name: digest for name, digest in loaded.digests.items() if name.startswith(("sources", "rules"))}
    kept = {
        "mark": _mark(),
        "digests": digests,
        "watchlist": _plain(loaded.watchlist),
        "rules": loaded.rules.to_plain(),
    }
    partial = path.with_name(f"{NAME}.{secrets.token_hex(4)}")
    with contextlib.suppress(OSError):
        try:
            file = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(file, "w", encoding="utf-8") as out:
                json.dump(kept, out)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


def _plain(watchlist: Watchlist) -> dict[str, Any]:
    defaults = watchlist.defaults
    return {
        "companies": [asdict(company) for company in watchlist.companies],
        "sources": [asdict(source) | {"every": source.every.total_seconds()} for source in watchlist.sources],
        "defaults": {
            "every": {kind: every.total_seconds() for kind, every in defaults.every.items()},
            "enabled": defaults.enabled,
            "jitter": defaults.jitter,
            "lang": defaults.lang,
            "sec_forms": dict(defaults.sec_forms),
        },
        "registries": [asdict(registry) for registry in watchlist.registries],
        "editions": dict(watchlist.editions),
        "lines": dict(watchlist.lines),
    }


def _watchlist(kept: Mapping[str, Any]) -> Watchlist:
    given = kept["defaults"]
    defaults = Defaults(
        every=MappingProxyType({kind: timedelta(seconds=every) for kind, every in given["every"].items()}),
        enabled=given["enabled"],
        jitter=given["jitter"],
        lang=given["lang"],
        sec_forms=MappingProxyType({name: tuple(forms) for name, forms in given["sec_forms"].items()}),
    )
    return Watchlist(
        companies=tuple(Company(**_tuples(company)) for company in kept["companies"]),
        sources=tuple(
            Source(**_tuples(source) | {"every": timedelta(seconds=source["every"])}) for source in kept["sources"]
        ),
        defaults=defaults,
        registries=tuple(Registry(**registry) for registry in kept["registries"]),
        editions=MappingProxyType({name: tuple(others) for name, others in kept["editions"].items()}),
        lines=MappingProxyType(dict(kept["lines"])),
    )


def _tuples(kept: Mapping[str, Any]) -> dict[str, Any]:
    """JSON knows only lists; the values hold tuples, and pairs of them."""
    return {key: _tuple(value) if isinstance(value, list) else value for key, value in kept.items()}


def _tuple(value: list[Any]) -> tuple[Any, ...]:
    return tuple(_tuple(each) if isinstance(each, list) else each for each in value)
