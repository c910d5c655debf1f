"""HTML into places: every visible word once, in one of two streams, under the right heading."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from core.errors import ReadError
from core.model import Reading
from core.text.html import MAX_DEPTH, read_html

PROSE = "We will not sell these instruments to any agency that commits abuses, wherever it stands."


def reading_of(body: str, **options: tuple[str, ...]) -> Reading:
    return read_html(f"<html><body>{body}</body></html>".encode(), charset="utf-8", url="https://a.example/", **options)


def main_texts(body: str) -> list[str]:
    return [place.text for place in reading_of(body).places if place.stream == "main"]


def test_headings_paragraphs_and_items_with_their_lead_in() -> None:
    reading = reading_of(
        f"<h1>Policy</h1><p>{PROSE}</p><h2>Red lines</h2><p>We will not build:</p><ul><li>weapons;</li><li>systems that "
        "sort people<ul><li>by belief</li></ul></li></ul>"
    )
    assert [(place.kind, place.text) for place in reading.places] == [
        ("heading", "Policy"),
        ("paragraph", PROSE),
        ("heading", "Red lines"),
        ("paragraph", "We will not build:"),
        ("item", "weapons;"),
        ("item", "systems that sort people"),
        ("item", "by belief"),
    ]
    assert reading.heading_path(4) == ("Policy", "Red lines")
    assert reading.lead_in(4) == "We will not build:"
    assert reading.lead_in(6) == "We will not build systems that sort people"


def test_a_paragraph_that_ends_in_a_full_stop_introduces_no_list() -> None:
    reading = reading_of(f"<p>{PROSE}</p><ul><li>Refund policy</li></ul><p>{PROSE}</p>")
    assert reading.lead_in(1) == ""


def test_single_breaks_end_sentences_and_double_breaks_end_passages() -> None:
    assert main_texts(
        "<p>We will not<br>sell them anywhere in the region.<br>We publish our findings every year in full.<br><br>"
        "and a last line that stands alone here</p>"
    ) == [
        "We will not sell them anywhere in the region.",
        "We publish our findings every year in full.",
        "and a last line that stands alone here",
    ]


def test_table_rows_are_one_passage_each_and_long_cells_their_own() -> None:
    texts = main_texts(
        f"<p>{PROSE}</p><table><tr><th>Country</th><th>Sales</th></tr><tr><td>Nowhere</td><td>none</td></tr>"
        f"<tr><td><p>{PROSE}</p><p>Second.</p></td></tr></table><p>{PROSE}</p>"
    )
    assert texts == [PROSE, "Country | Sales", "Nowhere | none", PROSE, "Second.", PROSE]


def test_a_definition_is_led_in_by_its_term() -> None:
    reading = reading_of(
        f"<p>{PROSE}</p><dl><dt>Remedy</dt><dd>What is owed to those who were harmed.</dd></dl><p>{PROSE}</p>"
    )
    assert (reading.places[1].kind, reading.places[2].lead_in) == ("term", 1)


def test_a_bold_line_alone_is_a_heading() -> None:
    reading = reading_of(f"<p><b>Where we do not sell</b></p><p>{PROSE}</p><p><b>Careful.</b> {PROSE}</p>")
    assert [place.kind for place in reading.places] == ["heading", "paragraph", "paragraph"]
    assert reading.heading_path(1) == ("Where we do not sell",)


@pytest.mark.parametrize(
    "heading",
    [
        '<p style="font-weight:bold">Where we do not sell</p>',
        '<div style="margin:0; font-weight: 700">Where we do <i>not</i> sell</div>',
        '<div><span style="color:#000;font-weight:600">Where we do not sell</span></div>',
        '<div style="font-weight:bold"><div>Where we do not sell</div></div>',
    ],
)
def test_a_line_set_bold_by_its_style_is_a_heading(heading: str) -> None:
    careful = f'<p><span style="font-weight:700">Careful.</span> {PROSE}</p>'
    reading = reading_of(f"{heading}<p>{PROSE}</p>{careful}")
    assert [(place.kind, place.level) for place in reading.places] == [
        ("heading", 6),
        ("paragraph", 0),
        ("paragraph", 0),
    ]
    assert reading.heading_path(1) == ("Where we do not sell",)


def test_a_style_that_is_not_bold_or_stands_round_prose_makes_no_heading() -> None:
    light = '<p style="font-weight:400">Where we do not sell</p>'
    inner = '<div style="font-weight:bold"><p style="font-weight: normal">Where we do not sell</p></div>'
    reading = reading_of(f'{light}{inner}<p style="font-weight:bold">{PROSE}</p>')
    assert [(place.kind, place.level) for place in reading.places] == [("paragraph", 0)] * 3


def test_facts_for_machines_in_a_filing_are_no_text() -> None:
    hidden = "<ix:header><ix:hidden><ix:nonNumeric>0000320193 false FY</ix:nonNumeric></ix:hidden></ix:header>"
    assert main_texts(f'<div style="display:none">{hidden}</div><p>{PROSE}</p>') == [PROSE]


def test_collapsed_and_hidden_text_is_kept() -> None:
    texts = main_texts(
        f"<p>{PROSE}</p><details><summary>More</summary><p>Folded: {PROSE}</p></details>"
        f'<div style="display:none"><p>Tab two: {PROSE}</p></div><p hidden>Third: {PROSE}</p>'
    )
    assert [text.split(":")[0] for text in texts] == [PROSE, "More", "Folded", "Tab two", "Third"]


@pytest.mark.parametrize(
    "chrome",
    [
        "<nav><a href='/'>Home</a> <a href='/n'>News</a></nav>",
        "<footer><p>All rights reserved</p></footer>",
        "<div role='navigation'>Home News</div>",
        "<div class='cookie-banner'><p>We use cookies to make this site work and to count its visitors, as you like.</p></div>",
        "<div id='onetrust-consent-sdk'><p>We use cookies to make this site work and to count its visitors.</p></div>",
        "<select><option>English</option><option>Deutsch</option></select>",
        "<ul>" + "".join(f"<li><a href='/{at}'>Place {at}</a></li>" for at in range(15)) + "</ul>",
    ],
    ids=["nav", "footer", "role", "banner", "consent", "select", "menu-of-links"],
)
def test_chrome_is_kept_in_the_surroundings(chrome: str) -> None:
    reading = reading_of(f"<h1>Policy</h1><p>{PROSE}</p><p>{PROSE} Twice.</p>{chrome}<p>{PROSE} Thrice.</p>")
    assert [place.text for place in reading.places if place.stream == "main"] == [
        "Policy",
        PROSE,
        f"{PROSE} Twice.",
        f"{PROSE} Thrice.",
    ]
    assert any(place.stream == "surroundings" for place in reading.places)


def test_what_holds_most_of_the_page_is_the_page_whatever_it_is_called() -> None:
    paragraphs = "".join(f"<p>{PROSE} Paragraph {at}.</p>" for at in range(8))
    reading = reading_of(f"<div class='footer cookie-policy nav'>{paragraphs}</div>")
    assert all(place.stream == "main" for place in reading.places)


def test_labels_outside_the_text_are_surroundings_and_lines_after_a_colon_are_not() -> None:
    reading = reading_of(f"<p>Get started</p><p>{PROSE}</p><p>By post:</p><p>Data officer</p><p>Node 8</p>")
    assert [(place.text, place.stream) for place in reading.places] == [
        ("Get started", "surroundings"),
        (PROSE, "main"),
        ("By post:", "surroundings"),
        ("Data officer", "main"),
        ("Node 8", "surroundings"),
    ]


def test_text_that_only_scripts_show_is_read_from_the_page_s_own_json() -> None:
    body = (
        "<div id='app'>Loading</div><script type='application/json'>"
        '{"props": {"body": "<p>We will not sell to the bureau in any region.</p><p>We publish our findings every year.</p>"}}'
        "</script>"
    )
    assert main_texts(body)[-2:] == [
        "We will not sell to the bureau in any region.",
        "We publish our findings every year.",
    ]


def test_selectors_choose_and_remove() -> None:
    body = f"<div id='a'><p>{PROSE}</p><p class='ad'>Buy now and save, today only, in all our stores.</p></div><p>Outside.</p>"
    assert [place.text for place in reading_of(body, select=("#a",), remove=(".ad",)).places] == [PROSE]


def test_the_page_s_own_date_is_kept_in_its_own_words() -> None:
    assert reading_of(f"<p>Last updated: 3 May 2024</p><p>{PROSE}</p>").page_date == "3 May 2024"


def test_a_page_that_leaves_out_its_body_tag_is_read() -> None:
    page = b"<!doctype html><html lang=en><title>Sales</title><style>p{}</style><main><h1>Sales</h1><p>We will not.</p></main>"
    reading = read_html(page, charset=None, url="https://acme.example/")
    assert [place.text for place in reading.places] == ["Sales", "We will not."]
    assert reading.title == "Sales"


def test_what_stands_behind_the_end_of_the_page_is_read_as_browsers_show_it() -> None:
    page = b"<html><body><p>We will not.</p></body></html> But: <p>unless asked.</p><html><body><p>Twice.</p></body></html>"
    reading = read_html(page, charset=None, url="https://acme.example/")
    assert [place.text for place in reading.places] == ["We will not.", "But:", "unless asked.", "Twice."]


def test_nesting_beyond_what_the_parser_keeps_is_told() -> None:
    depth = MAX_DEPTH + 50
    reading = reading_of("<div>" * depth + "deep" + "</div>" * depth)
    assert "nested" in reading.incomplete


def reading_or_reason(body: bytes) -> Reading | str:
    """What was read, or the kind of the ReadError."""
    try:
        return read_html(body, charset="utf-8", url="https://a.example/")
    except ReadError as error:
        return error.kind


@pytest.mark.parametrize("body", [b"<div>" * 100_000, b"<p>a" * 50_000, b"\0<p>text\0 with nul</p>", b"<" * 10_000])
def test_hostile_markup_ends_in_a_reading_or_a_reason(body: bytes) -> None:
    read = reading_or_reason(body)
    assert isinstance(read, Reading) or read == "html"


def test_nothing_at_all_is_a_read_error() -> None:
    with pytest.raises(ReadError):
        read_html(b"", charset="utf-8", url="https://a.example/")


_TAGS = st.sampled_from(
    ["p", "div", "li", "ul", "td", "tr", "table", "nav", "b", "a", "h2", "span", "br", "dd", "footer", "x-y"]
)
_TREE = st.recursive(
    st.text("abc é中", min_size=1, max_size=8).map(lambda text: f" w{text}w "),
    lambda inner: st.tuples(_TAGS, st.lists(inner, max_size=4)).map(
        lambda made: f"<{made[0]}>{''.join(made[1])}</{made[0]}>" if made[0] != "br" else "<br>"
    ),
    max_leaves=25,
)


def _words(text: str) -> list[str]:
    return sorted(re.findall(r"\w+", text))


@given(_TREE)
def test_both_streams_together_hold_every_visible_word(tree: str) -> None:
    body = f"<html><body><p>start here</p>{tree}</body></html>".encode()
    reading = read_html(body, charset="utf-8", url="https://a.example/")
    body_of = next(etree.fromstring(body, etree.HTMLParser(encoding="utf-8")).iter("body"))
    visible = " ".join(str(text) for text in body_of.itertext())
    read = " ".join(place.text for place in reading.places)
    assert "".join(_words(read)) == "".join(_words(visible)) or sorted("".join(_words(read))) == sorted(
        "".join(_words(visible))
    )


@given(_TREE)
def test_reading_is_deterministic(tree: str) -> None:
    body = f"<html><body>{tree}<p>end</p></body></html>".encode()
    assert read_html(body, charset="utf-8", url="https://a.example/") == read_html(
        body, charset="utf-8", url="https://a.example/"
    )


def test_a_short_list_of_links_between_two_passages_of_prose_belongs_to_the_text() -> None:
    names = "".join(
        f"<li><a href='/{name}'>{name}</a></li>" for name in ("Arden", "Belloy", "Corvin", "Dremen", "Elst")
    )
    reading = reading_of(f"<p>{PROSE}</p><h2>Countries we do not sell to</h2><ul>{names}</ul><p>{PROSE} Again.</p>")
    assert all(place.stream == "main" for place in reading.places)


def test_a_menu_of_links_after_the_text_is_surroundings_with_its_heading() -> None:
    names = "".join(f"<li><a href='/{at}'>Product line {at}</a></li>" for at in range(5))
    reading = reading_of(f"<p>{PROSE}</p><h2>Products</h2><ul>{names}</ul>")
    assert [place.text for place in reading.places if place.stream == "main"] == [PROSE]
