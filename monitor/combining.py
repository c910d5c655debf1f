"""A document put together from several pages: its further addresses are asked one a turn, the source's own last of all.

Each ask is a fetch with its row and its bytes, under the same lease, gap, budget and robots.txt as any other. Only what
was asked since the document's last capture is put together, and a part that cannot be read keeps the document as it
stood: a text that went from one page to another is never taken for dropped, and a lost page never for a shorter text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from core.grade import GRADER, grade_transport
from core.model import Ask, Fetch, FetchReason, Manner, Purpose
from core.parts import Part, Piece, parts_of, put_together
from monitor.answers import Answer, refused, with_exceptions
from monitor.tools import Fetches, Response, Tools
from storage import combined, leases, record
from storage.leases import DueRequest, Lease
from storage.sources import START, Asked


def parts_asked_for(asked: Sequence[Asked]) -> tuple[Part, ...]:
    """The further addresses of the document at this address; none for most."""
    return parts_of(asked[0].source) if asked and asked[0].part == START else ()


def next_part(tools: Tools, request: DueRequest, asked: Sequence[Asked]) -> str | None:
    """The part that is to be asked before the address itself: the first not asked since the document's last capture."""
    parts = parts_asked_for(asked)
    if not parts:
        return None
    with tools.database.read() as conn:
        newest = combined.newest_fetch(conn, request.id)
        known = combined.states(conn, [part.url for part in parts])
    return next((part.url for part in parts if part.url not in known or known[part.url].fetch_id <= newest), None)


def ask_part(tools: Tools, fetcher: Fetches, lease: Lease, url: str, manner: Manner) -> Fetch:
    """Ask one part and keep what came; whether it may be read is written beside it."""
    with tools.database.write() as conn:
        request = leases.request_by_id(conn, combined.request_of(conn, url))
    ask = Ask(url, Purpose.WATCH, request.etag, request.last_modified, manner)
    response = refused(tools, ask) or fetcher.fetch(ask, tools.now)
    fetch = with_exceptions(response.fetch, manner)
    if fetch.digest is not None:
        tools.blobs.put(fetch.digest, response.body, previous=request.last_digest)
    grade = None if fetch.is_not_modified else grade_transport(fetch, response.body)
    with tools.database.write() as conn:
        leases.require(conn, lease)
        media_type = fetch.header("content-type")
        fetch_id = record.record_fetch(conn, request.id, fetch, size=len(response.body), media_type=media_type)
        if grade is None:
            record.record_unchanged(conn, request.id, None, fetch_id, fetch)
        else:
            record.record_grade(conn, fetch_id, grade, GRADER)
            record.discard(conn, request.id, fetch_id)
    return fetch


def lost_part(tools: Tools, ask: Ask, asked: Sequence[Asked]) -> Answer | None:
    """The outcome of a capture that is not made, as one of its parts could not be read; None where all could.

    A rehearsal asks the document's own address alone, and may do so before any part was asked.
    """
    parts = parts_asked_for(asked)
    if not parts or ask.purpose is Purpose.REHEARSAL:
        return None
    with tools.database.read() as conn:
        known = combined.states(conn, [part.url for part in parts])
        lost = next((part for part in parts if part.url not in known or not known[part.url].is_good), None)
        if lost is None:
            return None
        why = combined.why_lost(conn, known[lost.url]) if lost.url in known else "it was not asked yet"
    now = tools.now()
    detail = f"a part of the document could not be read, {lost.url}: {why}"
    return Answer(Fetch(ask.url, ask.purpose, now, now, None, FetchReason.PART, detail))


def put_parts_together(tools: Tools, asked: Sequence[Asked], response: Response) -> Response:
    """The answer of an address with the bytes of its parts behind it; any other answer as it is."""
    parts, fetch = parts_asked_for(asked), response.fetch
    if not parts or fetch.digest is None or grade_transport(fetch, response.body) is not None:
        return response
    with tools.database.read() as conn:
        known = combined.states(conn, [part.url for part in parts])
    pieces = [Piece(fetch.final_url or fetch.url, fetch.header("content-type") or "", response.body)]
    for part in parts:
        state = known.get(part.url)
        if state is None or state.digest is None:
            return response  # a rehearsal before the first check; any other capture is not made then
        pieces.append(Piece(part.url, state.media_type, tools.blobs.get(state.digest)))
    return together(response.fetch, pieces)


def together(fetch: Fetch, pieces: Sequence[Piece]) -> Answer:
    """One attempt with the bytes of all pages; its own validators say nothing of the others."""
    body, content_type = put_together(pieces)
    plain = [pair for pair in fetch.headers if pair[0] not in ("content-type", "etag", "last-modified")]
    headers = (*plain, ("content-type", content_type))
    return Answer(replace(fetch, headers=headers, digest=hashlib.sha256(body).hexdigest()), body)
