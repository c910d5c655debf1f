"""A statement a person enters becomes a document like any other: bytes kept first, then read, matched, told.

It is held against what the company said before on the same topic: the reader sees both, and the verdict between them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from core.errors import ReadError
from core.model import Company, Fetch, Finding, Grade, GradeLevel, Purpose, Reading, Source
from core.statements import Earlier, Statement, dates_of, identity, nearest
from core.text.sentences import sentences
from monitor import accepting
from monitor.capture import Arrival, Capture, Taken, forms_of, know
from monitor.tools import Tools
from storage import documents, fetches, record, sources, statements
from storage.importing import adopt_request
from storage.sources import ITEM, Asked

ENTERED = "entered by hand"


@dataclass(frozen=True, slots=True)
class Handed:
    """What a person hands in: the words as bytes of some type, and the file they were typed from where there is one."""

    body: bytes
    content_type: str
    evidence: bytes = b""


@dataclass(frozen=True, slots=True)
class Beside:
    """A sentence of the statement, an earlier passage on its topic, and what moved between them: None where the two are
    not alike enough for a verdict."""

    sentence: str
    earlier: Earlier
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of it. ``is_new`` is False where these words were entered before; nothing was written then."""

    row: statements.StatementRow
    taken: Taken
    beside: tuple[Beside, ...]
    is_new: bool


def enter(tools: Tools, company: Company, statement: Statement, handed: Handed) -> Entered:
    """Keep it, read it, tell of it. Raises ReadError where no words can be read from it; the bytes are kept even so."""
    url = identity(statement, handed.body)
    source = Source(id=f"{company.id}/statements", company=company.id, kind="statement", url=url, enabled=False)
    with tools.database.write() as conn:
        request = adopt_request(conn, url, company, source, tools.now())
        there = documents.by_request(conn, request.id)
        known = statements.by_document(conn, there[0].id) if there else None
    if known is not None:
        taken = Taken("unchanged", Grade(GradeLevel.GOOD), document=known.document)
        return Entered(known, taken, (), is_new=False)
    capture = _keep(tools, Capture(request, (Asked(source, ITEM, None),), _fetch(tools, url, handed), handed.body))
    evidence = hashlib.sha256(handed.evidence).hexdigest() if handed.evidence else None
    if evidence:
        tools.blobs.put(evidence, handed.evidence)
    reading = _read(tools, capture, statement)
    with tools.database.write() as conn:
        document = documents.find_or_create(
            conn,
            company_id=company.id,
            url=statement.url or url,
            kind="statement",
            request_id=request.id,
            source_id=source.id,
            title=statement.title,
            name=statement.title,
            lang=reading.lang,
            role="statement",
            now=tools.now(),
        )
        if evidence:
            fetches.keep_snapshot(conn, evidence, size=len(handed.evidence), media_type=None, now=tools.now())
        number = statements.record(
            conn, document.id, statement, evidence=evidence, fetch_id=capture.fetch.id, now=tools.now()
        )
    arrival = Arrival(tools, capture, know(tools, capture, reading), reading, forms_of(tools, reading))
    taken = accepting.accept_first(arrival, Grade(GradeLevel.GOOD, (ENTERED,)))
    with tools.database.read() as conn:
        row = statements.by_id(conn, number)
    return Entered(row, taken, beside_earlier(tools, company, reading, document.id), is_new=True)


def _fetch(tools: Tools, url: str, handed: Handed) -> Fetch:
    now = tools.now()
    return Fetch(
        url=url,
        purpose=Purpose.IMPORT,
        started_at=now,
        finished_at=now,
        status=200,
        detail=ENTERED,
        headers=(("content-type", handed.content_type),),
        digest=hashlib.sha256(handed.body).hexdigest(),
    )


def _keep(tools: Tools, capture: Capture) -> Capture:
    """Bytes before meaning, here too."""
    fetch = capture.fetch
    assert fetch.digest is not None
    tools.blobs.put(fetch.digest, capture.body)
    with tools.database.write() as conn:
        size, media_type = len(capture.body), fetch.header("content-type")
        fetch_id = record.record_fetch(conn, capture.request.id, fetch, size=size, media_type=media_type)
    return replace(capture, fetch=replace(fetch, id=fetch_id))


def _read(tools: Tools, capture: Capture, statement: Statement) -> Reading:
    """The words; its own date is the day it was made public, as the person said."""
    kind = capture.fetch.header("content-type")
    reading = tools.reader.read(capture.body, content_type=kind, url=statement.url or capture.fetch.url)
    if reading.facts.get("no_text_layer") or not any(place.text.strip() for place in reading.places):
        raise ReadError(
            "statement", "no words can be read from it: a scan or a picture. Give the words as text beside it"
        )
    dates = dict(dates_of(statement.dates))
    lang = statement.lang or reading.lang
    return replace(reading, title=statement.title, lang=lang, page_date=dates["public"] or None)


def beside_earlier(tools: Tools, company: Company, reading: Reading, document_id: int) -> tuple[Beside, ...]:
    """Each sentence that promises something beside what the company said before under the same rules."""
    sides: list[tuple[str, set[str]]] = []
    for _, place in reading.in_stream("main"):
        for start, end in sentences(place.text):
            sentence = place.text[start:end].strip()
            if tools.commitments.holds_commitment(sentence):
                sides.append((sentence, _topics(tools, sentence)))
    if not sides:
        return ()
    with tools.database.read() as conn:
        said = statements.words_of_company(conn, company.id, other_than=document_id)
    topics = set().union(*(packs for _, packs in sides))
    packs_of = {each.text: _topics(tools, each.text) & topics for each in said}
    names = (company.name, *company.aliases)
    found: list[Beside] = []
    for sentence, packs in sides:
        about = [each for each in said if packs_of[each.text] & packs]
        for earlier, is_same in nearest(sentence, about):
            judged = is_same and tools.commitments.holds_commitment(earlier.text)
            finding = tools.commitments.compare(earlier.text, sentence, company_names=names) if judged else None
            found.append(Beside(sentence, earlier, finding))
    return tuple(found)


def _topics(tools: Tools, text: str) -> set[str]:
    """The packs that speak of a text and of a topic; a hedge or a firm word is none."""
    return {hit.pack for hit in tools.rules.match(text) if not tools.rules.is_context_only(hit.pack)}


def known_company(tools: Tools, company_id: str) -> Company | None:
    """A company of sources.yaml, or one the archive knows."""
    if company_id in tools.companies:
        return tools.companies[company_id]
    with tools.database.read() as conn:
        return sources.company_by_id(conn, company_id)
