"""Promises beside each other: their fate in a rewritten document, one topic at every company, editions that part, phrases
that spread. What is told comes from ``storage/across.py``, as for the commands. Observation only: nobody is said to copy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from core.commitments.fate import Became, Fate
from core.errors import NotFound, Refused
from core.report import title_of
from core.text.visible import one_line
from core.text.words import Segment, word_diff
from core.wording import label
from storage import across, biography, documents, promises, sources, versions
from storage.across import Beside
from web.access import may
from web.changes import MOST_WORDS
from web.drawing import axis_of
from web.exports import Table, table_of
from web.histories import history, word_of
from web.problems import BadRequest
from web.promises import Line, line_of
from web.site import Site
from web.speech import Sign, compare_address, document_address, lang_code, sign_of_event

PAIR: Final = re.compile(r"(.+?)/(\d{1,9})\.\.(\d{1,9})")
MOST_ASKED: Final = 5_000  # promises read at once to find phrases by themselves
KINDS: Final = {
    "place": "A place in one alone",
    "stance": "Not the same stance",
    "topic": "A topic in one alone",
    "changed": "Changed in one alone",
}


@dataclass(frozen=True, slots=True)
class FateRow:
    """One promise between two versions; ``words`` are both sides as one text."""

    sign: Sign
    words: tuple[Segment, ...]
    heading: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FateView:
    """What became of each promise of a document; ``kept`` are those whose words stand."""

    company: str
    title: str
    document: str
    slug: str
    lang: str
    before: int
    after: int
    compare: str
    counts: tuple[tuple[str, int], ...]
    moved: tuple[FateRow, ...]
    kept: tuple[FateRow, ...]


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """What one company promises about the topic, and where it says it; ``nowhere``: what none of them says."""

    company_id: str
    name: str
    lines: tuple[tuple[str, Line], ...]
    nowhere: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AcrossView:
    """One topic side by side; ``silent`` are companies of which nothing about it was found in what is watched."""

    topic: str
    topic_words: str
    company: str
    topics: tuple[tuple[str, str], ...]
    companies: tuple[tuple[str, str], ...]
    rows: tuple[CompanyRow, ...]
    silent: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Parting:
    """Something one edition says and the other does not."""

    kind: str
    reason: str
    quote: str
    there: str
    here: str


@dataclass(frozen=True, slots=True)
class EditionsView:
    """Where the language editions of a company's documents part. ``families``: documents in several languages."""

    company: str
    companies: tuple[tuple[str, str], ...]
    families: int
    rows: tuple[Parting, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One company that was seen to say it, and since when."""

    company: str
    company_id: str
    document: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    words: str
    seen: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class SpreadView:
    """Phrases with the companies that were seen to use them, the earliest first. ``is_long``: too many to look alone."""

    q: str
    phrases: tuple[Phrase, ...]
    is_long: bool


def routes(site: Site) -> APIRouter:
    """``/commitments/across``, ``/commitments/editions``, ``/commitments/spread``, ``/commitments/fate/<slug>/<a>..<b>``."""
    router = APIRouter()

    @router.api_route("/commitments/across", methods=["GET", "HEAD"])
    @may("reader")
    def side_by_side(request: Request, topic: str = "", company: str = "") -> Response:
        with site.database.read() as conn:
            view, found = _across(conn, topic, company, site.now())
        return site.answer(request, "across.html", view, table=_across_table(topic, found))

    @router.api_route("/commitments/editions", methods=["GET", "HEAD"])
    @may("reader")
    def editions(request: Request, company: str = "") -> Response:
        with site.database.read() as conn:
            view = _editions(conn, site, company)
        rows = [(company, one.kind, one.reason, one.quote, one.there, one.here) for one in view.rows]
        columns = ("company", "kind", "reason", "quote", "there", "not here")
        return site.answer(request, "editions.html", view, table=table_of(f"editions-{company}", columns, rows))

    @router.api_route("/commitments/spread", methods=["GET", "HEAD"])
    @may("reader")
    def spread(request: Request, q: str = "") -> Response:
        with site.database.read() as conn:
            view = _spread(conn, q.strip())
        rows = [
            (phrase.words, one.company_id, one.document, one.at, one.text)
            for phrase in view.phrases
            for one in phrase.seen
        ]
        columns = ("phrase", "company", "document", "first seen", "text")
        return site.answer(request, "spread.html", view, table=table_of("spread", columns, rows))

    @router.api_route("/commitments/fate/{rest:path}", methods=["GET", "HEAD"])
    @may("reader")
    def fate(request: Request, rest: str) -> Response:
        found = PAIR.fullmatch(rest)
        with site.database.read() as conn:
            if found is None:
                row = documents.by_slug(conn, rest)
                before, after = across.two_versions(conn, row, (None, None))
                return RedirectResponse(fate_address(row.slug, before, after), 303)
            view = _fate(conn, site, found[1], (int(found[2]), int(found[3])))
        rows = [
            (one.sign.word, one.heading, "".join(text for op, text in one.words if op != "in"),
             "".join(text for op, text in one.words if op != "out"), "; ".join(one.reasons))
            for one in (*view.moved, *view.kept)
        ]  # fmt: skip
        columns = ("fate", "section", "before", "after", "reasons")
        name = f"fate-{view.slug}-{view.before}-{view.after}"
        return site.answer(request, "fate.html", view, table=table_of(name, columns, rows))

    return router


def fate_address(slug: str, before: int, after: int) -> str:
    """Where the fate of each promise between two versions stands."""
    return f"/commitments/fate{compare_address(slug, before, after)[2:]}"


# --- fate ------------------------------------------------------------------------------------------------------------


def _fate(conn: Connection, site: Site, slug: str, pair: tuple[int, int]) -> FateView:
    row = documents.by_slug(conn, slug)
    if site.commitments is None:
        raise NotFound("these pages were started without a lexicon: promises cannot be read here")
    if pair[0] == pair[1]:
        raise BadRequest(f"version {pair[0]} is the same as itself; choose two versions")
    words = sum(biography.outline(conn, versions.by_number(conn, row.id, one).id).words for one in pair)
    if words > MOST_WORDS:
        raise Refused(
            f"both versions together have {words:,} words: too many to find every promise while somebody waits; "
            f"the comparison at {compare_address(row.slug, *pair)} shows what differs"
        )
    found = across.fate_between(conn, site.commitments, row, *pair)
    told = [_fate_row(each) for each in found]
    document = documents.ref(conn, row.id)
    counts: dict[str, int] = {}
    for one in told:
        counts[one.sign.word] = counts.get(one.sign.word, 0) + 1
    return FateView(
        company=one_line(document.company, 80),
        title=title_of(document),
        document=document_address(row.slug),
        slug=row.slug,
        lang=lang_code(row.lang),
        before=pair[0],
        after=pair[1],
        compare=compare_address(row.slug, *pair),
        counts=tuple(counts.items()),
        moved=tuple(row for row, each in zip(told, found, strict=True) if each.became is not Became.KEPT),
        kept=tuple(row for row, each in zip(told, found, strict=True) if each.became is Became.KEPT),
    )


def _fate_row(each: Fate) -> FateRow:
    was, now = each.before.whole if each.before else "", each.after.whole if each.after else ""
    words: tuple[Segment, ...] = (("same", now),) if was == now else tuple(word_diff(was, now))
    is_plain = each.became in (Became.KEPT, Became.INTRODUCED)
    place = each.after or each.before
    return FateRow(
        sign=sign_of_event(*word_of(each.became)),
        words=words,
        heading=place.heading if place else "",
        reasons=() if is_plain else tuple(one_line(one, 300) for one in each.finding.reasons),
    )


# --- one topic at every company --------------------------------------------------------------------------------------


def _across(conn: Connection, topic: str, company: str, now: datetime) -> tuple[AcrossView, Sequence[Beside]]:
    topics = promises.topics(conn)
    found = across.side_by_side(conn, topic, company or None) if topic else []
    first = min((each.entry.since.at for one in found for each in one.promises), default=now)
    axis = axis_of(first, now)
    rows = [
        CompanyRow(
            one.company_id,
            one_line(one.name, 80),
            tuple(
                (label(each.document.role or each.document.kind), line_of(each, history(each.entry, axis, now)))
                for each in one.promises
            ),
            tuple(across.nowhere_said(one.promises)),
        )
        for one in found
    ]
    view = AcrossView(
        topic=topic,
        topic_words=label(topic),
        company=company,
        topics=tuple((one, label(one)) for one in topics),
        companies=_companies(conn),
        rows=tuple(row for row in rows if row.lines),
        silent=tuple((row.company_id, row.name) for row in rows if not row.lines),
    )
    return view, found


def _across_table(topic: str, found: Sequence[Beside]) -> Table:
    rows: list[tuple[object, ...]] = [
        (one.company_id, one.name, each.document.slug, each.entry.key, each.entry.now.whole, each.entry.since.at,
         "; ".join(f"{name}: {words}" for name, words in each.read_out), "; ".join(each.not_said))
        for one in found
        for each in one.promises
    ]  # fmt: skip
    rows += [(one.company_id, one.name, "", "", "", None, "", "") for one in found if not one.promises]
    columns = ("company", "name", "document", "commitment", "words", "since", "says", "does not say")
    return table_of(f"across-{topic}", columns, rows)


def _companies(conn: Connection) -> tuple[tuple[str, str], ...]:
    named = [(one, sources.company_by_id(conn, one)) for one in promises.company_ids(conn)]
    return tuple((key, one_line(known.name, 80)) for key, known in named if known)


# --- editions, spread ------------------------------------------------------------------------------------------------


def _editions(conn: Connection, site: Site, company: str) -> EditionsView:
    companies = _companies(conn)
    if not company or site.commitments is None:
        return EditionsView("", companies, 0, ())
    topics_of: Callable[[str, str], Sequence[str]] = site.topics_of or (lambda _sentence, _lead_in: ())
    families, found = across.editions_apart(conn, site.commitments, topics_of, company)
    rows = [
        Parting(KINDS[each.kind], one_line(each.reason, 400), each.quote, each.there, each.here) for _, each in found
    ]
    return EditionsView(company, companies, families, tuple(rows))


def _spread(conn: Connection, q: str) -> SpreadView:
    names = dict(_companies(conn))
    is_long = not q and promises.counts(conn)[0] > MOST_ASKED
    one = across.seen_first(conn, q) if q else None
    found = ([one] if one else []) if q else [] if is_long else across.spread_by_itself(conn)
    phrases = [
        Phrase(
            each.phrase,
            tuple(Said(names.get(s.company, s.company), s.company, s.document, s.at, s.text) for s in each.seen),
        )
        for each in found
    ]
    return SpreadView(q, tuple(phrases), is_long)
