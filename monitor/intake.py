"""From bytes kept to rows that say what they mean: grade, read, compare, match, classify, decide.

The deciding is pure and done outside any transaction; what follows from it is written in one. A capture read twice
(after a kill between the two) gives the same rows again, once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from core.course import Course, Step, chart
from core.errors import ReadError
from core.grade import GRADER, grade_page, grade_transport, stands_after_all
from core.model import Fetch, Grade, GradeLevel, Reading
from core.text.likeness import likeness
from monitor import absence, accepting, links, passing, relinking, rereading
from monitor.capture import (
    Arrival,
    Capture,
    Known,
    Taken,
    close_incident,
    forms_of,
    know,
    read,
    write_event,
)
from monitor.tools import Tools
from storage import documents, fetches, incidents, record
from storage.leases import DueRequest

GOOD = Grade(GradeLevel.GOOD)


def take_in(tools: Tools, capture: Capture) -> Taken:
    """Judge a capture and write what it means. Raises StorageError where that cannot be written."""
    grade = None if capture.fetch.is_not_modified else grade_transport(capture.fetch, capture.body)
    if grade is not None:
        return refuse(tools, capture, grade)
    is_same = capture.fetch.is_not_modified or capture.fetch.digest == capture.request.last_digest
    if is_same and capture.request.suspect_fetch_id is None:
        same = _agree_unread(tools, capture)
        if same is not None:
            return same
    try:
        reading = read(tools, capture)
    except ReadError as error:
        return refuse(tools, capture, Grade(GradeLevel.BAD, (error.detail,), "unreadable"))
    grade = grade_page(reading)
    if grade.level is GradeLevel.BAD and capture.request.last_good_fetch_id is None:
        return refuse(tools, capture, grade)
    known = know(tools, capture, reading)
    if known.is_stale:  # both sides of a comparison are read by the same reader (promise P6)
        rereading.reread_document(tools, known.document.id)
        known = know(tools, capture, reading)
    forms = forms_of(tools, reading, always=capture.source.always, stood=known.shown)
    if grade.level is GradeLevel.BAD:
        stood = known.current
        if stood is None or not stands_after_all(grade, likeness(stood.reading, stood.forms, reading, forms)):
            return refuse(tools, capture, grade)
        grade = GOOD
    return _weigh(Arrival(tools, capture, known, reading, forms), grade)


def is_same(request: DueRequest, fetch: Fetch, body: bytes) -> bool:
    """A 304, or the very bytes of the last accepted capture: nothing to read."""
    if fetch.is_not_modified:
        return True
    return fetch.digest is not None and fetch.digest == request.last_digest and grade_transport(fetch, body) is None


def _weigh(arrival: Arrival, grade: Grade) -> Taken:
    """Hold a readable page against what the document is known to show."""
    known = arrival.known
    if known.current is None:
        return _with_links(arrival, lambda: accepting.accept_first(arrival, grade))
    doubted = _doubted(arrival)
    course = chart(arrival.reading, arrival.forms, arrival.capture.fetch, known.current, known.others, doubted)
    if course.step is Step.BAD:
        return refuse(arrival.tools, arrival.capture, course.grade, known)
    if course.step is Step.SUSPECT:
        return _doubt(arrival, course.grade)
    if course.step is Step.AGREES and known.document.state == "live":
        text = passing.passing_text(arrival)
        if text is not None:
            return passing.tell_passing(arrival, text)
        return _with_links(arrival, lambda: _agree_but_for_links(arrival, course, grade))
    return _with_links(arrival, lambda: accepting.accept(arrival, course, relinking.look_at_links(arrival)))


def _agree_but_for_links(arrival: Arrival, course: Course, grade: Grade) -> Taken:
    """The words that stand: nothing to keep, unless their links lead elsewhere."""
    links = relinking.look_at_links(arrival)
    return accepting.accept(arrival, replace(course, grade=grade), links) if links.said else _agree(arrival, grade)


def _with_links(arrival: Arrival, accept: Callable[[], Taken]) -> Taken:
    """Note what the page links to, then accept it: a kill between the two has the bytes read once more."""
    current = arrival.known.current
    stood = current.reading if current is not None else None
    noticed = links.notice_links(arrival.tools, arrival.capture, arrival.reading, stood)
    taken = accept()
    return replace(taken, alerts=taken.alerts + noticed.alerts, reasons=(*taken.reasons, *noticed.reasons))


def refuse(tools: Tools, capture: Capture, grade: Grade, known: Known | None = None) -> Taken:
    """A bad capture: kept, graded, never a baseline; one incident is open until the source is seen again.

    A page known to be gone that goes on saying so is no incident.
    """
    fetch = capture.fetch
    with tools.database.write() as conn:
        record.record_grade(conn, fetch.id, grade, GRADER)
        record.discard(conn, capture.request.id, fetch.id)
        found = documents.by_request(conn, capture.request.id)
        if not (found and found[0].state == "gone" and grade.code in absence.POLICIES):
            incidents.open_or_touch(
                conn,
                capture.request.id,
                source_id=capture.source.id,
                code=grade.code,
                reasons=grade.reasons,
                fetch_id=fetch.id,
                now=tools.now(),
            )
        about: dict[str, object] = {"code": grade.code, "reasons": list(grade.reasons)}
        write_event(conn, tools, capture, "capture.refused", about, known)
    slug = known.document.slug if known else (found[0].slug if found else None)
    return Taken("failed", grade, document=slug, reasons=grade.reasons, is_absence=grade.code in absence.POLICIES)


def _doubt(arrival: Arrival, grade: Grade) -> Taken:
    """A suspect capture waits for a second one."""
    capture = arrival.capture
    with arrival.tools.database.write() as conn:
        record.record_grade(conn, capture.fetch.id, grade, GRADER)
        record.mark_suspect(conn, capture.request.id, capture.fetch.id)
        about: dict[str, object] = {"code": grade.code, "reasons": list(grade.reasons)}
        write_event(conn, arrival.tools, capture, "capture.suspected", about, arrival.known)
    return Taken("suspect", grade, document=arrival.known.document.slug, reasons=grade.reasons)


def _doubted(arrival: Arrival) -> tuple[Reading, Sequence[int]] | None:
    """The suspect capture that waits for this one, read again."""
    waiting = arrival.capture.request.suspect_fetch_id
    if waiting is None or waiting == arrival.capture.fetch.id:
        return None
    with arrival.tools.database.read() as conn:
        fetch = fetches.fetch_by_id(conn, waiting)
    if fetch.digest is None:
        return None
    try:
        earlier = read(arrival.tools, replace(arrival.capture, fetch=fetch, body=arrival.tools.blobs.get(fetch.digest)))
    except ReadError:
        return None
    return earlier, forms_of(arrival.tools, earlier, always=arrival.capture.source.always)


def _agree(arrival: Arrival, grade: Grade) -> Taken:
    """The text that stands: two small updates."""
    capture, document = arrival.capture, arrival.known.document
    with arrival.tools.database.write() as conn:
        record.record_unchanged(conn, capture.request.id, document.id, capture.fetch.id, capture.fetch)
        if grade.reasons:
            record.record_grade(conn, capture.fetch.id, grade, GRADER)
        close_incident(conn, arrival.tools, capture)
    return Taken("unchanged", grade, document=document.slug, reasons=grade.reasons)


def _agree_unread(tools: Tools, capture: Capture) -> Taken | None:
    """A 304 or the very same bytes: nothing to read, unless the document was gone or never read."""
    with tools.database.read() as conn:
        found = documents.by_request(conn, capture.request.id)
    if not found or found[0].state != "live" or found[0].current_version_id is None:
        return _return_unread(tools, capture) if found else None
    with tools.database.write() as conn:
        record.record_unchanged(conn, capture.request.id, found[0].id, capture.fetch.id, capture.fetch)
        close_incident(conn, tools, capture)
    return Taken("unchanged", GOOD, document=found[0].slug)


def _return_unread(tools: Tools, capture: Capture) -> Taken | None:
    """The document was gone and its address answers "not modified": read the bytes it had."""
    if capture.body or capture.request.last_digest is None:
        return None
    body = tools.blobs.get(capture.request.last_digest)
    kept = replace(capture.fetch, status=200, digest=capture.request.last_digest)
    return take_in(tools, replace(capture, fetch=kept, body=body))
