"""A capture on its way in, what the archive knows of its document, and the rows every step writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from alerts.decide import decide, reason_to_tell, severity_of, why_later
from alerts.raising import Raised, raise_alert
from alerts.routes import facts_of
from core import matching
from core.cases import trace_of
from core.course import Shown
from core.filings.sections import with_items
from core.model import (
    Change,
    ChangeClass,
    DocumentRef,
    Edit,
    Fetch,
    Grade,
    Purpose,
    Reading,
    Relation,
    Source,
    VersionRef,
)
from core.parts import Chosen, parts_of
from core.report import Beside, Earlier, from_plain
from core.text.mask import mask
from core.text.read import EXTRACTOR
from core.wording import long_date, trouble
from monitor.editions import parted
from monitor.tools import Tools
from storage import (
    changes,
    documents,
    events,
    fetches,
    incidents,
    listings,
    passages,
    record,
    sources,
    variants,
    versions,
)
from storage.earlier import earlier_wordings
from storage.leases import DueRequest
from storage.linking import mark_apart
from storage.sources import START, Asked

FILED_KINDS = frozenset({"sec"})  # whose items are filings


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
class Known:
    """What the archive knows of the document before this capture."""

    document: documents.DocumentRow
    ref: DocumentRef
    current: Shown | None = None
    stayed_since: datetime | None = None
    others: list[Shown] = field(default_factory=list)
    is_stale: bool = False  # another extractor read the text that stands

    @property
    def shown(self) -> tuple[Shown, ...]:
        """Every text the document is known to show, the current one last."""
        return (*self.others, self.current) if self.current else tuple(self.others)

    @property
    def free_variant(self) -> int:
        """A number no variant of the document has yet."""
        shown = [self.current.variant] if self.current else []
        return max([*shown, *(other.variant for other in self.others)], default=-1) + 1


@dataclass(frozen=True, slots=True)
class Arrival:
    """A capture that was read, with the document it belongs to: what every later step needs."""

    tools: Tools
    capture: Capture
    known: Known
    reading: Reading
    forms: tuple[int, ...]
    relation: Relation = Relation.NEXT  # to the text that stood
    is_found_late: bool = False

    @property
    def seen_at(self) -> datetime:
        return self.capture.fetch.started_at


def read(tools: Tools, capture: Capture) -> Reading:
    """The reading of a page's bytes with its source's selectors. Raises ReadError."""
    how = reading_of(capture.asked[0])
    reading = tools.reader.read(
        capture.body,
        content_type=capture.fetch.header("content-type"),
        url=capture.fetch.final_url or capture.fetch.url,
        select=how.select,
        remove=how.remove,
        parts=how.parts,
        kind=how.kind,
    )
    return as_filed(tools, capture.source, capture.fetch, reading)


def as_filed(tools: Tools, source: Source | None, fetch: Fetch, reading: Reading) -> Reading:
    """The reading of a filing, divided into its items and under the name its list gives it; any other as it is."""
    if source is None or source.kind not in FILED_KINDS:
        return reading
    with tools.database.read() as conn:
        filed = listings.filed(conn, fetch.url)
    if filed is None:
        return reading
    day = filed.filed_at.date().isoformat() if filed.filed_at else None
    return replace(with_items(reading, filed.form), title=filed.title, page_date=day)


class HowToRead(NamedTuple):
    """Which kind's reader reads a document, and the selectors meant for it."""

    kind: str = "page"
    select: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    parts: tuple[Chosen, ...] = ()  # of the further pages of a document put together from several


def reading_of(asked: Asked | None) -> HowToRead:
    """How a document found at a source is read: selectors of a page are its own, those of a feed its items'."""
    if asked is None:
        return HowToRead()
    source = asked.source
    if asked.part == START and source.kind in ("page", "pdf"):
        parts = tuple((part.select, part.remove) for part in parts_of(source))
        return HowToRead(source.kind, source.select, source.remove, parts)
    if asked.part != START and source.kind in ("feed", "sitemap"):
        return HowToRead("page", source.select, source.remove)
    lines = (source.option("item_select"), source.option("item_remove"))
    select, remove = (tuple(each for each in line.split("\n") if each) for line in lines)
    return HowToRead("page", select, remove)


def forms_of(
    tools: Tools, reading: Reading, *, always: Sequence[str] = (), stood: Sequence[Shown] = ()
) -> tuple[int, ...]:
    """The form of each place; a passage with a promise or a watched term is compared unmasked (promise P8).

    What stands as it stood, under the same lead-in, keeps its form (``stood``): a rule of today makes nothing of a text
    that did not change, and asking again would cost more than all else in a check.
    """
    guard = matching.guard_for(tools.rules, tools.commitments, always=always)
    known = {
        (place.text, shown.reading.lead_in(at)): form
        for shown in stood
        for at, (place, form) in enumerate(zip(shown.reading.places, shown.forms, strict=True))
    }
    forms: list[int] = []
    for at, place in enumerate(reading.places):
        lead_in = reading.lead_in(at)
        form = known.get((place.text, lead_in))
        if form is None:
            masked = mask(place.text)
            is_exact = masked == place.text or guard(place.text, lead_in)
            form = passages.passage_id(place.text if is_exact else masked)
        forms.append(form)
    return tuple(forms)


def know(tools: Tools, capture: Capture, reading: Reading) -> Known:
    """The document of a request (made where missing) with the text it shows and the others it has shown."""
    source, asking = capture.source, [asked.source.id for asked in capture.asked]
    with tools.database.read() as conn:
        found = documents.find(conn, source.company, capture.request.id, asking)
        if found is not None:
            return _known(conn, found, reading)
    with tools.database.write() as conn:
        for source_id in reversed(asking):
            document = documents.find_or_create(
                conn,
                company_id=source.company,
                url=capture.request.url,
                kind=source.kind,
                request_id=capture.request.id,
                source_id=source_id,
                title=reading.title or listings.title_of(conn, capture.request.id),
                lang=reading.lang or source.lang,
                role=source.role,
                now=tools.now(),
            )
    with tools.database.read() as conn:
        return _known(conn, document, reading)


def _known(conn: Connection, document: documents.DocumentRow, reading: Reading) -> Known:
    known = Known(document, documents.ref(conn, document.id))
    if document.current_version_id is not None:
        at_hand = {passages.passage_id(place.text): place.text for place in reading.places}
        for showing in variants.showings(conn, document.id):
            stored = versions.load(conn, showing.version_id, known=at_hand)
            shown = Shown(stored.ref, stored.reading, stored.forms, showing.variant)
            if stored.ref.id == document.current_version_id and known.current is None:
                known.current, known.stayed_since = shown, showing.since
                known.is_stale = stored.extractor != EXTRACTOR
            else:
                known.others.append(shown)
    return known


def keep_version(
    conn: Connection, arrival: Arrival, *, before: VersionRef | None, edits: Sequence[Edit] | None, variant: int
) -> VersionRef:
    """The rows of an accepted reading: version, spans, validators, and the event."""
    capture, fetch = arrival.capture, arrival.capture.fetch
    assert fetch.digest is not None
    row = record.accept_version(
        conn,
        document_id=arrival.known.document.id,
        request_id=capture.request.id,
        fetch_id=fetch.id,
        reading=arrival.reading,
        forms=arrival.forms,
        digest=fetch.digest,
        extractor=EXTRACTOR,
        edits=edits,
        before_version_id=before.id if before else None,
        variant=variant,
        links=mark_apart(conn, arrival.known.document.id, arrival.reading, arrival.forms, fetch.final_url or fetch.url),
    )
    write_event(conn, arrival.tools, capture, "version.recorded", {"number": row.number}, arrival.known)
    return VersionRef(row.id, row.number, fetch.digest, fetch.started_at, fetch.id)


def tell(conn: Connection, tools: Tools, change: Change, capture: Capture, before_fetch_id: int | None) -> int:
    """Record the change and, where it deserves one, its alert with what each target gets of it; returns 1 or 0."""
    incident = incidents.open_at_source(conn, capture.source.id, but=capture.request.id)
    unseen = f"{trouble(incident.code)} since {long_date(incident.opened_at)}" if incident else ""
    return tell_change(conn, tools, change, (before_fetch_id, capture.fetch.id), later=why_later(change, unseen))


def tell_change(
    conn: Connection, tools: Tools, change: Change, fetch_ids: tuple[int | None, int], *, later: str
) -> int:
    """The same for a change between two captures; ``later`` says why it waits for the digest, empty where it does not."""
    now = tools.now()
    severity = severity_of(change)[0] if reason_to_tell(change) is not None else None
    change_id = changes.record_change(
        conn, change, before_fetch_id=fetch_ids[0], after_fetch_id=fetch_ids[1], now=now, severity=severity
    )
    change = replace(change, id=change_id)
    if not tools.tells:
        return 0
    told = Beside(tuple(earlier_of(conn, change)), parted(conn, tools, change))
    alert = decide(change, base_url=tools.base_url, beside=told)
    if alert is None:
        return 0
    trace = trace_of(change, from_plain(alert.report).quotes)
    raised = Raised(alert, facts_of(alert, change), trace, later, tools.patience)
    return 1 if raise_alert(conn, raised, tools.routes, now) is not None else 0


def earlier_of(conn: Connection, change: Change) -> list[Earlier]:
    """What the promises of a change said before, for its report; nothing is looked up where none was touched."""
    last_seen = change.window.last_seen_at
    return [
        Earlier(each.text, each.first_at, each.last_at or last_seen or each.first_at)
        for each in earlier_wordings(conn, change)
    ]


def write_event(
    conn: Connection,
    tools: Tools,
    capture: Capture,
    type_: str,
    data: dict[str, object],
    known: Known | None = None,
) -> None:
    """An event about this capture, in the transaction that makes it true."""
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


def look_anew(conn: Connection, capture: Capture) -> None:
    """A source told as not seen when its watch began is seen for the first time: what stands there is still to be told."""
    unseen = [each.source.id for each in capture.asked if each.part == START and each.first_look_at is not None]
    if unseen and capture.fetch.purpose is not Purpose.IMPORT:
        sources.tell_anew(conn, unseen)


def started_at(conn: Connection, fetch_id: int | None) -> datetime | None:
    """When a fetch began, None without one."""
    return fetches.fetch_by_id(conn, fetch_id).started_at if fetch_id is not None else None


def names_of(tools: Tools, ref: DocumentRef) -> tuple[str, ...]:
    """What the company is called: subjects of its promises."""
    company = tools.companies.get(ref.company_id)
    return (company.name, *company.aliases) if company else (ref.company,)
