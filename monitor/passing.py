"""A wholly other text that one capture showed and the next did not: believed by nobody, but not dropped either."""

from __future__ import annotations

from dataclasses import replace

from core.model import Change, ChangeClass, DocumentEvent, Grade, GradeLevel, Window
from core.text.diff import compare
from monitor.capture import Arrival, Taken, close_incident, forms_of, keep_version, read, started_at, tell
from storage import fetches

WHOLE_TEXTS = ("other_text", "other_language")  # grades of captures that show a readable text of their own


def passing_text(arrival: Arrival) -> Arrival | None:
    """The suspect capture that waited for this one, read again, if it showed a whole text of its own."""
    waiting = arrival.capture.request.suspect_fetch_id
    if waiting is None or waiting == arrival.capture.fetch.id:
        return None
    with arrival.tools.database.read() as conn:
        fetch = fetches.fetch_by_id(conn, waiting)
        grade = fetches.grade_of(conn, waiting)
    if fetch.digest is None or grade is None or grade.code not in WHOLE_TEXTS:
        return None
    earlier = replace(arrival.capture, fetch=fetch, body=arrival.tools.blobs.get(fetch.digest))
    reading = read(arrival.tools, earlier)
    return replace(
        arrival,
        capture=earlier,
        reading=reading,
        forms=forms_of(arrival.tools, reading, always=arrival.capture.source.always),
    )


def tell_passing(arrival: Arrival, text: Arrival) -> Taken:
    """Two changes on record, to the other text and back. Each is a variant; neither is lost."""
    current = arrival.known.current
    assert current is not None
    there = compare(current.reading, current.forms, text.reading, text.forms)
    back = compare(text.reading, text.forms, arrival.reading, arrival.forms)
    reason = "one capture showed a wholly different text, the next the one that stood before"
    with arrival.tools.database.write() as conn:
        last_good = arrival.known.document.last_good_fetch_id
        other = keep_version(conn, text, before=current.version, edits=there, variant=arrival.known.free_variant)
        again = keep_version(conn, arrival, before=other, edits=back, variant=current.variant)
        close_incident(conn, arrival.tools, arrival.capture)
        away = Change(
            document=arrival.known.ref,
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
            after=arrival.reading,
            before_version=other,
            after_version=again,
            window=Window(text.seen_at, arrival.seen_at),
            edits=back,
            event=None,
            reasons=("the text that stood before is shown again",),
        )
        told = tell(conn, arrival.tools, away, text.capture, last_good)
        told += tell(conn, arrival.tools, home, arrival.capture, text.capture.fetch.id)
    slug = arrival.known.document.slug
    return Taken("changed", Grade(GradeLevel.GOOD), ChangeClass.VARIANT, slug, told, (reason,))
