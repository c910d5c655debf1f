"""A page that says it is not there. Absence is a claim (promise P4): several captures must agree, over more than a
day, while the rest of the site answers. Until then it is one incident, and nothing is gone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from core.course import SAME_TEXT
from core.model import (
    Act,
    Ask,
    Change,
    ChangeClass,
    DocumentEvent,
    Edit,
    Grade,
    GradeLevel,
    Purpose,
    Window,
)
from core.rule_matches import About, match_edits, place_of
from core.text.likeness import likeness
from monitor.asking import Archive
from monitor.capture import Capture, Taken, tell
from monitor.tools import Fetches, Response, Tools
from storage import documents, fetches, incidents, record, sources, versions
from storage.siblings import newest_good_on_host

CANDIDATES: Final = 20  # the newest documents of a company, looked at when one of them is gone
SIBLING_AGE: Final = timedelta(hours=48)  # a sibling page seen well this recently shows that the site answers


@dataclass(frozen=True, slots=True)
class Policy:
    """Which event an answer is, once enough captures agree; at the least so many, over so long.

    ``says_so``: the answer itself says that the page is not there. Where it only shows something else, a sibling page
    must have been read well: a wall before the whole site shows its front page as well.
    """

    event: DocumentEvent
    captures: int = 0
    span: timedelta = timedelta()
    says_so: bool = True


# A status is the server's own word, and the operator's settings say how often it must be given. A page that only says
# it is missing, with status 200, may be a fault of a day.
POLICIES: Final = {
    "absent": Policy(DocumentEvent.GONE),
    "redirected_home": Policy(DocumentEvent.REDIRECTED),
    "soft_404": Policy(DocumentEvent.GONE, 5, timedelta(days=7)),
    "replaced": Policy(DocumentEvent.GONE, 5, timedelta(days=7)),  # a notice ("withdrawn") where the text stood
    **dict.fromkeys(
        ("other_page", "empty", "maintenance", "login"),
        Policy(DocumentEvent.GONE, 8, timedelta(days=14), says_so=False),
    ),
}


def consider(tools: Tools, fetcher: Fetches, capture: Capture, taken: Taken) -> Taken:
    """Count one more absence; when enough agree and the site answers, the document is gone, and people are told."""
    now, policy = tools.now(), POLICIES[taken.grade.code]
    with tools.database.write() as conn:
        counted = record.record_absence(conn, capture.request.id, capture.fetch.started_at)
    lasted = capture.fetch.started_at - counted.since
    if counted.count < max(policy.captures, tools.gone_after_captures) or lasted < max(policy.span, tools.gone_after):
        return taken
    with tools.database.read() as conn:
        found = documents.by_request(conn, capture.request.id)
    if not found or found[0].state == "gone" or found[0].current_version_id is None:
        return taken
    witness = _site_answers(tools, fetcher, capture, now, may_be_home=policy.says_so)
    if witness is None:
        why = "the rest of the site does not answer either" if policy.says_so else "no other page of the site is seen"
        return replace(taken, reasons=(*taken.reasons, f"{why}: no claim is made"))
    reason = f"{counted.count} captures since {counted.since:%Y-%m-%d %H:%M} UTC agree, while {witness}"
    with tools.database.read() as conn:
        first = fetches.fetch_by_id(conn, fetches.first_since(conn, capture.request.id, counted.since))
    return _gone(tools, replace(capture, fetch=first), found[0], policy.event, (*taken.reasons, reason))


def _site_answers(tools: Tools, fetcher: Fetches, capture: Capture, now: datetime, *, may_be_home: bool) -> str | None:
    """In words, what shows that the site as a whole is there; None where nothing does."""
    with tools.database.read() as conn:
        sibling = newest_good_on_host(conn, capture.request.id, since=now - SIBLING_AGE)
    if sibling is not None:
        return f"{sibling} of the same site answers"
    parts = urlsplit(capture.request.url)
    home = urlunsplit((parts.scheme, parts.netloc, "/", "", ""))
    if home == capture.request.url or not may_be_home:
        return None
    answer = fetcher.fetch(Ask(home, Purpose.DISCOVERY), tools.now)
    _keep(tools, home, answer)
    return "the home page answers" if answer.fetch.status is not None and answer.fetch.status < 400 else None


def _keep(tools: Tools, url: str, answer: Response) -> None:
    """The witness is a fetch as any other: its bytes and its row are kept (P2), under a request nobody watches."""
    fetch = answer.fetch
    if fetch.digest is not None:
        tools.blobs.put(fetch.digest, answer.body)
    with tools.database.write() as conn:
        request_id = sources.at_rest(conn, url)
        media_type = fetch.header("content-type")
        fetch_id = record.record_fetch(conn, request_id, fetch, size=len(answer.body), media_type=media_type)
        record.discard(conn, request_id, fetch_id)


def _gone(
    tools: Tools, capture: Capture, document: documents.DocumentRow, event: DocumentEvent, reasons: tuple[str, ...]
) -> Taken:
    """The document is gone as of ``capture``, the first that said so: the honest interval ends there."""
    with tools.database.read() as conn:
        assert document.current_version_id is not None
        stood = versions.load(conn, document.current_version_id)
        ref = documents.ref(conn, document.id)
        last_seen = fetches.fetch_by_id(conn, document.last_good_fetch_id) if document.last_good_fetch_id else None
    moved = _found_elsewhere(tools, document, stood)
    if moved is not None:
        reasons = (*reasons, f"the same text stands at {moved}")
    edits = tuple(
        Edit(Act.REMOVED, before=(at,)) for at, place in enumerate(stood.reading.places) if place.stream == "main"
    )
    window = Window(last_seen.started_at if last_seen else None, capture.fetch.started_at)
    happened = DocumentEvent.MOVED if moved else event
    about = About(
        at=place_of(ref, role=capture.source.role),
        event=happened,
        window=window,
        archive=Archive(tools.database.read, tools.rules, document.id, capture.fetch.id),
    )
    change = Change(
        document=ref,
        before=stood.reading,
        after=None,
        before_version=stood.ref,
        after_version=None,
        window=window,
        edits=edits,
        change_class=ChangeClass.SUBSTANTIVE,
        event=happened,
        matches=match_edits(stood.reading, None, edits, tools.rules, about),
        reasons=reasons,
    )
    bad = Grade(GradeLevel.BAD, reasons, "absent")
    with tools.database.write() as conn:
        if not record.mark_gone(conn, document.id, capture.fetch.id):
            return Taken("failed", bad, document=document.slug, is_absence=True)
        incidents.open_or_touch(
            conn,
            capture.request.id,
            source_id=capture.source.id,
            code=incidents.GONE,
            reasons=reasons,
            fetch_id=capture.fetch.id,
            now=tools.now(),
        )
        incidents.close(conn, capture.request.id, capture.fetch.id, tools.now())
        told = tell(conn, tools, change, capture, document.last_good_fetch_id)
    return Taken("gone", bad, None, document.slug, told, reasons, is_absence=True)


def _found_elsewhere(tools: Tools, document: documents.DocumentRow, stood: versions.StoredVersion) -> str | None:
    """The address of another live document of the company that holds this text: then it has moved."""
    with tools.database.read() as conn:
        for candidate in documents.newest_live(conn, document.company_id, other_than=document.id, limit=CANDIDATES):
            if candidate.appeared_at <= document.appeared_at or candidate.current_version_id is None:
                continue  # a page that stood beside it all the time is no new address
            found = versions.load(conn, candidate.current_version_id)
            if likeness(stood.reading, stood.forms, found.reading, found.forms).kept >= SAME_TEXT:
                return candidate.url
    return None
