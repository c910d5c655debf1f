"""The element that holds a page's text where nothing names it, and what lies beside it."""

from __future__ import annotations

import pytest

from core.text.html import read_html

PARAGRAPHS = "".join(
    f"<h2>Part {at}</h2><p>Sentence {at} says what the company does about audits, wages and the remedy it owes to people.</p>"
    for at in range(1, 9)
)
TEXT = f"<div class=css-7k><h1>Our policy</h1>{PARAGRAPHS}</div>"


def main_of(body: str) -> list[str]:
    reading = read_html(f"<html><body>{body}</body></html>".encode(), charset="utf-8", url="https://acme.example/")
    return [place.text for place in reading.places if place.stream == "main"]


ALL = main_of(TEXT)


@pytest.mark.parametrize(
    "box",
    [
        "<div class=css-1><p>Hi, I am Ava, your assistant, and I answer every question you may have.</p><button>Start</button></div>",
        "<div class=css-1>Acme Corp, 12 Main Street, Springfield</div>",
        "<div class=css-1>Excellent: 4.6 of 5 | 12,401 reviews</div>",
        "<div class=css-1><h3>News</h3><a href=/n><p>The plant in Ohio makes batteries for four hundred thousand cars and more.</p></a></div>",
        "<div class=css-1><h3>Newsletter</h3><p>Get ten per cent off your first order with us when you sign up today.</p><form><input></form></div>",
        "<div class=css-1>EXC 103.80 -0.40%</div>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", ["before", "after", "in a column"])
def test_what_lies_beside_the_holder_is_surroundings(box: str, where: str) -> None:
    assert len(ALL) == 17
    page = {"before": box + TEXT, "after": TEXT + box, "in a column": f"<div class=css-3>{TEXT}{box}</div>"}[where]
    assert main_of(f"<div class=css-0>{page}</div>") == ALL


@pytest.mark.parametrize(
    "box",
    [
        "<div class=css-1><p>This policy is no longer in force and has been replaced by our general terms.</p></div>",
        "<p>We will leave the region by the end of the year, and say so to every partner of ours.</p>",
        f"<div class=css-1><p>{'Exceptions are for the board to decide, and are published with their reasons. ' * 5}<a href=/board>The board</a></p></div>",
        "<div class=css-7k><h2>Part 9</h2><p>Whoever complains is heard, in every country and every language, and told <a href=/r>what became of it</a>.</p></div>",
    ],
    ids=["a note", "a sentence", "a paragraph with a link", "a section made like the holder"],
)  # fmt: skip
@pytest.mark.parametrize("where", ["before", "after"])
def test_what_is_text_beside_the_holder_stays_text(box: str, where: str) -> None:
    said = main_of(box + TEXT if where == "before" else TEXT + box)
    assert set(said) > set(ALL)


def test_a_text_in_several_sections_has_what_wraps_them_for_a_holder() -> None:
    sections = "".join(
        f"<section><h2>{at}</h2><p>{'The company tells whom it pays, and why. ' * size}</p></section>"
        for at, size in ((1, 3), (2, 40), (3, 2))
    )
    said = main_of(
        f"<div class=a><h1>Policy</h1>{sections}</div><div class=b>Chat with us <button>Start</button></div>"
    )
    assert said[0] == "Policy"
    assert len(said) == 7


def test_the_title_is_held_as_well() -> None:
    apart = f"<div class=a><h1>Our policy</h1><p>In force since May.</p></div><div class=b>{PARAGRAPHS}</div>"
    assert {"Our policy", "In force since May."} <= set(main_of(apart))


def test_a_page_that_names_its_main_part_or_says_little_is_left_as_it_is() -> None:
    chat = "<div>Hi, I am Ava and I will answer each and every question that you may have.</div>"
    assert (
        len(main_of(f"<div><h1>Policy</h1><p>We publish what we find in every audit, and who made it.</p></div>{chat}"))
        == 3
    )
    article = f"<article><h1>Policy</h1>{PARAGRAPHS}</article>"
    assert main_of(f"<div>{article}</div><p>One more sentence that stands outside the article and says something.</p>")[
        -1
    ].startswith("One more")
