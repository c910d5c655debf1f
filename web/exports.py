"""Lists to take along: CSV that no spreadsheet executes, JSON, JSON lines, Atom for what comes one after another. Pure.

A page shows part of a list; what is taken along is all of it, written as it is read.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from itertools import islice
from typing import Final, TypeVar
from xml.sax.saxutils import escape, quoteattr

from pydantic_core import to_jsonable_python
from sqlalchemy import Connection

from core.text.visible import one_line
from core.wording import stamp

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NOT_XML: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


BATCH: Final = 500  # rows read, and written, at a time

Rows = Iterable[Sequence[object]]
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Table:
    """A whole list as rows under named columns. ``name`` becomes the name of the file; ``of`` tells the lists of one
    page apart.

    ``rows`` is asked with a connection when somebody takes the list along, and not before.
    """

    name: str
    columns: tuple[str, ...]
    rows: Callable[[Connection], Rows]
    of: str = ""


def table_of(name: str, columns: tuple[str, ...], rows: Rows, *, of: str = "") -> Table:
    """A table whose rows are there already."""
    return Table(name, columns, lambda _: rows, of)


def paged(read: Callable[[int, int], Sequence[Row]]) -> Iterator[Row]:
    """Everything of a list that is read by (limit, start)."""
    start = 0
    while some := read(BATCH, start):
        yield from some
        start += len(some)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed; ``address`` is one of our own pages."""

    id: str
    title: str
    at: datetime
    address: str
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A stream, the newest first."""

    title: str
    entries: tuple[Entry, ...]


def as_csv(columns: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """RFC 4180, UTF-8 with its mark (spreadsheets need it), nothing in it that a spreadsheet would calculate."""
    yield b"\xef\xbb\xbf" + _line(columns)
    yield from _in_batches(_line([cell(value) for value in row]) for row in rows)


def as_json_lines(columns: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """An object a row, a row a line."""
    yield from _in_batches(one + b"\n" for one in _objects(columns, rows))


def as_json(columns: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """One array, an object a row."""
    before = b"[\n"
    for some in _in_batches(b"%b,\n" % one for one in _objects(columns, rows)):
        yield before + some[:-2]
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _objects(columns: Sequence[str], rows: Rows) -> Iterator[bytes]:
    for row in rows:
        plain = to_jsonable_python(dict(zip(columns, row, strict=True)))
        yield json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _line(cells: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode("utf-8", "replace")


def _in_batches(lines: Iterator[bytes]) -> Iterator[bytes]:
    while some := b"".join(islice(lines, BATCH)):
        yield some


def cell(value: object) -> str:
    """A value as text; what would be read as a formula gets an apostrophe before it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return stamp(value)
        case date():
            return value.isoformat()
        case Enum():
            text = str(value.value)
        case int() | float():
            return str(value)
        case list() | tuple():
            return cell("; ".join(map(str, value)))
        case _:
            text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA[:4]) else text


def as_atom(feed: Feed, *, address: str, base: str, now: datetime) -> bytes:
    """Atom (RFC 4287). ``base`` is where people reach these pages."""
    updated = max((entry.at for entry in feed.entries), default=now)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>{_text(feed.title)}</title>",
        f"<id>{_text(base + address)}</id>",
        f'<link rel="self" href={quoteattr(base + address)}/>',
        f"<updated>{_at(updated)}</updated>",
        "<author><name>On Record</name></author>",
    ]
    for entry in feed.entries:
        lines += [
            "<entry>",
            f"<title>{_text(one_line(entry.title, 300))}</title>",
            f"<id>{_text(entry.id)}</id>",
            f"<link href={quoteattr(_clean(base + entry.address))}/>",
            f"<updated>{_at(entry.at)}</updated>",
            f"<summary>{_text(entry.summary)}</summary>",
            "</entry>",
        ]
    return "\n".join([*lines, "</feed>", ""]).encode()


def _at(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _text(text: str) -> str:
    return escape(_clean(text))


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
