"""``onrecord validate``, ``init`` and ``schema``: the files a person writes."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import ConfigError, Problem
from core.wording import counted
from monitor.commands.output import emit, note, say
from monitor.home import Home
from monitor.linting import remarks_on_sources, warnings


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
    remarks, slips = warnings(loaded), remarks_on_sources(loaded.watchlist)
    if as_json:
        missing = [_problem(each) for each in loaded.missing]
        emit(
            {
                "ok": True,
                "problems": [],
                "missing": missing,
                "warnings": [_problem(each) for each in (*slips, *remarks)],
            }
            | counts
        )
        return 0
    say(
        f"{home.path} is sound: {counted(counts['companies'], 'company', 'companies')}, "
        f"{counted(counts['sources'], 'source')} ({counts['enabled']} on), "
        f"{counted(counts['rules'], 'rule')} in {counted(counts['packs'], 'pack')}, "
        f"{counted(counts['receivers'], 'receiver')}."
    )
    for slip in slips:
        note(f"{slip} (a warning)")
    for warning in remarks:
        note(f"{warning} (a warning: the rule is in force; onrecord rules lint says more)")
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


def init(home: Home, *, as_json: bool, asks: bool = False) -> int:
    """Write the starter files that are missing; nothing is ever overwritten.

    With ``asks`` (a person at a terminal, and a home without files) five questions come first.
    """
    from monitor.commands import questions
    from monitor.home import starter_files, write_files

    files, secrets = starter_files(), dict[str, str]()
    is_first = not any((home.path / name).exists() for name in files)
    if asks and is_first and not as_json:
        answers = questions.ask()
        files, secrets = questions.files(answers, files), questions.secrets(answers)
    written = write_files(home, files)
    kept = {name: home.keep_secret(name, text) for name, text in secrets.items()}
    if as_json:
        emit({"home": str(home.path), "written": [name for name, is_new in written.items() if is_new],
              "kept": [name for name, is_new in written.items() if not is_new]})  # fmt: skip
        return 0
    for name, is_new in written.items():
        say(f"{'wrote' if is_new else 'kept '}  {home.path / name}")
    for path in kept.values():
        say(f"wrote  {path} (a secret: only you can read it)")
    note("Next: onrecord doctor, onrecord check --dry-run, onrecord run." if asks and is_first else
         "Next: edit sources.yaml, then onrecord validate, onrecord check --dry-run, onrecord run.")  # fmt: skip
    return 0


def print_schema(name: str | None) -> int:
    """The JSON Schema of one file (``sources``, ``routes``, ``settings``), or all of them by name. Raises NotFound."""
    import json

    from core.config.schema import schemas
    from core.errors import NotFound

    found = {file.removesuffix(".schema.json"): text for file, text in schemas().items()}
    if name is None:
        say(json.dumps({known: json.loads(text) for known, text in found.items()}, indent=2, ensure_ascii=False))
    elif name in found:
        say(found[name].rstrip("\n"))
    else:
        raise NotFound(f"there is no schema {name!r}; there are {', '.join(found)}")
    return 0
