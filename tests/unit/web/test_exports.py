"""CSV that no spreadsheet calculates, Atom that every reader parses."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import pytest

from core.model import Severity
from web.exports import BATCH, Entry, Feed, as_atom, as_csv, as_json, as_json_lines, cell, paged

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
        (["one", "two"], "one; two"),
        (("=1", "two"), "'=1; two"),
        ([], ""),
    ],
)
def test_cells(value: object, shown: str) -> None:
    assert cell(value) == shown


def test_a_table_reads_back_as_it_was() -> None:
    rows = [("a,b", 'say "no"'), ("two\nlines", "人权")]
    made = b"".join(as_csv(("one", "two"), rows))
    assert made.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline=""))) == [["one", "two"], *map(list, rows)]


def test_json_lines_hold_values_as_json_has_them() -> None:
    rows = [(1, AT, None, "=1 人权"), (2, date(2026, 1, 2), True, "two\nlines")]
    assert b"".join(as_json_lines(("n", "at", "is", "text"), rows)).decode() == (
        '{"n":1,"at":"2026-11-23T23:09:12Z","is":null,"text":"=1 人权"}\n'
        '{"n":2,"at":"2026-01-02","is":true,"text":"two\\nlines"}\n'
    )


def test_json_is_one_array_however_many_rows_there_are() -> None:
    columns = ("n", "text")
    assert b"".join(as_json(columns, [])) == b"[]\n"
    assert b"".join(as_json(columns, [(1, "人权")])).decode() == '[\n{"n":1,"text":"人权"}\n]\n'
    many = [(number, "=1") for number in range(2 * BATCH + 1)]
    written = list(as_json(columns, many))
    assert len(written) == 4
    assert json.loads(b"".join(written)) == [{"n": number, "text": "=1"} for number, _ in many]


def test_a_long_list_is_written_while_it_is_read() -> None:
    read: list[int] = []

    def part(limit: int, start: int) -> list[int]:
        read.append(start)
        return list(range(start, min(start + limit, 2 * BATCH + 1)))

    written = as_csv(("n",), ((one,) for one in paged(part)))
    assert next(written) == b'\xef\xbb\xbf"n"\r\n'
    assert read == []
    assert next(written).count(b"\n") == BATCH
    assert read == [0]
    assert b"".join(written).count(b"\n") == BATCH + 1
    assert read == [0, BATCH, 2 * BATCH, 2 * BATCH + 1]


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
