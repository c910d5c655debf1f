"""Changes as they were told: written once, with their matches and their event; read back for pages and messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, insert, select

from core.errors import NotFound
from core.model import (
    Act,
    Change,
    ChangeClass,
    DocumentEvent,
    Edit,
    Finding,
    Match,
    Reading,
    Relation,
    Severity,
    Verdict,
    Window,
    severity_rank,
)
from storage import documents, events, versions
from storage.packing import passage_id
from storage.schema import Id, changes, fetches, matches
from storage.schema import documents as documents_table


@dataclass(frozen=True, slots=True)
class StoredChange:
    """A change with what only its row knows. ``change`` has its readings only where they were asked for."""

    change: Change
    severity: Severity | None
    before_fetch_id: int | None
    after_fetch_id: int
    detected_at: datetime


# Statements of every change are built once: building one costs more than running it.
_INSERT = insert(changes).returning(changes.c.id)
_SAME = select(changes.c.id).where(
    changes.c.document_id == bindparam("b_document"),
    changes.c.after_fetch_id == bindparam("b_after"),
    changes.c.before_fetch_id.is_not_distinct_from(bindparam("b_before", type_=Id)),
    changes.c.relation == bindparam("b_relation"),
)


def record_change(
    conn: Connection,
    change: Change,
    *,
    before_fetch_id: int | None,
    after_fetch_id: int,
    now: datetime,
    severity: Severity | None = None,
) -> int:
    """The rows of a change and its matches, and the event ``change.detected``; returns its number.

    ``severity`` is the one people are told it under; without it, the highest of its matches.

    The same document, captures and relation a second time is the same change: nothing is written, its number returned.
    """
    same = {
        "b_document": change.document.id,
        "b_after": after_fetch_id,
        "b_before": before_fetch_id,
        "b_relation": change.relation.value,
    }
    known = conn.execute(_SAME, same).scalar()
    if known is not None:
        return int(known)
    if severity is None:
        severity = max((match.severity for match in change.matches), key=severity_rank, default=None)
    row = {
        "document_id": change.document.id,
        "before_version_id": change.before_version.id if change.before_version else None,
        "after_version_id": change.after_version.id if change.after_version else None,
        "before_fetch_id": before_fetch_id,
        "after_fetch_id": after_fetch_id,
        "relation": change.relation.value,
        "cause": change.cause,
        "class": change.change_class.value,
        "event": change.event.value if change.event else None,
        "verdict": change.verdict.value if change.verdict else None,
        "severity": severity.value if severity else None,
        "reasons": list(change.reasons),
        "edits": _edits_to_row(change),
        "found_late": change.found_late,
        "detected_at": now,
    }
    change_id = int(conn.execute(_INSERT, row).scalar_one())
    _write_matches(conn, change.matches, {"change_id": change_id}, change)
    events.write(
        conn,
        "change.detected",
        at=now,
        company_id=change.document.company_id,
        source_id=change.document.source,
        document_id=change.document.id,
        fetch_id=after_fetch_id,
        change_id=change_id,
        data={
            "class": change.change_class.value,
            "event": change.event.value if change.event else None,
            "severity": severity.value if severity else None,
            "verdict": change.verdict.value if change.verdict else None,
        },
    )
    return change_id


def record_first_look(conn: Connection, version_id: int, found: Sequence[Match], reading: Reading | None = None) -> int:
    """Matches of what already stood there when the watch began; how many were written, 0 when they had been before.

    With ``reading``, ``Match.edit`` is taken as the index of the place.
    """
    if conn.execute(select(matches.c.id).where(matches.c.version_id == version_id).limit(1)).first():
        return 0
    rows = [_match_to_row(match, _text_at(reading, match.edit)) | {"version_id": version_id} for match in found]
    if rows:
        conn.execute(insert(matches), rows)
    return len(rows)


def by_id(conn: Connection, change_id: int, *, with_readings: bool = True) -> StoredChange:
    """One change, by default with both its texts. Raises NotFound."""
    found = _load(conn, _rows().where(changes.c.id == change_id))
    if not found:
        raise NotFound(f"change {change_id} is not in the archive")
    return _with_readings(conn, found[0]) if with_readings else found[0]


def by_ids(conn: Connection, ids: Sequence[int]) -> list[StoredChange]:
    """These changes without their texts, in the order asked for; those that do not exist are missing."""
    found = {stored.change.id: stored for stored in _load(conn, _rows().where(changes.c.id.in_(list(ids))))}
    return [found[one] for one in ids if one in found]


def of_document(conn: Connection, document_id: int, *, limit: int | None = None) -> list[StoredChange]:
    """The changes of a document without their texts, the newest first."""
    return _load(conn, _rows().where(changes.c.document_id == document_id).order_by(changes.c.id.desc()).limit(limit))


def between(conn: Connection, document_id: int, before_version_id: int, after_version_id: int) -> StoredChange | None:
    """The newest change from one version to another as it was told, without texts; None where none was."""
    wanted = _rows().where(
        changes.c.document_id == document_id,
        changes.c.before_version_id == before_version_id,
        changes.c.after_version_id == after_version_id,
    )
    found = _load(conn, wanted.order_by(changes.c.id.desc()).limit(1))
    return found[0] if found else None


def latest(
    conn: Connection,
    limit: int = 50,
    *,
    company_id: str | None = None,
    classes: Sequence[ChangeClass] | None = None,
    before_id: int | None = None,
) -> list[StoredChange]:
    """Changes without their texts, the newest first; ``before_id`` goes on where a page ended."""
    where: list[ColumnElement[bool]] = []
    if company_id is not None:
        where.append(documents_table.c.company_id == company_id)
    if classes is not None:
        where.append(changes.c["class"].in_([one.value for one in classes]))
    if before_id is not None:
        where.append(changes.c.id < before_id)
    wanted = _rows().join(documents_table, documents_table.c.id == changes.c.document_id).where(*where)
    return _load(conn, wanted.order_by(changes.c.id.desc()).limit(limit))


def _rows() -> Select[Any]:
    before, after = fetches.alias("before"), fetches.alias("after")
    return (
        select(changes, before.c.started_at.label("last_seen_at"), after.c.started_at.label("first_changed_at"))
        .outerjoin(before, before.c.id == changes.c.before_fetch_id)
        .join(after, after.c.id == changes.c.after_fetch_id)
    )


def _load(conn: Connection, wanted: Select[Any]) -> list[StoredChange]:
    rows = conn.execute(wanted).mappings().all()
    named = documents.refs(conn, [row["document_id"] for row in rows])
    sides = [row[side] for row in rows for side in ("before_version_id", "after_version_id") if row[side] is not None]
    texts = versions.refs(conn, sides)
    matched = _matches(conn, [row["id"] for row in rows])
    found = []
    for row in rows:
        edits, findings = _edits_from_row(row["edits"])
        change = Change(
            document=named[row["document_id"]],
            before=None,
            after=None,
            before_version=texts.get(row["before_version_id"]),
            after_version=texts.get(row["after_version_id"]),
            window=Window(row["last_seen_at"], row["first_changed_at"]),
            edits=edits,
            change_class=ChangeClass(row["class"]),
            relation=Relation(row["relation"]),
            cause=row["cause"],
            event=DocumentEvent(row["event"]) if row["event"] else None,
            matches=tuple(matched.get(row["id"], ())),
            findings=findings,
            verdict=Verdict(row["verdict"]) if row["verdict"] else None,
            reasons=tuple(row["reasons"]),
            found_late=row["found_late"],
            id=row["id"],
        )
        severity = Severity(row["severity"]) if row["severity"] else None
        stored = StoredChange(change, severity, row["before_fetch_id"], row["after_fetch_id"], row["detected_at"])
        found.append(stored)
    return found


def _with_readings(conn: Connection, stored: StoredChange) -> StoredChange:
    change = stored.change
    before = versions.load(conn, change.before_version.id).reading if change.before_version else None
    after = versions.load(conn, change.after_version.id).reading if change.after_version else None
    return replace(stored, change=replace(change, before=before, after=after))


def _matches(conn: Connection, change_ids: Sequence[int]) -> dict[int, list[Match]]:
    found: dict[int, list[Match]] = {}
    wanted = select(matches).where(matches.c.change_id.in_(list(change_ids))).order_by(matches.c.id)
    for row in conn.execute(wanted):
        match = Match(
            rule=row.rule,
            pack=row.pack,
            act="present" if row.act == "present" else Act(row.act),
            severity=Severity(row.severity),
            words=tuple(row.words),
            edit=row.edit,
            title=row.title,
            gone_from=row.gone_from or "",
            asked=bool(row.asked),
        )
        found.setdefault(row.change_id, []).append(match)
    return found


def _write_matches(conn: Connection, found: Sequence[Match], about: dict[str, int], change: Change) -> None:
    rows = [_match_to_row(match, _edited_text(change, match.edit)) | about for match in found]
    if rows:
        conn.execute(insert(matches), rows)


def _match_to_row(match: Match, text: str | None) -> dict[str, Any]:
    return {
        "rule": match.rule,
        "pack": match.pack,
        "title": match.title,
        "act": str(match.act),
        "severity": match.severity.value,
        "words": list(match.words),
        "passage_id": passage_id(text) if text is not None else None,
        "edit": match.edit,
        "gone_from": match.gone_from or None,
        "asked": match.asked or None,
    }


def _edited_text(change: Change, edit: int) -> str | None:
    """The passage a match speaks of: as it reads now, or as it last read where it was removed."""
    if not 0 <= edit < len(change.edits):
        return None
    touched = change.edits[edit]
    return _text_at(change.after, touched.after[0]) if touched.after else _text_at(change.before, touched.before[0])


def _text_at(reading: Reading | None, place: int) -> str | None:
    return reading.places[place].text if reading is not None and 0 <= place < len(reading.places) else None


def _edits_to_row(change: Change) -> dict[str, Any]:
    edits = [
        {"act": edit.act.value, "before": list(edit.before), "after": list(edit.after)}
        | ({"lost_lead_in": True} if edit.lost_lead_in else {})
        for edit in change.edits
    ]
    findings = [
        {
            "verdict": finding.verdict.value,
            "dimensions": [list(pair) for pair in finding.dimensions],
            "reasons": list(finding.reasons),
            "edit": finding.edit,
        }
        | ({"refused": True} if finding.refused else {})
        for finding in change.findings
    ]
    return {"edits": edits, "findings": findings}


def _edits_from_row(kept: dict[str, Any]) -> tuple[tuple[Edit, ...], tuple[Finding, ...]]:
    edits = tuple(
        Edit(Act(edit["act"]), tuple(edit["before"]), tuple(edit["after"]), edit.get("lost_lead_in", False))
        for edit in kept["edits"]
    )
    findings = tuple(
        Finding(
            verdict=Verdict(finding["verdict"]),
            dimensions=tuple((name, moved) for name, moved in finding["dimensions"]),
            reasons=tuple(finding["reasons"]),
            edit=finding["edit"],
            refused=finding.get("refused", False),
        )
        for finding in kept["findings"]
    )
    return edits, findings
