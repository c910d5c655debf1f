"""A wholly other text that one capture showed and the next did not: believed by nobody, but not dropped either."""

from __future__ import annotations

from dataclasses import replace

from core.model import Change, ChangeClass, DocumentEvent, Grade, GradeLevel, Window
from core.text.diff import compare
from monitor.capture import Case, Taken, close_incident, forms_of, keep_version, read, started_at, tell
from storage import fetches

WHOLE_TEXTS = ("other_text", "other_language")  # grades of captures that show a readable text of their own


def passing_text(case: Case) -> Case | None:
    """The suspect capture that waited for this one, read again, if it showed a whole text of its own."""
    waiting = case.capture.request.suspect_fetch_id
    if waiting is None or waiting == case.capture.fetch.id:
        return None
    with case.tools.database.read() as conn:
        fetch = fetches.fetch_by_id(conn, waiting)
        grade = fetches.grade_of(conn, waiting)
    if fetch.digest is None or grade is None or grade.code not in WHOLE_TEXTS:
        return None
    earlier = replace(case.capture, fetch=fetch, body=case.tools.blobs.get(fetch.digest))
    reading = read(case.tools, earlier)
    return replace(
        case, capture=earlier, reading=reading, forms=forms_of(case.tools, reading, always=case.capture.source.always)
    )


def tell_passing(case: Case, text: Case) -> Taken:
    """Two changes on record, to the other text and back. Each is a variant; neither is lost."""
    current = case.known.current
    assert current is not None
    there = compare(current.reading, current.forms, text.reading, text.forms)
    back = compare(text.reading, text.forms, case.reading, case.forms)
    reason = "one capture showed a wholly different text, the next the one that stood before"
    with case.tools.database.write() as conn:
        last_good = case.known.document.last_good_fetch_id
        other = keep_version(conn, text, before=current.version, edits=there, variant=case.known.free_variant)
        again = keep_version(conn, case, before=other, edits=back, variant=current.variant)
        close_incident(conn, case.tools, case.capture)
        away = Change(
            document=case.known.ref,
            before=current.reading,
            after=text.reading,
            before_version=current.version,
            after_version=other,
            window=Window(started_at(conn, last_good), text.seen_at),
            edits=there,
            change_class=ChangeClass.VARIANT,
            event=DocumentEvent.SWAPPED,
            reasons=(reason,),
        )
        home = replace(
            away,
            before=text.reading,
            after=case.reading,
            before_version=other,
            after_version=again,
            window=Window(text.seen_at, case.seen_at),
            edits=back,
            event=None,
            reasons=("the text that stood before is shown again",),
        )
        told = tell(conn, case.tools, away, text.capture, last_good)
        told += tell(conn, case.tools, home, case.capture, text.capture.fetch.id)
    slug = case.known.document.slug
    return Taken("changed", Grade(GradeLevel.GOOD), ChangeClass.VARIANT, slug, told, (reason,))
