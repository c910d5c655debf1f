"""Plain text and Markdown to places."""

from __future__ import annotations

import pytest

from core.text.plain import LONGEST, read_plain

POLICY = """Human rights policy
===================

We respect human rights
in all our operations.

We will not sell to:
- police forces,
  wherever they are
- prisons

## Scope ##

1. Suppliers
2) Customers
---
The end.
"""


def test_paragraphs_headings_and_lists() -> None:
    reading = read_plain(POLICY)
    assert [(place.kind, place.level, place.text) for place in reading.places] == [
        ("heading", 1, "Human rights policy"),
        ("paragraph", 0, "We respect human rights in all our operations."),
        ("paragraph", 0, "We will not sell to:"),
        ("item", 1, "police forces, wherever they are"),
        ("item", 1, "prisons"),
        ("heading", 2, "Scope"),
        ("item", 1, "1. Suppliers"),
        ("item", 1, "2) Customers"),
        ("paragraph", 0, "The end."),
    ]
    assert reading.title == "Human rights policy"
    assert reading.lead_in(4) == "We will not sell to:"
    assert reading.heading_path(7) == ("Human rights policy", "Scope")


def test_no_heading_is_guessed() -> None:
    assert [place.kind for place in read_plain("OUR PROMISE\n\nWe promise.").places] == ["paragraph", "paragraph"]


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n", "\u2028"])
def test_every_sort_of_line_end(line_end: str) -> None:
    text = line_end.join(("One", "", "Two"))
    assert [place.text for place in read_plain(text).places] == ["One", "Two"]


def test_nothing_is_no_place() -> None:
    assert read_plain("").places == ()
    assert read_plain(" \n\n\t\n").places == ()


def test_nul_bytes_are_no_words() -> None:
    assert read_plain("hu\0man").places[0].text == "human"


def test_a_line_of_200_kb_is_cut_between_sentences_and_keeps_every_word() -> None:
    text = "We respect human rights. " * 8_000
    places = read_plain(text).places
    assert len(text) == 200_000
    assert len(places) == 10
    assert all(len(place.text) <= LONGEST and place.text.endswith("rights.") for place in places)
    assert " ".join(place.text for place in places) == text.strip()


def test_twenty_megabytes_and_lines_that_invite_a_regex_to_wander() -> None:
    assert sum(place.text.count("word") for place in read_plain("word " * 4_000_000).places) == 4_000_000
    assert read_plain("# a" + " " * 200_000 + "b").places[0].text == "a b"
    assert len(read_plain("- " * 100_000 + "x").places) > 1
    assert read_plain("x" * 200_000).facts["words"] == 10


def test_its_own_date_and_count() -> None:
    reading = read_plain("Last updated: 3 May 2024\n\nWords here.")
    assert reading.page_date == "3 May 2024"
    assert reading.facts["words"] == 7
