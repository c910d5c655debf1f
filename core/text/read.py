"""Which reader reads these bytes: by what they are, then by what the server calls them.

Texts reach the readers as UTF-8, whatever charset they came in, so that charset is decided in one place
(``core/text/charset.py``). What is no page (JSON, feeds, pictures, archives) raises ReadError with the kind in one word.
"""

from __future__ import annotations

import json
import re
from typing import Final

from core.errors import ReadError
from core.grade import grade_page
from core.model import GradeLevel, Reading
from core.parts import Chosen, taken_apart
from core.phrases import PHRASES, named_by
from core.text import html, pdflayout, plain
from core.text.charset import decode, detect, is_utf8
from core.text.joined import one_of
from core.text.mail import letter

EXTRACTOR: Final = "+".join((html.VERSION, pdflayout.VERSION, plain.VERSION))  # a new one means that all is read again

_HTML_START: Final = re.compile(
    rb"\s*+(?:<\?xml[^>]*+>\s*+)?+(?:(?><!--.*?-->)\s*+)*+<(?:!doctype\s+html|html|head|body|title|meta|script|style|div|p|h[1-6]|"
    rb"table|article|main|section|header|nav|span|a|br|b|font|center|ul|ol|link|iframe|noscript|form)(?=[\s/>])",
    re.IGNORECASE | re.DOTALL,
)
_HTML_ANYWHERE: Final = re.compile(rb"<(?:!doctype\s+html|html|body|div|p|table|article)\b[^>]*>", re.IGNORECASE)
_XML_ROOT: Final = re.compile(
    rb"(?>(?><\?.*?\?>)|(?><!--.*?-->)|<!doctype[^>]*+>|\s)*+<([a-z][\w:.-]*)", re.IGNORECASE | re.DOTALL
)
_FEED_ROOTS: Final = frozenset((b"rss", b"feed", b"rdf:rdf", b"atom:feed"))
_BINARY_STARTS: Final = (
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a picture or a sound"),
    (b"\x1f\x8b", "a compressed file"),
    (b"BZh", "a compressed file"),
    (b"\xfd7zXZ", "a compressed file"),
    (b"(\xb5/\xfd", "a compressed file"),
    (b"\x7fELF", "a program"),
    (b"OggS", "a sound or a film"),
    (b"ID3", "a sound"),
    (b"wOF", "a font"),
)
_TEXT_TYPES: Final = ("text/plain", "text/markdown", "text/x-markdown", "text/x-rst")
_CONTROL: Final = frozenset(range(32)) - {9, 10, 12, 13, 27}


def read(
    body: bytes,
    *,
    content_type: str | None,
    url: str,
    select: tuple[str, ...] = (),
    remove: tuple[str, ...] = (),
    parts: tuple[Chosen, ...] = (),
) -> Reading:
    """Places of a page, a PDF or a text. Pure: the same bytes and header give the same Reading.

    ``select`` and ``remove`` are selectors of the source and concern HTML alone; ``parts`` those of each further page of
    a document put together from several. ``facts["reader"]`` says who read.
    Raises ReadError: kind ``pdf``, ``html``, ``select``, ``json``, ``feed``, ``xml``, ``binary`` or ``part``.
    """
    pieces = taken_apart(body, content_type)
    if not pieces:
        return _read_one(body, content_type, url, select, remove)
    readings: list[Reading] = []
    for number, piece in enumerate(pieces):
        chosen = (select, remove) if number == 0 else parts[number - 1] if number <= len(parts) else ((), ())
        try:
            reading = _read_one(piece.body, piece.content_type, piece.url, tuple(chosen[0]), tuple(chosen[1]))
        except ReadError as error:
            raise ReadError("part", f"{piece.url}: {error.detail}") from error
        why = _no_part(reading)
        if why:  # a block page among them must not be taken for their text
            raise ReadError("part", f"{piece.url}: {why}")
        readings.append(reading)
    return one_of(readings)


def _no_part(reading: Reading) -> str:
    """Why a page is no part of a document; few words may be one, if they say something else than a page that is missing."""
    grade = grade_page(reading)
    is_short = grade.code == "empty" and int(reading.facts.get("words", 0)) > 0
    if grade.level is not GradeLevel.BAD or (is_short and named_by(reading, PHRASES) is None):
        return ""
    return "; ".join(grade.reasons)


def _read_one(
    body: bytes, content_type: str | None, url: str, select: tuple[str, ...], remove: tuple[str, ...]
) -> Reading:
    if (content_type or "").startswith("message/rfc822"):
        body, content_type = letter(body)
    kind = sniff(body, content_type)
    if kind == "pdf":
        reading = _read_pdf(body)
    elif kind == "html":
        reading = html.read_html(as_utf8(body, content_type), charset="utf-8", url=url, select=select, remove=remove)
    elif kind == "plain":
        reading = plain.read_plain(decode(body, detect(body, content_type)))
    else:
        raise ReadError(kind, _REFUSAL.get(kind, "") or f"not a page but {_binary_name(body)}")
    reading.facts["reader"] = kind
    reading.facts["bytes"] = len(body)
    return reading


_REFUSAL: Final = {
    "json": "data for programs, not a page: a source of kind page cannot be read from it",
    "feed": "this is a feed, not a page: watch it as a source of kind feed",
    "xml": "XML that is neither a page nor a feed",
}


def sniff(body: bytes, content_type: str | None) -> str:
    """``pdf``, ``html``, ``plain``, or what it is instead of a page: ``json``, ``feed``, ``xml``, ``binary``."""
    declared = (content_type or "").partition(";")[0].strip().lower()
    head = body[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")
    if head.startswith(b"%PDF-") or (not head.startswith(b"<") and b"%PDF-" in body[:1024]):
        return "pdf"
    if any(head.startswith(start) for start, _ in _BINARY_STARTS) or declared.startswith(
        ("image/", "audio/", "video/")
    ):
        return "binary" if not _HTML_START.match(head) else "html"
    narrow = head.replace(b"\0", b"") if b"\0" in head else head  # UTF-16, or stray NULs in a page
    if _HTML_START.match(narrow) or "html" in declared:
        return "html"
    root = _XML_ROOT.match(narrow) if narrow.startswith(b"<") else None
    if root:
        return _kind_of_root(root.group(1).lower(), narrow)
    if _is_noise(body):
        return "binary"
    if narrow[:1] in (b"{", b"[") and _is_json(body, declared):
        return "json"
    if declared not in _TEXT_TYPES and _HTML_ANYWHERE.search(body[:65536]):
        return "html"
    return "plain"


def as_utf8(body: bytes, content_type: str | None) -> bytes:
    """The body in UTF-8 without a mark and without NULs (browsers drop them; libxml2 stops there)."""
    is_valid = is_utf8(body)
    charset = detect(body, content_type, is_valid=is_valid)
    if charset != "utf-8" or not is_valid:
        body = decode(body, charset).encode("utf-8", "replace")
    body = body.removeprefix(b"\xef\xbb\xbf")
    return body.replace(b"\0", b"") if b"\0" in body else body


def _read_pdf(body: bytes) -> Reading:
    from core.text.pdf import read_pdf  # pdfium takes 40 ms to load, and most processes never meet a PDF

    return read_pdf(body)


def _kind_of_root(root: bytes, head: bytes) -> str:
    if root in _FEED_ROOTS:
        return "feed"
    if head.lower().startswith(b"<?xml") and root not in (b"html", b"div", b"body"):
        return "xml"
    if root in (b"urlset", b"sitemapindex", b"opml", b"error", b"svg"):
        return "xml"
    return "html"


def _is_noise(body: bytes) -> bool:
    """Too many control characters for a text in any charset, UTF-16 aside."""
    sample = body[:8192]
    if body.startswith((b"\xff\xfe", b"\xfe\xff")) or detect(sample[:256], None).startswith("utf-16"):
        return False
    return sum(byte in _CONTROL for byte in sample) * 20 > len(sample)


def _is_json(body: bytes, declared: str) -> bool:
    """JSON by name, or a JSON object or list of objects by nature; "[1]" at the start of a note is none."""
    if "json" in declared:
        return True
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(part, dict | list) for part in value))


def _binary_name(body: bytes) -> str:
    head = body[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")
    return next((name for start, name in _BINARY_STARTS if head.startswith(start)), "bytes that are no text")
