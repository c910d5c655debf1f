"""Citations that last: a quote is named by the digest of its snapshot, its words, and where they stood.

``/q/<digest>/<document>?quote=…&at=…`` finds the words again in whatever reading of those bytes there is now; where a
better reader reads them otherwise, it says so and shows what it reads.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from core.citing import Cited, bibtex, chicago, plain, where_it_stands
from core.errors import NotFound
from core.model import Stream, VersionRef
from core.report import title_of
from core.text.visible import one_line
from core.wording import defang
from storage import biography, citations, documents, versions
from storage.packing import STREAMS
from web.access import may
from web.capture_facts import published_of, what_is_wrong
from web.problems import BadRequest
from web.site import Site, without_json
from web.speech import DIGEST, VERSION_NAME, cite_address, document_address, lang_code, version_address

LONGEST_QUOTE: Final = 2_000
NEIGHBOURS: Final = 2


@dataclass(frozen=True, slots=True)
class Quoted:
    """Where the quote stands: the passage with the words marked, and what stands around it."""

    before: tuple[str, ...]
    text: str
    spans: tuple[tuple[int, int], ...]
    after: tuple[str, ...]
    heading: str
    where: str
    at: int


@dataclass(frozen=True, slots=True)
class Citation:
    """The page. ``quoted`` is None where a whole version is cited, or the words are not found in these bytes any more."""

    company_id: str
    company: str
    title: str
    document: str
    lang: str
    number: int
    digest: str
    captured_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None
    quote: str
    quoted: Quoted | None
    note: str
    damage: tuple[str, ...]
    published: str
    plain: str
    chicago: str
    bibtex: str
    link: str
    version: str


def routes(site: Site) -> APIRouter:
    """``/cite/<document>/<n>``, ``/q/<digest>/<document>`` and ``/passage/<id>/<document>``."""
    router = APIRouter()

    @router.api_route("/cite/{rest:path}", methods=["GET", "HEAD"])
    @may("reader")
    def version(request: Request, rest: str) -> Response:
        found = VERSION_NAME.fullmatch(without_json(rest))
        if found is None:
            raise BadRequest("a version is named by its document and its number, such as company/page/3")
        with site.database.read() as conn:
            row = documents.by_slug(conn, found[1])
            ref = versions.by_number(conn, row.id, int(found[2]))
            view = build(conn, site, found[1], ref, "", 0)
        return site.answer(request, "cite.html", view)

    @router.api_route("/q/{digest}/{rest:path}", methods=["GET", "HEAD"])
    @may("reader")
    def quote(request: Request, digest: str, rest: str, quote: str = "", at: int = 0) -> Response:
        slug = without_json(rest)
        if not DIGEST.fullmatch(digest):
            raise BadRequest("a capture is named by its SHA-256, 64 digits and small letters")
        with site.database.read() as conn:
            row = documents.by_slug(conn, slug)
            read = citations.readings_of(conn, row.id, digest)
            if not read:
                raise NotFound(f"{one_line(slug, 120)} never showed a capture {digest[:12]}…")
            view = build(conn, site, slug, read[0], quote[:LONGEST_QUOTE], max(0, at), others=read[1:])
        return site.answer(request, "cite.html", view)

    @router.api_route("/passage/{passage_id}/{rest:path}", methods=["GET", "HEAD"])
    @may("reader")
    def passage(passage_id: int, rest: str) -> Response:
        with site.database.read() as conn:
            row = documents.by_slug(conn, rest)
            stood = citations.where_it_stood(conn, row.id, passage_id)
            if stood is None:
                raise NotFound(f"this passage never stood in {one_line(rest, 120)}")
            ref, at, text = stood
        return RedirectResponse(cite_address(rest, ref.digest, text[:LONGEST_QUOTE], at), 303)

    return router


def build(  # noqa: PLR0913 (what is cited, and in which readings it may stand)
    conn: Connection,
    site: Site,
    slug: str,
    ref: VersionRef,
    quote: str,
    at: int,
    *,
    others: tuple[VersionRef, ...] = (),
) -> Citation:
    """The citation of a version, or of a quote in it."""
    row = documents.by_slug(conn, slug)
    document = documents.ref(conn, row.id)
    outlined = biography.outline(conn, ref.id)
    quoted, note = None, ""
    if quote:
        quoted = find_quote(_texts(conn, ref.id), quote, at)
        if quoted is None:
            older = next((one for one in others if find_quote(_texts(conn, one.id), quote, at)), None)
            quoted = find_quote(_texts(conn, older.id), quote, at) if older else None
            note = (
                "A better reader reads this capture otherwise; the words stand so in the reading they were cited from."
                if older
                else "These words are not found in the capture as it is read now. Its bytes are kept: download them to look."
            )
    seen = versions.seen_interval(conn, ref.id)
    last, gone = (seen[-1].last_at, seen[-1].gone_at) if seen else (ref.seen_at, None)
    base = (site.base_url or "").rstrip("/")
    place = quoted.at if quoted else at
    link = base + (cite_address(slug, ref.digest, quote, place) if quote else version_address(slug, ref.number))
    title = one_line(outlined.title, 200) or title_of(document)
    cited = Cited(
        document.company,
        title,
        outlined.lang or document.lang,
        defang(document.url),
        ref.seen_at,
        last,
        ref.digest,
        link,
        quote,
        published_of(conn, row),
    )
    return Citation(
        company_id=document.company_id,
        company=document.company,
        title=title,
        document=document_address(slug),
        lang=lang_code(outlined.lang or document.lang),
        number=ref.number,
        digest=ref.digest,
        captured_at=ref.seen_at,
        last_seen_at=last,
        gone_at=gone,
        quote=quote,
        quoted=quoted,
        note=note,
        published=cited.published,
        damage=what_is_wrong(conn, site, {f"Version {ref.number}": ref.digest}),
        plain=plain(cited),
        chicago=chicago(cited),
        bibtex=bibtex(cited),
        link=link,
        version=version_address(slug, ref.number),
    )


class Said(NamedTuple):
    """One place of a version: its text, the heading it stands under, and whether it is of the text or around it."""

    text: str
    heading: str = ""
    stream: Stream = "main"


def _texts(conn: Connection, version_id: int) -> list[Said]:
    """Every place of a version in order."""
    columns = biography.outline(conn, version_id).columns
    texts = biography.texts_of(conn, list(columns.passages))
    said = [texts[key] for key in columns.passages]
    places = zip(said, columns.headings, columns.streams, strict=True)
    return [Said(text, said[above] if above >= 0 else "", STREAMS[stream]) for text, above, stream in places]


def find_quote(places: list[Said], quote: str, at: int) -> Quoted | None:
    """The place that holds the words and is nearest to where they stood; white space and forms of letters do not matter.

    Words that a later reading parts into several passages are found by where they begin. Pure.
    """
    wanted = _folded(quote)
    if not wanted:
        return None
    holding = [number for number, one in enumerate(places) if wanted in _folded(one.text)]
    if holding:
        number = min(holding, key=lambda one: abs(one - at))
        text = places[number].text
        return _quoted(places, number, _span(text, wanted))
    starts: list[int] = []
    joined = ""
    for one in places:
        starts.append(len(joined))
        joined += _folded(one.text) + " "
    found = joined.find(wanted)
    if found < 0:
        return None
    number = max(index for index, start in enumerate(starts) if start <= found)
    text = places[number].text
    return _quoted(places, number, ((0, len(text)),) if text else ())


def _quoted(places: list[Said], number: int, spans: tuple[tuple[int, int], ...]) -> Quoted:
    """With what stands before and after it in the same stream: a menu is no neighbour of a sentence."""
    here = places[number]
    before = [one.text for one in places[:number] if one.stream == here.stream]
    after = [one.text for one in places[number + 1 :] if one.stream == here.stream]
    return Quoted(
        before=tuple(before[-NEIGHBOURS:]),
        text=here.text,
        spans=spans,
        after=tuple(after[:NEIGHBOURS]),
        heading=here.heading,
        where=where_it_stands(here.heading, here.stream),
        at=number,
    )


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _span(text: str, wanted: str) -> tuple[tuple[int, int], ...]:
    """Where the words stand in the text as it is; all of it where white space hides the place."""
    start = text.find(wanted)
    return ((start, start + len(wanted)),) if start >= 0 else ((0, len(text)),)
