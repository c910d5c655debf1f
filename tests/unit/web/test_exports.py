"""CSV that no spreadsheet calculates, Atom that every reader parses."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import pytest

from core.model import Severity
from web.exports import Entry, Feed, Table, as_atom, as_csv, cell

AT = datetime(2026, 11, 23, 23, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        ("We sell, “nothing”", "We sell, “nothing”"),
        (None, ""),
        (True, "yes"),
        (-3, "-3"),
        (AT, "2026-11-23T23:09:12Z"),
        (date(2026, 1, 2), "2026-01-02"),
        (Severity.HIGH, "high"),
    ],
)
def test_cells(value: object, shown: str) -> None:
    assert cell(value) == shown


def test_a_table_reads_back_as_it_was() -> None:
    rows = [("a,b", 'say "no"'), ("two\nlines", "人权")]
    made = as_csv(Table("x", ("one", "two"), rows))
    assert made.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline=""))) == [["one", "two"], *map(list, rows)]


def test_a_feed_is_well_formed_whatever_it_holds() -> None:
    entry = Entry("urn:x:1", "A <b> & \x00 \ud800", AT, '/c/a"b/1..2', "]]> <script>")
    made = as_atom(Feed("On & Record", (entry,)), address="/?format=atom", base="https://o.example", now=AT)
    root = ET.fromstring(made)
    space = {"a": "http://www.w3.org/2005/Atom"}
    assert root.findtext("a:title", "", space) == "On & Record"
    assert root.findtext("a:updated", "", space) == "2026-11-23T23:09:12Z"
    link = root.find("a:entry/a:link", space)
    assert link is not None
    assert link.get("href") == 'https://o.example/c/a"b/1..2'
    assert "]]> <script>" in root.findtext("a:entry/a:summary", "", space)
