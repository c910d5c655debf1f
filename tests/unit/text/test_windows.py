"""Boxes that nothing names, known by their build; and what looks like them and is the page's own text."""

from __future__ import annotations

import pytest

from core.text.html import read_html

PROSE = "".join(
    f"<h2>Part {at}</h2><p>Sentence {at} says what the company does about audits, wages and the remedy it owes to people.</p>"
    for at in range(1, 9)
)


def in_main(box: str, *, where: str = "after", text: str = PROSE) -> list[str]:
    """The texts of the box that count as the page's own."""
    policy = f"<div class=wrap><h1>Our policy</h1>{text}</div>"
    parts = {"before": (box, policy), "after": (policy, box), "inside": (policy.replace("</div>", f"{box}</div>"), "")}[
        where
    ]
    page = f"<html><body><div><a href=/>Home</a> <a href=/us>Us</a></div>{''.join(parts)}</body></html>"
    reading = read_html(page.encode(), charset="utf-8", url="https://acme.example/")
    return [place.text for place in reading.places if place.stream == "main" and place.text not in text.replace("<", ">").split(">")
            and place.text != "Our policy"]  # fmt: skip


@pytest.mark.parametrize(
    ("where", "box"),
    [
        ("before", "<div><p>Introducing Acme Pro, faster and smarter than anything before it.</p><a href=/pro>Learn more</a></div>"),
        ("before", "<div><p>It looks like you are in Germany. Go to our German site?</p><button>Continue</button></div>"),
        ("after", "<div><p>How satisfied are you with this site today?</p><button>1</button><button>2</button></div>"),
        ("after", "<div><p>By continuing to browse you agree to our use of cookies.</p><a href='#'>OK</a> <a href=/c>More</a></div>"),
        ("before", "<div>We use cookies to show you relevant ads and to count visits of our site.<a href='javascript:void(0)'>Got it</a></div>"),
        ("after", "<div>© 2025 Acme Corp — Where Ideas Begin. All rights reserved.</div>"),
        ("inside", "<p>Copyright © 2025 Acme Corp. and its affiliates in every country where it does business today</p>"),
    ],
)  # fmt: skip
def test_what_advertises_asks_or_signs_the_page_is_told_from_its_text(where: str, box: str) -> None:
    assert in_main(box, where=where) == []


@pytest.mark.parametrize(
    ("where", "box", "kept"),
    [
        ("before", "<div><p>We will leave the region by the end of the year, and say so to every partner.</p></div>", 1),
        ("inside", "<div><p>Read our <a href=/a>report</a> and our <a href=/b>answer to the allegations of the spring</a>.</p></div>", 1),
        ("inside", "<div><button>Who may complain?</button><p>Everybody who works for a supplier of ours, in any country.</p></div>", 1),
        ("inside", "<div><p>Were you harmed? Tell us, and you will be heard within thirty days.</p><button>Report</button></div>", 1),
        ("after", "<p>Copyright law protects the drawings of our workers as it protects those of anybody else.</p>", 1),
        ("inside", "<div><p>Cookies are kept for a year, as our policy on cookies says in its third part.</p><a href='#top'>Top</a></div>", 1),
    ],
)  # fmt: skip
def test_what_looks_like_it_and_is_the_pages_own_stays(where: str, box: str, kept: int) -> None:
    assert len(in_main(box, where=where)) >= kept


def test_questions_and_answers_that_unfold_stay_though_one_of_them_is_most_of_the_page() -> None:
    small = "".join(
        f"<div><button>Question {at}?</button><div>Answer {at}: yes, in every plant.</div></div>" for at in range(4)
    )
    large = f"<div><button>And the whole policy?</button><div>{PROSE}</div></div>"
    kept = in_main(
        small + large, where="after", text="<p>All our answers in one place, for whoever works with us or for us.</p>"
    )
    assert sum(text.startswith("Answer") for text in kept) == 4
