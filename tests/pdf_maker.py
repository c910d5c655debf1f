"""Tiny PDFs written by hand: what a test puts on a page is what stands on it, to the point.

Enough of PDF 1.4 for text at positions, a picture, metadata, a font nobody can map, and a password.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")  # PDF 32000-1, 7.6.3.3


@dataclass(frozen=True)
class Line:
    """Words at a position: points from the left and from the bottom of the page."""

    x: float
    y: float
    text: str
    size: float = 11
    bold: bool = False
    unmapped: bool = False


@dataclass(frozen=True)
class Page:
    lines: tuple[Line, ...] = ()
    picture: bool = False
    rotate: int = 0


@dataclass
class _Objects:
    bodies: list[bytes] = field(default_factory=list)

    def add(self, body: bytes) -> int:
        self.bodies.append(body)
        return len(self.bodies)

    def file(self, root: int, info: int | None, trailer: bytes = b"") -> bytes:
        out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
        offsets = []
        for number, body in enumerate(self.bodies, start=1):
            offsets.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        start = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1)
        out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
        out += b"trailer\n<</Size %d/Root %d 0 R" % (len(offsets) + 1, root)
        out += (b"/Info %d 0 R" % info if info else b"") + trailer
        return bytes(out + b">>\nstartxref\n%d\n%%%%EOF\n" % start)


def make_pdf(pages: list[Page], *, title: str = "", modified: str = "", password: str = "") -> bytes:
    """The bytes of a PDF with these pages (612 by 792 points). ``password`` encrypts it (RC4, 40 bits)."""
    objects = _Objects()
    regular = objects.add(_font(b"Helvetica"))
    bold = objects.add(_font(b"Helvetica-Bold"))
    unmapped = objects.add(_font_without_a_map(objects))
    key, encryption = _encryption(password) if password else (b"", b"")
    fonts = b"/F1 %d 0 R/F2 %d 0 R/F3 %d 0 R" % (regular, bold, unmapped)
    first = len(objects.bodies) + 1
    root_tree = first + 2 * len(pages)
    for page in pages:
        content = _content(page)
        number = len(objects.bodies) + 1
        if key:
            content = _rc4(_object_key(key, number), content)
        objects.add(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
        objects.add(
            b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 612 792]/Rotate %d/Resources<</Font<<%s>>>>/Contents %d 0 R>>"
            % (root_tree, page.rotate, fonts, number)
        )
    kids = b" ".join(b"%d 0 R" % (first + 1 + 2 * at) for at in range(len(pages)))
    objects.add(b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), kids))
    root = objects.add(b"<</Type/Catalog/Pages %d 0 R>>" % root_tree)
    info = objects.add(b"<</Title(%s)/ModDate(%s)>>" % (title.encode("latin-1"), modified.encode())) if title else None
    return objects.file(root, info, encryption)


def one_page(*lines: Line) -> bytes:
    return make_pdf([Page(lines)])


def _font(name: bytes) -> bytes:
    return b"<</Type/Font/Subtype/Type1/BaseFont/%s/Encoding/WinAnsiEncoding>>" % name


def _font_without_a_map(objects: _Objects) -> bytes:
    """A Type 3 font whose glyphs are boxes with names that mean nothing: visible, and not text for any reader."""
    box = b"600 0 0 0 500 700 d1 0 0 500 700 re f"
    glyph = objects.add(b"<</Length %d>>stream\n%s\nendstream" % (len(box), box))
    names = b" ".join(b"/q%d" % code for code in range(32, 127))
    procs = b"".join(b"/q%d %d 0 R" % (code, glyph) for code in range(32, 127))
    return (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 600 700]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 32/LastChar 126"
        b"/Widths[%s]/Encoding<</Type/Encoding/Differences[32 %s]>>/CharProcs<<%s>>/Resources<<>>>>"
        % (b"600 " * 95, names, procs)
    )


def _content(page: Page) -> bytes:
    parts = [b"0.9 g 72 72 468 648 re f"] if page.picture else []
    for line in page.lines:
        font = b"F3" if line.unmapped else b"F2" if line.bold else b"F1"
        text = line.text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        parts.append(b"BT /%s %g Tf 1 0 0 1 %g %g Tm (%s) Tj ET" % (font, line.size, line.x, line.y, text))
    return b"\n".join(parts)


# --- a password: the standard security handler, revision 2 ---------------------------------------------------------


def _encryption(password: str) -> tuple[bytes, bytes]:
    owner_key = hashlib.md5((b"owner" + PADDING)[:32]).digest()[:5]
    user = (password.encode("latin-1") + PADDING)[:32]
    owner_entry = _rc4(owner_key, user)
    identity = b"0123456789abcdef"
    key = hashlib.md5(user + owner_entry + b"\xfc\xff\xff\xff" + identity).digest()[:5]
    user_entry = _rc4(key, PADDING)
    trailer = b"/ID[<%s><%s>]/Encrypt<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P -4>>" % (
        *(identity.hex().encode(),) * 2,
        owner_entry.hex().encode(),
        user_entry.hex().encode(),
    )
    return key, trailer


def _object_key(key: bytes, number: int) -> bytes:
    return hashlib.md5(key + number.to_bytes(3, "little") + b"\0\0").digest()[: len(key) + 5]


def _rc4(key: bytes, text: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    out = bytearray()
    i = j = 0
    for byte in text:
        i = (i + 1) & 255
        j = (j + state[i]) & 255
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) & 255])
    return bytes(out)
