"""Words that a page strikes out are shown and no longer said, by tag and by style."""

from __future__ import annotations

import pytest

from core.text.read import read
from core.text.struck import without_struck


@pytest.mark.parametrize(
    ("body", "shown", "said"),
    [
        ("<p>We will <s>not</s> sell.</p>", "We will ⟨struck out: not⟩ sell.", "We will sell."),
        (
            '<p>We will <span style="text-decoration: line-through">not</span> sell.</p>',
            "We will ⟨struck out: not⟩ sell.",
            "We will sell.",
        ),
        ('<p style="text-decoration:line-through">We will not sell.</p>', "⟨struck out: We will not sell.⟩", ""),
        (
            '<p><s>We <b style="text-decoration:line-through">never</b> sell.</s></p>',
            "⟨struck out: We never sell.⟩",
            "",
        ),
        (
            '<p>We <s style="text-decoration:line-through"> </s>will not sell.</p>',
            "We will not sell.",
            "We will not sell.",
        ),
    ],
)
def test_what_is_struck_out_is_marked_and_not_said(body: str, shown: str, said: str) -> None:
    page = f"<html><body><h1>Policy</h1>{body}</body></html>".encode()
    found = read(page, content_type="text/html", url="https://acme.example/").places
    assert [place.text for place in found] == ["Policy", shown]
    assert without_struck(shown) == said


def test_a_box_of_several_passages_is_left_as_it_is() -> None:
    page = b'<html><body><div style="text-decoration:line-through"><p>One.</p><p>Two.</p></div></body></html>'
    found = read(page, content_type="text/html", url="https://acme.example/").places
    assert [place.text for place in found] == ["One.", "Two."]
