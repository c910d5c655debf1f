"""A table of addresses: CSV with a header that names its columns, or one address a line."""

from __future__ import annotations

import csv
import io
from typing import Final

from core.carryover.found import Carried, Found, Left, NotThisFormat, company_of, is_address, selectors, short, texts
from core.config.shapes import KIND_NAMES

_NAMES: Final = {
    "url": ("url", "address", "link"),
    "company": ("company", "name", "organisation", "organization"),
    "kind": ("kind", "type"),
    "title": ("title", "label"),
    "lang": ("lang", "language"),
    "role": ("role",),
    "select": ("select", "selector", "css"),
    "note": ("note", "comment"),
}


def read(body: bytes, file: str) -> Carried:
    """The rows that hold an address."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("cp1252", "replace")
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise NotThisFormat("the file is empty")
    delimiter = max(",;\t", key=lines[0].count)
    try:
        rows = list(csv.reader(io.StringIO(text.replace("\0", "")), delimiter=delimiter))
    except csv.Error as error:
        raise NotThisFormat(f"no table ({error})") from None
    header = [cell.strip().casefold() for cell in rows[0]]
    names = {field: next((header.index(n) for n in known if n in header), None) for field, known in _NAMES.items()}
    if names["url"] is None:
        if not is_address(rows[0][0].strip() if rows[0] else ""):
            raise NotThisFormat(f"no column called url in its first line ({short(lines[0])})")
        names = {"url": 0} | {field: None for field in _NAMES if field != "url"}
        rows = [[], *rows]
    return _rows(rows, names, file)


def _rows(rows: list[list[str]], names: dict[str, int | None], file: str) -> Carried:
    found: list[Found] = []
    left: list[Left] = []
    for line, cells in enumerate(rows[1:], start=2 if rows[0] else 1):
        values = {field: cells[at].strip() for field, at in names.items() if at is not None and at < len(cells)}
        where, url = f"{file}:{line}", values.get("url", "")
        if not any(values.values()) or url.startswith("#"):
            continue
        if not is_address(url):
            left.append(Left(where, short(url) or "a row", "no address that can be asked"))
            continue
        kind = values.get("kind", "").casefold() or "page"
        if kind not in KIND_NAMES:
            left.append(Left(where, f"kind {short(kind)}", "not a kind that is known; taken as a page"))
            kind = "page"
        found.append(
            Found(
                url,
                where,
                kind=kind,
                company=values.get("company") or company_of(url),
                title=values.get("title", ""),
                lang=values.get("lang", ""),
                role=values.get("role", ""),
                select=selectors(texts(values.get("select")), where, left),
                note=values.get("note", ""),
            )
        )
    return Carried("CSV", tuple(found), tuple(left))
