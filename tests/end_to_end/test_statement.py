"""A statement entered by hand: kept, matched, told, held against the company's earlier words, withdrawn."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.command import Ran, onrecord

SOURCES = """\
companies:
  - {id: halden, name: Halden Biosystems, aliases: [Halden], topics: [dna], sources: []}
"""
FIRST = "Halden will stop selling human identification products in Xinjiang, China, based on fact-specific assessments."
LATER = "Halden will stop selling human identification products in Tibet and Xinjiang, China."
DOCUMENT = "halden/sales-of-human-identification-products"
ASKED = ("--company", "halden", "--title", "Sales of human identification products", "--published-by", "The Daily")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "sources.yaml").write_text(SOURCES)
    return tmp_path


def add(home: Path, words: str | Path, *more: str) -> Ran:
    return onrecord("--home", home, "statement", "add", words, *ASKED, *more, "--json")


def test_a_statement_is_kept_told_and_found_with_its_four_dates_apart(home: Path) -> None:
    ran = add(home, FIRST, "--decided", "2019", "--effective", "2019-03", "--public", "2019-02-20", "--where", "e-mail")
    (said,) = ran.lines
    assert (said["new"], said["alerts"], said["document"]) == (True, 1, DOCUMENT)
    assert said["dates"] | {"observed": "TODAY"} == {
        "decided": "2019",
        "effective": "2019-03",
        "public": "2019-02-20",
        "observed": "TODAY",
    }
    (found,) = onrecord("--home", home, "search", '"fact-specific assessments"', "--json").lines
    assert (found["document"], found["text"], found["public"]) == (DOCUMENT, FIRST, "2019-02-20")
    printed = onrecord("--home", home, "search", '"fact-specific assessments"').out
    assert "  made public 2019-02-20; a statement entered by hand " in printed
    assert "not watched since" not in printed
    told = onrecord("--home", home, "alerts", "list", "--json").lines
    assert [alert["kind"] for alert in told] == ["change"]


def test_it_stands_beside_what_the_company_said_before_with_the_verdict(home: Path) -> None:
    add(home, FIRST)
    (said,) = add(home, LATER).lines
    (beside,) = said["beside"]
    assert (beside["earlier"], beside["document"]) == (FIRST, DOCUMENT)
    assert beside["verdict"] in ("STRENGTHENED", "MIXED", "UNCLASSIFIED")  # wider in place, a hedge gone: never weaker
    assert beside["reasons"]
    printed = onrecord("--home", home, "statement", "add", f"{LATER} So it stays.", *ASKED).out
    assert "entered by hand; no day was given on which it was made public" in printed
    assert "The page says" not in printed
    [line] = [each for each in printed.splitlines() if "first seen" in each][:1]
    assert line.endswith(" UTC")  # a moment as people read it, as everywhere else; JSON has the stamp


def test_what_has_only_a_word_in_common_is_no_earlier_wording_and_gets_no_verdict(home: Path) -> None:
    """A firm word in both, or one place: neither makes the one what became of the other."""
    add(
        home,
        "We have asked an outside expert to look at our sales in Xinjiang, China, and will publish what she finds.",
    )
    (said,) = add(home, "We have stopped all sales of identification kits to prisons in Xinjiang in 2023.").lines
    assert [each["verdict"] for each in said["beside"] if each["verdict"]] == []


def test_the_same_words_twice_are_one_statement(home: Path) -> None:
    first, second = add(home, FIRST).lines[0], add(home, FIRST).lines[0]
    assert (second["new"], second["statement"], second["alerts"]) == (False, first["statement"], 0)


def test_files_of_several_sorts_are_read_and_the_scan_is_kept_beside_typed_words(home: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "press@halden.example", "Your question"
    mail.set_content(f"{LATER}\n")
    mail.add_attachment(b"\x89PNG....", maintype="image", subtype="png", filename="scan.png")
    (home / "answer.eml").write_bytes(mail.as_bytes())
    (home / "page.html").write_text(f"<h1>Answer</h1><p>{FIRST}</p>")
    assert add(home, home / "answer.eml").lines[0]["new"]
    assert add(home, home / "page.html", "--evidence", str(home / "answer.eml")).lines[0]["evidence"]
    texts = [found["text"] for found in onrecord("--home", home, "search", "identification", "--json").lines]
    assert sorted(texts) == sorted([FIRST, LATER])


def test_a_statement_entered_in_error_is_withdrawn_and_stays(home: Path) -> None:
    add(home, FIRST)
    refused = onrecord("--home", home, "statement", "withdraw", "1")
    assert refused.status == 2
    (row,) = onrecord("--home", home, "statement", "withdraw", "1", "--reason", "another company", "--json").lines
    assert row["withdrawn_why"] == "another company"
    assert onrecord("--home", home, "history", DOCUMENT, "--json").lines[0]["title"].startswith("Withdrawn: ")
    (row,) = onrecord("--home", home, "statement", "withdraw", "1", "--undo", "--json").lines
    assert row["withdrawn"] is None


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (["--public", "2024-02-31"], "the date public is no day there ever was: '2024-02-31'"),
        (["--decided", "3 January"], "the date decided must be like 2024-01-03, 2024-01 or 2024, not '3 January'"),
        (["--company", "haldne"], "there is no company 'haldne' Did you mean 'halden'?"),
        (["--title", " "], "it needs a title"),
        (["--evidence", "nowhere.pdf"], "nowhere.pdf cannot be read"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(home: Path, more: list[str], why: str) -> None:
    ran = add(home, FIRST, *more)
    assert (ran.status, why in ran.err) == (2, True), ran.err
    assert onrecord("--home", home, "statement", "list", "--json").lines == []


def test_files_that_cannot_be_statements_are_refused_by_name(home: Path) -> None:
    scan = home / "scan.pdf"
    with scan.open("wb") as made:
        made.truncate(300_000_000)
    ran = add(home, scan)
    assert (ran.status, "too large for a statement (300 MB, limit 50 MB)" in ran.err) == (2, True)
    (home / "empty.txt").write_bytes(b"")
    assert "the file is empty" in add(home, home / "empty.txt").err
    (home / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    photo = add(home, home / "photo.png")
    assert (photo.status, f"{home / 'photo.png'}: not a page but a picture; nothing was entered" in photo.err) == (
        2,
        True,
    )
    assert "a folder: name the file in it" in add(home, home).err
    assert add(home, "no/such/file.txt").status == 2
    assert onrecord("--home", home, "statement", "list", "--json").lines == []
