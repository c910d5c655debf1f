"""``onrecord history``, ``show`` and ``sources list``: the archive from a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from core.errors import NotFound
from core.text.visible import one_line
from core.wording import counted, defang, long_date, trouble
from monitor.cache import load_home
from monitor.commands import learned
from monitor.commands.output import emit, note, say, table
from monitor.commands.reading import archive_of, document_called
from monitor.home import Home
from monitor.narrator import verdict_word
from storage import changes, documents, fetches, incidents, leases, sources, versions
from storage.changes import StoredChange
from storage.documents import DocumentRow
from storage.sources import SourceHealth

Json = dict[str, Any]
CAPTURES = 10

# --- history --------------------------------------------------------------------------------------------------------


def history(home: Home, environ: Mapping[str, str], name: str, *, as_json: bool) -> int:
    """Every version of a document with the times it stood, and what changed in between."""
    with archive_of(home, environ) as archive, archive.database.read() as conn:
        document = document_called(conn, name)
        told = _history(conn, document)
    if as_json:
        emit(told)
        return 0
    _print_document(told)
    rows: list[tuple[Any, str]] = []
    for version in told["versions"]:
        for seen in version["seen"]:
            until = f"{long_date(seen['last'])}, first absent {long_date(seen['gone'])}" if seen["gone"] else "now"
            rows.append((seen["first"], f"version {version['number']}  {long_date(seen['first'])} – {until}"))
    rows += [(change["first_changed"], _change_line(change)) for change in told["changes"]]
    for _, line in sorted(rows, key=lambda row: (row[0], not row[1].startswith("  "))):
        say(line)
    return 0


def _history(conn: Connection, document: DocumentRow) -> Json:
    found = []
    for version in versions.numbers(conn, document.id):
        seen = versions.seen_interval(conn, version.id)
        found.append(
            {
                "number": version.number,
                "digest": version.digest,
                "first_seen": seen[0].first_at if seen else version.seen_at,
                "last_seen": seen[-1].last_at if seen else version.seen_at,
                "gone_since": seen[-1].gone_at if seen else None,
                "seen": [{"first": each.first_at, "last": each.last_at, "gone": each.gone_at} for each in seen],
            }
        )
    changed = [_change(stored) for stored in reversed(changes.of_document(conn, document.id))]
    return {**_document(conn, document), "versions": found, "changes": changed}


def _document(conn: Connection, document: DocumentRow) -> Json:
    ref = documents.ref(conn, document.id)
    return {
        "document": document.slug,
        "company": document.company_id,
        "company_name": ref.company,
        "source": ref.source,
        "url": document.url,
        "kind": document.kind,
        "role": document.role,
        "title": document.title,
        "lang": document.lang,
        "state": document.state,
        "appeared": document.appeared_at,
        "last_seen": document.last_good_at,
    }


def _change(stored: StoredChange) -> Json:
    change = stored.change
    return {
        "change": change.id,
        "last_seen": change.window.last_seen_at,
        "first_changed": change.window.first_changed_at,
        "class": change.change_class.value,
        "event": change.event.value if change.event else None,
        "verdict": change.verdict.value if change.verdict else None,
        "severity": stored.severity.value if stored.severity else None,
        "before": change.before_version.number if change.before_version else None,
        "after": change.after_version.number if change.after_version else None,
        "edits": dict(Counter(edit.act.value for edit in change.edits)),
        "rules": sorted({match.rule for match in change.matches}),
        "reasons": list(change.reasons),
        "cause": change.cause,
        "found_late": change.found_late,
    }


def _change_line(change: Json) -> str:
    edits = ", ".join(f"{count} {act}" for act, count in change["edits"].items())
    facts = [
        change["class"].replace("_", " "),
        change["event"],
        verdict_word(change["verdict"] or ""),
        change["severity"],
    ]
    last = f"{long_date(change['last_seen'])} and " if change["last_seen"] else ""
    sides = f"{change['before'] or '–'} → {change['after'] or '–'}"
    told = " · ".join(str(fact) for fact in facts if fact)
    return f"  change {change['change']} ({sides}): {told}: {edits}; between {last}{long_date(change['first_changed'])}"


def _print_document(told: Json) -> None:
    say(
        f"{told['document']}  {one_line(told['company_name'])}{': ' + one_line(told['title'], 150) if told['title'] else ''}"
    )
    last = f", last seen {long_date(told['last_seen'])}" if told["last_seen"] else ""
    say(f"{told['url']}  ({told['state']}{last})")


# --- show -----------------------------------------------------------------------------------------------------------


def show(home: Home, environ: Mapping[str, str], name: str, *, as_json: bool) -> int:
    """A source's health, or a document's state: what the machine noticed about it. Raises NotFound."""
    with archive_of(home, environ) as archive, archive.database.read() as conn:
        health = next((each for each in sources.list_sources(conn, with_ended=True) if each.source.id == name), None)
        told = _source_shown(conn, health) if health else _document_shown(conn, _document_or_source(conn, name))
        other = _other_of_that_name(conn, health.source.id) if health else None
    if as_json:
        emit(told)
    elif health:
        _print_source(told)
        if other is not None:
            note(f"The document {name} is not of this source but {defang(other.url)}: history and diff take its name.")
    else:
        _print_shown(told)
    return 0


def _other_of_that_name(conn: Connection, source_id: str) -> DocumentRow | None:
    """The document that bears a source's name and was not found there: older archives have some."""
    named = [row for row in documents.list_documents(conn) if row.slug == source_id]
    own = {row.id for row in documents.list_documents(conn, source_id=source_id)}
    return next((row for row in named if row.id not in own), None)


def _document_or_source(conn: Connection, name: str) -> DocumentRow:
    try:
        return document_called(conn, name)
    except NotFound as error:
        raise NotFound(f"{error}; no source either: onrecord sources list") from error


def _source_shown(conn: Connection, health: SourceHealth) -> Json:
    theirs = documents.list_documents(conn, source_id=health.source.id)
    good = None
    if health.request_id is not None:
        request = leases.request_by_id(conn, health.request_id)
        good = fetches.fetch_by_id(conn, request.last_good_fetch_id) if request.last_good_fetch_id else None
    incident = next((each for each in incidents.list_open(conn) if each.request_id == health.request_id), None)
    captures = versions.captures(conn, theirs[0].id, limit=CAPTURES) if len(theirs) == 1 else ()
    return {
        **source_row(health),
        "learned": learned.of_source(conn, theirs),
        "last_seen": good.started_at if good else None,
        "noticed": list(incident.reasons) if incident else [],
        "documents": [{"document": row.slug, "state": row.state, "versions": row.version_count} for row in theirs],
        "captures": [_capture(each) for each in captures],
    }


def source_row(health: SourceHealth) -> Json:
    """A source with its health, as ``sources list --json`` prints it."""
    source = health.source
    return {
        "source": source.id,
        "company": source.company,
        "kind": source.kind,
        "role": source.role,
        "url": source.url,
        "every_seconds": int(source.every.total_seconds()),
        "watched": health.ended_at is None,
        "last_asked": health.last_fetch_at,
        "status": health.status,
        "reason": health.reason,
        "grade": health.grade,
        "failures": health.failures,
        "incident": health.incident_code,
        "incident_since": health.incident_since,
        "next_due": health.next_due_at,
    }


def _document_shown(conn: Connection, document: DocumentRow) -> Json:
    told = _document(conn, document)
    noticed: list[str] = []
    if document.current_version_id is not None:
        current = versions.load(conn, document.current_version_id)
        told |= {"version": current.ref.number, "words": current.words, "passages": len(current.passages)}
        told |= {"digest": current.ref.digest, "page_date": current.reading.page_date}
        noticed += [current.reading.incomplete] if current.reading.incomplete else []
    open_ones = [each for each in incidents.list_open(conn) if each.request_id == document.request_id]
    noticed += [reason for each in open_ones for reason in each.reasons]
    captures = versions.captures(conn, document.id, limit=CAPTURES)
    due = leases.request_by_id(conn, document.request_id).next_due_at if document.request_id else None
    return {
        **told,
        "versions": document.version_count,
        "next_due": due,
        "noticed": noticed,
        "learned": learned.of_document(conn, document.id),
        "captures": [_capture(each) for each in captures],
    }


def _capture(each: versions.Captured) -> Json:
    return {
        "fetch": each.fetch_id,
        "at": each.at,
        "purpose": each.purpose,
        "status": each.status,
        "detail": each.detail,
        "grade": each.grade,
        "reasons": list(each.grade_reasons),
        "version": each.version,
        "digest": each.digest,
    }


def _print_source(told: Json) -> None:
    say(
        f"{told['source']}  {told['kind']}  every {_hours(told['every_seconds'])}{'' if told['watched'] else '  no longer watched'}"
    )
    say(told["url"])
    say(f"last asked {_date(told['last_asked'])}: {health_word(told)}; {_well(told['last_seen'])}")
    say(f"next due {_date(told['next_due'])}")
    if told["incident"]:
        say(f"cannot be seen since {_date(told['incident_since'])}: {one_line('; '.join(told['noticed']), 300)}")
    for row in told["documents"][:20]:
        say(f"  {row['document']}  {row['state']}, {counted(row['versions'], 'version')}")
    if len(told["documents"]) > 20:
        say(f"  and {len(told['documents']) - 20} more documents")
    learned.print_lines(told["learned"])
    _print_captures(told["captures"])


def _print_shown(told: Json) -> None:
    _print_document(told)
    if "version" in told:
        say(
            f"version {told['version']} of {told['versions']}, {told['words']} words in {counted(told['passages'], 'passage')}, "
            f"SHA-256 {told['digest']}"
        )
    if told.get("page_date"):
        say(f"its own date: {one_line(told['page_date'], 100)}")
    say(f"next due {_date(told['next_due'])}")
    for noticed in told["noticed"]:
        say(f"noticed: {one_line(noticed, 300)}")
    learned.print_lines(told["learned"])
    _print_captures(told["captures"])


def _print_captures(captures: Sequence[Json]) -> None:
    rows = []
    for each in captures:
        showed = f"version {each['version']}" if each["version"] else ""
        why = one_line("; ".join(each["reasons"]) or each["detail"], 120)
        rows.append((_date(each["at"]), str(each["status"] or "–"), each["grade"] or "", showed, each["purpose"], why))
    for line in table(rows):
        say(f"  {line}")


def _well(at: Any) -> str:
    return f"last seen well {long_date(at)}" if at else "never seen well"


def _date(at: Any) -> str:
    return long_date(at) if at else "never"


def _hours(seconds: int) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds % size == 0 and seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def health_word(told: Mapping[str, Any]) -> str:
    """How a source is, in two or three words."""
    if not told["last_asked"]:
        return "not asked yet"
    if told["incident"]:
        status = f" ({told['status']})" if told["status"] else ""
        return f"{trouble(told['incident'])}{status}"
    return f"{told['grade'] or 'good'}, {told['status'] or told['reason'] or ''}".rstrip(", ")


# --- sources list ---------------------------------------------------------------------------------------------------


def list_sources(home: Home, environ: Mapping[str, str], *, with_all: bool, as_json: bool) -> int:
    """Every source of the file with its health; with_all: those switched off and those once watched too."""
    loaded = load_home(home, environ)
    known: dict[str, SourceHealth] = {}
    try:
        with archive_of(home, environ) as archive, archive.database.read() as conn:
            known = {each.source.id: each for each in sources.list_sources(conn, with_ended=True)}
    except NotFound:
        pass  # nothing was asked yet: the file alone is shown
    rows: list[Json] = []
    for source in loaded.watchlist.sources:
        if source.enabled or with_all:
            health = known.get(source.id) or SourceHealth(source, loaded_at(), None)
            rows.append(source_row(health) | {"watched": source.enabled})
    if with_all:
        declared = {source.id for source in loaded.watchlist.sources}
        rows += [source_row(health) for name, health in known.items() if name not in declared]
    if as_json:
        for row in rows:
            emit(row)
        return 0
    shown = [("SOURCE", "KIND", "HEALTH", "LAST ASKED", "NEXT DUE")]
    shown += [
        (
            row["source"],
            row["kind"],
            health_word(row) if row["watched"] else "off",
            _date(row["last_asked"]),
            _date(row["next_due"]) if row["watched"] else "–",
        )
        for row in rows
    ]
    for line in table(shown):
        say(line)
    return 0


def loaded_at() -> Any:
    """A source that was never taken up has no start of its own yet."""
    from monitor.app import utc_now

    return utc_now()
