"""What a web archive's CDX server lists: captures of one address, each with its moment; defects named, never fatal.

The lines are those of the Wayback CDX server (https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server):
seven fields apart by spaces, or the same as JSON rows under a row of names. What replays a capture is asked for in its
raw form (``id_``), so that the bytes are those that were captured.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode, urlsplit

FIELDS: Final = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_STAMP: Final = re.compile(r"\d{14}")
_RESUME_KEY: Final = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Listed:
    """One capture the archive has: its moment, address, status as archived (None for a repeat), and body digest."""

    timestamp: str
    at: datetime
    url: str
    mimetype: str
    status: int | None
    digest: str

    @property
    def is_repeat(self) -> bool:
        """The same bytes as an earlier capture: kept by the archive as a reference to it."""
        return self.mimetype == "warc/revisit"


@dataclass(frozen=True, slots=True)
class Defect:
    """A line that makes no sense, and why."""

    line: str
    reason: str


@dataclass(frozen=True, slots=True)
class Captures:
    """What one answer of the server lists, in its order; ``resume_key`` where there is more."""

    listed: tuple[Listed, ...]
    defects: tuple[Defect, ...] = ()
    resume_key: str | None = None


def query(server: str, url: str, *, since: str | None = None, until: str | None = None, key: str | None = None) -> str:
    """The address that lists the captures of ``url``; ``since`` and ``until`` have 1 to 14 digits (``2019``)."""
    asked = {"url": url, "limit": "1000", "showResumeKey": "true"}
    asked |= {name: value for name, value in (("from", since), ("to", until), ("resumeKey", key)) if value}
    return f"{server}?{urlencode(asked)}"


def parse(text: str) -> Captures:
    """The captures of one answer, in plain lines or in JSON."""
    if text.lstrip().startswith("["):
        return _parse_json(text)
    lines = text.split("\n")
    listed: list[Listed] = []
    defects: list[Defect] = []
    resume_key: str | None = None
    for at, line in enumerate(lines):
        if not line.strip():
            rest = [each for each in lines[at + 1 :] if each.strip()]
            if listed and len(rest) == 1 and _RESUME_KEY.fullmatch(rest[0].strip()):  # an empty line, then the key
                resume_key = rest[0].strip()
                break
            continue
        values = line.split(" ")
        if len(values) < len(FIELDS):
            defects.append(Defect(_shown(line), f"{len(values)} fields where {len(FIELDS)} should be"))
            continue
        _take(dict(zip(FIELDS, values, strict=False)), line, listed, defects)
    return Captures(tuple(listed), tuple(defects), resume_key)


def _parse_json(text: str) -> Captures:
    try:
        rows = json.loads(text)
    except ValueError:
        return Captures((), (Defect(_shown(text), "JSON cut short"),))
    listed: list[Listed] = []
    defects: list[Defect] = []
    resume_key: str | None = None
    names = [str(name) for name in rows[0]] if rows and isinstance(rows[0], list) else list(FIELDS)
    for row in rows[1:]:
        if isinstance(row, list) and len(row) == 1:
            resume_key = str(row[0])
        elif isinstance(row, list) and len(row) >= len(names):
            values = {name: str(value) for name, value in zip(names, row, strict=False)}
            _take(values, json.dumps(row), listed, defects)
        elif row:
            defects.append(Defect(_shown(json.dumps(row)), "a row that does not fit the names above it"))
    return Captures(tuple(listed), tuple(defects), resume_key)


def _take(values: Mapping[str, str], line: str, listed: list[Listed], defects: list[Defect]) -> None:
    stamp, url = values.get("timestamp", ""), values.get("original", "")
    at = moment(stamp)
    if at is None:
        defects.append(Defect(_shown(line), f"no such moment: {stamp[:20]}"))
        return
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:
        is_address = False
    if not is_address:
        defects.append(Defect(_shown(line), f"not an address of a page: {_shown(url, 80)}"))
        return
    status = values.get("statuscode", "-")
    listed.append(
        Listed(
            timestamp=stamp,
            at=at,
            url=url,
            mimetype=values.get("mimetype", ""),
            status=int(status) if re.fullmatch(r"[1-5]\d\d", status) else None,
            digest=values.get("digest", ""),
        )
    )


def moment(stamp: str) -> datetime | None:
    """``20190220131415`` as a moment; None where there is no such month, day or hour."""
    if not _STAMP.fullmatch(stamp):
        return None
    try:
        return datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def replay(archive: str, capture: Listed) -> str:
    """The address that gives the bytes as they were captured."""
    return f"{archive.rstrip('/')}/{capture.timestamp}id_/{capture.url}"


def wanted(captures: Iterable[Listed]) -> tuple[Listed, ...]:
    """Each capture once, oldest first, redirects and errors left out; of a run of equal bytes the first and the last.

    What was the same from first to last needs no third witness; the last one makes the interval honest.
    """
    pages = {
        (capture.timestamp, capture.url): capture
        for capture in captures
        if capture.status == 200 or (capture.status is None and capture.is_repeat)
    }
    ordered = sorted(pages.values(), key=lambda capture: capture.timestamp)
    return tuple(
        capture
        for at, capture in enumerate(ordered)
        if at in (0, len(ordered) - 1)
        or capture.digest != ordered[at - 1].digest
        or capture.digest != ordered[at + 1].digest
    )


def _shown(text: str, most: int = 200) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"
