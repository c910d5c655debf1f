"""Lists to take along: CSV that no spreadsheet executes, Atom for what comes one after another. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from core.text.visible import one_line
from core.wording import stamp

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NOT_XML: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Table:
    """A list as rows under named columns. ``name`` becomes the name of the file."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[Sequence[object]]


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


def as_csv(table: Table) -> bytes:
    """RFC 4180, UTF-8 with its mark (spreadsheets need it), nothing in it that a spreadsheet would calculate."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow([cell(value) for value in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


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
