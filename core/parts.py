"""A document put together from several pages: which further addresses a source names, and their bytes kept as one.

The pages of one capture are kept as one snapshot, a multipart/mixed of what each address answered (RFC 2046): the same
answers give the same bytes, and one snapshot can be read again, cited and proved like any other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.model import Source

Chosen = tuple[tuple[str, ...], tuple[str, ...]]
"""The selectors of one page: of parts to read, of parts to leave out."""

_TYPE: Final = 'multipart/mixed; boundary="onrecord-'


@dataclass(frozen=True, slots=True)
class Part:
    """A further address of a document, and what is read of it."""

    url: str
    select: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """What one address of a document answered."""

    url: str
    content_type: str
    body: bytes


def as_option(parts: Sequence[Part]) -> str:
    """The parts as a source keeps them; empty where there are none."""
    return json.dumps([[part.url, part.select, part.remove] for part in parts]) if parts else ""


def parts_of(source: Source) -> tuple[Part, ...]:
    """The further addresses a source's own document is put together from."""
    kept = source.option("parts")
    return tuple(Part(url, tuple(select), tuple(remove)) for url, select, remove in json.loads(kept)) if kept else ()


def put_together(pieces: Sequence[Piece]) -> tuple[bytes, str]:
    """One body of several, and its content type. The boundary is made of the bodies, so that none can hold it."""
    digests = b"".join(hashlib.sha256(piece.body).digest() for piece in pieces)
    name = hashlib.sha256(digests).hexdigest()[:40]
    lines: list[bytes] = []
    for piece in pieces:
        head = f"--onrecord-{name}\r\nContent-Location: {piece.url}\r\nContent-Type: {piece.content_type}\r\n\r\n"
        lines += [head.encode(), piece.body, b"\r\n"]
    return b"".join([*lines, f"--onrecord-{name}--\r\n".encode()]), f'{_TYPE}{name}"'


def taken_apart(body: bytes, content_type: str | None) -> tuple[Piece, ...]:
    """The pieces that were put together; none for any other body."""
    if content_type is None or not content_type.startswith(_TYPE):
        return ()
    border = b"--" + content_type.split('"')[1].encode()
    pieces: list[Piece] = []
    for each in body.split(border)[1:-1]:
        head, _, rest = each.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        said = dict(line.split(": ", 1) for line in head.decode("utf-8", "replace").split("\r\n") if ": " in line)
        url, kind = said.get("Content-Location", ""), said.get("Content-Type", "")
        pieces.append(Piece(url, kind, rest.removesuffix(b"\r\n")))
    return tuple(pieces)
