"""The links a page offers, in the layouts in which policies list their documents: their addresses and their own words."""

from __future__ import annotations

import pytest

from core.text.html import read_html

PROSE = (
    "<h1>Human rights</h1><p>Acme respects human rights in every country in which it works, and asks its partners to "
    "do so too.</p><p>We will not sell surveillance systems to services that arrest people for what they say.</p>"
)
STANDARD, REPORT = "/f/std.pdf", "/f/rep.pdf"
BOTH = [(STANDARD, "Human rights standard"), (REPORT, "Annual report")]


def offered(inside: str, *, around: str = "") -> list[tuple[str, str]]:
    body = (
        f"<html lang=en><body><nav><a href='/menu.pdf'>Menu</a></nav><main>{PROSE}{inside}</main>{around}</body></html>"
    )
    reading = read_html(body.encode(), charset="utf-8", url="https://acme.example/rights")
    return [(href, words) for _, href, words in reading.offers]


@pytest.mark.parametrize(
    "inside",
    [
        "<ul><li><a href=/f/std.pdf>Human rights standard</a></li><li><a href=/f/rep.pdf>Annual report</a></li></ul>",
        "<p><a href=/f/std.pdf>Human rights standard</a></p><p><a href=/f/rep.pdf>Annual report</a></p>",
        "<h3>Human rights standard</h3><a class=btn href=/f/std.pdf>Download PDF</a><h3>Annual report</h3><a href=/f/rep.pdf>Download</a>",
        "<table><tr><td>Human rights standard<td><a href=/f/std.pdf>Download</a><tr><td>Annual report<td><a href=/f/rep.pdf>PDF</a></table>",
        "<p>Read our <a href=/f/std.pdf>Human rights standard</a> and our <a href=/f/rep.pdf>Annual report</a>.</p>",
        "<div><h3><a href=/f/std.pdf>Human rights standard</a></h3><a href=/f/std.pdf>Read more</a></div>"
        "<div><h3>Annual report</h3><a href=/f/rep.pdf><img src=x.png alt='Download the PDF'></a>Of 2025</div>",
    ],
    ids=["list", "paragraphs", "cards", "table", "sentence", "linked cards"],
)
def test_documents_under_a_heading_are_offered_by_their_own_words(inside: str) -> None:
    found = dict(reversed(offered(f"<h2>Documents</h2>{inside}")))
    assert found == dict(BOTH)


@pytest.mark.parametrize("count", [1, 2, 4, 9, 20])
def test_a_list_of_any_length_at_the_end_is_offered(count: int) -> None:
    rows = "".join(f"<li><a href='/f/{n}.pdf'>Standard {n}</a></li>" for n in range(count))
    found = offered(f"<h2>Documents</h2><ul>{rows}</ul>")
    assert found == [(f"/f/{n}.pdf", f"Standard {n}") for n in range(count)]


def test_a_footer_with_headings_and_a_menu_offer_nothing() -> None:
    footer = "<footer><h2>Legal</h2><ul><li><a href=/f/terms.pdf>Terms of sale</a></li></ul></footer>"
    assert offered("", around=footer) == []
