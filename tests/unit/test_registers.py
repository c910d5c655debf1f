"""Registers as tables: columns by name, rows matched to companies with the reason."""

from __future__ import annotations

import json

import pytest

from core.errors import ReadError
from core.model import Company
from core.registers import PLAIN, UK_MODERN_SLAVERY, match_rows, read_register

HEADER = "StatementYear,OrganisationName,Address,SectorType,CompanyNumber,LastUpdated,GroupSubmission,ParentName,StatementURL"
GROUP = '2026,Example Garments Ltd,"1 Mill Lane, Leeds",Private,01234567,01/06/2026,Yes,Example Group plc,https://g.example/ms'
TABLE = f"{HEADER}\n{GROUP}\n"


def names(body: bytes) -> list[tuple[str, str]]:
    return [(row.name, row.url) for row in read_register(body, UK_MODERN_SLAVERY).rows]


def test_a_row_is_read_by_the_names_of_its_columns() -> None:
    (row,) = read_register(TABLE.encode(), UK_MODERN_SLAVERY).rows
    assert (row.name, row.url, row.number, row.year, row.parent, row.line) == (
        "Example Garments Ltd",
        "https://g.example/ms",
        "01234567",
        "2026",
        "Example Group plc",
        2,
    )


def test_columns_may_stand_in_another_order_and_under_a_slightly_other_name() -> None:
    body = "Statement URL,Organisation Name,New Column\nhttps://a.example/,Ändern GmbH,x\n".encode("cp1252")
    assert names(body) == [("Ändern GmbH", "https://a.example/")]


def test_utf_16_and_semicolons_are_read_too() -> None:
    body = "OrganisationName;StatementURL\nA;https://a.example/\n".encode("utf-16")
    assert names(body) == [("A", "https://a.example/")]


def test_a_missing_column_is_named_with_those_there_are() -> None:
    with pytest.raises(ReadError, match="no column StatementURL; there are: OrganisationName, StatementLink"):
        read_register(b"OrganisationName,StatementLink\nA,https://a.example/\n", UK_MODERN_SLAVERY)


def test_an_empty_table_and_one_cut_short_are_refused() -> None:
    with pytest.raises(ReadError, match="a table without a row"):
        read_register(f"{HEADER}\n".encode(), UK_MODERN_SLAVERY)
    with pytest.raises(ReadError, match="JSON cut short"):
        read_register(b'[{"name": "A"', PLAIN)


def test_json_rows_are_read_at_the_top_or_under_a_key() -> None:
    rows = [{"Organisation": "A", "Link": "https://a.example/", "extra": None}]
    for found in (rows, {"meta": 1, "results": rows}):
        assert [row.name for row in read_register(json.dumps(found).encode(), PLAIN).rows] == ["A"]


def test_what_is_no_address_is_not_followed_and_a_row_without_a_name_is_said() -> None:
    found = read_register(
        b"OrganisationName,StatementURL\nA,see our website\n,https://x.example/\nB,javascript:alert(1)\n",
        UK_MODERN_SLAVERY,
    )
    assert [(row.name, row.url) for row in found.rows] == [("A", ""), ("B", "")]
    assert found.incomplete == "1 rows name nobody"


# --- whose row ------------------------------------------------------------------------------------------------------

COMPANIES = (
    Company("example", "Example Group", aliases=("例子集团",), identifiers=(("companies-house", "7654321"),)),
    Company("other", "The Other Company Inc."),
    Company("boots", "Boots UK Limited"),
)


def matched(name: str, *, number: str = "", parent: str = "") -> tuple[str, str] | None:
    body = json.dumps([{"name": name, "url": "https://x.example/", "number": number, "parent": parent}]).encode()
    found = match_rows(read_register(body, PLAIN).rows, COMPANIES)
    return (found[0].company, found[0].reason) if found else None


@pytest.mark.parametrize(
    ("name", "number", "parent", "company", "reason"),
    [
        ("EXAMPLE GROUP PLC", "", "", "example", "its name “EXAMPLE GROUP PLC” is that of Example Group"),
        ("例子集团", "", "", "example", "its name “例子集团” is that of 例子集团"),
        ("Anything Ltd", "07654321", "", "example", "its number 07654321"),
        ("Example Garments Ltd", "", "Example Group plc", "example", "its group “Example Group plc” is Example Group"),
        ("Other Co.", "", "", "other", "its name “Other Co.” is that of The Other Company Inc."),
        ("Boots", "", "", "boots", "its name “Boots” is that of Boots UK Limited"),
    ],
)
def test_a_row_is_a_companys_by_number_name_alias_or_group(
    name: str, number: str, parent: str, company: str, reason: str
) -> None:
    assert matched(name, number=number, parent=parent) == (company, reason)


@pytest.mark.parametrize(
    "name", ["Exampled plc", "Another Example Group", "Example Groups of Friends", "Ltd", "Oth er"]
)
def test_a_name_that_only_looks_alike_is_nobodys(name: str) -> None:
    assert matched(name) is None
