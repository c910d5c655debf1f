"""SEC EDGAR: the list of a company's filings (submissions JSON), the addresses of filings, and their exhibits.

Shapes and addresses follow the service's own documentation: https://www.sec.gov/search-filings/edgar-application-programming-interfaces
Both ages of the list are read alike: keys nobody knows are left alone, and a column that is missing counts as empty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from lxml import html

from core.errors import ReadError

LISTS: Final = "https://data.sec.gov/submissions/"
ARCHIVES: Final = "https://www.sec.gov/Archives/edgar/data/"

# A filing of these stands in a row of its kind, and is held against the one before it; any other is an event of its own.
PERIODIC: Final = frozenset({"10-K", "10-Q", "20-F", "40-F", "DEF 14A", "SD"})
# Which exhibits hold what a company says; the others are contracts, certificates and tables.
EXHIBITS: Final[dict[str, tuple[str, ...]]] = {"8-K": ("EX-99",), "6-K": ("EX-99",), "SD": ("EX-1.01", "EX-1.02")}

_ACCESSION: Final = re.compile(r"\d{10}-\d{2}-\d{6}")
_NAME: Final = re.compile(r"(?!\.)[\w.\-]+(?:/(?!\.)[\w.\-]+)*")
_RENDERED: Final = re.compile(r"^xsl[^/]*/")  # a rendering of an XML form; the form itself stands one folder up
_MOST: Final = 50_000  # filings in one list; the longest seen hold a few thousand


@dataclass(frozen=True, slots=True)
class Filing:
    """One filing of the list. ``filed_on`` and ``accepted_at`` are the service's own and never made from each other."""

    cik: int
    accession: str
    form: str
    filed_on: date
    period: date | None = None
    accepted_at: datetime | None = None
    items: tuple[str, ...] = ()
    document: str = ""
    description: str = ""
    archives: str = ARCHIVES

    @property
    def is_amendment(self) -> bool:
        return self.form.endswith("/A")

    @property
    def base_form(self) -> str:
        """The form without the mark of an amendment: ``10-K`` of ``10-K/A``."""
        return self.form.removesuffix("/A")

    @property
    def series(self) -> str | None:
        """The row of filings it belongs to, None for one that stands alone (an event, or an amendment)."""
        return self.form if self.form in PERIODIC else None

    @property
    def folder(self) -> str:
        return f"{self.archives}{self.cik}/{self.accession.replace('-', '')}/"

    @property
    def url(self) -> str:
        """Its main document; the index of its documents where the list names none."""
        return f"{self.folder}{self.document}" if self.document else self.index_url

    @property
    def index_url(self) -> str:
        return f"{self.folder}{self.accession}-index.htm"

    @property
    def exhibit_types(self) -> tuple[str, ...]:
        return EXHIBITS.get(self.base_form, ())


@dataclass(frozen=True, slots=True)
class Submissions:
    """A company's list: its filings newest first, and the addresses of the older parts of it."""

    cik: int
    name: str
    former_names: tuple[str, ...]
    filings: tuple[Filing, ...]
    more: tuple[str, ...] = ()
    incomplete: str = ""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A document filed with another: its type as filed (``EX-99.1``) and where it stands."""

    type: str
    url: str
    description: str = ""


def list_url(cik: str) -> str:
    """Where the list of a company's filings stands; ``cik`` with or without its leading zeros."""
    return f"{LISTS}CIK{int(cik):010d}.json"


def parse_submissions(body: bytes) -> Submissions:
    """A company's list. Raises ReadError("sec") where the bytes are no such list."""
    found = _object(body)
    cik = _number(found.get("cik"))
    filings = found.get("filings")
    if cik is None or not isinstance(filings, dict) or not isinstance(filings.get("recent"), dict):
        raise ReadError("sec", "JSON, but not a list of filings: no cik, or no filings.recent in it")
    rows, fault = _rows(filings["recent"], cik)
    older = [part.get("name") for part in _list(filings.get("files")) if isinstance(part, dict)]
    names = [former.get("name") for former in _list(found.get("formerNames")) if isinstance(former, dict)]
    return Submissions(
        cik=cik,
        name=_text(found.get("name")),
        former_names=tuple(dict.fromkeys(_text(name) for name in names if _text(name))),
        filings=tuple(rows),
        more=tuple(f"{LISTS}{name}" for name in older if isinstance(name, str) and _NAME.fullmatch(name)),
        incomplete=fault,
    )


def list_of(found: Submissions, url: str) -> tuple[str, ...]:
    """The older parts of a list, beside the list itself."""
    folder = url.rpartition("/")[0]
    return tuple(f"{folder}/{part.rpartition('/')[2]}" for part in found.more)


def parse_continuation(body: bytes, cik: int) -> tuple[Filing, ...]:
    """An older part of a list: the same columns, at the top. Raises ReadError("sec")."""
    found = _object(body)
    if not isinstance(found.get("accessionNumber"), list):
        raise ReadError("sec", "JSON, but not a part of a list of filings: no accessionNumber in it")
    return tuple(_rows(found, cik)[0])


def chosen(filings: Iterable[Filing], forms: Collection[str]) -> tuple[Filing, ...]:
    """The filings of those forms and their amendments, oldest first, so that each is read after the one before it."""
    kept = {filing.accession: filing for filing in filings if filing.form in forms or filing.base_form in forms}
    return tuple(sorted(kept.values(), key=lambda filing: (filing.filed_on, filing.accession)))


def exhibits(rows: Iterable[Sequence[str]], filing: Filing) -> tuple[Exhibit, ...]:
    """The exhibits worth reading among the rows (type, description, file name) of a filing's index."""
    found: dict[str, Exhibit] = {}
    for kind, description, name in rows:
        kind = kind.strip().upper()
        is_wanted = any(kind == wanted or kind.startswith(f"{wanted}.") for wanted in filing.exhibit_types)
        if is_wanted and _NAME.fullmatch(name) and name.lower().endswith((".htm", ".html", ".txt", ".pdf")):
            found.setdefault(name, Exhibit(kind, f"{filing.folder}{name}", " ".join(description.split())))
    return tuple(found.values())


# --- small parts ---------------------------------------------------------------------------------------------------


def _rows(columns: dict[str, Any], cik: int) -> tuple[list[Filing], str]:
    """The parallel columns as rows. A row that makes no sense is left out and counted; nothing else is lost with it."""
    names = _list(columns.get("accessionNumber"))[:_MOST]
    rows: list[Filing] = []
    left_out = 0
    for at, accession in enumerate(names):
        value = {key: column[at] for key, column in columns.items() if isinstance(column, list) and at < len(column)}
        filed_on, form = _date(value.get("filingDate")), _text(value.get("form"))
        if not isinstance(accession, str) or not _ACCESSION.fullmatch(accession) or filed_on is None or not form:
            left_out += 1
            continue
        document = _RENDERED.sub("", _text(value.get("primaryDocument")))
        rows.append(
            Filing(
                cik=cik,
                accession=accession,
                form=form,
                filed_on=filed_on,
                period=_date(value.get("reportDate")),
                accepted_at=_moment(value.get("acceptanceDateTime")),
                items=tuple(item.strip() for item in _text(value.get("items")).split(",") if item.strip()),
                document=document if _NAME.fullmatch(document) else "",
                description=_text(value.get("primaryDocDescription")),
            )
        )
    fault = f"{left_out} of {len(names)} rows of the list made no sense and were left out" if left_out else ""
    return rows, fault


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        start = " ".join(body[:80].decode("utf-8", "replace").split())
        raise ReadError("sec", f"not JSON, or cut short: {start}") from error
    if not isinstance(found, dict):
        raise ReadError("sec", "JSON, but not an object")
    return found


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    """A text; the service writes some empty ones as the word None."""
    return value.strip() if isinstance(value, str) and value != "None" else ""


def _number(value: object) -> int | None:
    text = str(value).strip() if isinstance(value, str | int) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else None


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and value else None
    except ValueError:
        return None


def _moment(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) and value else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else None


def parse_index(body: bytes) -> tuple[tuple[str, str, str], ...]:
    """The documents of a filing, from the index of it: (type, description, file name). Raises ReadError("sec")."""
    root = html.document_fromstring(body) if body.strip() else None
    rows: list[tuple[str, str, str]] = []
    for table in root.iter("table") if root is not None else ():
        names: list[str] = []
        for line in table.iter("tr"):
            cells = [" ".join(" ".join(map(str, cell.itertext())).split()) for cell in line if cell.tag in ("th", "td")]
            if {"type", "document"} <= {cell.casefold() for cell in cells}:
                names = [cell.casefold() for cell in cells]
            elif len(cells) == len(names):
                row = dict(zip(names, cells, strict=True))
                link = next((a.get("href", "") for a in line.iter("a")), "")
                rows.append((row["type"], row.get("description", ""), urlsplit(link).path.rpartition("/")[2]))
    if not rows:
        raise ReadError("sec", "no table of documents in the index of a filing")
    return tuple(rows)
