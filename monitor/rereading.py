"""All versions derived again with the current extractor (promise P6): our own changes are not news.

One document in one transaction, so it can be stopped and gone on with. What differs only because we read better is one
technical change and never alerts; a real change the old reading had missed is recorded as found late, for the digest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from sqlalchemy import Connection

from alerts.decide import why_later
from core import matching
from core.classify import classify
from core.course import Shown
from core.errors import ReadError
from core.model import Change, ChangeClass, Edit, Fetch, Reading, Relation, VersionRef, Window
from core.relinks import relinked
from core.rule_matches import About, match_edits, place_of
from core.text.diff import compare
from core.text.read import EXTRACTOR
from monitor.asking import Archive
from monitor.capture import as_filed, forms_of, names_of, reading_of, started_at, tell_change
from monitor.tools import Tools
from storage import changes, documents, fetches, record, rereading, sources, spans, versions
from storage.linking import mark_apart
from storage.rereading import GoodCapture
from storage.sources import Asked


@dataclass(frozen=True, slots=True)
class Reread:
    """What came of one document: captures read, versions whose text differs by our doing, real changes found late."""

    document: str
    captures: int
    technical: int
    found_late: int
    unreadable: int = 0


@dataclass(slots=True)
class _Derivation:
    """One document being derived again."""

    tools: Tools
    document: documents.DocumentRow
    request_id: int
    current: Shown | None = None
    last_good: int | None = None  # the newest capture that agreed with the current text
    captures: int = 0
    found_late: int = 0
    unreadable: int = 0


def stale(tools: Tools) -> list[int]:
    """Documents that an earlier extractor read last: what is left to do."""
    with tools.database.read() as conn:
        return rereading.stale_documents(conn, EXTRACTOR)


def reread_all(tools: Tools) -> Iterator[Reread]:
    """Derive every stale document again, one after another; those already done are not touched."""
    for document_id in stale(tools):
        yield reread_document(tools, document_id)


def reread_document(tools: Tools, document_id: int) -> Reread:
    """Derive one document's versions and spans again from its captures, in one transaction."""
    with tools.database.read() as conn:
        captures = rereading.good_captures(conn, document_id)
        document = documents.by_id(conn, document_id)
        stood = versions.load(conn, document.current_version_id) if document.current_version_id else None
        unread = _unread(conn, document_id, captures)
    texts = _read_snapshots(tools, unread)
    with tools.database.write() as conn:
        derivation = _Derivation(tools, document, rereading.home(conn, document_id))
        told = rereading.told_at(conn, document_id, [capture.fetch_id for capture in captures])
        kept = rereading.take_down(conn, document_id)
        _derive_all(conn, derivation, captures, texts, told)
        technical = 0
        if stood is not None and derivation.current is not None:
            before = Shown(stood.ref, stood.reading, stood.forms)
            technical = _technical(conn, derivation, before, document.last_good_fetch_id)
        rereading.put_back(conn, document_id, kept)
    return Reread(document.slug, derivation.captures, technical, derivation.found_late, derivation.unreadable)


def rederive(conn: Connection, tools: Tools, document_id: int, *, untold: Collection[int]) -> None:
    """Derive one document from the captures that are its own now, after some were given to it or taken away.

    ``untold`` are the captures whose difference to the one before nobody was told of: it is recorded as found late.
    Everything in this transaction, so that a document is never seen half derived.
    """
    captures = rereading.good_captures(conn, document_id)
    document = documents.by_id(conn, document_id)
    texts = _read_snapshots(tools, _unread(conn, document_id, captures))
    derivation = _Derivation(tools, document, rereading.home(conn, document_id))
    told = {capture.fetch_id for capture in captures}.difference(untold)
    kept = rereading.take_down(conn, document_id)
    _derive_all(conn, derivation, captures, texts, told)
    kept["document"]["last_good_fetch_id"] = derivation.last_good
    rereading.put_back(conn, document_id, kept)


def _derive_all(
    conn: Connection,
    derivation: _Derivation,
    captures: Sequence[GoodCapture],
    texts: dict[str, tuple[Reading, tuple[int, ...]] | None],
    told: Collection[int],
) -> None:
    gone = rereading.gone_at(conn, derivation.document.id)
    for capture in captures:
        _close_gone(conn, derivation, gone, capture.fetch_id)
        _derive(conn, derivation, capture, texts, is_told=capture.fetch_id in told)
    if derivation.document.state == "gone":
        _close_gone(conn, derivation, gone, None)


@dataclass(frozen=True, slots=True)
class _Unread:
    """What there is to read for a document: each distinct snapshot with its first capture, and who asks for it."""

    asked: Asked | None
    first: dict[str, Fetch]


def _unread(conn: Connection, document_id: int, captures: Sequence[GoodCapture]) -> _Unread:
    request_id = rereading.home(conn, document_id)
    asked = sources.asked_by(conn, [request_id]).get(request_id, ())
    first: dict[str, Fetch] = {}
    for capture in captures:
        if capture.digest is not None and capture.digest not in first:
            first[capture.digest] = fetches.fetch_by_id(conn, capture.fetch_id)
    return _Unread(asked[0] if asked else None, first)


def _read_snapshots(tools: Tools, unread: _Unread) -> dict[str, tuple[Reading, tuple[int, ...]] | None]:
    """Each distinct snapshot read once with the current reader; None where that fails now."""
    texts: dict[str, tuple[Reading, tuple[int, ...]] | None] = {}
    source = unread.asked.source if unread.asked else None
    how = reading_of(unread.asked)
    for digest, fetch in unread.first.items():
        try:
            reading = tools.reader.read(
                tools.blobs.get(digest),
                content_type=fetch.header("content-type"),
                url=fetch.final_url or fetch.url,
                select=how.select,
                remove=how.remove,
                parts=how.parts,
                kind=how.kind,
            )
            reading = as_filed(tools, source, fetch, reading)
            texts[digest] = (reading, forms_of(tools, reading, always=source.always if source else ()))
        except ReadError:
            texts[digest] = None
    return texts


def _derive(
    conn: Connection,
    derivation: _Derivation,
    capture: GoodCapture,
    texts: dict[str, tuple[Reading, tuple[int, ...]] | None],
    *,
    is_told: bool,
) -> None:
    """One capture: the text that stood, or a version of its own."""
    document_id = derivation.document.id
    found = texts.get(capture.digest) if capture.digest else None
    derivation.captures += 1
    if capture.digest is not None and found is None:
        derivation.unreadable += 1
    current = derivation.current
    if found is None or (current is not None and _stands(conn, current, capture, found, is_told=is_told)):
        if current is not None:
            rereading.seen_good(conn, document_id, capture.fetch_id)
            derivation.last_good = capture.fetch_id
        return
    assert capture.digest is not None
    reading, forms = found
    edits = compare(current.reading, current.forms, reading, forms) if current else ()
    variant = capture.variant if capture.variant is not None else (current.variant if current else 0)
    fetch = fetches.fetch_by_id(conn, capture.fetch_id)
    row = record.accept_version(
        conn,
        document_id=document_id,
        request_id=derivation.request_id,
        fetch_id=capture.fetch_id,
        reading=reading,
        forms=forms,
        digest=capture.digest,
        extractor=EXTRACTOR,
        edits=edits,
        before_version_id=current.version.id if current else None,
        variant=variant,
        is_reread=True,
        links=mark_apart(conn, document_id, reading, forms, fetch.final_url or fetch.url),
    )
    version = VersionRef(row.id, row.number, capture.digest, fetch.started_at, capture.fetch_id)
    shown = Shown(version, reading, forms, variant)
    if current is not None and not is_told:
        derivation.found_late += _found_late(conn, derivation, shown, edits)
    derivation.current, derivation.last_good = shown, capture.fetch_id


def _stands(
    conn: Connection,
    current: Shown,
    capture: GoodCapture,
    found: tuple[Reading, tuple[int, ...]],
    *,
    is_told: bool,
) -> bool:
    """The text that stood. Where its links led elsewhere and that was told, the capture keeps a version of its own."""
    reading, forms = found
    if current.forms != forms or not is_told:
        return current.forms == forms
    return not relinked(current.reading, reading, _url(conn, capture), among={at for at, _, _ in reading.offers})


def _url(conn: Connection, capture: GoodCapture) -> str:
    fetch = fetches.fetch_by_id(conn, capture.fetch_id)
    return fetch.final_url or fetch.url


def _found_late(conn: Connection, derivation: _Derivation, after: Shown, edits: tuple[Edit, ...]) -> int:
    """A real change between two captures that the old reading took for the same; 1 where it is one of substance."""
    tools, before = derivation.tools, derivation.current
    assert before is not None
    ref = documents.ref(conn, derivation.document.id)
    at = place_of(ref, role=ref.role)
    guard = matching.guard_for(tools.rules, tools.commitments, at=at)
    classified = classify(before.reading, after.reading, edits, guard)
    if classified.change_class is not ChangeClass.SUBSTANTIVE:
        return 0
    loud = set(classified.carriers)
    names = names_of(tools, ref)
    findings = matching.find_verdicts(before.reading, after.reading, edits, tools.commitments, company_names=names)
    findings = tuple(finding for finding in findings if finding.edit in loud)
    window = Window(started_at(conn, derivation.last_good), after.version.seen_at)
    archive = Archive(lambda: nullcontext(conn), tools.rules, ref.id, after.version.fetch_id)
    about = About(at, loud=loud, findings=findings, window=window, archive=archive, commitments=tools.commitments)
    change = Change(
        document=ref,
        before=before.reading,
        after=after.reading,
        before_version=before.version,
        after_version=after.version,
        window=window,
        edits=edits,
        change_class=ChangeClass.SUBSTANTIVE,
        matches=match_edits(before.reading, after.reading, edits, tools.rules, about),
        findings=findings,
        verdict=matching.gravest(findings),
        reasons=("found late: a better reading of both captures shows it", *classified.reasons),
        found_late=True,
    )
    fetch_ids = (derivation.last_good, after.version.fetch_id)
    tell_change(conn, tools, change, fetch_ids, later=why_later(change, ""))
    return 1


def _technical(conn: Connection, derivation: _Derivation, before: Shown, last_good: int | None) -> int:
    """The difference our own reading makes to the text that stands, on record once and told to nobody."""
    after = derivation.current
    assert after is not None
    if after.forms == before.forms or last_good is None:
        return 0
    change = Change(
        document=documents.ref(conn, derivation.document.id),
        before=before.reading,
        after=after.reading,
        before_version=before.version,
        after_version=after.version,
        window=Window(before.version.seen_at, after.version.seen_at),
        edits=compare(before.reading, before.forms, after.reading, after.forms),
        change_class=ChangeClass.TECHNICAL,
        relation=Relation.HAND_PICKED,
        cause="extractor",
        reasons=(f"read again by {EXTRACTOR}",),
    )
    changes.record_change(conn, change, before_fetch_id=None, after_fetch_id=last_good, now=derivation.tools.now())
    return 1


def _close_gone(conn: Connection, derivation: _Derivation, gone: list[int], before: int | None) -> None:
    """End the spans where the document was told to be gone, before the next capture is derived."""
    while gone and (before is None or gone[0] < before):
        fetch_id = gone.pop(0)
        last_good = documents.by_id(conn, derivation.document.id).last_good_fetch_id
        spans.close_all(conn, spans.Step(derivation.document.id, 0, fetch_id, last_good))
