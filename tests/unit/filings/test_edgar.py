"""The list of a company's filings, in both shapes it has had, and where each filing stands."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from core.errors import ReadError
from core.filings.edgar import (
    chosen,
    exhibits,
    list_url,
    parse_continuation,
    parse_index,
    parse_submissions,
)


def columns(**over: list[object]) -> dict[str, list[Any]]:
    """Two filings as the service writes them: parallel columns, the newest first."""
    return {
        "accessionNumber": ["0001234567-26-000012", "0001234567-25-000003"],
        "filingDate": ["2026-02-17", "2025-02-14"],
        "reportDate": ["2025-12-31", ""],
        "acceptanceDateTime": ["2026-02-18T02:50:37.000Z", "2025-02-14T20:00:00.000Z"],
        "form": ["10-K", "8-K"],
        "items": ["", "7.01,9.01"],
        "primaryDocument": ["exmn-20251231.htm", "form8-k.htm"],
        "primaryDocDescription": ["10-K", "None"],
    } | over


def listed(cik: object = "1234567", **over: list[object]) -> bytes:
    found = {
        "cik": cik,
        "name": "EXAMPLE MINING CORP",
        "formerNames": [{"name": "OLD MINING CO", "from": "2001-01-01", "to": "2010-01-01"}],
        "filings": {
            "recent": columns(**over),
            "files": [{"name": "CIK0001234567-submissions-001.json", "filingCount": 395}],
        },
    }
    return json.dumps(found).encode()


def test_a_list_gives_its_filings_with_every_date_apart() -> None:
    found = parse_submissions(listed())
    annual, event = found.filings
    assert (found.cik, found.name, found.former_names) == (1234567, "EXAMPLE MINING CORP", ("OLD MINING CO",))
    assert found.more == ("https://data.sec.gov/submissions/CIK0001234567-submissions-001.json",)
    assert (annual.filed_on, annual.period) == (date(2026, 2, 17), date(2025, 12, 31))
    assert annual.accepted_at == datetime(2026, 2, 18, 2, 50, 37, tzinfo=UTC)
    assert annual.url == "https://www.sec.gov/Archives/edgar/data/1234567/000123456726000012/exmn-20251231.htm"
    assert (event.items, event.period, event.description) == (("7.01", "9.01"), None, "")
    assert (annual.series, event.series) == ("10-K", None)


def test_a_padded_cik_is_the_same_number() -> None:
    assert parse_submissions(listed("0001234567")).cik == 1234567
    assert list_url("1234567") == list_url("0001234567") == "https://data.sec.gov/submissions/CIK0001234567.json"


def test_an_older_part_has_its_columns_at_the_top() -> None:
    found = parse_continuation(json.dumps(columns()).encode(), 1234567)
    assert [filing.form for filing in found] == ["10-K", "8-K"]


def test_forms_are_chosen_with_their_amendments_and_come_oldest_first() -> None:
    found = parse_submissions(listed(form=["10-K/A", "10-K"]))
    assert [filing.form for filing in chosen(found.filings, {"10-K"})] == ["10-K", "10-K/A"]
    assert chosen(found.filings, {"SD"}) == ()
    assert chosen(found.filings, {"10-K"})[1].series is None  # an amendment holds a part only


def test_a_rendering_of_an_xml_form_is_read_as_the_form() -> None:
    found = parse_submissions(listed(primaryDocument=["xslF345X03/edgardoc.xml", "a.htm"]))
    assert found.filings[0].document == "edgardoc.xml"


@pytest.mark.parametrize("name", ["../../etc/passwd", "http://x.example/", "a b.htm", ""])
def test_a_document_with_an_odd_name_leads_to_the_index(name: str) -> None:
    found = parse_submissions(listed(primaryDocument=[name, "a.htm"]))
    assert found.filings[0].url.endswith("/000123456726000012/0001234567-26-000012-index.htm")


def test_a_row_that_makes_no_sense_is_left_out_and_said() -> None:
    found = parse_submissions(listed(filingDate=["soon", "2025-02-14"]))
    assert [filing.form for filing in found.filings] == ["8-K"]
    assert found.incomplete == "1 of 2 rows of the list made no sense and were left out"


def test_columns_that_are_shorter_or_missing_count_as_empty() -> None:
    short = columns(items=[])
    del short["acceptanceDateTime"]
    body = json.dumps({"cik": "1", "name": "X", "filings": {"recent": short}}).encode()
    assert [(f.items, f.accepted_at) for f in parse_submissions(body).filings] == [((), None), ((), None)]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (listed()[:200], "not JSON, or cut short"),
        (b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>', r"not JSON, or cut short: <\?xml"),
        (b"[]", "JSON, but not an object"),
        (b'{"cik": "12", "filings": {}}', "no filings.recent"),
        (b'{"cik": "x", "filings": {"recent": {}}}', "no cik"),
        (b"[" * 100_000, "not JSON, or cut short"),
    ],
)
def test_what_is_no_list_is_refused_with_the_reason(body: bytes, why: str) -> None:
    with pytest.raises(ReadError, match=why):
        parse_submissions(body)


def test_only_the_exhibits_that_speak_are_read() -> None:
    event = parse_submissions(listed()).filings[1]
    rows = [
        ("8-K", "FORM 8-K", "form8-k.htm"),
        ("EX-99.1", "Press  release", "ex991.htm"),
        ("EX-10.1", "Credit agreement", "ex101.htm"),
        ("EX-99.2", "Slides", "slides.jpg"),
        ("EX-999", "Odd", "odd.htm"),
        ("EX-99.3", "Out of its folder", "../other.htm"),
    ]
    found = exhibits(rows, event)
    assert [(each.type, each.description) for each in found] == [("EX-99.1", "Press release")]
    assert found[0].url == "https://www.sec.gov/Archives/edgar/data/1234567/000123456725000003/ex991.htm"


INDEX = b"""<html><body><table class="tableFile" summary="Document Format Files">
<tr><th>Seq</th><th>Description</th><th>Document</th><th>Type</th><th>Size</th></tr>
<tr><td>1</td><td>FORM 8-K</td><td><a href="/ix?doc=/Archives/edgar/data/1/form8-k.htm">form8-k.htm</a> iXBRL</td>
<td>8-K</td><td>36432</td></tr>
<tr><td>2</td><td>PRESS RELEASE</td><td><a href="/Archives/edgar/data/1/ex991.htm">ex991.htm</a></td>
<td>EX-99.1</td><td>120433</td></tr></table>
<table summary="Data Files"><tr><th>Seq</th></tr><tr><td>3</td></tr></table></body></html>"""


def test_the_index_of_a_filing_gives_its_documents() -> None:
    event = parse_submissions(listed()).filings[1]
    assert [name for _, _, name in parse_index(INDEX)][1] == "ex991.htm"
    assert [each.type for each in exhibits(parse_index(INDEX), event)] == ["EX-99.1"]


@pytest.mark.parametrize("body", [b"", b"<html><p>Request Rate Threshold Exceeded</p></html>", b"\x00\x01"])
def test_what_is_no_index_is_refused(body: bytes) -> None:
    with pytest.raises(ReadError, match="no table of documents"):
        parse_index(body)
