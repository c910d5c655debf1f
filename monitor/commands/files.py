"""``onrecord validate``, ``init``, ``schema`` and ``rules test``: the files a person writes."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import ConfigError, Problem
from core.wording import counted
from monitor.commands.output import emit, note, say
from monitor.home import Home


def validate(home: Home, environ: Mapping[str, str], *, as_json: bool) -> int:
    """Check every file strictly, without starting anything. 2 with every problem, 0 where all is sound."""
    from monitor.cache import load_home

    try:
        loaded = load_home(home, environ)
    except ConfigError as error:
        if as_json:
            emit({"ok": False, "problems": [_problem(each) for each in error.problems], "missing": []})
        raise
    watched = loaded.watchlist
    counts = {
        "companies": len(watched.companies),
        "sources": len(watched.sources),
        "enabled": len(watched.enabled),
        "packs": len(loaded.rules.packs),
        "rules": len(loaded.rules.rules),
        "receivers": len(loaded.routes.receivers),
    }
    if as_json:
        emit({"ok": True, "problems": [], "missing": [_problem(each) for each in loaded.missing], **counts})
        return 0
    say(
        f"{home.path}: sound. {counted(counts['companies'], 'company', 'companies')}, "
        f"{counted(counts['sources'], 'source')} ({counts['enabled']} on), "
        f"{counted(counts['rules'], 'rule')} in {counted(counts['packs'], 'pack')}, "
        f"{counted(counts['receivers'], 'receiver')}."
    )
    for problem in loaded.missing:
        note(f"{problem} (needed before `onrecord run`)")
    return 0


def _problem(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.file,
        "line": problem.line,
        "message": problem.message,
        "suggestion": problem.suggestion,
    }
