"""A capture that is believed becomes a version: the first of a document, or a change that may have to be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from core import matching
from core.classify import Classified, FormLife, Returned, classify
from core.course import Course
from core.grade import GRADER
from core.model import (
    Act,
    Change,
    ChangeClass,
    DocumentEvent,
    Edit,
    Finding,
    Grade,
    Match,
    Relation,
    VersionRef,
    Window,
)
from core.rule_matches import About, match_edits, match_present, place_of
from core.text.diff import compare
from monitor.asking import Archive
from monitor.capture import Arrival, Taken, close_incident, keep_version, look_anew, names_of, started_at, tell
from monitor.relinking import NONE as NO_LINKS
from monitor.relinking import Relinked
from storage import changes, record, variants, versions
from storage.lives import Compared, lives
from storage.spans import Moment

# --- a first version -----------------------------------------------------------------------------------------------


def accept_first(arrival: Arrival, grade: Grade) -> Taken:
    """The first good capture of a document: what stands there is matched; only a newcomer at a known source is told."""
    tools, capture = arrival.tools, arrival.capture
    at = place_of(arrival.known.ref, role=capture.source.role)
    present = match_present(arrival.reading, tools.rules, at, arrival.seen_at)
    with tools.database.write() as conn:
        version = keep_version(conn, arrival, before=None, edits=(), variant=0)
        record.record_grade(conn, capture.fetch.id, grade, GRADER)
        found = [replace(match, edit=at) for at, match in present]
        found.sort(
            key=lambda match: arrival.reading.places[match.edit].kind == "heading"
        )  # sentences before their titles
        changes.record_first_look(conn, version.id, found, arrival.reading)
        close_incident(conn, tools, capture)
        look_anew(conn, capture)
        told = 0
        if not capture.is_first_look:
            added = match_present(arrival.reading, tools.rules, at, arrival.seen_at, event=DocumentEvent.NEW)
            told = tell(conn, tools, _newcomer(arrival, version, added), capture, None)
    return Taken("new", grade, document=arrival.known.document.slug, alerts=told, reasons=grade.reasons)


def _newcomer(arrival: Arrival, version: VersionRef, present: Sequence[tuple[int, Match]]) -> Change:
    """A document that appeared at a known source: its rules count as added."""
    places = [at for at, place in enumerate(arrival.reading.places) if place.stream == "main"]
    index_of = {at: index for index, at in enumerate(places)}
    found = tuple(replace(match, edit=index_of.get(at, -1)) for at, match in present)
    return Change(
        document=arrival.known.ref,
        before=None,
        after=arrival.reading,
        before_version=None,
        after_version=version,
        window=Window(None, arrival.seen_at),
        edits=tuple(Edit(Act.ADDED, after=(at,)) for at in places),
        change_class=ChangeClass.SUBSTANTIVE,
        event=DocumentEvent.NEW,
        matches=found,
        reasons=("a document that was not listed before",),
    )


# --- a change ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Judged:
    """The edits against the base, their class, and what rules and commitments say of those that carry it."""

    edits: tuple[Edit, ...]
    classified: Classified
    matches: tuple[Match, ...]
    findings: tuple[Finding, ...]
    event: DocumentEvent | None


def accept(arrival: Arrival, course: Course, links: Relinked = NO_LINKS) -> Taken:
    """Another text than the one that stood, or other links under it: a version, a change, and whoever should hear of it."""
    tools, capture, known = arrival.tools, arrival.capture, arrival.known
    is_return = known.document.state != "live"
    is_next = course.base is known.current
    doubted_at = _first_doubt(arrival, course)
    last_seen = known.document.last_good_at if is_next else course.base.version.seen_at
    window = Window(last_seen, doubted_at or arrival.seen_at)
    judged = _with_links(_judge(arrival, course, window, is_return=is_return), links)
    with tools.database.write() as conn:
        last_good = known.document.last_good_fetch_id
        # Spans follow what the page showed before this capture; the change follows what it is held against.
        version = keep_version(
            conn,
            arrival,
            before=known.current.version if known.current else None,
            edits=judged.edits if is_next else None,
            variant=course.variant,
        )
        record.record_grade(conn, capture.fetch.id, course.grade, GRADER)
        close_incident(conn, tools, capture)
        change = Change(
            document=known.ref,
            before=course.base.reading,
            after=arrival.reading,
            before_version=course.base.version,
            after_version=version,
            window=window,
            edits=judged.edits,
            change_class=judged.classified.change_class,
            relation=arrival.relation if is_next else Relation.SAME_VARIANT,
            event=judged.event,
            matches=judged.matches,
            findings=judged.findings,
            verdict=matching.gravest(judged.findings),
            reasons=judged.classified.reasons,
            found_late=arrival.is_found_late,
        )
        told = tell(conn, tools, change, capture, last_good)
    status = "returned" if is_return else "changed"
    classified = judged.classified
    return Taken(status, course.grade, classified.change_class, known.document.slug, told, classified.reasons)


def _with_links(judged: _Judged, links: Relinked) -> _Judged:
    """What became of links is said with the change; where nothing else is told it is told itself."""
    if not links.said:
        return judged
    classified = judged.classified
    reasons = links.said if not judged.edits else (*classified.reasons, *links.said)
    event = judged.event
    if links.is_told and classified.change_class is not ChangeClass.SUBSTANTIVE and event in _OF_THE_DATE:
        event = DocumentEvent.RELINKED
    return replace(judged, classified=replace(classified, reasons=reasons), event=event)


_OF_THE_DATE: Final = (None, DocumentEvent.RESTAMPED, DocumentEvent.UNDECLARED)  # less than what a link leads to


def _judge(arrival: Arrival, course: Course, window: Window, *, is_return: bool) -> _Judged:
    base, tools = course.base, arrival.tools
    edits = _restored(arrival, compare(base.reading, base.forms, arrival.reading, arrival.forms))
    classified = _classify(arrival, course, edits)
    loud = set(classified.carriers) if classified.change_class is ChangeClass.SUBSTANTIVE else set()
    names = names_of(tools, arrival.known.ref)
    findings = matching.find_verdicts(base.reading, arrival.reading, edits, tools.commitments, company_names=names)
    event = _event_of(arrival, course, classified, is_return)
    about = About(
        at=place_of(arrival.known.ref, role=arrival.capture.source.role),
        change_class=classified.change_class,
        loud=loud,
        event=event,
        findings=findings,
        window=window,
        archive=Archive(tools.database.read, tools.rules, arrival.known.document.id, arrival.capture.fetch.id),
        commitments=tools.commitments,
    )
    return _Judged(
        edits,
        classified,
        match_edits(base.reading, arrival.reading, edits, tools.rules, about),
        tuple(finding for finding in findings if finding.edit in loud),
        event,
    )


def _classify(arrival: Arrival, course: Course, edits: tuple[Edit, ...]) -> Classified:
    if course.is_new_variant:
        is_language = course.grade.code == "other_language"
        told = ChangeClass.SUBSTANTIVE if is_language else ChangeClass.VARIANT
        return Classified(told, course.grade.reasons, tuple(range(len(edits))))
    if not edits and course.base is not arrival.known.current:
        return Classified(ChangeClass.VARIANT, (f"variant {course.variant} is shown again",), ())
    with arrival.tools.database.read() as conn:
        lives, returned = _lives(conn, arrival, course, edits), _returned(conn, arrival)
    source = arrival.capture.source
    at = place_of(arrival.known.ref, role=source.role)
    guard = matching.guard_for(arrival.tools.rules, arrival.tools.commitments, always=source.always, at=at)
    return classify(course.base.reading, arrival.reading, edits, guard, lives=lives, returned=returned)


def _event_of(arrival: Arrival, course: Course, classified: Classified, is_return: bool) -> DocumentEvent | None:
    if arrival.relation is Relation.PREVIOUS_FILING:  # a filing never changes: nothing happened to the one before
        return None
    if is_return:
        return DocumentEvent.RETURNED
    if course.is_new_variant:
        return DocumentEvent.SWAPPED
    if classified.change_class is ChangeClass.DATES_ONLY:
        return DocumentEvent.RESTAMPED
    was = course.base.reading.page_date
    if classified.change_class is ChangeClass.SUBSTANTIVE and was is not None and was == arrival.reading.page_date:
        return DocumentEvent.UNDECLARED
    return None


def _restored(arrival: Arrival, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """Passages that come in and stood here before are restored, not new."""
    came = [edit.after[0] for edit in edits if edit.act is Act.ADDED]
    if not came:
        return edits
    with arrival.tools.database.read() as conn:
        past = versions.form_history(conn, arrival.known.document.id, [arrival.forms[at] for at in came])
    back = {at for at in came if arrival.forms[at] in past and not past[arrival.forms[at]].open}
    return tuple(
        replace(edit, act=Act.RESTORED) if edit.act is Act.ADDED and edit.after[0] in back else edit for edit in edits
    )


def _lives(conn: Connection, arrival: Arrival, course: Course, edits: Sequence[Edit]) -> dict[str, FormLife]:
    """How often each text of the edits has come and gone in this document, by text."""
    base, document_id = course.base, arrival.known.document.id
    moment = Moment(arrival.seen_at, arrival.capture.fetch.id)
    compared = Compared(document_id, base.reading, base.forms, arrival.reading, arrival.forms, edits, moment)
    known = versions.form_history(conn, document_id, list(set(compared.form_of().values())))
    return lives(conn, compared, {form: FormLife(life.times_seen, life.times_gone) for form, life in known.items()})


def _returned(conn: Connection, arrival: Arrival) -> Returned | None:
    """The earlier version whose text is back, if this capture shows one."""
    known = arrival.known
    earlier = versions.version_with_forms(conn, known.document.id, arrival.forms)
    if earlier is None or known.stayed_since is None:
        return None
    left = variants.times_left(conn, known.document.id, earlier.number)
    return Returned(earlier.number, left - 1, (arrival.seen_at - known.stayed_since).total_seconds())


def _first_doubt(arrival: Arrival, course: Course) -> datetime | None:
    """When the text was first seen, if a suspect capture of it waited for this one."""
    waiting = arrival.capture.request.suspect_fetch_id
    if waiting is None or not course.is_confirmed:
        return None
    with arrival.tools.database.read() as conn:
        return started_at(conn, waiting)
