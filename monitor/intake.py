"""From bytes kept to rows that say what they mean: grade, read, compare, match, classify, decide.

The deciding is pure and done outside any transaction; what follows from it is written in one. A capture read twice
(after a kill between the two) gives the same rows again, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from alerts.decide import decide
from alerts.routes import facts_of, route
from core import matching
from core.classify import Classified, FormLife, Returned, classify
from core.course import Course, Shown, Step, chart
from core.errors import ReadError
from core.grade import GRADER, grade_page, grade_transport
from core.model import (
    Act,
    Alert,
    Change,
    ChangeClass,
    DocumentEvent,
    DocumentRef,
    Edit,
    Fetch,
    Grade,
    GradeLevel,
    Match,
    Reading,
    Relation,
    Source,
    VersionRef,
    Window,
)
from core.text.diff import compare
from core.text.mask import mask
from core.text.read import EXTRACTOR
from monitor.tools import Tools
from storage import changes, documents, events, fetches, incidents, outbox, passages, record, variants, versions
from storage.leases import DueRequest
from storage.sources import Asked


@dataclass(frozen=True, slots=True)
class Capture:
    """Bytes kept under a fetch row, about to be taken in. ``fetch.id`` is set; ``body`` is empty for a 304."""

    request: DueRequest
    asked: tuple[Asked, ...]
    fetch: Fetch
    body: bytes
    is_first_look: bool = False

    @property
    def source(self) -> Source:
        return self.asked[0].source


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a capture: a line of ``check`` and ``archive import`` (DESIGN section 6)."""

    status: str  # new | unchanged | changed | suspect | failed | gone | returned
    grade: Grade
    change_class: ChangeClass | None = None
    document: str | None = None
    alerts: int = 0
    reasons: tuple[str, ...] = ()
    is_absence: bool = False


@dataclass(slots=True)
class _Known:
    """What the archive knows of the document before this capture."""

    document: documents.DocumentRow
    ref: DocumentRef
    current: Shown | None = None
    stayed_since: datetime | None = None
    others: list[Shown] = field(default_factory=list)


def forms_of(tools: Tools, reading: Reading) -> list[int]:
    """The form of each place; a passage with a promise or a watched term is compared unmasked (promise P8)."""
    guard = matching.guard_for(tools.rules, tools.commitments)
    forms: list[int] = []
    for at, place in enumerate(reading.places):
        masked = mask(place.text)
        is_exact = masked == place.text or guard(place.text, reading.lead_in(at))
        forms.append(passages.passage_id(place.text if is_exact else masked))
    return forms


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
    if grade.level is GradeLevel.BAD:
        return refuse(tools, capture, grade)
    known = _known(tools, capture, reading)
    forms = forms_of(tools, reading)
    if known.current is None:
        return _first(tools, capture, known, reading, forms, grade)
    course = chart(reading, forms, capture.fetch, known.current, known.others, _doubted(tools, capture))
    if course.step is Step.BAD:
        return refuse(tools, capture, course.grade, known)
    if course.step is Step.SUSPECT:
        return _doubt(tools, capture, known, course.grade)
    if course.step is Step.AGREES and known.document.state == "live":
        passing = _passing_text(tools, capture, known)
        if passing is not None:
            return _tell_passing(tools, capture, known, reading, forms, passing)
        return _agree(tools, capture, known, grade)
    return _accept(tools, capture, known, reading, forms, course)


def read(tools: Tools, capture: Capture) -> Reading:
    """The reading of a page's bytes with its source's selectors."""
    source = capture.source
    return tools.reader.read(
        capture.body,
        content_type=capture.fetch.header("content-type"),
        url=capture.fetch.final_url or capture.fetch.url,
        select=source.select,
        remove=source.remove,
    )


# --- captures that do not become content ---------------------------------------------------------------------------


def refuse(tools: Tools, capture: Capture, grade: Grade, known: _Known | None = None) -> Taken:
    """A bad capture: kept, graded, never a baseline; one incident is open until the source is seen again."""
    now = tools.now()
    fetch = capture.fetch
    with tools.database.write() as conn:
        record.record_grade(conn, fetch.id, grade, GRADER)
        record.discard(conn, capture.request.id, fetch.id)
        incidents.open_or_touch(
            conn,
            capture.request.id,
            source_id=capture.source.id,
            code=grade.code,
            reasons=grade.reasons,
            fetch_id=fetch.id,
            now=now,
        )
        _event(conn, tools, capture, "capture.refused", {"code": grade.code, "reasons": list(grade.reasons)})
        found = documents.by_request(conn, capture.request.id)
    slug = known.document.slug if known else (found[0].slug if found else None)
    return Taken("failed", grade, document=slug, reasons=grade.reasons, is_absence=grade.code == "absent")


def _doubt(tools: Tools, capture: Capture, known: _Known, grade: Grade) -> Taken:
    with tools.database.write() as conn:
        record.record_grade(conn, capture.fetch.id, grade, GRADER)
        record.mark_suspect(conn, capture.request.id, capture.fetch.id)
        _event(conn, tools, capture, "capture.suspected", {"code": grade.code, "reasons": list(grade.reasons)}, known)
    return Taken("suspect", grade, document=known.document.slug, reasons=grade.reasons)


def _doubted(tools: Tools, capture: Capture) -> tuple[Reading, Sequence[int]] | None:
    """The suspect capture that waits for this one, read again."""
    waiting = capture.request.suspect_fetch_id
    if waiting is None or waiting == capture.fetch.id:
        return None
    with tools.database.read() as conn:
        fetch = fetches.fetch_by_id(conn, waiting)
    if fetch.digest is None:
        return None
    try:
        earlier = read(tools, replace(capture, fetch=fetch, body=tools.blobs.get(fetch.digest)))
    except ReadError:
        return None
    return earlier, forms_of(tools, earlier)


# --- captures that agree -------------------------------------------------------------------------------------------


def _agree_unread(tools: Tools, capture: Capture) -> Taken | None:
    """A 304 or the very same bytes: nothing to read, unless the document was gone or never read."""
    good = Grade(GradeLevel.GOOD)
    with tools.database.read() as conn:
        found = documents.by_request(conn, capture.request.id)
    if not found or found[0].state != "live" or found[0].current_version_id is None:
        return _return_unread(tools, capture, found[0]) if found else None
    with tools.database.write() as conn:
        record.record_unchanged(conn, capture.request.id, found[0].id, capture.fetch.id, capture.fetch)
        close_incident(conn, tools, capture)
    return Taken("unchanged", good, document=found[0].slug)


def _return_unread(tools: Tools, capture: Capture, document: documents.DocumentRow) -> Taken | None:
    """The document was gone and its address answers as before: read the bytes it had."""
    if capture.body or capture.request.last_digest is None:
        return None
    body = tools.blobs.get(capture.request.last_digest)
    kept = replace(capture.fetch, status=200, digest=capture.request.last_digest)
    return take_in(tools, replace(capture, fetch=kept, body=body))


def _agree(tools: Tools, capture: Capture, known: _Known, grade: Grade) -> Taken:
    with tools.database.write() as conn:
        record.record_unchanged(conn, capture.request.id, known.document.id, capture.fetch.id, capture.fetch)
        if grade.reasons:
            record.record_grade(conn, capture.fetch.id, grade, GRADER)
        close_incident(conn, tools, capture)
    return Taken("unchanged", grade, document=known.document.slug, reasons=grade.reasons)


# --- a first version -----------------------------------------------------------------------------------------------


def _first(
    tools: Tools, capture: Capture, known: _Known, reading: Reading, forms: Sequence[int], grade: Grade
) -> Taken:
    """The first good capture of a document: what stands there is matched; only a newcomer at a known source is told."""
    present = matching.match_present(reading, tools.rules, role=capture.source.role)
    edits = tuple(Edit(Act.ADDED, after=(at,)) for at, place in enumerate(reading.places) if place.stream == "main")
    with tools.database.write() as conn:
        version = _accept_rows(conn, capture, known, reading, forms, None, (), 0)
        record.record_grade(conn, capture.fetch.id, grade, GRADER)
        found = [replace(match, edit=at) for at, match in present]
        changes.record_first_look(conn, version.id, found, reading)
        close_incident(conn, tools, capture)
        _event(conn, tools, capture, "version.recorded", {"number": version.number}, known)
        told = 0
        if not capture.is_first_look:
            told = tell(conn, tools, _newcomer(capture, known, reading, version, edits, present), None, capture)
    return Taken("new", grade, document=known.document.slug, alerts=told, reasons=grade.reasons)


def _newcomer(
    capture: Capture,
    known: _Known,
    reading: Reading,
    version: VersionRef,
    edits: tuple[Edit, ...],
    present: Sequence[tuple[int, Match]],
) -> Change:
    """A document that appeared at a known source: its rules count as added."""
    index_of = {edit.after[0]: index for index, edit in enumerate(edits)}
    found = tuple(replace(match, act=Act.ADDED, edit=index_of.get(at, -1)) for at, match in present)
    return Change(
        document=known.ref,
        before=None,
        after=reading,
        before_version=None,
        after_version=version,
        window=Window(None, capture.fetch.started_at),
        edits=edits,
        change_class=ChangeClass.SUBSTANTIVE,
        event=DocumentEvent.NEW,
        matches=found,
        reasons=("a document that was not listed before",),
    )


# --- a change ------------------------------------------------------------------------------------------------------


def _accept(
    tools: Tools, capture: Capture, known: _Known, reading: Reading, forms: Sequence[int], course: Course
) -> Taken:
    """Another text than the one that stood: a version, a change, and whoever should hear of it."""
    base = course.base
    edits = compare(base.reading, base.forms, reading, forms)
    edits = _restored(tools, known, edits, reading, forms)
    classified = _classify(tools, capture, known, reading, forms, edits, course)
    is_return = known.document.state != "live"
    loud = set(classified.carriers) if classified.change_class is ChangeClass.SUBSTANTIVE else set()
    matches = matching.match_edits(base.reading, reading, edits, tools.rules, role=capture.source.role)
    findings = matching.find_verdicts(
        base.reading, reading, edits, tools.commitments, company_names=_names(tools, known.ref)
    )
    findings = tuple(finding for finding in findings if finding.edit in loud)
    doubted_at = _first_doubt(tools, capture, course)
    with tools.database.write() as conn:
        last_good = known.document.last_good_fetch_id
        current = known.current.version.id if known.current else None
        # Spans follow what the page showed before this capture; the change follows what it is held against.
        shown_edits = edits if base is known.current else None
        version = _accept_rows(conn, capture, known, reading, forms, current, shown_edits, course.variant)
        record.record_grade(conn, capture.fetch.id, course.grade, GRADER)
        close_incident(conn, tools, capture)
        _event(conn, tools, capture, "version.recorded", {"number": version.number}, known)
        change = Change(
            document=known.ref,
            before=base.reading,
            after=reading,
            before_version=base.version,
            after_version=version,
            window=Window(_started(conn, last_good), doubted_at or capture.fetch.started_at),
            edits=edits,
            change_class=classified.change_class,
            relation=Relation.NEXT if base is known.current else Relation.SAME_VARIANT,
            event=_event_of(course, classified, is_return),
            matches=tuple(match for match in matches if match.edit in loud),
            findings=findings,
            verdict=matching.gravest(findings),
            reasons=classified.reasons,
        )
        told = tell(conn, tools, change, last_good, capture)
    status = "returned" if is_return else "changed"
    return Taken(status, course.grade, classified.change_class, known.document.slug, told, classified.reasons)


def _classify(
    tools: Tools,
    capture: Capture,
    known: _Known,
    reading: Reading,
    forms: Sequence[int],
    edits: tuple[Edit, ...],
    course: Course,
) -> Classified:
    if course.is_new_variant:
        is_language = course.grade.code == "other_language"
        told = ChangeClass.SUBSTANTIVE if is_language else ChangeClass.VARIANT
        return Classified(told, course.grade.reasons, tuple(range(len(edits))))
    if not edits and course.base is not known.current:
        return Classified(ChangeClass.VARIANT, (f"variant {course.variant} is shown again",), ())
    guard = matching.guard_for(tools.rules, tools.commitments)
    lives = _lives(tools, known, edits, course.base, reading, forms)
    returned = _returned(tools, capture, known, forms)
    return classify(course.base.reading, reading, edits, guard, lives=lives, returned=returned)


def _event_of(course: Course, classified: Classified, is_return: bool) -> DocumentEvent | None:
    if is_return:
        return DocumentEvent.RETURNED
    if course.is_new_variant:
        return DocumentEvent.SWAPPED
    if classified.change_class is ChangeClass.DATES_ONLY:
        return DocumentEvent.RESTAMPED
    return None


def _restored(
    tools: Tools, known: _Known, edits: tuple[Edit, ...], reading: Reading, forms: Sequence[int]
) -> tuple[Edit, ...]:
    """Passages that come in and stood here before are restored, not new."""
    came = [edit.after[0] for edit in edits if edit.act is Act.ADDED]
    if not came:
        return edits
    with tools.database.read() as conn:
        past = versions.form_history(conn, known.document.id, [forms[at] for at in came])
    back = {at for at in came if forms[at] in past and not past[forms[at]].open}
    return tuple(
        replace(edit, act=Act.RESTORED) if edit.act is Act.ADDED and edit.after[0] in back else edit for edit in edits
    )


def _lives(
    tools: Tools, known: _Known, edits: Sequence[Edit], base: Shown, reading: Reading, forms: Sequence[int]
) -> dict[str, FormLife]:
    form_of = {base.reading.places[at].text: base.forms[at] for edit in edits for at in edit.before}
    form_of |= {reading.places[at].text: forms[at] for edit in edits for at in edit.after}
    if not form_of:
        return {}
    with tools.database.read() as conn:
        past = versions.form_history(conn, known.document.id, list(set(form_of.values())))
    return {
        text: FormLife(past[form].times_seen, past[form].times_gone) for text, form in form_of.items() if form in past
    }


def _returned(tools: Tools, capture: Capture, known: _Known, forms: Sequence[int]) -> Returned | None:
    with tools.database.read() as conn:
        earlier = versions.version_with_forms(conn, known.document.id, forms)
        if earlier is None or known.stayed_since is None:
            return None
        left = variants.times_left(conn, known.document.id, earlier.number)
    return Returned(earlier.number, left - 1, (capture.fetch.started_at - known.stayed_since).total_seconds())


def _first_doubt(tools: Tools, capture: Capture, course: Course) -> datetime | None:
    """When the text was first seen, if a suspect capture of it waited for this one."""
    waiting = capture.request.suspect_fetch_id
    if waiting is None or "a second capture agrees" not in course.grade.reasons:
        return None
    with tools.database.read() as conn:
        return _started(conn, waiting)


# --- a text that stood for one capture ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Passing:
    """A wholly other text that a suspect capture showed and no second one confirmed."""

    capture: Capture
    reading: Reading
    forms: list[int]
    reasons: tuple[str, ...]


def _passing_text(tools: Tools, capture: Capture, known: _Known) -> _Passing | None:
    """The suspect capture that waited, if it showed a whole text of its own: that is not dropped, it is a variant."""
    waiting = capture.request.suspect_fetch_id
    if waiting is None or waiting == capture.fetch.id or known.current is None:
        return None
    with tools.database.read() as conn:
        fetch = fetches.fetch_by_id(conn, waiting)
        grade = fetches.grade_of(conn, waiting)
    if fetch.digest is None or grade is None or grade.code not in ("other_text", "other_language"):
        return None
    earlier = replace(capture, fetch=fetch, body=tools.blobs.get(fetch.digest))
    reading = read(tools, earlier)
    return _Passing(earlier, reading, forms_of(tools, reading), grade.reasons)


def _tell_passing(
    tools: Tools, capture: Capture, known: _Known, reading: Reading, forms: Sequence[int], passing: _Passing
) -> Taken:
    """Two changes on record: to the other text and back. Each is a variant; neither is lost."""
    assert known.current is not None
    variant = max((known.current.variant, *(other.variant for other in known.others))) + 1
    reasons = (*passing.reasons, "one capture showed it, the next the text that stood before")
    there = compare(known.current.reading, known.current.forms, passing.reading, passing.forms)
    back = compare(passing.reading, passing.forms, reading, forms)
    with tools.database.write() as conn:
        last_good = known.document.last_good_fetch_id
        current = known.current.version
        other = _accept_rows(conn, passing.capture, known, passing.reading, passing.forms, current.id, there, variant)
        again = _accept_rows(conn, capture, known, reading, forms, other.id, back, known.current.variant)
        close_incident(conn, tools, capture)
        seen = _started(conn, last_good)
        change = Change(
            document=known.ref,
            before=known.current.reading,
            after=passing.reading,
            before_version=current,
            after_version=other,
            window=Window(seen, passing.capture.fetch.started_at),
            edits=there,
            change_class=ChangeClass.VARIANT,
            event=DocumentEvent.SWAPPED,
            reasons=reasons,
        )
        told = tell(conn, tools, change, last_good, passing.capture)
        returned = replace(
            change,
            before=passing.reading,
            after=reading,
            before_version=other,
            after_version=again,
            window=Window(passing.capture.fetch.started_at, capture.fetch.started_at),
            edits=back,
            event=None,
            reasons=("the text that stood before is shown again",),
        )
        told += tell(conn, tools, returned, passing.capture.fetch.id, capture)
    good = Grade(GradeLevel.GOOD)
    return Taken("changed", good, ChangeClass.VARIANT, known.document.slug, told, reasons)


# --- shared --------------------------------------------------------------------------------------------------------


def _known(tools: Tools, capture: Capture, reading: Reading) -> _Known:
    """The document of a request (made where missing) with the text it shows and the others it has shown."""
    source = capture.source
    with tools.database.write() as conn:
        for asked in reversed(capture.asked):
            document = documents.find_or_create(
                conn,
                company_id=source.company,
                url=capture.request.url,
                kind=source.kind,
                request_id=capture.request.id,
                source_id=asked.source.id,
                title=reading.title,
                lang=reading.lang or source.lang,
                role=source.role,
                now=tools.now(),
            )
    with tools.database.read() as conn:
        known = _Known(document, documents.ref(conn, document.id))
        if document.current_version_id is None:
            return known
        for showing in variants.showings(conn, document.id):
            stored = versions.load(conn, showing.version_id)
            shown = Shown(stored.ref, stored.reading, stored.forms, showing.variant)
            if stored.ref.id == document.current_version_id and known.current is None:
                known.current, known.stayed_since = shown, showing.since
            else:
                known.others.append(shown)
    return known


def _accept_rows(
    conn: Connection,
    capture: Capture,
    known: _Known,
    reading: Reading,
    forms: Sequence[int],
    before_version_id: int | None,
    edits: Sequence[Edit] | None,
    variant: int,
) -> VersionRef:
    assert capture.fetch.digest is not None
    row = record.accept_version(
        conn,
        document_id=known.document.id,
        request_id=capture.request.id,
        fetch_id=capture.fetch.id,
        reading=reading,
        forms=forms,
        digest=capture.fetch.digest,
        extractor=EXTRACTOR,
        edits=edits,
        before_version_id=before_version_id,
        variant=variant,
    )
    return VersionRef(row.id, row.number, capture.fetch.digest, capture.fetch.started_at, capture.fetch.id)


def tell(conn: Connection, tools: Tools, change: Change, before_fetch_id: int | None, capture: Capture) -> int:
    """Record the change and, where it deserves one, its alert with a delivery for each target; returns 1 or 0."""
    now = tools.now()
    change_id = changes.record_change(
        conn, change, before_fetch_id=before_fetch_id, after_fetch_id=capture.fetch.id, now=now
    )
    change = replace(change, id=change_id)
    alert = decide(change, base_url=tools.base_url) if tools.tells else None
    if alert is None:
        return 0
    return _raise(conn, tools, alert, change, now)


def _raise(conn: Connection, tools: Tools, alert: Alert, change: Change, now: datetime) -> int:
    alert_id = outbox.record_alert(conn, alert, now)
    if alert_id is None:
        return 0
    outbox.enqueue(conn, alert_id, route(facts_of(alert, change), tools.routes), now)
    return 1


def _event(
    conn: Connection,
    tools: Tools,
    capture: Capture,
    type_: str,
    data: dict[str, object],
    known: _Known | None = None,
) -> None:
    events.write(
        conn,
        type_,
        at=tools.now(),
        company_id=capture.source.company,
        source_id=capture.source.id,
        document_id=known.document.id if known else None,
        fetch_id=capture.fetch.id,
        data={"url": capture.request.url, **data},
    )


def close_incident(conn: Connection, tools: Tools, capture: Capture) -> None:
    """The source is seen again: its incident, if one is open, ends."""
    incidents.close(conn, capture.request.id, capture.fetch.id, tools.now())


def _started(conn: Connection, fetch_id: int | None) -> datetime | None:
    return fetches.fetch_by_id(conn, fetch_id).started_at if fetch_id is not None else None


def _names(tools: Tools, ref: DocumentRef) -> tuple[str, ...]:
    company = tools.companies.get(ref.company_id)
    return (company.name, *company.aliases) if company else (ref.company,)
