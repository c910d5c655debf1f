"""``onrecord statement``: a statement entered by hand, listed, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, TextIO

from core.errors import ConfigError, NotFound, Problem, ReadError
from core.statements import MAX_FILE, Statement, checked, dates_of
from core.text.visible import one_line
from core.wording import label, long_date, stamp
from monitor import sending
from monitor.app import build
from monitor.cache import load_home
from monitor.commands.output import emit, note, say
from monitor.commands.reading import archive_of
from monitor.entering import Beside, Entered, Handed, enter, known_company
from monitor.home import Home
from monitor.lockfile import Holder
from storage import statements
from storage.statements import StatementRow

Json = dict[str, Any]
_TYPES: Final = {".html": "text/html", ".htm": "text/html", ".pdf": "application/pdf", ".eml": "message/rfc822"}


def add(
    home: Home,
    environ: Mapping[str, str],
    statement: Statement,
    words: str,
    *,
    stdin: TextIO,
    evidence: str,
    as_json: bool,
) -> int:
    """Enter it, tell of it, and print what the company said before on the same topic."""
    handed = _handed(words, stdin, evidence)
    loaded = load_home(home, environ)
    with build(home, environ, loaded=loaded) as agent:
        tools = agent.tools
        company = known_company(tools, statement.company)
        if company is None:
            near = get_close_matches(statement.company, list(tools.companies), 1, 0.5)
            message = f"there is no company {statement.company!r}"
            raise ConfigError([Problem("sources.yaml", None, message, near[0] if near else None)])
        today = tools.now().date()
        if not statement.dates.observed:
            statement = replace(statement, dates=replace(statement.dates, observed=today.isoformat()))
        try:
            entered = enter(tools, company, checked(statement, today), handed)
        except ReadError as error:
            raise ConfigError([Problem(one_line(words, 300), None, f"{error.detail}; nothing was entered")]) from error
        channels = sending.channels_of(loaded, lambda text: (note if as_json else say)(text.rstrip("\n")), tools.now)
        with Holder(home.data(loaded.settings)) as holder:
            sending.send(tools, loaded, channels, owner=holder.name)
    _print_entered(entered, as_json=as_json)
    return 0


def list_statements(home: Home, environ: Mapping[str, str], company: str | None, *, as_json: bool) -> int:
    """Every one, the newest first."""
    with archive_of(home, environ) as archive, archive.database.read() as conn:
        rows = statements.listed(conn, company)
    for row in rows:
        emit(_row(row)) if as_json else _print_row(row)
    if not rows and not as_json:
        note("No statements were entered. `onrecord statement add --help` says how.")
    return 0


def withdraw(home: Home, environ: Mapping[str, str], number: int, reason: str, *, undo: bool, as_json: bool) -> int:
    """Mark one as entered in error, or take that back."""
    from monitor.app import utc_now

    with archive_of(home, environ) as archive, archive.database.write() as conn:
        if undo:
            row = statements.restore(conn, number, utc_now())
        else:
            before = statements.by_id(conn, number)
            row = statements.withdraw(conn, number, one_line(reason, 500), utc_now())
            if before.withdrawn_at is not None:
                note("It was withdrawn before, for the reason that stands here; nothing was changed.")
    emit(_row(row)) if as_json else _print_row(row)
    return 0


# --- what was handed in -------------------------------------------------------------------------------------------------


def _handed(words: str, stdin: TextIO, evidence: str) -> Handed:
    kept = _file(Path(evidence)) if evidence else b""
    if words == "-":
        return Handed(_text(stdin.read()), "text/plain; charset=utf-8", kept)
    path = Path(words)
    if _is_folder(path):
        raise ConfigError([Problem(words, None, "a folder: name the file in it")])
    if _is_file(path):
        return Handed(_file(path), _TYPES.get(path.suffix.lower(), "text/plain"), kept)
    if len(words.split()) == 1 and ("/" in words or path.suffix):
        raise NotFound(f"there is no file {words!r}")
    return Handed(_text(words), "text/plain; charset=utf-8", kept)


def _text(words: str) -> bytes:
    if not words.strip():
        raise ConfigError([Problem("statement", None, "it has no words")])
    return words.encode("utf-8", "replace")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a long text is no name of a file
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _file(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_FILE:
            limit = f"{MAX_FILE // 1_000_000} MB"
            what = "keep a smaller copy of it, and give the words as text with --evidence"
            raise ConfigError(
                [Problem(str(path), None, f"too large for a statement ({size / 1e6:,.0f} MB, limit {limit}): {what}")]
            )
        if size == 0:
            raise ConfigError([Problem(str(path), None, "the file is empty")])
        return path.read_bytes()
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror or error}") from error


# --- printing -----------------------------------------------------------------------------------------------------------


def _print_entered(entered: Entered, *, as_json: bool) -> None:
    if as_json:
        emit(
            _row(entered.row)
            | {
                "alerts": entered.taken.alerts,
                "new": entered.is_new,
                "beside": [_beside(each) for each in entered.beside],
            }
        )
        return
    if not entered.is_new:
        note("These words were entered before; nothing was changed.")
    _print_row(entered.row)
    for each in entered.beside:
        say(f"\n  said now     {one_line(each.sentence, 400)}")
        gone = f", gone since {_moment(each.earlier.gone_since)}" if each.earlier.gone_since else ""
        say(f"  said before  {one_line(each.earlier.text, 400)}")
        say(f"               {each.earlier.document}, first seen {_moment(each.earlier.first_seen)}{gone}")
        if each.finding is not None:
            moved = "; ".join(each.finding.reasons)
            say(f"  between them {label(each.finding.verdict.value)}{f': {moved}' if moved else ''}")
        else:
            say("  between them the topic alone: too little in common for a verdict")
    if entered.is_new and not entered.beside:
        note("Nothing the archive holds of this company speaks of the same in like words.")


def _moment(stamped: str) -> str:
    return long_date(datetime.fromisoformat(stamped))


def _print_row(row: StatementRow) -> None:
    said = row.statement
    say(f"{row.id}  {one_line(said.company)} · {one_line(said.title, 200)} · {one_line(said.publisher, 100)}")
    say(f"    {row.document}{f' · {one_line(said.place, 200)}' if said.place else ''}")
    dates = ", ".join(f"{name} {value}" for name, value in dates_of(said.dates) if value)
    say(f"    {dates}, entered {long_date(row.entered_at)}")
    if row.withdrawn_at:
        say(f"    withdrawn {long_date(row.withdrawn_at)}: {one_line(row.withdrawn_why or '', 300)}")


def _row(row: StatementRow) -> Json:
    said = row.statement
    return {
        "statement": row.id,
        "company": said.company,
        "document": row.document,
        "title": said.title,
        "published_by": said.publisher,
        "where": said.place,
        "dates": dict(dates_of(said.dates)),
        "entered": stamp(row.entered_at),
        "evidence": row.evidence,
        "note": said.note,
        "withdrawn": stamp(row.withdrawn_at) if row.withdrawn_at else None,
        "withdrawn_why": row.withdrawn_why,
    }


def _beside(each: Beside) -> Json:
    return {
        "sentence": each.sentence,
        "earlier": each.earlier.text,
        "document": each.earlier.document,
        "first_seen": each.earlier.first_seen,
        "gone_since": each.earlier.gone_since or None,
        "verdict": each.finding.verdict.value if each.finding else None,
        "dimensions": [list(pair) for pair in each.finding.dimensions] if each.finding else [],
        "reasons": list(each.finding.reasons) if each.finding else [],
    }
