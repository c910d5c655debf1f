"""Parts of a page by selectors and by ranges between two."""

from __future__ import annotations

import pytest

from core.errors import ReadError
from core.selectors import Range, as_written, range_in, why_refused
from core.text.read import read

PAGE = b"""<html lang=en><head><title>Terms</title></head><body><nav>Menu</nav><main><h2 id=a>Scope</h2><p>One.</p>
<div><p>Two <b id=m>bold</b> words.</p><p>Three.</p></div><h2 id=b>Customers</h2><p>Four.</p></main>
<footer>Foot</footer></body></html>"""


def _texts(select: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> list[str]:
    reading = read(PAGE, content_type="text/html", url="https://a.example/", select=select, remove=remove)
    return [place.text for place in reading.places]


@pytest.mark.parametrize(
    ("asked", "texts"),
    [
        (Range("#a", "#b"), ["Scope", "One.", "Two bold words.", "Three."]),
        (Range("#a", "#b", is_start_in=False, is_end_in=True), ["One.", "Two bold words.", "Three.", "Customers"]),
        (Range("#m", "footer", is_start_in=False), ["words.", "Three.", "Customers", "Four."]),
        (Range("#a", "#m"), ["Scope", "One.", "Two"]),
        (Range("nav", "nav", is_end_in=True), ["Menu"]),
    ],
)
def test_a_range_holds_what_stands_between_its_ends_to_the_letter(asked: Range, texts: list[str]) -> None:
    assert range_in(asked.text) == asked
    assert _texts((asked.text,)) == texts
    left = _texts(("body",), (asked.text,))
    whole = "Menu Scope One. Two bold words. Three. Customers Four. Foot"
    assert " ".join(left) == " ".join(" ".join(whole.replace(" ".join(texts), "", 1).split()).split())


def test_ranges_and_selectors_together_in_the_order_they_are_named() -> None:
    assert _texts(("footer", Range("#b", "footer").text), ("p",)) == ["Foot", "Customers"]


def test_an_end_that_is_not_there_is_said_for_what_is_read_and_leaves_nothing_out_of_what_is_not() -> None:
    with pytest.raises(ReadError, match=r'the range \{"start_before": "#a", "end_before": "#z"\} to select has an end'):
        _texts((Range("#a", "#z").text,))
    with pytest.raises(ReadError, match="ends before it begins"):
        _texts((Range("#b", "#a").text,))
    assert _texts(("main",), (Range("#a", "#z").text,)) == _texts(("main",))


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ('{"start_before": "h2"}', "it needs one of start_before and start_after, and one of end_before and end_after"),
        ('{"start_before": "h2", "end_befor": "p"}', "it has no key 'end_befor'"),
        ('{"start_before": "h2[", "end_before": "p"}', "it needs a CSS selector in 'start_before'"),
        ('{"start_before": 3, "end_before": "p"}', "it needs a CSS selector in 'start_before': not a text"),
        ("{x", "it is not written as one"),
    ],
)
def test_what_is_no_range_says_why(written: str, why: str) -> None:
    assert (why_refused(written) or "").startswith(why)


def test_a_range_stands_in_the_file_as_a_mapping() -> None:
    assert as_written(Range("h2", "footer").text) == {"start_before": "h2", "end_before": "footer"}
    assert as_written("main") == "main"
