"""A filing divided into its items, whatever its markup; and what a printed page repeats."""

from __future__ import annotations

import pytest

from core.filings.sections import sections, with_items
from core.model import Place, Reading


def reading(*texts: str) -> Reading:
    return Reading(tuple(Place(text, "paragraph", "main") for text in texts))


PROSE = "We face many risks, and each of them may harm what we do in every country where we do it, at any time."

ANNUAL = (
    "FORM 10-K",
    "Item 1.",
    "Business | 1",
    "Item 1A.",
    "Risk Factors | 5",
    "Item 1B.",
    "Unresolved Staff Comments | 17",
    "Item 2.",
    "Properties | 18",
    "Item 3.",
    "Legal Proceedings | 19",
    "This Annual Report contains statements about what may come, and none of them is a promise of anything at all.",
    "Item 1. Business",
    PROSE,
    "Item 1A. Risk Factors",
    f"{PROSE} Suppliers may use forced labour.",
    "Item 7 of this report says more.",
    "Item 1A. Risk Factors (continued)",
    PROSE,
    "Item 1B. Unresolved Staff Comments",
    "None.",
    "ITEM 2 — PROPERTIES",
    PROSE,
    "PART II. Item 3: Legal Proceedings",
    PROSE,
)


def test_items_are_those_with_text_under_them_and_not_the_table_of_contents() -> None:
    found = sections(reading(*ANNUAL), "10-K")
    assert [(each.key, each.start) for each in found] == [
        ("Item 1", 12),
        ("Item 1A", 14),
        ("Item 1B", 19),
        ("Item 2", 21),
        ("Item 3", 23),
    ]
    assert found[1].end == 19  # the heading again on the next printed page goes on with the item


def test_every_passage_stands_under_its_item() -> None:
    found = with_items(reading(*ANNUAL), "10-K")
    assert found.heading_path(15) == ("Item 1A. Risk Factors",)
    assert found.heading_path(18) == ("Item 1A. Risk Factors",)
    assert found.heading_path(20) == ("Item 1B. Unresolved Staff Comments",)
    assert found.heading_path(11) == ()
    assert [place.text for place in found.places] == list(ANNUAL)  # no word is lost or moved


def test_headings_inside_an_item_stay_under_it() -> None:
    places = [
        Place("Item 1A. Risk Factors", "paragraph", "main"),
        Place("Labour", "heading", "main", level=1),
        Place(PROSE, "paragraph", "main", heading=1),
        Place("Item 2. Properties", "paragraph", "main"),
        Place(PROSE, "paragraph", "main", heading=1),
    ]
    found = with_items(Reading(tuple(places)), "10-K")
    assert found.heading_path(2) == ("Item 1A. Risk Factors", "Labour")
    assert found.heading_path(4) == ("Item 2. Properties",)


def test_items_of_a_quarterly_report_are_told_apart_by_their_part() -> None:
    found = sections(
        reading(
            "PART I. FINANCIAL INFORMATION",
            "Item 1. Financial Statements",
            PROSE,
            "PART II. OTHER INFORMATION",
            "Item 1. Legal Proceedings",
            PROSE,
            "Item 1A. Risk Factors",
            PROSE,
        ),
        "10-Q",
    )
    assert [each.key for each in found] == ["Part I Item 1", "Part II Item 1", "Part II Item 1A"]


def test_items_of_an_event_and_proposals_of_a_proxy_statement() -> None:
    event = sections(reading("Item 7.01 Regulation FD Disclosure.", PROSE, "Item 9.01. Exhibits", "(d) 99.1"), "8-K")
    assert [each.key for each in event] == ["Item 7.01", "Item 9.01"]
    proxy = sections(
        reading("Proposal No. 4 — Report on forced labour", PROSE, "SHAREHOLDER PROPOSAL 5", PROSE), "DEF 14A"
    )
    assert [each.key for each in proxy] == ["Proposal 4", "Proposal 5"]


@pytest.mark.parametrize(
    "text",
    [
        "Item 1A of this Annual Report on Form 10-K describes risks.",
        "Item 7, “Management’s Discussion and Analysis”, should be read with this.",
        "Items 1 and 2 are combined.",
        "Item 10-K",
    ],
)
def test_a_sentence_that_speaks_of_an_item_is_no_heading(text: str) -> None:
    assert [each.key for each in sections(reading("Item 1. Business", PROSE, text, PROSE), "10-K")] == ["Item 1"]


def test_a_document_without_items_stays_as_it_is() -> None:
    plain = reading("Press release", PROSE)
    assert sections(plain, "8-K") == ()
    assert with_items(plain, "8-K") == plain


def test_lines_that_count_printed_pages_are_surroundings() -> None:
    pages = [text for page in range(1, 9) for text in (f"Example Corp. | 2025 Form 10-K | {page}", f"{PROSE} {page}")]
    found = with_items(reading("Item 1. Business", *pages), "10-K")
    assert [place.stream for place in found.places] == ["main", *(["surroundings", "main"] * 8)]


def test_lines_alike_but_for_figures_that_count_nothing_are_text() -> None:
    figures = [f"Fiscal {year} compared to fiscal {year - 1}" for year in (2025, 2023, 2025, 2024, 2025, 2023)]
    found = with_items(reading("Item 7. Analysis", *figures), "10-K")
    assert {place.stream for place in found.places} == {"main"}
