"""Under which heading a place stands: that of its section, of its own box, or none of the text's."""

from __future__ import annotations

from core.text.html import read_html

PROSE = "This policy binds every company of the group and everybody who sells, services or resells our instruments."


def under(body: str) -> dict[str, tuple[str, ...]]:
    """The headings above each place, by its first two words."""
    reading = read_html(f"<html lang=en><body>{body}</body></html>".encode(), charset=None, url="https://a.example/")
    return {" ".join(place.text.split()[:2]): reading.heading_path(at) for at, place in enumerate(reading.places)}


def test_a_footer_stands_under_no_section_and_under_no_box_beside_the_text() -> None:
    found = under(
        f"<nav><a href=/>Home</a></nav><main><h1>Acceptable use</h1><p>{PROSE}</p><h2>Scope</h2><p>We do not sell to police, "
        f"to armies or to prisons, wherever in the world they stand.</p></main><aside><h2>More from Meridian</h2>"
        "<p>How we protect human rights.</p></aside><footer><p>We will not share your address with anybody.</p></footer>"
    )
    assert found["Home"] == ()
    assert found["This policy"] == ("Acceptable use",)
    assert found["We do"] == ("Acceptable use", "Scope")
    assert found["More from"] == ()
    assert found["How we"] == ("More from Meridian",)
    assert found["We will"] == ()


def test_a_box_within_the_text_takes_no_section_away_from_what_stands_below_it() -> None:
    found = under(
        f"<main><h1>Acceptable use</h1><h2>Scope</h2><p>{PROSE}</p><aside><h3>You may also like</h3><p>Ten years of us.</p></aside>"
        "<form><p>Stay in the know.</p></form><p>We do not sell to police, to armies or to prisons, wherever in the world they "
        "may stand.</p></main>"
    )
    assert found["Ten years"] == ("Acceptable use", "Scope", "You may also like")
    assert found["Stay in"] == ("Acceptable use", "Scope")
    assert found["We do"] == ("Acceptable use", "Scope")
