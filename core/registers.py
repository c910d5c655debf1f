"""Public registers as tables: rows read by the names of their columns, and matched to companies with the reason. Pure.

The UK modern slavery statement registry comes first: one CSV a year, a row an organisation, with the address where its
statement stands. Columns are found by name and never by position; one that is missing is said, not guessed.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.errors import ReadError
from core.model import Company

MAX_ROWS: Final = 200_000
_LONGEST_FIELD: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a register hold what; the first name that stands in the table counts."""

    name: tuple[str, ...]
    url: tuple[str, ...]
    number: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    parent: tuple[str, ...] = ()
    page: tuple[str, ...] = ()  # the register's own page on this row


UK_MODERN_SLAVERY: Final = Columns(
    name=("OrganisationName", "Organisation Name", "Organisation"),
    url=("StatementURL", "Statement URL", "URL"),
    number=("CompanyNumber", "Company Number"),
    year=("StatementYear", "Statement Year", "Year"),
    parent=("ParentName", "Parent Name"),
    page=("StatementSummaryURL", "Statement Summary URL"),
)
RECIPES: Final[Mapping[str, Columns]] = {"uk-modern-slavery": UK_MODERN_SLAVERY}
PLAIN: Final = Columns(
    name=("name", "organisation", "organization", "company"),
    url=("url", "address", "link", "statement"),
    number=("number", "company number", "id"),
    year=("year",),
    parent=("parent",),
)
"""For a register without a recipe: the names such tables usually have, whatever their case."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: who, where its statement stands, and the row as it was filed."""

    name: str
    url: str
    number: str = ""
    year: str = ""
    parent: str = ""
    page: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Register:
    """A table that was read. ``incomplete`` says in words what is missing from it."""

    rows: tuple[Row, ...]
    incomplete: str = ""


@dataclass(frozen=True, slots=True)
class Matched:
    """A row that is a company's, and how that is known."""

    company: str
    row: Row
    reason: str


def read_register(body: bytes, columns: Columns) -> Register:
    """The rows of a CSV or JSON table. Raises ReadError("registry") with the columns there are, where one is missing."""
    text = _decoded(body)
    raw = _json_rows(text) if text.lstrip()[:1] in ("[", "{") else _csv_rows(text)
    rows: list[Row] = []
    names: dict[str, str | None] | None = None
    left_out = 0
    for line, cells in raw:
        if names is None:
            names = _columns(columns, list(cells))
        row = _row(cells, names, line)
        if row is None:
            left_out += 1
        elif len(rows) < MAX_ROWS:
            rows.append(row)
    if names is None:
        raise ReadError("registry", "a table without a row")
    faults = [f"{left_out:,} rows name nobody" if left_out else ""]
    faults.append(f"only the first {MAX_ROWS:,} rows were read" if len(rows) >= MAX_ROWS else "")
    return Register(tuple(rows), "; ".join(fault for fault in faults if fault))


# --- whose row it is ------------------------------------------------------------------------------------------------

# What a company is, not what it is called; dropped from the end of a name on both sides.
_LEGAL: Final = frozenset(
    [
        *("plc", "ltd", "limited", "llp", "lp", "inc", "incorporated", "corp", "corporation", "co", "company"),
        *("llc", "gmbh", "ag", "se", "sa", "sas", "sarl", "spa", "srl", "nv", "bv", "ab", "asa", "as", "oyj", "kk"),
        *("uk", "group", "holding", "holdings", "international", "europe", "emea", "pte", "pty", "kgaa", "kg"),
    ]
)
_WORD: Final = re.compile(r"[^\W_]+")


def match_rows(rows: Iterable[Row], companies: Sequence[Company]) -> tuple[Matched, ...]:
    """The rows that are a company's: by number, by name or alias, or as a member of its group; each with the reason."""
    by_number: dict[str, str] = {}
    by_name: dict[tuple[str, ...], tuple[str, str]] = {}
    for company in companies:
        for kind, number in company.identifiers:
            if kind not in ("cik", "ticker"):
                by_number.setdefault(_number(number), company.id)
        for name in (company.name, *company.aliases):
            words = _core(name)
            if words:
                by_name.setdefault(words, (company.id, name))
    return tuple(matched for row in rows if (matched := _match(row, by_number, by_name)) is not None)


def _match(
    row: Row, by_number: Mapping[str, str], by_name: Mapping[tuple[str, ...], tuple[str, str]]
) -> Matched | None:
    if row.number and _number(row.number) in by_number:
        return Matched(by_number[_number(row.number)], row, f"its number {row.number}")
    found = by_name.get(_core(row.name))
    if found:
        return Matched(found[0], row, f"its name “{row.name}” is that of {found[1]}")
    found = by_name.get(_core(row.parent)) if row.parent else None
    return Matched(found[0], row, f"its group “{row.parent}” is {found[1]}") if found else None


def _core(name: str) -> tuple[str, ...]:
    """The words of a name without case, accents and legal form; a name of nothing else keeps them."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    plain = re.sub(r"(?<=\w)\.(?=\w)|\.(?=\s|$)|['’]", "", plain).replace("&", " and ")
    words = [word for word in _WORD.findall(plain) if word not in ("the", "and")]
    core = list(words)
    while core and core[-1] in _LEGAL:
        core.pop()
    return tuple(core or words)


def _number(text: str) -> str:
    """A company number without spaces and leading zeros: ``01234567`` and ``1234567`` are one."""
    return re.sub(r"\W", "", text).upper().lstrip("0")


# --- bytes to rows ------------------------------------------------------------------------------------------------------


def _decoded(body: bytes) -> str:
    """UTF-8, with or without its mark, UTF-16 with it, else the Windows code page office programs save."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def _csv_rows(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    csv.field_size_limit(_LONGEST_FIELD)
    head = text[:20_000]
    delimiter = max(",;\t", key=lambda sign: head.split("\n", 1)[0].count(sign))
    reader = csv.reader(io.StringIO(text.replace("\0", "")), delimiter=delimiter)
    try:
        header = [name.strip() for name in next(reader, [])]
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, dict(zip(header, cells, strict=False))
    except csv.Error as error:
        raise ReadError("registry", f"line {reader.line_num} of the table cannot be read: {error}") from error


def _json_rows(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReadError("registry", f"JSON cut short or damaged: {error}") from error
    if isinstance(found, dict):
        found = next((value for value in found.values() if isinstance(value, list)), [])
    for number, row in enumerate(found, start=1):
        if isinstance(row, dict):
            yield number, {str(key): "" if value is None else str(value) for key, value in row.items()}


def _columns(wanted: Columns, there: Sequence[str]) -> dict[str, str | None]:
    folded = {re.sub(r"[\s_-]", "", name).casefold(): name for name in reversed(there)}
    found: dict[str, str | None] = {}
    for field in ("name", "url", "number", "year", "parent", "page"):
        names: tuple[str, ...] = getattr(wanted, field)
        keys = [re.sub(r"[\s_-]", "", name).casefold() for name in names]
        found[field] = next((folded[key] for key in keys if key in folded), None)
    missing = [getattr(wanted, field)[0] for field in ("name", "url") if found[field] is None]
    if missing:
        shown = ", ".join(there[:12]) + (" …" if len(there) > 12 else "")
        raise ReadError("registry", f"no column {' and no column '.join(missing)}; there are: {shown or 'none'}")
    return found


def _row(cells: Mapping[str, str], names: Mapping[str, str | None], line: int) -> Row | None:
    values = {field: " ".join((cells.get(name) or "").split()) for field, name in names.items() if name}
    url = values.get("url", "")
    if not values.get("name"):
        return None
    is_address = re.match(r"https?://", url, re.IGNORECASE) is not None
    return Row(
        name=values["name"],
        url=url if is_address else "",
        number=values.get("number", ""),
        year=values.get("year", ""),
        parent=values.get("parent", ""),
        page=values.get("page", ""),
        line=line,
    )
