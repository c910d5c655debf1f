"""PDF bytes to a Reading: every word pdfium sees in one place, with the page it stands on.

pdfium finds letters and their boxes; ``core/text/pdflayout.py`` makes passages of them. Runs in a reader process only:
the library is not thread-safe, and its input is hostile.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as api

from core.errors import ReadError
from core.model import Place, Reading
from core.text.normalise import tidy, word_count
from core.text.pagedate import page_date
from core.text.pdflayout import Block, arrange
from core.text.pdfletters import Letters
from core.text.pdflines import PageLines

MAX_PAGES: Final = 2_000
MAX_CHARS: Final = 6_000_000
PICTURE_PAGES_SHARE: Final = 0.2  # a cover and some photographs are no loss; more pages without words may be
UNMAPPED_SHARE: Final = 0.2  # of the letters looked at; beyond it the text is noise to a reader

_NAMES_OF_PROGRAMS: Final = re.compile(
    r"^(?:microsoft (?:word|powerpoint|excel) - |untitled$)|\.(?:docx?|indd|pdf|pptx?)$", re.IGNORECASE
)
_PDF_DATE: Final = re.compile(
    r"D?:?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?\s*(?:([+\-Z])(?:(\d\d)'?(\d\d)?)?)?"  # PDF 32000-1, 7.9.4
)


class _Count(NamedTuple):
    """What was met on one page besides its lines."""

    chars: int
    looked_at: int
    unmapped: int
    is_blank: bool


def read_pdf(body: bytes) -> Reading:
    """Places of a PDF in reading order, running headers and footers in the surroundings.

    ``facts``: pages, chars, words, pages_without_text, unmapped_chars, no_text_layer (1 where no page has text),
    created_at and modified_at (ISO, as the file says). Raises ReadError("pdf") when it cannot be opened.
    """
    document = _open(body)
    try:
        return _read(document, len(body))
    finally:
        document.close()


def _open(body: bytes) -> Any:
    try:
        document = pdfium.PdfDocument(body)
        if len(document) < 1:
            raise ReadError("pdf", "the file has no pages")
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == api.FPDF_ERR_PASSWORD:
            raise ReadError("pdf", "the file is encrypted and asks for a password") from error
        raise ReadError("pdf", f"the file is broken or cut off: {error}") from error
    return document


def _read(document: Any, size: int) -> Reading:
    pages: list[PageLines] = []
    counts: list[_Count] = []
    unreadable: list[int] = []
    total = len(document)
    chars = 0
    for index in range(min(total, MAX_PAGES)):
        try:
            lines, count = _page(document, index)
        except pdfium.PdfiumError:
            unreadable.append(index + 1)
            continue
        pages.append(lines)
        counts.append(count)
        chars += count.chars
        if chars > MAX_CHARS:
            break
    places = _places(arrange(pages))
    metadata = document.get_metadata_dict(skip_empty=True)
    facts = _facts(counts, size, total, metadata)
    facts["words"] = sum(word_count(place.text) for place in places)
    return Reading(
        places=places,
        title=_title(metadata, places),
        page_date=page_date(places) or str(facts.get("modified_at", "")) or None,
        facts=facts,
        incomplete=_incomplete(counts, facts, total - len(pages) - len(unreadable), unreadable),
    )


# --- letters and boxes of one page ---------------------------------------------------------------------------------


def _page(document: Any, index: int) -> tuple[PageLines, _Count]:
    page = document[index]
    try:
        text = page.get_textpage()
        try:
            letters = Letters(page, text.raw)
            fragments = tuple(letters.fragments())
        finally:
            text.close()
        is_blank = not fragments and api.FPDFPage_CountObjects(page.raw) == 0
        chars = sum(len(fragment.text) for fragment in fragments)
        count = _Count(chars, letters.looked_at, letters.unmapped, is_blank)
        return PageLines(index + 1, letters.height, fragments), count
    finally:
        page.close()


# --- places and facts ----------------------------------------------------------------------------------------------


def _places(blocks: list[Block]) -> tuple[Place, ...]:
    places: list[Place] = []
    open_headings: list[tuple[int, int]] = []
    lead_ins: list[int] = [-1] * 8  # by depth: what introduces the items there
    last_main = -1
    last_level = 0
    for block in blocks:
        at = len(places)
        text = tidy(block.text)
        if not text:
            continue
        if block.is_running:
            places.append(Place(text, "paragraph", "surroundings", page=block.page))
            continue
        if block.kind == "heading":
            while open_headings and open_headings[-1][0] >= block.level:
                open_headings.pop()
        lead_in = -1
        if block.kind == "item":
            if block.level > last_level:
                lead_ins[block.level] = last_main if last_main >= 0 and _introduces(places[last_main]) else -1
            lead_in = lead_ins[block.level]
            last_level = block.level
        elif not block.is_in_list:
            last_level = 0
        heading = open_headings[-1][1] if open_headings else -1
        places.append(Place(text, block.kind, "main", block.level, heading, lead_in, block.page))
        if block.kind == "heading":
            open_headings.append((block.level, at))
        if not block.is_in_list:
            last_main = at
    return tuple(places)


def _introduces(place: Place) -> bool:
    """Does a list after this place hang on it? A full stop says no: a PDF does not mark where a list begins."""
    return place.kind != "row" and not place.text.endswith((".", "!", "?", "。", "！", "？"))


def _facts(counts: list[_Count], size: int, total: int, metadata: dict[str, str]) -> dict[str, int | str]:
    looked_at = sum(count.looked_at for count in counts)
    chars = sum(count.chars for count in counts)
    facts: dict[str, int | str] = {
        "bytes": size,
        "pages": total,
        "chars": chars,
        "pages_without_text": sum(count.chars == 0 and not count.is_blank for count in counts),
        "unmapped_chars": round(chars * sum(count.unmapped for count in counts) / looked_at) if looked_at else 0,
        "no_text_layer": int(chars == 0),
    }
    for key, name in (("CreationDate", "created_at"), ("ModDate", "modified_at")):
        date = pdf_date(metadata.get(key, ""))
        if date:
            facts[name] = date
    return facts


def _title(metadata: dict[str, str], places: tuple[Place, ...]) -> str:
    """The title the file names, unless a program wrote its file name there; else the first heading."""
    title = tidy(metadata.get("Title", ""))
    if title and not _NAMES_OF_PROGRAMS.search(title):
        return title
    return next((place.text for place in places if place.kind == "heading" and place.page == 1), "")


def pdf_date(text: str) -> str | None:
    """A PDF date as ISO 8601 in UTC (``2023-08-18T21:20:07+00:00``), None where it is none."""
    match = _PDF_DATE.match(text.strip())
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups()[:6])
    sign, off_hours, off_minutes = match.groups()[6:]
    offset = timedelta(hours=int(off_hours or 0), minutes=int(off_minutes or 0)) * (-1 if sign == "-" else 1)
    try:
        zone = timezone(offset)
        at = datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0, tzinfo=zone)
        return at.astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return None


def _incomplete(counts: list[_Count], facts: dict[str, int | str], left_out: int, unreadable: list[int]) -> str:
    """What could not be read, in words; empty when all was."""
    reasons: list[str] = []
    chars, unmapped = int(facts["chars"]), int(facts["unmapped_chars"])
    if facts["no_text_layer"]:
        reasons.append("no text layer: the pages are pictures or empty, and no words could be read")
    elif int(facts["pages_without_text"]) > PICTURE_PAGES_SHARE * len(counts):
        reasons.append(f"{facts['pages_without_text']} of {len(counts)} pages hold pictures and no text")
    if chars and unmapped > UNMAPPED_SHARE * chars:
        reasons.append(f"a font without a character map: about {unmapped} of {chars} letters are not known")
    if unreadable:
        some = ", ".join(map(str, unreadable[:5])) + (" …" if len(unreadable) > 5 else "")
        reasons.append(f"{len(unreadable)} broken pages could not be read: {some}")
    if left_out > 0:
        reasons.append(f"the last {left_out} pages were left out: limits of {MAX_PAGES} pages and {MAX_CHARS} letters")
    return "; ".join(reasons)
