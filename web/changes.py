"""Compare: any two versions, of one document or of two, side by side at an address that never changes.

Where the change between them was recorded it is shown as it was judged then; any other pair is compared here and now,
and says so. A version too large to read whole is read where it differs, with a note.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from core import matching
from core.model import Change, ChangeClass, DocumentRef, Finding, Reading, Relation, VersionRef, Window
from core.report import title_of
from core.text.diff import compare
from core.text.visible import one_line
from core.wording import EVENT_SENTENCES, defang, label, mark_of
from storage import biography, changes, documents, versions
from storage.biography import Outline
from storage.changes import StoredChange
from web.access import may
from web.capture_facts import what_is_wrong
from web.comparing import Row, Sides, places_shown, rows
from web.exports import Table
from web.fates import Fate, beside, deck, fates
from web.problems import BadRequest
from web.site import Site, without_json
from web.speech import VERSION_NAME, Sign, compare_address, lang_code, pair_address, sign_of

PAIR: Final = re.compile(r"(.+?)/(\d{1,9})\.\.(?:(.+)/)?(\d{1,9})")
MOST_WORDS: Final = 400_000  # of both versions together; beyond it only what differs is read
MOST_PLACES: Final = 60_000
MOST_DIFFERENT: Final = 2_000  # places of a side that are read of a version beyond that
SURROUNDING_ROWS: Final = 40
MOST_NAMES: Final = 500

View = Literal["side", "inline", "changes"]


@dataclass(frozen=True, slots=True)
class Choice:
    """The page to choose two documents on. ``names`` are proposals."""

    a: str
    b: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionSide:
    """One side: its document and number, its snapshot, when it stood there."""

    slug: str
    name: str
    number: int
    digest: str
    first_at: datetime
    last_at: datetime
    lang: str
    page_date: str
    words: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """The page. ``windows`` are the honest intervals of every time this change was seen, the newest first.

    ``is_pair``: the two sides are two documents.
    """

    company_id: str
    company: str
    slug: str
    title: str
    address_shown: str
    before: VersionSide
    after: VersionSide
    is_pair: bool
    numbers: tuple[tuple[int, datetime], ...]
    sign: Sign | None
    class_label: str
    reasons: tuple[str, ...]
    event: str
    windows: tuple[Window, ...]
    deck: str
    fates: tuple[Fate, ...]
    rows: tuple[Row, ...]
    steps: int
    total: int
    surroundings: tuple[Row, ...]
    surroundings_total: int
    start: int
    view: View
    notes: tuple[str, ...]
    is_recorded: bool
    permanent: str


def routes(site: Site) -> APIRouter:
    """``/c/<slug>/<a>..<b>`` and ``/c/<slug>/<a>..<other slug>/<b>``; ``/compare?a=…&b=…`` leads there."""
    router = APIRouter()

    @router.api_route("/c/{rest:path}", methods=["GET", "HEAD"])
    @may("reader")
    def comparison(
        request: Request, rest: str, a: int | None = None, b: int | None = None, view: View = "side", start: int = 0
    ) -> Response:
        rest = without_json(rest)
        found = PAIR.fullmatch(rest)
        if found is None:
            if a is None or b is None:
                raise BadRequest("a comparison is named by two version numbers, such as 6..7")
            return RedirectResponse(compare_address(rest, max(a, 0), max(b, 0)), 303)
        first, second = (found[1], int(found[2])), (found[3] or found[1], int(found[4]))
        with site.database.read() as conn:
            shown = build(conn, site, first, second, view=view, start=max(0, start))
        return site.answer(request, "compare.html", shown, table=_table(site, shown, (first, second)))

    @router.api_route("/compare", methods=["GET", "HEAD"])
    @may("reader")
    def choose(request: Request, a: str = "", b: str = "") -> Response:
        with site.database.read() as conn:
            if a.strip() and b.strip():
                first, second = (_named(conn, one.strip()) for one in (a, b))
                return RedirectResponse(pair_address(first, second), 303)
            names = tuple(row.slug for row in documents.list_documents(conn)[:MOST_NAMES])
        return site.answer(request, "choose.html", Choice(a, b, names))

    return router


def _named(conn: Connection, name: str) -> tuple[str, int]:
    """``company/page/3``, or a document alone for its newest version. Raises NotFound."""
    found = VERSION_NAME.fullmatch(name)
    if found is not None:
        row = documents.by_slug(conn, found[1])
        return row.slug, versions.by_number(conn, row.id, int(found[2])).number
    row = documents.by_slug(conn, name)
    return row.slug, versions.numbers(conn, row.id)[-1].number


def _table(site: Site, shown: Comparison, pair: tuple[tuple[str, int], tuple[str, int]]) -> Table:
    """What differs, row by row: all of it, part after part."""

    def rows(conn: Connection) -> Iterator[tuple[object, ...]]:
        start, end, where = 0, 1, ""
        while start < end:
            part = build(conn, site, *pair, start=start)
            told = [row for row in part.rows if row.kind != "fold"]
            for row in told:
                where = row.where or where  # a page names a section where it begins
                if row.kind == "pair":
                    was, now = ("".join(text for _, text in side or ()) for side in (row.before, row.after))
                    yield row.number, row.sign.word, where, was, now
                else:
                    yield row.number, f"Moved {row.side}", where, row.text, row.text
            start, end = start + max(1, len(told)), part.steps

    return Table(
        f"compare-{shown.slug}-{shown.before.number}-{shown.after.number}",
        ("row", "what", "where", "before", "after"),
        rows,
    )


def build(
    conn: Connection,
    site: Site,
    first: tuple[str, int],
    second: tuple[str, int],
    *,
    view: View = "side",
    start: int = 0,
) -> Comparison:
    """The comparison of two versions. Raises NotFound, BadRequest for one and the same."""
    row, other_row = documents.by_slug(conn, first[0]), documents.by_slug(conn, second[0])
    document, other = documents.ref(conn, row.id), documents.ref(conn, other_row.id)
    before_ref = versions.by_number(conn, document.id, first[1])
    after_ref = versions.by_number(conn, other.id, second[1])
    if before_ref.id == after_ref.id:
        raise BadRequest(f"version {first[1]} is the same as itself; choose two versions to compare")
    recorded = []
    if document.id == other.id:
        recorded = changes.by_ids(conn, biography.changes_between(conn, document.id, first[1], second[1]))
    if recorded:
        change = recorded[0].change
        before_ref, after_ref = change.before_version or before_ref, change.after_version or after_ref
    before, after = biography.outline(conn, before_ref.id), biography.outline(conn, after_ref.id)
    notes: list[str] = []
    if document.id != other.id:
        notes.append("Two documents stand side by side here: what differs between them is no change of either.")
    if recorded:
        change = _recorded(conn, recorded[0], before, after, notes, start)
    else:
        change = _hand_picked(conn, site, document, before, after, notes)
    return _view(conn, site, change, other, recorded, (before, after), notes, view, start)


# --- the two readings ----------------------------------------------------------------------------------------------


def _is_large(before: Outline, after: Outline) -> bool:
    return before.words + after.words > MOST_WORDS or len(before) + len(after) > MOST_PLACES


def _recorded(
    conn: Connection, stored: StoredChange, before: Outline, after: Outline, notes: list[str], start: int
) -> Change:
    """The change as it was recorded, with the words it needs."""
    change = stored.change
    if not _is_large(before, after):
        was, now = biography.read_whole(conn, before), biography.read_whole(conn, after)
        return replace(change, before=was, after=now)
    notes.append(_large(before, after))
    unread = Sides(biography.read_part(conn, before, ()), biography.read_part(conn, after, ()), change.edits)
    wanted = places_shown(unread, change.findings, start=start)
    return replace(
        change,
        before=biography.read_part(conn, before, wanted[0], unread.before),
        after=biography.read_part(conn, after, wanted[1], unread.after),
    )


def _hand_picked(
    conn: Connection, site: Site, document: DocumentRef, before: Outline, after: Outline, notes: list[str]
) -> Change:
    """A pair nobody judged: compared now. Commitments are looked at where the pages were given a lexicon."""
    if before.extractor != after.extractor:
        notes.append("The two versions were read by different readers; some differences may be those of the readers.")
    if _is_large(before, after):
        was, now = _readings_where_different(conn, before, after, notes)
    else:
        was, now = biography.read_whole(conn, before), biography.read_whole(conn, after)
    edits = compare(was, before.columns.forms[: len(was.places)], now, after.columns.forms[: len(now.places)])
    findings: tuple[Finding, ...] = ()
    if site.commitments is not None and len(edits) <= MOST_DIFFERENT:
        findings = matching.find_verdicts(was, now, edits, site.commitments, company_names=(document.company,))
    return Change(
        document=document,
        before=was,
        after=now,
        before_version=before.ref,
        after_version=after.ref,
        window=Window(before.ref.seen_at, after.ref.seen_at),
        edits=edits,
        change_class=ChangeClass.SUBSTANTIVE if edits else ChangeClass.FORMATTING,
        relation=Relation.HAND_PICKED,
        findings=findings,
        verdict=matching.gravest(findings),
    )


def _readings_where_different(
    conn: Connection, before: Outline, after: Outline, notes: list[str]
) -> tuple[Reading, Reading]:
    """Both sides with the words of what differs alone, cut off where too much does."""
    notes.append(_large(before, after))
    parts = []
    for mine, other in ((before, after), (after, before)):
        left = Counter(mine.columns.forms) - Counter(other.columns.forms)
        wanted = [at for at, form in enumerate(mine.columns.forms) if form in left]
        end = len(mine)
        if len(wanted) > MOST_DIFFERENT:
            end = wanted[MOST_DIFFERENT]
            notes.append(
                f"Version {mine.ref.number} is compared up to its {end:,}th passage: "
                f"{len(wanted) - MOST_DIFFERENT:,} more passages differ or follow."
            )
            wanted = wanted[:MOST_DIFFERENT]
        reading = biography.read_part(conn, mine, wanted)
        parts.append(replace(reading, places=reading.places[:end]))
    return parts[0], parts[1]


def _large(before: Outline, after: Outline) -> str:
    return (
        f"These versions are large ({before.words:,} and {after.words:,} words): only the passages that differ are "
        "shown. The raw captures hold everything."
    )


# --- the page ----------------------------------------------------------------------------------------------------


def _view(  # noqa: PLR0913 (what the page is made from)
    conn: Connection,
    site: Site,
    change: Change,
    other: DocumentRef,
    recorded: list[StoredChange],
    outlines: tuple[Outline, Outline],
    notes: list[str],
    view: View,
    start: int,
) -> Comparison:
    before, after = outlines
    assert change.before is not None  # both sides were read above
    assert change.after is not None
    sides = Sides(change.before, change.after, change.edits, change.findings, change.matches)
    found = rows(sides, "main", start=start)
    around = rows(sides, "surroundings", most=SURROUNDING_ROWS)
    document = change.document
    is_pair = other.id != document.id
    left, right = _side(conn, before, document), _side(conn, after, other)
    return Comparison(
        company_id=document.company_id,
        company=document.company,
        slug=document.slug,
        title=title_of(document),
        address_shown=defang(document.url),
        before=left,
        after=right,
        is_pair=is_pair,
        numbers=_numbers(versions.numbers(conn, document.id)),
        sign=sign_of(mark_of(change)) if change.edits or change.event else None,
        class_label=label(change.change_class.value) if recorded else "",
        reasons=change.reasons,
        event=EVENT_SENTENCES[change.event] if change.event else "",
        windows=tuple(stored.change.window for stored in recorded[:12]),
        deck=deck(change, found.differences, around.differences, is_pair=is_pair),
        fates=fates(sides, is_pair=is_pair),
        rows=_told(found.rows, is_pair=is_pair),
        steps=found.steps,
        total=found.differences,
        surroundings=_told(around.rows, is_pair=is_pair),
        surroundings_total=around.differences,
        start=start,
        view=view,
        notes=(*notes, *_incomplete(before, after), *_damaged(conn, site, left, right)),
        is_recorded=bool(recorded),
        permanent=(site.base_url or "").rstrip("/")
        + pair_address((document.slug, before.ref.number), (other.slug, after.ref.number)),
    )


def _told(found: Sequence[Row], *, is_pair: bool) -> tuple[Row, ...]:
    """The rows; between two documents with signs that claim no change."""
    return tuple(replace(row, sign=beside(row.sign)) if is_pair and row.kind == "pair" else row for row in found)


def _side(conn: Connection, outlined: Outline, document: DocumentRef) -> VersionSide:
    seen = versions.seen_interval(conn, outlined.ref.id)
    return VersionSide(
        slug=document.slug,
        name=f"{one_line(document.company, 80)}, {title_of(document)}",
        number=outlined.ref.number,
        digest=outlined.ref.digest,
        first_at=seen[0].first_at if seen else outlined.ref.seen_at,
        last_at=seen[-1].last_at if seen else outlined.ref.seen_at,
        lang=lang_code(outlined.lang),
        page_date=one_line(outlined.page_date or "", 80),
        words=outlined.words,
    )


def _numbers(refs: tuple[VersionRef, ...]) -> tuple[tuple[int, datetime], ...]:
    return tuple((ref.number, ref.seen_at) for ref in reversed(refs))


def _damaged(conn: Connection, site: Site, *sides: VersionSide) -> tuple[str, ...]:
    is_pair = len({side.slug for side in sides}) > 1
    names = [f"Version {side.number}{f' of {side.name}' if is_pair else ''}" for side in sides]
    return what_is_wrong(conn, site, dict(zip(names, (side.digest for side in sides), strict=True)))


def _incomplete(before: Outline, after: Outline) -> tuple[str, ...]:
    return tuple(
        f"Version {one.ref.number} was not fully read: {one_line(one.incomplete, 200)}"
        for one in (before, after)
        if one.incomplete
    )
