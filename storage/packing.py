"""A version's places as columns in one small blob: what makes comparing two versions two short lists of integers.

Layout: ``OR``, a version byte, then one zstd frame holding the number of places, the columns one after another
(little-endian), and the links as JSON. Forms are kept as XOR with the passage ids: the two are equal wherever the mask
changed nothing, and zeros cost nothing. Texts are not here; they stand once in ``passages``.
"""

from __future__ import annotations

import json
import struct
import sys
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b, sha256
from operator import xor
from typing import Literal

import zstandard

from core.errors import StorageError
from core.model import PLACE_KINDS, Place, Reading, Stream

MAGIC = b"OR\x01"
STREAMS: tuple[Stream, ...] = ("main", "surroundings")
_LARGEST = 512 * 1024 * 1024
_HEAD = struct.Struct("<II")  # places, bytes of links
_PERSON = b"onrecord-passage"
_KIND_NUMBER = {kind: number for number, kind in enumerate(PLACE_KINDS)}
_STREAM_NUMBER = {stream: number for number, stream in enumerate(STREAMS)}

Mask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Columns:
    """Places of one version by column. ``passages`` and ``forms`` are 63-bit ids; indices are -1 for none."""

    passages: tuple[int, ...]
    forms: tuple[int, ...]
    kinds: bytes
    streams: bytes
    levels: tuple[int, ...]
    headings: tuple[int, ...]
    lead_ins: tuple[int, ...]
    pages: tuple[int, ...]
    links: tuple[tuple[int, str], ...] = ()


def passage_id(text: str) -> int:
    """The id of a text: 63 bits of BLAKE2b over its UTF-8, so the same text has the same id in every archive."""
    return _remembered(text) if len(text) < _LONG else _id(text)


def _id(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8, person=_PERSON).digest(), "big") >> 1


_LONG = 1000
_remembered = lru_cache(maxsize=8192)(_id)  # a text's id is asked for as its form, its passage, and by rules


def forms_of(reading: Reading, mask: Mask) -> list[int]:
    """The form of each place: the id of its masked text, equal to the passage id where nothing is masked."""
    return [passage_id(mask(place.text)) for place in reading.places]


def columns_of(reading: Reading, forms: Sequence[int]) -> Columns:
    """The columns of a reading. ``forms`` has one entry a place."""
    places = reading.places
    if len(forms) != len(places):
        raise ValueError(f"{len(places)} places, {len(forms)} forms")
    columns = tuple(zip(*places, strict=True)) if places else ((),) * len(Place._fields)
    texts, kinds, streams, levels, headings, lead_ins, pages = columns
    return Columns(
        passages=tuple(map(passage_id, texts)),
        forms=tuple(forms),
        kinds=bytes([_KIND_NUMBER[kind] for kind in kinds]),
        streams=bytes([_STREAM_NUMBER[stream] for stream in streams]),
        levels=levels,
        headings=headings,
        lead_ins=lead_ins,
        pages=pages,
        links=reading.links,
    )


def places_of(columns: Columns, texts: Mapping[int, str]) -> tuple[Place, ...]:
    """The places again; ``texts`` by passage id (``storage.passages.texts``)."""
    return _places(columns, [texts[passage] for passage in columns.passages])


def empty_places(columns: Columns) -> tuple[Place, ...]:
    """The places again without their words."""
    return _places(columns, [""] * len(columns.passages))


def _places(columns: Columns, texts: Sequence[str]) -> tuple[Place, ...]:
    rows = zip(
        texts,
        [PLACE_KINDS[kind] for kind in columns.kinds],
        [STREAMS[stream] for stream in columns.streams],
        columns.levels,
        columns.headings,
        columns.lead_ins,
        columns.pages,
        strict=True,
    )
    return tuple(map(Place._make, rows))


def text_digest(columns: Columns) -> str:
    """SHA-256 (hex) over all places in order: words and structure, not link targets and not forms."""
    return sha256(_body(columns, forms=False)).hexdigest()


def form_digest(forms: Sequence[int]) -> str:
    """SHA-256 (hex) over the forms in order: two versions that compare equal have the same."""
    return sha256(array("q", forms).tobytes()).hexdigest()


def pack(columns: Columns) -> bytes:
    """The columns as bytes; :func:`unpack` gives them back unchanged."""
    links = json.dumps(columns.links, ensure_ascii=False, separators=(",", ":")).encode() if columns.links else b""
    body = _HEAD.pack(len(columns.passages), len(links)) + _body(columns, forms=True) + links
    return MAGIC + zstandard.ZstdCompressor(level=3, write_checksum=True).compress(body)


def unpack(packed: bytes) -> Columns:
    """The columns of a packed version. Raises StorageError when the bytes are not what :func:`pack` wrote."""
    if packed[: len(MAGIC)] != MAGIC:
        raise StorageError(f"packed places of an unknown layout ({packed[: len(MAGIC)]!r}); update On Record")
    try:
        frame = packed[len(MAGIC) :]
        if zstandard.get_frame_parameters(frame).content_size > _LARGEST:
            raise StorageError("packed places are damaged: impossible size")
        return _columns(zstandard.ZstdDecompressor().decompress(frame))
    except (zstandard.ZstdError, struct.error, ValueError, EOFError) as error:
        raise StorageError(f"packed places are damaged: {error}") from error


def _body(columns: Columns, *, forms: bool) -> bytes:
    parts = [_numbers("q", columns.passages)]
    if forms:
        parts.append(_numbers("q", list(map(xor, columns.passages, columns.forms))))
    parts += [columns.kinds, columns.streams]
    parts += [_numbers("i", column) for column in (columns.levels, columns.headings, columns.lead_ins, columns.pages)]
    return b"".join(parts)


def _columns(body: bytes) -> Columns:
    count, links_size = _HEAD.unpack_from(body)
    if len(body) != _HEAD.size + count * (8 + 8 + 1 + 1 + 4 * 4) + links_size:
        raise ValueError("wrong length")
    at = _HEAD.size

    def take(size: int) -> bytes:
        nonlocal at
        at += size
        return body[at - size : at]

    passages = _read("q", take(8 * count))
    masked = _read("q", take(8 * count))
    kinds, streams = take(count), take(count)
    levels, headings, lead_ins, pages = (_read("i", take(4 * count)) for _ in range(4))
    links = tuple((int(place), str(url)) for place, url in json.loads(take(links_size) or b"[]"))
    forms = tuple(map(xor, passages, masked))
    return Columns(passages, forms, kinds, streams, levels, headings, lead_ins, pages, links)


def _numbers(code: Literal["q", "i"], values: Sequence[int]) -> bytes:
    return _little_endian(array(code, values)).tobytes()


def _read(code: Literal["q", "i"], raw: bytes) -> tuple[int, ...]:
    numbers = array(code)
    numbers.frombytes(raw)
    return tuple(_little_endian(numbers))


def _little_endian(numbers: array[int]) -> array[int]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
