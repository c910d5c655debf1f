"""The values of On Record, named as in docs/design/words.md. Frozen; no behaviour beyond reading themselves.

Times are aware UTC datetimes and end in ``_at``. Texts are NFC. A value is named for the stage it is at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, NamedTuple

from core.browsing import Browsing

# --- what is watched ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Company:
    """The organisation watched. ``topics`` are free words that routes may name."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    country: str | None = None
    langs: tuple[str, ...] = ("en",)
    identifiers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A declared place to look. ``every`` is the time between two checks; ``options`` belong to the kind.

    ``always`` are words whose passages are never quieted, whatever the machine has learned about the page.
    """

    id: str
    company: str
    kind: str
    url: str
    enabled: bool = True
    role: str | None = None
    lang: str | None = None
    every: timedelta = timedelta(hours=6)
    select: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    always: tuple[str, ...] = ()
    note: str | None = None
    confidence: str | None = None
    options: tuple[tuple[str, str], ...] = ()

    def option(self, name: str) -> str:
        """An option of its kind or of how it is asked, empty where it is not given; lists have a line for each."""
        return next((value for key, value in self.options if key == name), "")


class Purpose(StrEnum):
    """Why an address was asked."""

    WATCH = "watch"
    CONFIRM = "confirm"
    REHEARSAL = "rehearsal"
    DISCOVERY = "discovery"
    IMPORT = "import"
    SAVED = "saved"
    HUB = "hub"


# --- one attempt -------------------------------------------------------------------------------------------------


class FetchReason(StrEnum):
    """Why no whole response arrived. The row keeps the word; the sentence for people stands in ``detail``."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "bad_certificate"
    TIMEOUT = "timeout"
    RESET = "reset"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    REDIRECTS = "redirect_loop"
    REFUSED_ADDRESS = "private_address"
    ROBOTS = "robots"
    BAD_ADDRESS = "bad_address"
    PROTOCOL = "protocol"
    NO_BROWSER = "no_browser"
    PART = "part"


class Redirect(NamedTuple):
    """One hop: who answered with which status, and where it pointed."""

    url: str
    status: int
    location: str


@dataclass(frozen=True, slots=True)
class Manner:
    """How an address is asked (``core/manner.py`` decides). Reasons are a person's words for setting a rule aside.

    ``proxy`` is its address, which may hold a password and is never written down; ``proxy_name`` is. With ``browsing`` a
    browser shows it.
    """

    identity: str | None = None
    language: str = "en"
    proxy: str | None = field(default=None, repr=False)
    proxy_name: str = ""
    bad_certificate: str = ""
    ignore_robots: str = ""
    browsing: Browsing | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """One address about to be asked. A confirming ask carries no validators.

    ``first_bytes``: read so much of the body and leave the rest. ``form``: fields to post instead of asking.
    """

    url: str
    purpose: Purpose = Purpose.WATCH
    etag: str | None = None
    last_modified: str | None = None
    manner: Manner = Manner()
    first_bytes: int | None = None
    form: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fetch:
    """One attempt and its outcome, good or bad. Never changed after its row is committed.

    ``status`` is None when no whole response arrived; ``reason`` then says why. ``headers`` are the response's, in
    order, names lower case. ``digest`` is the SHA-256 (hex) of the decoded body, None where there is none.
    ``certificate`` is the SHA-256 (hex) of the TLS certificate shown; ``timings`` are milliseconds to the connection, the
    first byte and the last; ``via`` names the proxy; ``exceptions`` are rules set aside for it, with a person's reasons.
    ``browsed``: the body is what a browser made of the page; which browser, whom it asked, who was refused and why.
    """

    url: str
    purpose: Purpose
    started_at: datetime
    finished_at: datetime
    status: int | None = None
    reason: FetchReason | None = None
    detail: str = ""
    transient: bool = False
    final_url: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    request_headers: tuple[tuple[str, str], ...] = ()
    redirects: tuple[Redirect, ...] = ()
    remote_address: str | None = None
    digest: str | None = None
    retry_after: timedelta | None = None
    id: int = 0
    certificate: str | None = None
    local_address: str | None = field(default=None, compare=False)
    timings: tuple[tuple[str, float], ...] = field(default=(), compare=False)
    via: str = ""
    exceptions: tuple[str, ...] = ()
    browsed: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    def header(self, name: str) -> str | None:
        """The first response header of that (lower case) name."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def is_not_modified(self) -> bool:
        return self.status == 304


class GradeLevel(StrEnum):
    """May these bytes become content? Bad never; suspect waits for a second capture."""

    GOOD = "good"
    SUSPECT = "suspect"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Grade:
    """The judgement on one capture, with its reasons in words. ``code`` names the main reason in one word."""

    level: GradeLevel
    reasons: tuple[str, ...] = ()
    code: str = ""


# --- a reading ---------------------------------------------------------------------------------------------------

PlaceKind = Literal["heading", "paragraph", "item", "row", "term"]
Stream = Literal["main", "surroundings"]
PLACE_KINDS: tuple[PlaceKind, ...] = ("heading", "paragraph", "item", "row", "term")


class Place(NamedTuple):
    """One occurrence of a passage in a version.

    ``heading`` and ``lead_in`` are indices of other places of the same reading, -1 for none; ``level`` is the rank of
    a heading (1 to 6) or the depth of a list item; ``page`` is a PDF page counted from 1, 0 elsewhere.
    """

    text: str
    kind: PlaceKind
    stream: Stream
    level: int = 0
    heading: int = -1
    lead_in: int = -1
    page: int = 0


MOST_LISTS = 12
"""Lists around a list whose introductions are read with its items."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of one body: places in order, and facts the grade needs.

    ``links`` are (index of the place, absolute address); ``offers`` those of its own text with what each says: (index,
    address, words), there only while a capture is taken in. ``facts`` are small counts and flags about the page
    (documented in ``core/grade.py``). ``incomplete`` says in words what could not be read, empty when all was.
    """

    places: tuple[Place, ...]
    title: str = ""
    lang: str | None = None
    page_date: str | None = None
    links: tuple[tuple[int, str], ...] = ()
    facts: dict[str, int | str] = field(default_factory=dict)
    incomplete: str = ""
    offers: tuple[tuple[int, str, str], ...] = ()

    def heading_path(self, index: int) -> tuple[str, ...]:
        """The headings above a place, outermost first."""
        path: list[str] = []
        at = self.places[index].heading
        while at >= 0 and len(path) < 12:
            path.append(self.places[at].text)
            at = self.places[at].heading
        return tuple(reversed(path))

    def lead_in(self, index: int) -> str:
        """The sentence that introduces a list item, or an empty string; of a list in a list with what introduces that."""
        at = self.places[index].lead_in
        if at < 0:
            return ""
        words = self.places[at].text
        for _ in range(MOST_LISTS):
            place = self.places[at]
            if place.kind != "item" or place.lead_in < 0:
                break
            at = place.lead_in
            words = f"{self.places[at].text.rstrip(':： ')} {words}"
        return words

    def in_stream(self, stream: Stream) -> Iterator[tuple[int, Place]]:
        """Places of one stream with their indices, in order."""
        return ((at, place) for at, place in enumerate(self.places) if place.stream == stream)


# --- a change ----------------------------------------------------------------------------------------------------


class Act(StrEnum):
    """What happened to a passage."""

    ADDED = "added"
    REMOVED = "removed"
    REWORDED = "reworded"
    MOVED = "moved"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Edit:
    """One passage's fate between two versions.

    ``before`` and ``after`` are indices of places (several where one passage was split or two joined); empty on the
    side where the passage does not stand. ``lost_lead_in`` marks an item whose own words stand and whose lead-in went
    or changed; its indices then name the item on both sides.
    """

    act: Act
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    lost_lead_in: bool = False


class ChangeClass(StrEnum):
    """What sort of change it was. Each is a claim and is shown as one; only SUBSTANTIVE alerts by default."""

    SUBSTANTIVE = "substantive"
    DATES_ONLY = "dates_only"
    REORDERED = "reordered"
    FORMATTING = "formatting"
    VARIANT = "variant"
    SURROUNDINGS = "surroundings"
    TECHNICAL = "technical"


class Relation(StrEnum):
    """How the two versions of a change stand to each other."""

    NEXT = "next"
    SAME_VARIANT = "same_variant"
    PREVIOUS_FILING = "previous_filing"
    OTHER_EDITION = "other_edition"
    HAND_PICKED = "hand_picked"


class DocumentEvent(StrEnum):
    """What happened to a document as a whole."""

    NEW = "new"
    GONE = "gone"
    RETURNED = "returned"
    MOVED = "moved"
    UNLINKED = "unlinked"
    REDIRECTED = "redirected"
    SWAPPED = "swapped"
    RELINKED = "relinked"
    RESTAMPED = "restamped"
    UNDECLARED = "undeclared"


class Verdict(StrEnum):
    """The direction of a change of commitment. UNCLASSIFIED is told to people as "Changed, please read"."""

    STRENGTHENED = "STRENGTHENED"
    WEAKENED = "WEAKENED"
    MIXED = "MIXED"
    REVERSED = "REVERSED"
    REWORDED = "REWORDED"
    UNCLASSIFIED = "UNCLASSIFIED"
    NEW = "NEW"
    REMOVED = "REMOVED"


class Severity(StrEnum):
    """How soon people should know. Ordered: see :func:`severity_rank`."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


SEVERITIES: tuple[Severity, ...] = tuple(Severity)


def severity_rank(severity: Severity) -> int:
    """0 for info up to 4 for critical."""
    return SEVERITIES.index(severity)


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule found in one text. ``spans`` are [start, end) offsets into the text as captured."""

    rule: str
    pack: str
    spans: tuple[tuple[int, int], ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A rule found in a passage that changed (or stands in a first look): what happened, and the words as evidence.

    ``gone_from`` (document, source, company): these were the last such words there. ``asked``: the rule asks to hear of
    exactly this (a move, a class that is otherwise quiet).
    """

    rule: str
    pack: str
    act: Act | Literal["present"]
    severity: Severity
    words: tuple[str, ...]
    edit: int = -1
    title: str = ""
    gone_from: str = ""
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on one edit that touches a commitment: direction, dimensions that moved, reasons in words.

    ``refused``: the sentences of the page's own text that went or changed forbade, denied or ended something; where the
    direction is unclear, only if none of those that came does.
    """

    verdict: Verdict
    dimensions: tuple[tuple[str, str], ...] = ()
    reasons: tuple[str, ...] = ()
    edit: int = -1
    refused: bool = False


@dataclass(frozen=True, slots=True)
class DocumentRef:
    """Enough of a document to speak of it: names, not rows. ``slug`` is its permanent name in commands and pages."""

    id: int
    slug: str
    url: str
    title: str
    kind: str
    company_id: str
    company: str
    topics: tuple[str, ...] = ()
    lang: str | None = None
    role: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class VersionRef:
    """A version without its text: ``number`` counts from 1 within the document, ``digest`` is its snapshot."""

    id: int
    number: int
    digest: str
    seen_at: datetime
    fetch_id: int


@dataclass(frozen=True, slots=True)
class Window:
    """The honest interval of a change: both ends are captures. ``last_seen_at`` is None for what is new."""

    last_seen_at: datetime | None
    first_changed_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """Two versions of a document compared, classified and matched; not yet an alert.

    Either reading is None where that side does not exist (a new document; a document that is gone).
    ``verdict`` is the gravest of ``findings``, None where no commitment is touched. ``reasons`` say in words why it
    has its class.
    """

    document: DocumentRef
    before: Reading | None
    after: Reading | None
    before_version: VersionRef | None
    after_version: VersionRef | None
    window: Window
    edits: tuple[Edit, ...]
    change_class: ChangeClass
    relation: Relation = Relation.NEXT
    cause: Literal["source", "extractor"] = "source"
    event: DocumentEvent | None = None
    matches: tuple[Match, ...] = ()
    findings: tuple[Finding, ...] = ()
    verdict: Verdict | None = None
    reasons: tuple[str, ...] = ()
    found_late: bool = False
    id: int = 0


# Of one event each: change, first_look, incident, due (a promise that names a date). Lists: digest, summary (of a day with too many), silence (what it
# swallowed), report (on a week of watching). About the telling itself: dead_letter, drill, drill_failed, test.
AlertKind = Literal[
    "change", "first_look", "incident", "due", "digest", "summary", "silence", "report",
    "dead_letter", "drill", "drill_failed", "test",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Alert:
    """The decision that people should know. ``report`` is ``core.report.Report`` as plain data."""

    fingerprint: str
    kind: AlertKind
    severity: Severity
    title: str
    reasons: tuple[str, ...]
    report: dict[str, object]
    company_id: str | None = None
    document_id: int | None = None
    change_id: int | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Intent:
    """One alert for one target, before it is a Delivery row. ``why`` names the route that decided, in words.

    ``receiver`` are the names of ``receivers`` (several where they share the target) as one text.
    """

    receiver: str
    channel: str
    target: str
    why: tuple[str, ...]
    receivers: tuple[str, ...] = ()
