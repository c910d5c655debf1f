"""What a web archive lists: captures with their moments, defects named, the address that gives the bytes as captured."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from core.cdx import Listed, moment, parse, query, replay, wanted

GOOD = "com,acme)/ethics 20190220131415 https://acme.example/ethics text/html 200 AAAA 1234"


def line(stamp: str, digest: str, status: str = "200", mime: str = "text/html") -> str:
    return f"com,acme)/ethics {stamp} https://acme.example/ethics {mime} {status} {digest} 1234"


def test_a_line_is_a_capture_with_its_moment() -> None:
    (found,) = parse(GOOD).listed
    assert found.at == datetime(2019, 2, 20, 13, 14, 15, tzinfo=UTC)
    assert (found.url, found.status, found.digest) == ("https://acme.example/ethics", 200, "AAAA")
    assert replay("https://archive.example/web/", found) == (
        "https://archive.example/web/20190220131415id_/https://acme.example/ethics"
    )


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (GOOD.replace("20190220131415", "20000012170449"), "no such moment: 20000012170449"),
        (GOOD.replace("20190220131415", "20000800241623"), "no such moment"),
        (
            GOOD.replace("https://acme.example/ethics ", "http://mailto:someone@acme.example/ "),
            "not an address of a page",
        ),
        (GOOD.replace("https://acme.example/ethics ", "some/not/even/url "), "not an address of a page"),
        ("com,acme)/ 20190220131415", "2 fields where 7 should be"),
    ],
)
def test_a_defect_is_named_and_costs_only_its_line(bad: str, why: str) -> None:
    found = parse(f"{GOOD}\n{bad}\n{GOOD}\n")
    assert len(found.listed) == 2
    assert [why in defect.reason for defect in found.defects] == [True]


def test_a_length_that_is_missing_is_no_defect() -> None:
    assert len(parse(GOOD.replace(" 1234", " -")).listed) == 1


def test_the_key_of_the_next_part_stands_behind_an_empty_line() -> None:
    found = parse(f"{GOOD}\n\ncom%2Cacme%29%2F+20190220131416\n")
    assert (len(found.listed), found.resume_key, found.defects) == (1, "com%2Cacme%29%2F+20190220131416", ())
    assert "resumeKey=com%252Cacme%2529%252F%2B20190220131416" in query(
        "https://c.example/cdx", "a", key=found.resume_key
    )


def test_json_says_the_same_as_lines() -> None:
    names = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
    rows = [names, GOOD.split(" "), [], ["key-of-the-rest"]]
    assert parse(json.dumps(rows)) == parse(f"{GOOD}\n\nkey-of-the-rest\n")
    assert parse("[]").listed == ()
    assert parse('[["urlkey"').defects[0].reason == "JSON cut short"


def test_nothing_listed_is_nothing_wrong() -> None:
    assert parse("") == parse("\n\n")
    assert parse("").defects == ()


def test_of_a_run_of_equal_bytes_the_first_and_the_last_are_wanted() -> None:
    text = "\n".join(
        [
            line("20190101000000", "A"),
            line("20190201000000", "A"),
            line("20190301000000", "-", status="-", mime="warc/revisit"),
            line("20190401000000", "A"),
            line("20190501000000", "B"),
            line("20190601000000", "C", status="301"),
            line("20190601000000", "C", status="503"),
            line("20190701000000", "B"),
            line("20190701000000", "B"),
            line("20190801000000", "B"),
        ]
    )
    kept = [capture.timestamp[:6] for capture in wanted(parse(text).listed)]
    assert kept == ["201901", "201902", "201903", "201904", "201905", "201908"]


@pytest.mark.parametrize("stamp", ["2019022013141", "20190231000000", "2019022013141x", ""])
def test_a_moment_that_never_was(stamp: str) -> None:
    assert moment(stamp) is None


def test_a_repeat_says_that_it_is_one() -> None:
    assert parse(line("20190301000000", "A", status="-", mime="warc/revisit")).listed[0].is_repeat
    assert not Listed("20190220131415", datetime(2019, 2, 20, tzinfo=UTC), "u", "text/html", 200, "A").is_repeat
