"""A capture of a list taken in: what is new there becomes a request, what moved keeps its document, what is missing is
looked at before anything is said of it.

What is missing is told by ``monitor/missing.py``; the links of a policy page are a list too (``monitor/links.py``).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from core.errors import ReadError
from core.grade import GRADER, grade_transport
from core.items import Settled, settle
from core.model import Grade, GradeLevel, Source
from core.text.feed import Feed
from core.wording import counted
from monitor import intake
from monitor.capture import Capture, Taken, close_incident, look_anew, write_event
from monitor.kinds import kinds
from monitor.kinds.registry import companies_of
from monitor.missing import listing_of, still_lacking, tell_events, tell_missing
from monitor.tools import Tools
from storage import listings, record, sources
from storage.sources import LATE, MORE, START, Asked

REGISTER: Final = "registry"
MOST_PAGES: Final = 50  # of one list, further pages and maps of maps together


def is_list(asked: Asked) -> bool:
    """Does this address, for this source, show a list of others?"""
    return kinds()[asked.source.kind].holds == "listing" and asked.part != sources.ITEM


def take_list(tools: Tools, capture: Capture) -> Taken:
    """A list's capture; the list itself is no document."""
    fetch = capture.fetch
    grade = None if fetch.is_not_modified else grade_transport(fetch, capture.body)
    if grade is not None:
        return intake.refuse(tools, capture, grade)
    if fetch.is_not_modified or fetch.digest == capture.request.last_digest:
        return _unchanged(tools, capture)
    askers = [each for each in capture.asked if is_list(each)]
    found: dict[tuple[object, ...], Feed] = {}
    taken = [_take_for(tools, replace(capture, asked=_first(each, capture.asked)), found) for each in askers]
    told = next((each for each in taken if each.status != "unchanged"), taken[0])
    reasons = tuple(dict.fromkeys(reason for each in taken for reason in each.reasons))
    return replace(told, alerts=sum(each.alerts for each in taken), reasons=reasons)


def _first(asked: Asked, every: tuple[Asked, ...]) -> tuple[Asked, ...]:
    return (asked, *(each for each in every if each is not asked))


def _take_for(tools: Tools, capture: Capture, read: dict[tuple[object, ...], Feed]) -> Taken:
    """What the list says to one of the sources that ask for it; ``read`` holds what was read of it for another."""
    asked = capture.asked[0]
    how = (asked.source.kind, asked.source.select, asked.source.remove, asked.source.options)
    try:
        if how not in read:
            read[how] = read_list(tools, capture)
    except ReadError as error:
        return intake.refuse(tools, capture, _unreadable(tools, asked.source, error))
    found = _of_company(read[how], asked.source)
    with tools.database.read() as conn:
        known = listings.known(conn, asked.source.id)
    is_short = found.incomplete or any(item.list_id == capture.request.id for item in known)
    kind = kinds()[asked.source.kind]
    if not found.entries and is_short and not kind.is_filed and asked.source.kind != REGISTER:
        why = found.incomplete or "the list is empty: nothing is taken for withdrawn"
        return intake.refuse(tools, capture, Grade(GradeLevel.BAD, (why,), "empty_list"))
    settled = settle(known, found.entries, list_id=capture.request.id, is_ordered=kind.is_ordered)
    if kind.is_filed:  # what a list of filings no longer shows was filed all the same
        settled = replace(settled, withdrawn=(), aged=())
    return _accept(tools, capture, found, settled)


def _of_company(found: Feed, source: Source) -> Feed:
    """Of a register, the rows of one company; of any other list, all of it."""
    if source.kind != REGISTER:
        return found
    return replace(found, entries=tuple(entry for entry in found.entries if entry.series == source.company))


def read_list(tools: Tools, capture: Capture) -> Feed:
    """What the list holds, as its kind reads it. Raises ReadError."""
    source, fetch = capture.source, capture.fetch
    options = source.options
    if source.kind == REGISTER:
        options = (*options, companies_of(list(tools.companies.values())))
    return tools.reader.read_list(
        source.kind,
        capture.body,
        content_type=fetch.header("content-type"),
        url=fetch.final_url or fetch.url,
        select=source.select,
        remove=source.remove,
        options=options,
    )


def _unreadable(tools: Tools, source: Source, error: ReadError) -> Grade:
    line = tools.lines.get(source.id)
    where = f" (sources.yaml line {line})" if line and "select" in error.detail else ""
    return Grade(GradeLevel.BAD, (error.detail + where,), "unreadable")


def _unchanged(tools: Tools, capture: Capture) -> Taken:
    with tools.database.write() as conn:
        record.record_unchanged(conn, capture.request.id, None, capture.fetch.id, capture.fetch)
        close_incident(conn, tools, capture)
        told = still_lacking(conn, tools, capture)
    return Taken("unchanged", intake.GOOD, alerts=told)


def _accept(tools: Tools, capture: Capture, found: Feed, settled: Settled) -> Taken:
    was_known = capture.request.last_good_fetch_id is not None
    fresh, reasons = len(settled.fresh), _reasons(found, settled)
    with tools.database.write() as conn:
        record.record_grade(conn, capture.fetch.id, Grade(GradeLevel.GOOD, reasons), GRADER)
        moved = listings.record(conn, listing_of(tools, capture), settled)
        _ask_more(conn, tools, capture, found)
        record.record_unchanged(conn, capture.request.id, None, capture.fetch.id, capture.fetch)
        close_incident(conn, tools, capture)
        if not was_known:
            look_anew(conn, capture)
        told = tell_missing(conn, tools, capture)
        tell_events(conn, tools, capture, settled, moved)
        if fresh:
            about: dict[str, object] = {"items": len(found.entries), "new": fresh}
            write_event(conn, tools, capture, "listing.read", about)
    status = ("changed" if fresh or moved or settled.withdrawn else "unchanged") if was_known else "new"
    return Taken(status, intake.GOOD, alerts=told, reasons=reasons)


def _reasons(found: Feed, settled: Settled) -> tuple[str, ...]:
    """What there is to say of a capture of a list, in words."""
    said = [f"{len(settled.fresh)} new of {len(found.entries)} listed"] if settled.fresh else []
    if settled.all_new:
        said.append("every item is new at once: some may have been missed")
    moved, edited = (sum(getattr(each, name) for each in settled.same) for name in ("has_moved", "is_edited"))
    said += [f"{counted(moved, 'item')} moved"] if moved else []
    said += [f"{counted(edited, 'item')} edited"] if edited else []
    said += [f"{counted(len(settled.withdrawn), 'item')} no longer listed"] if settled.withdrawn else []
    return (*said, found.incomplete) if found.incomplete else tuple(said)


def _ask_more(conn: Connection, tools: Tools, capture: Capture, found: Feed) -> None:
    """Further pages of the list, to the depth the source asks for; a map's maps to the third level."""
    asked = capture.asked[0]
    depth = 0 if asked.part == START else int(asked.part.partition(":")[2] or 1)
    deepest = 3 if asked.source.kind == "sitemap" else int(asked.source.option("pages") or 1) - 1
    if depth >= deepest:
        return
    was_known = capture.request.last_good_fetch_id is not None
    part = (LATE if was_known or asked.part.startswith(LATE) else MORE) + str(depth + 1)
    room = MOST_PAGES - sources.pages_of(conn, asked.source.id)
    for url in found.more[: max(0, room)]:
        every = max(asked.source.every * 4, timedelta(hours=12))
        sources.ask(conn, url, source_id=asked.source.id, part=part, every=every, due_at=tools.now())
