"""A pretend EDGAR: the list of one company's filings and the filings themselves, in the service's own shapes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.model import Source
from tests.site import Answer, World

CIK = "0001234567"
LIST = f"https://data.sec.gov/submissions/CIK{CIK}.json"
SOURCE = Source("acme/sec", "acme", "sec", LIST, options=(("cik", CIK),))
PROSE = (
    "We face many risks in every country where we work, and each of them may harm our business, our people, our name "
    "and the price of our stock, at any time and without any warning that we could give to anybody in advance."
)


@dataclass(frozen=True)
class Filed:
    """One filing: its number, form, day and main document."""

    number: int
    form: str
    day: str
    body: bytes
    items: str = ""
    exhibits: tuple[tuple[str, str, bytes], ...] = ()  # type, file name, bytes
    cik: str = CIK

    @property
    def accession(self) -> str:
        return f"{self.cik}-{self.day[2:4]}-{self.number:06d}"

    @property
    def folder(self) -> str:
        return f"https://www.sec.gov/Archives/edgar/data/{int(self.cik)}/{self.accession.replace('-', '')}"

    @property
    def document(self) -> str:
        return f"acme-{self.number}.htm"

    @property
    def url(self) -> str:
        return f"{self.folder}/{self.document}"

    @property
    def index_url(self) -> str:
        return f"{self.folder}/{self.accession}-index.htm"


@dataclass
class Edgar:
    """What the service holds; :meth:`serve` puts it on a site."""

    filings: list[Filed] = field(default_factory=list)
    cik: str = CIK

    @property
    def list_url(self) -> str:
        return f"https://data.sec.gov/submissions/CIK{self.cik}.json"

    def files(self, filed: Filed) -> None:
        self.filings.append(filed)

    def serve(self, world: World, *, older: Sequence[str] = ()) -> None:
        newest_first = sorted(self.filings, key=lambda filed: (filed.day, filed.number), reverse=True)
        body = listed(newest_first, older, self.cik)
        world.site.answers[self.list_url] = Answer(body, content_type="application/json")
        for filed in self.filings:
            world.site.answers[filed.url] = Answer(filed.body)
            if filed.exhibits:
                world.site.answers[filed.index_url] = Answer(index(filed))
            for _, name, body in filed.exhibits:
                world.site.answers[f"{filed.folder}/{name}"] = Answer(body)


def columns(filings: Sequence[Filed]) -> dict[str, list[object]]:
    return {
        "accessionNumber": [filed.accession for filed in filings],
        "filingDate": [filed.day for filed in filings],
        "reportDate": ["" for _ in filings],
        "acceptanceDateTime": [f"{filed.day}T21:00:00.000Z" for filed in filings],
        "form": [filed.form for filed in filings],
        "items": [filed.items for filed in filings],
        "primaryDocument": [filed.document for filed in filings],
        "primaryDocDescription": [filed.form for filed in filings],
    }


def listed(filings: Sequence[Filed], older: Sequence[str] = (), cik: str = CIK) -> bytes:
    files = [{"name": name, "filingCount": 1, "filingFrom": "2001-01-01", "filingTo": "2010-01-01"} for name in older]
    found = {"cik": cik, "name": "ACME CORP", "formerNames": [{"name": "OLD ACME INC"}]}
    return json.dumps({**found, "filings": {"recent": columns(filings), "files": files}}).encode()


def index(filed: Filed) -> bytes:
    rows = [(filed.form, filed.document), *((kind, name) for kind, name, _ in filed.exhibits)]
    cells = "".join(
        f"<tr><td>{at}</td><td>{kind} of it</td><td><a href='{filed.folder}/{name}'>{name}</a></td><td>{kind}</td><td>9</td></tr>"
        for at, (kind, name) in enumerate(rows, start=1)
    )
    head = "<tr><th>Seq</th><th>Description</th><th>Document</th><th>Type</th><th>Size</th></tr>"
    return f"<html><body><table class=tableFile>{head}{cells}</table></body></html>".encode()


def annual(year: int, *risks: str, title: str = "Risk Factors") -> bytes:
    """An annual report whose items are marked by bold text alone, with the furniture of printed pages."""
    paragraphs = [f"<p>{risk}</p>" for risk in risks]
    pages = "".join(f"<p>Acme Corp | {year} Form 10-K | {number}</p><p>{PROSE} {number}.</p>" for number in range(1, 8))
    return (
        f"<html><head><title>acme-{year}1231</title></head><body>"
        f"<p><b>Item 1. Business</b></p><p>{PROSE}</p>{pages}"
        f"<p><b>Item 1A. {title}</b></p><p>{PROSE}</p>{''.join(paragraphs)}"
        f"<p><b>Item 1B. Unresolved Staff Comments</b></p><p>None.</p></body></html>"
    ).encode()
