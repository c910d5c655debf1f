"""A document: its versions on a timeline, its text with the date each passage entered, how to cite it.

``/d/<slug>`` shows what stands (or stood on a day), ``/v/<slug>/<n>`` one version for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from core.citing import Cited, plain
from core.errors import NotFound
from core.quotes import in_words
from core.report import title_of
from core.text.visible import one_line
from core.wording import GRAVITY, OF_VERDICT, defang, language
from storage import biography, changes, documents, joining, versions
from storage.biography import Appearance, Outline
from storage.changes import StoredChange
from web.access import may
from web.capture_facts import CaptureFacts, capture_facts, published_of
from web.drawing import Timeline, timeline
from web.exports import Table
from web.memento import memento_headers
from web.problems import BadRequest, day_of
from web.reading import Book, PassageRow, Row, lives_at, rows, texts_wanted
from web.site import Site, without_json
from web.speech import (
    VERSION_NAME,
    Sign,
    day_text,
    document_address,
    lang_code,
    sign_of,
    version_address,
)
from web.versions import VERSIONS_LISTED, VersionRow, version_rows, versions_feed, versions_table

PLACES_A_PART: Final = 400
CHARACTERS_A_PART: Final = 110_000
SURROUNDINGS_SHOWN: Final = 150
MOST_HEADINGS: Final = 5_000


@dataclass(frozen=True, slots=True)
class DocumentView:
    """The page. ``asof`` is the day asked for; ``rows`` and ``surroundings`` are the text, ``part`` of ``parts``."""

    company_id: str
    company: str
    slug: str
    title: str
    kind: str
    language: str
    lang: str
    address_shown: str
    state: str
    entered: str  # by whom and when it was published, of a statement entered by hand; empty of what was captured
    goes_on_at: str  # address of the document that its later captures belong to; empty where they are its own
    number: int
    version_count: int
    first_at: datetime
    seen_first_at: datetime
    seen_last_at: datetime
    gone_at: datetime | None
    asof: date | None
    asof_note: str
    is_newest: bool
    previous: int | None
    next: int | None
    timeline: Timeline
    versions: tuple[VersionRow, ...]
    more_versions: int
    rows: tuple[Row, ...]
    part: int
    parts: int
    fresh: int
    surroundings: tuple[str, ...]
    surroundings_count: int
    incomplete: str
    capture: CaptureFacts
    citation: str
    address: str
    today: date


def routes(site: Site) -> APIRouter:
    """``/d/<slug>`` and ``/v/<slug>/<n>``."""
    router = APIRouter()

    @router.api_route("/d/{rest:path}", methods=["GET", "HEAD"])
    @may("reader")
    def document(request: Request, rest: str, asof: str | None = None, part: int = 1) -> Response:
        wanted = day_of(asof) if asof else None
        with site.database.read() as conn:
            moved = _successor(conn, without_json(rest), None)
            if moved is not None:
                return RedirectResponse(moved)
            view = build(conn, site, without_json(rest), asof=wanted, part=part)
        feed = versions_feed(view.slug, f"{view.company}, {view.title}", view.versions)
        return site.answer(request, "document.html", view, table=_tables(view), feed=feed)

    @router.api_route("/v/{rest:path}", methods=["GET", "HEAD"])
    @may("reader")
    def version(request: Request, rest: str, part: int = 1) -> Response:
        found = VERSION_NAME.fullmatch(without_json(rest))
        if found is None:
            raise BadRequest("a version is named by its document and its number, such as company/page/3")
        with site.database.read() as conn:
            moved = _successor(conn, found[1], int(found[2]))
            if moved is not None:
                return RedirectResponse(moved)
            view = build(conn, site, found[1], number=int(found[2]), part=part)
            url = documents.by_slug(conn, found[1]).url
        answer = site.answer(request, "document.html", view, table=_tables(view))
        answer.headers.update(memento_headers(site, request, view.slug, url, view.seen_first_at))
        return answer

    return router


def _successor(conn: Connection, slug: str, number: int | None) -> str | None:
    """Where a document that was merged into another is read now; None where it stands for itself."""
    found = joining.in_successor(conn, documents.by_slug(conn, slug), number)
    if found is None:
        return None
    name, same = found
    return document_address(name) if same is None else version_address(name, same)


def build(
    conn: Connection, site: Site, slug: str, *, asof: date | None = None, number: int | None = None, part: int = 1
) -> DocumentView:
    """The page of a document as it stands, as it stood on a day, or as one of its versions. Raises NotFound."""
    row = documents.by_slug(conn, slug)
    document = documents.ref(conn, row.id)
    shown = biography.appearances(conn, row.id)
    if not shown:
        raise NotFound(f"{one_line(slug, 120)} has no version yet: no good capture has been made")
    now = site.now()
    today = now.astimezone(UTC).date()
    chosen, note = _chosen(conn, row.id, shown, asof, number)
    if asof is not None and asof > today:
        note = f"{day_text(asof)} has not come yet. This is what the last good capture showed."
    appearance = shown[chosen]
    outlined = biography.outline(conn, appearance.version_id)
    parts = _parts(outlined)
    part = max(1, min(part, len(parts)))
    told = changes.of_document(conn, row.id, limit=VERSIONS_LISTED)
    body = _text(conn, outlined, appearance, parts[part - 1], told, is_first=chosen == 0, is_last=part == len(parts))
    surroundings = _surroundings(conn, outlined)
    seen = _seen(conn, shown, chosen, row.last_good_at, is_gone=row.state == "gone")
    successor = documents.by_id(conn, row.goes_on_as) if row.goes_on_as is not None else None
    lang = outlined.lang or row.lang
    entered = published_of(conn, row)
    address = (site.base_url or "").rstrip("/") + version_address(slug, appearance.number)
    return DocumentView(
        company_id=document.company_id,
        company=document.company,
        slug=slug,
        title=one_line(outlined.title, 200) or title_of(document),
        kind=(document.role or document.kind).replace("_", " "),
        language=language(lang),
        lang=lang_code(lang),
        address_shown=defang(document.url),
        state=row.state,
        entered=entered,
        goes_on_at=document_address(successor.slug) if successor else "",
        number=appearance.number,
        version_count=len({one.number for one in shown}),
        first_at=shown[0].at,
        seen_first_at=appearance.at,
        seen_last_at=seen[0],
        gone_at=seen[1],
        asof=asof,
        asof_note=note,
        is_newest=chosen == len(shown) - 1,
        previous=shown[chosen - 1].number if chosen else None,
        next=shown[chosen + 1].number if chosen + 1 < len(shown) else None,
        timeline=timeline(shown, biography.capture_days(conn, row.id), now, chosen),
        versions=version_rows(slug, shown, told, chosen),
        more_versions=max(0, len(shown) - VERSIONS_LISTED),
        rows=tuple(body),
        part=part,
        parts=len(parts),
        fresh=sum(1 for one in body if isinstance(one, PassageRow) and one.is_fresh),
        surroundings=surroundings[0],
        surroundings_count=surroundings[1],
        incomplete=one_line(outlined.incomplete, 300),
        capture=capture_facts(conn, site, outlined, appearance),
        citation=plain(
            Cited(
                document.company,
                one_line(outlined.title, 200) or title_of(document),
                lang,
                defang(document.url),
                appearance.at,
                seen[0],
                appearance.digest,
                address,
                published=entered,
            )
        ),
        address=address,
        today=today,
    )


def _tables(view: DocumentView) -> tuple[Table, Table]:
    """What is taken along: the versions, and the text on show, each passage with its biography."""

    def passages(conn: Connection) -> Iterator[tuple[object, ...]]:
        row = documents.by_slug(conn, view.slug)
        shown = biography.appearances(conn, row.id)
        chosen = next(at for at, one in enumerate(shown) if one.at == view.seen_first_at and one.number == view.number)
        outlined = biography.outline(conn, shown[chosen].version_id)
        parts = _parts(outlined)
        for at, places in enumerate(parts, 1):
            text = _text(conn, outlined, shown[chosen], places, (), is_first=chosen == 0, is_last=at == len(parts))
            for one in text:
                if isinstance(one, PassageRow):
                    earlier = " / ".join("".join(words for _, words in was.segments) for was in one.wordings)
                    yield one.kind, one.text, one.since, one.wording_count, earlier

    columns = ("kind", "text", "entered", "wordings", "earlier wordings")
    name = f"passages-{view.slug}-{view.number}"
    return versions_table(view.slug), Table(name, columns, passages, "passages")


# --- which version --------------------------------------------------------------------------------------------------


def _chosen(
    conn: Connection, document_id: int, shown: Sequence[Appearance], asof: date | None, number: int | None
) -> tuple[int, str]:
    """The appearance to show, and what has to be said about the choice."""
    if number is not None:
        found = [at for at, one in enumerate(shown) if one.number == number]
        if not found:
            versions.by_number(conn, document_id, number)  # says which numbers there are
            raise NotFound(f"version {number} was read and never stood at the address")
        return found[-1], ""
    if asof is None:
        return len(shown) - 1, ""
    end = datetime.combine(asof, time.max, UTC)
    before = [at for at, one in enumerate(shown) if one.at <= end]
    if before:
        return before[-1], f"As it stood at the end of {day_text(asof)}, UTC."
    first = day_text(shown[0].at)
    return 0, f"Nothing was captured up to {day_text(asof)}. This is the first capture, of {first}."


def _seen(
    conn: Connection, shown: Sequence[Appearance], chosen: int, last_good_at: datetime | None, *, is_gone: bool
) -> tuple[datetime, datetime | None]:
    """When the version on show was last seen in this appearance, and first seen to have gone."""
    appearance = shown[chosen]
    for seen in versions.seen_interval(conn, appearance.version_id):
        if seen.first_at <= appearance.at <= seen.last_at:
            return seen.last_at, seen.gone_at
    follows = shown[chosen + 1].at if chosen + 1 < len(shown) else None
    return (last_good_at if last_good_at and follows is None and not is_gone else appearance.at), follows


# --- the text --------------------------------------------------------------------------------------------------------


def _parts(outlined: Outline) -> list[list[int]]:
    """The places of the text, cut into what one page shows. Lengths are those of words, not yet of texts."""
    streams = outlined.columns.streams
    main = [at for at in range(len(outlined)) if streams[at] == 0]
    if not main:
        return [[]]
    usual = max(1, outlined.words * 7 // len(outlined))  # characters a place
    step = max(20, min(PLACES_A_PART, CHARACTERS_A_PART // usual))
    return [main[at : at + step] for at in range(0, len(main), step)]


def _text(  # noqa: PLR0913 (what the text is made from)
    conn: Connection,
    outlined: Outline,
    appearance: Appearance,
    places: Sequence[int],
    told: Sequence[StoredChange],
    *,
    is_first: bool,
    is_last: bool,
) -> list[Row]:
    forms = outlined.columns.forms
    headings = [at for at in sorted(set(outlined.columns.headings)) if at >= 0][:MOST_HEADINGS]
    reading = biography.read_part(conn, outlined, [*places, *headings])
    lives = lives_at(biography.lives(conn, outlined.document_id, appearance.variant), appearance.fetch_id)
    texts = biography.texts_of(conn, sorted(texts_wanted(lives, [forms[at] for at in places])))
    book = Book(reading, forms, lives, texts, is_first, _signs(told, appearance))
    return rows(book, places, is_last_part=is_last)


def _signs(told: Sequence[StoredChange], appearance: Appearance) -> dict[int, tuple[Sign, tuple[str, ...]]]:
    """What the change that brought this version found, by place of the version."""
    brought = next((one.change for one in told if one.after_fetch_id == appearance.fetch_id), None)
    if brought is None or not brought.after_version or brought.after_version.id != appearance.version_id:
        return {}
    found: dict[int, tuple[Sign, tuple[str, ...]]] = {}
    for finding in sorted(brought.findings, key=lambda one: -GRAVITY.index(one.verdict)):
        for at in brought.edits[finding.edit].after:
            found[at] = (sign_of(OF_VERDICT[finding.verdict]), in_words(finding))
    return found


def _surroundings(conn: Connection, outlined: Outline) -> tuple[tuple[str, ...], int]:
    """Menus, banners and footers: the first of them, and how many there are."""
    places = [at for at in range(len(outlined)) if outlined.columns.streams[at] == 1]
    shown = places[:SURROUNDINGS_SHOWN]
    texts = biography.texts_of(conn, [outlined.columns.passages[at] for at in shown])
    return tuple(texts[outlined.columns.passages[at]] for at in shown), len(places)
