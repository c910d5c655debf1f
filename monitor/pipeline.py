"""One due address, the whole story: ask, keep the bytes, say what they mean, decide when to ask again.

A Fetch and its bytes are committed before anything parses them. Bytes kept without a reading (a kill in between) are
taken in before the address is asked again, so a 304 can never hide them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection
from structlog.contextvars import bound_contextvars

from core.browsing import SHELLS
from core.errors import ReadError, StorageError
from core.grade import grade_page, grade_transport
from core.manner import manner_of
from core.model import Ask, ChangeClass, Fetch, FetchReason, Grade, GradeLevel, Manner, Purpose, Source
from core.schedule import (
    ABSENT_AFTER,
    CONFIRM_AFTER,
    SIBLINGS_WITHIN,
    WHOLE_AFTER,
    adapted,
    fresh_for,
    item_interval,
    next_check,
    pace_of,
)
from core.wording import counted
from monitor import absence, browsing, combining, filing, intake, listing
from monitor.answers import refused, with_exceptions
from monitor.capture import Capture, Taken, close_incident, read
from monitor.links import has_links
from monitor.missing import still_lacking
from monitor.tools import Fetches, Tools
from storage import documents, events, fetches, leases, listings, record, siblings, sources
from storage.leases import DueRequest, Lease
from storage.sources import ITEM, START, Asked

LEASE: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Checked:
    """One address asked, and what it meant: a line of ``onrecord check --json``."""

    source: str
    url: str
    at: datetime
    taken: Taken
    http_status: int | None = None
    next_due_at: datetime | None = None
    retry_after: timedelta | None = None
    requests: int = 1  # made of the host, redirects to itself included


class Askers:
    """Who asks for each request of a lease, looked up at the first of them, for all at once."""

    def __init__(self, tools: Tools, requests: Sequence[DueRequest]) -> None:
        self._tools = tools
        self._ids = [request.id for request in requests]
        self._found: dict[int, tuple[Asked, ...]] | None = None

    def of(self, request: DueRequest) -> tuple[Asked, ...]:
        """The sources that ask for it; nobody does any more where this is empty."""
        if self._found is None:
            with self._tools.database.read() as conn:
                self._found = sources.asked_by(conn, self._ids)
        return self._found.get(request.id, ())


def check_lease(tools: Tools, fetcher: Fetches, lease: Lease, *, purpose: Purpose = Purpose.WATCH) -> Iterator[Checked]:
    """Check the due requests of one held host, one after another. The caller gives the lease back."""
    askers = Askers(tools, lease.requests)
    for request in lease.requests:
        asked = askers.of(request)
        while purpose is not Purpose.REHEARSAL and (url := combining.next_part(tools, request, asked)) is not None:
            combining.ask_part(tools, fetcher, lease, url, manner_for(tools, request, asked))
        if asked:
            yield from check_request(tools, fetcher, lease, request, asked, purpose=purpose)


def check_request(
    tools: Tools,
    fetcher: Fetches,
    lease: Lease,
    request: DueRequest,
    asked: tuple[Asked, ...],
    *,
    purpose: Purpose = Purpose.WATCH,
) -> Iterator[Checked]:
    """What an earlier, interrupted check left unread, then one ask. Yields a line for each."""
    if request.unread_fetch_id is not None and purpose is not Purpose.REHEARSAL:
        unread = take_unread(tools, request, asked)
        if unread is not None:
            yield unread
            request = _again(tools, request)
    is_confirming = request.suspect_fetch_id is not None
    manner = manner_for(tools, request, asked)
    ask = _ask(tools, request, Purpose.CONFIRM if is_confirming and purpose is Purpose.WATCH else purpose, manner)
    if combining.parts_asked_for(asked):  # its bytes are needed, whatever its own page says of having changed
        ask = replace(ask, etag=None, last_modified=None)
    response = refused(tools, ask) or combining.lost_part(tools, ask, asked) or fetcher.fetch(ask, tools.now)
    response = combining.put_parts_together(tools, asked, response)
    fetch = with_exceptions(response.fetch, manner)
    if fetch.digest is not None:
        tools.blobs.put(fetch.digest, response.body, previous=request.last_digest)
    is_same = purpose is Purpose.WATCH and not is_confirming and intake.is_same(request, fetch, response.body)
    with tools.database.write() as conn:
        leases.require(conn, lease)
        fetch_id = record.record_fetch(
            conn, request.id, fetch, size=len(response.body), media_type=fetch.header("content-type")
        )
        fetch = replace(fetch, id=fetch_id)
        with bound_contextvars(fetch=fetch_id):
            _fetched_event(tools, conn, request, asked, fetch)
            unchanged = _still_stands(tools, conn, request, asked, fetch) if is_same else None
    with bound_contextvars(fetch=fetch_id):  # for who hears of it too
        if unchanged is not None:
            yield unchanged
        elif purpose is Purpose.REHEARSAL:
            yield rehearse(tools, request, asked, fetch, response.body)
        else:
            checked = _taken_in(tools, fetcher, request, asked, fetch, response.body)
            browsing.keep_beside(tools, response, fetch_id, checked.taken.status)
            yield checked


def _taken_in(
    tools: Tools, fetcher: Fetches, request: DueRequest, asked: tuple[Asked, ...], fetch: Fetch, body: bytes
) -> Checked:
    """What the bytes mean, and when to ask again."""
    capture = Capture(request, asked, fetch, body, _is_first_look(tools, request, asked))
    taken = take(tools, capture)
    if taken.is_absence:
        taken = absence.consider(tools, fetcher, capture, taken)
    due = _schedule(tools, request, asked[0], fetch, taken)
    return _checked(request, asked, fetch, taken, due)


def _checked(
    request: DueRequest, asked: tuple[Asked, ...], fetch: Fetch, taken: Taken, due: datetime | None = None
) -> Checked:
    """The line of an address that was asked, or not asked because robots.txt says no."""
    is_asked = fetch.reason is not FetchReason.ROBOTS and bool(fetch.request_headers or fetch.status or fetch.transient)
    hops = sum(sources.host_of(hop.location) == request.host for hop in fetch.redirects)
    made = max(1 + hops, _made_by_browser(fetch)) if is_asked else 0
    started_at, source_id = fetch.started_at, asked[0].source.id
    return Checked(source_id, request.url, started_at, taken, fetch.status, due, fetch.retry_after, made)


def _made_by_browser(fetch: Fetch) -> int:
    """The requests a browser made of the page's own host, for its budget; 0 where none was at work."""
    return next((int(count) for name, count in fetch.browsed if name == "requests"), 0)


def manner_for(tools: Tools, request: DueRequest, asked: tuple[Asked, ...]) -> Manner:
    """How an address is asked, for the first of those that ask for it."""
    manner = manner_of(asked[0].source, request.url, tools.reaching) if tools.reaching else Manner()
    return browsing.with_browser(tools, request, asked[0], manner)


def _still_stands(
    tools: Tools, conn: Connection, request: DueRequest, asked: tuple[Asked, ...], fetch: Fetch
) -> Checked | None:
    """The common case, nothing new: what follows from it is written beside the fetch, in the same transaction.

    None, and nothing written, where there is more to do: a document that was gone, or was never read.
    """
    stands = documents.standing(conn, request.id)
    is_listing = listing.is_list(asked[0])
    if not (stands.is_readable or is_listing):
        return None
    now = tools.now()
    every = _every(asked[0], request, Age(stands.appeared_at, stands.versions, stands.is_watched), now)
    due = next_check(now, every, share=tools.share(), failures=0, retry_after=_not_before(fetch, asked[0]))
    document_id = None if is_listing else stands.document_id
    record.record_unchanged(conn, request.id, document_id, fetch.id, fetch, next_due_at=due)
    capture = Capture(request, asked, fetch, b"")
    if stands.has_incident:
        close_incident(conn, tools, capture)
    told = still_lacking(conn, tools, capture) if is_listing or has_links(asked[0]) else 0
    taken = Taken("unchanged", intake.GOOD, document=None if is_listing else stands.slug, alerts=told)
    return _checked(request, asked, fetch, taken, due)


def take(tools: Tools, capture: Capture) -> Taken:
    """Take a capture in as what its source's own address holds: a document, or a list of documents."""
    asked = capture.asked[0]
    if listing.is_list(asked):
        return listing.take_list(tools, capture)
    return filing.take_filing(tools, capture) if filing.is_filing(asked) else intake.take_in(tools, capture)


def take_unread(tools: Tools, request: DueRequest, asked: tuple[Asked, ...]) -> Checked | None:
    """Read bytes that were kept and never read. None where there are none after all."""
    if request.unread_fetch_id is None:
        return None
    with tools.database.read() as conn:
        fetch = fetches.fetch_by_id(conn, request.unread_fetch_id)
    if fetch.digest is None:
        return None
    capture = Capture(request, asked, fetch, b"", _is_first_look(tools, request, asked))
    try:
        capture = replace(capture, body=tools.blobs.get(fetch.digest))
    except StorageError as error:
        if isinstance(error.__cause__, OSError):
            raise
        tools.blobs.set_aside(fetch.digest)  # not to be tried for ever: the address is asked anew
        why = f"bytes that were kept and not yet read are lost: {error}"
        taken = intake.refuse(tools, capture, Grade(GradeLevel.BAD, (why,), "damaged"))
    else:
        taken = take(tools, capture)
    return Checked(asked[0].source.id, request.url, fetch.started_at, taken, fetch.status)


def rehearse(tools: Tools, request: DueRequest, asked: tuple[Asked, ...], fetch: Fetch, body: bytes) -> Checked:
    """A dry run: the grade, and nothing written beyond the fetch row."""
    grade = None if fetch.is_not_modified else grade_transport(fetch, body)
    reasons: tuple[str, ...] = ()
    if grade is None and not fetch.is_not_modified:
        try:
            if listing.is_list(asked[0]):
                found = listing.read_list(tools, Capture(request, asked, fetch, body))
                reasons = (counted(len(found.entries), "item") + " listed", found.found_by, found.incomplete)
            else:
                reading = read(tools, Capture(request, asked, fetch, body))
                grade = grade_page(reading)
                reasons = (f"{len(reading.places)} passages, {reading.facts.get('words', 0)} words",)
        except ReadError as error:
            grade = Grade(GradeLevel.BAD, (error.detail,), "unreadable")
    grade = grade or Grade(GradeLevel.GOOD)
    status = (
        "failed" if grade.level is GradeLevel.BAD else ("new" if request.last_good_fetch_id is None else "unchanged")
    )
    if status == "unchanged" and fetch.digest is not None and fetch.digest != request.last_digest:
        status = "changed"
    taken = Taken(status, grade, reasons=tuple(filter(None, (*grade.reasons, *reasons))))
    return _checked(request, asked, fetch, taken)


# --- small parts ---------------------------------------------------------------------------------------------------


def _ask(tools: Tools, request: DueRequest, purpose: Purpose, manner: Manner) -> Ask:
    """Validators go along only where an unchanged answer would tell us all we want to know.

    A server that is set wrong, or means it, answers 304 whatever stands there: now and then it is asked for all of it.
    """
    is_to_be_seen = request.whole_at is None or tools.now() - request.whole_at >= WHOLE_AFTER
    is_open = request.suspect_fetch_id is not None or request.last_good_fetch_id is None
    if purpose is Purpose.CONFIRM or is_open or is_to_be_seen:
        return Ask(request.url, purpose, manner=manner)
    return Ask(request.url, purpose, etag=request.etag, last_modified=request.last_modified, manner=manner)


def _again(tools: Tools, request: DueRequest) -> DueRequest:
    """The request as it stands after unread bytes were taken in."""
    with tools.database.read() as conn:
        return leases.request_by_id(conn, request.id)


def _is_first_look(tools: Tools, request: DueRequest, asked: tuple[Asked, ...]) -> bool:
    """What stands there when the watch begins is told in one summary; a later item of a known list is news."""
    if any(each.part == START for each in asked):
        return True
    with tools.database.read() as conn:
        return listings.stood_at_first(conn, request.id)


def _schedule(tools: Tools, request: DueRequest, asked: Asked, fetch: Fetch, taken: Taken) -> datetime | None:
    """When to ask again, and since when it has been failing; None for a filing that was read."""
    now = tools.now()
    if filing.is_filing(asked) and taken.status != "failed":
        with tools.database.write() as conn:
            record.rest(conn, request.id)
        return None
    failures = request.failures + 1 if taken.status == "failed" else 0
    every = _every(asked, request, _age(tools, request), now)
    is_to_be_shown = tools.shows_shells and taken.grade.code in SHELLS and not fetch.browsed
    if taken.status == "suspect" or is_to_be_shown:
        due = now + CONFIRM_AFTER
    elif taken.is_absence and absence.POLICIES[taken.grade.code].says_so:
        due = now + min(every, ABSENT_AFTER)
    else:
        wait = _not_before(fetch, asked)
        due = next_check(now, every, share=tools.share(), failures=failures, retry_after=wait)
    with tools.database.write() as conn:
        record.schedule(conn, request.id, due, failures)
        if taken.change_class is ChangeClass.SUBSTANTIVE or taken.status in ("gone", "returned"):
            siblings.sooner(conn, request.id, now, SIBLINGS_WITHIN, tools.share())
    return due


@dataclass(frozen=True, slots=True)
class Age:
    """What an interval is learned from: since when a document is known, its versions, whether a watched term is in it."""

    appeared_at: datetime | None = None
    versions: int = 0
    is_watched: bool = False


def _age(tools: Tools, request: DueRequest) -> Age:
    with tools.database.read() as conn:
        stands = documents.standing(conn, request.id)
    return Age(stands.appeared_at, stands.versions, stands.is_watched)


def _every(asked: Asked, request: DueRequest, known: Age, now: datetime) -> timedelta:
    """How long to leave an address alone, from how old what stands there is and how often it changed."""
    age = now - known.appeared_at if known.appeared_at else timedelta(0)
    if asked.part == ITEM:
        return item_interval(age, is_watched=known.is_watched) if known.appeared_at else request.every
    option = {name: int(asked.source.option(name) or 0) for name in ("fastest", "slowest")}
    bounds = {name: timedelta(seconds=seconds) for name, seconds in option.items() if seconds}
    return adapted(pace_of(request.every, **bounds), age, max(0, known.versions - 1))


def _not_before(fetch: Fetch, asked: Asked) -> timedelta | None:
    """What the server asks for: Retry-After, or how long it says its answer stays good, within the source's bounds."""
    if fetch.retry_after is not None:
        return fetch.retry_after
    fresh = fresh_for(fetch.header("cache-control"), fetch.header("age"))
    return min(fresh, pace_of(asked.source.every).slowest) if fresh else None


def _fetched_event(tools: Tools, conn: Connection, request: DueRequest, asked: tuple[Asked, ...], fetch: Fetch) -> None:
    source: Source = asked[0].source
    events.write(
        conn,
        "fetched",
        at=tools.now(),
        company_id=source.company,
        source_id=source.id,
        fetch_id=fetch.id,
        data={
            "url": request.url,
            "status": fetch.status,
            "purpose": fetch.purpose.value,
            "detail": fetch.detail,
        },
    )
