"""A filing taken in: read once, divided into its items, and held against the one before it of the same series.

A filing never changes, so nothing is doubted, confirmed or taken for a variant, and what this year's no longer says is a
removal. What was filed before the watch began is told in the first look; differences between such filings are found late.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from core.course import Course, Step
from core.errors import ReadError
from core.grade import GRADER, grade_page, grade_transport
from core.model import Grade, GradeLevel, Relation
from monitor import accepting, intake, rereading
from monitor.capture import Arrival, Capture, Taken, close_incident, forms_of, know, read
from monitor.kinds import kinds
from monitor.kinds.sec import INDEX
from monitor.listing import read_list
from monitor.missing import listing_of
from monitor.tools import Tools
from storage import documents, listings, record
from storage.listings import Filed
from storage.sources import ITEM, Asked

GOOD = Grade(GradeLevel.GOOD)
# Short forms are no empty pages, and a filing that speaks of maintenance is no notice of it.
REFUSED = frozenset({"empty", "empty_shell", "no_text_layer"})


def is_filing(asked: Asked) -> bool:
    """Is this address, for this source, something filed?"""
    return asked.part == ITEM and kinds()[asked.source.kind].is_filed


def take_filing(tools: Tools, capture: Capture) -> Taken:
    """The capture of a filing, or of the index of one. Raises StorageError where its rows cannot be written."""
    grade = None if capture.fetch.is_not_modified else grade_transport(capture.fetch, capture.body)
    if grade is not None:
        return intake.refuse(tools, capture, grade)
    with tools.database.read() as conn:
        filed = listings.filed(conn, capture.request.url)
    if filed is None or capture.fetch.is_not_modified or capture.fetch.digest == capture.request.last_digest:
        return intake.take_in(tools, capture)
    try:
        if filed.form.startswith(INDEX):
            return _take_index(tools, capture)
        reading = read(tools, capture)
    except ReadError as error:
        return intake.refuse(tools, capture, Grade(GradeLevel.BAD, (error.detail,), "unreadable"))
    grade = grade_page(reading)
    if grade.code in REFUSED:
        return intake.refuse(tools, capture, grade)
    with tools.database.write() as conn:
        _place(conn, tools, capture, filed)
    known = know(tools, capture, reading)
    if known.is_stale:
        rereading.reread_document(tools, known.document.id)
        known = know(tools, capture, reading)
    forms = forms_of(tools, reading, always=capture.source.always, stood=known.shown)
    arrival = Arrival(tools, capture, known, reading, forms)
    grade = grade if grade.level is GradeLevel.GOOD else GOOD
    if known.current is None:
        return accepting.accept_first(arrival, grade)
    arrival = replace(arrival, relation=Relation.PREVIOUS_FILING, is_found_late=_is_of_the_past(capture, filed))
    return accepting.accept(arrival, Course(Step.ACCEPT, grade, known.current, known.current.variant))


def _place(conn: Connection, tools: Tools, capture: Capture, filed: Filed) -> None:
    """Let the document of the series go on at this filing, or make one with a name of its own."""
    source, request_id = capture.source, capture.request.id
    stood = listings.series_request(conn, source.id, source.company, filed.series) if filed.series else None
    if stood is not None and _follows(stood[1], filed.filed_at):
        document_id = documents.move_to(conn, source.company, stood[0], request_id, tools.now())
        if document_id is not None:
            documents.retitle(conn, document_id, filed.title)
    day = filed.filed_at.date().isoformat() if filed.filed_at else ""
    documents.find_or_create(
        conn,
        company_id=source.company,
        url=capture.request.url,
        kind=source.kind,
        request_id=request_id,
        source_id=source.id,
        title=filed.title,
        name=filed.series if filed.series and stood is None else f"{filed.form} {day}",
        lang=source.lang,
        role=source.role or "filing",
        now=tools.now(),
    )


def _follows(before: datetime | None, this: datetime | None) -> bool:
    """Filings of a series come in their order; one that was late is a document of its own."""
    return before is None or this is None or before <= this


def _is_of_the_past(capture: Capture, filed: Filed) -> bool:
    """Filed before anybody watched."""
    return capture.is_first_look or filed.filed_at is None


def _take_index(tools: Tools, capture: Capture) -> Taken:
    """The exhibits of a filing become items of their own; the index itself is no document."""
    found = read_list(tools, capture)
    with tools.database.write() as conn:
        record.record_grade(conn, capture.fetch.id, GOOD, GRADER)
        fresh = listings.add(conn, listing_of(tools, capture), found.entries)
        record.record_unchanged(conn, capture.request.id, None, capture.fetch.id, capture.fetch)
        close_incident(conn, tools, capture)
    return Taken("new", GOOD, reasons=(f"{fresh} exhibits to read",) if fresh else ())
