"""What stands beside the main part of a page, or in a box with the name of furniture, and is the text's own."""

from __future__ import annotations

import pytest

from core.text.read import read

PROSE = "".join(
    f"<p>{each}</p>"
    for each in (
        "This policy holds for everybody who is paid by the company, in every country and in every plant.",
        "A group of the board meets four times a year and goes through the reports of every region.",
        "What they find is written down and read by the whole board before the first day of the next month.",
        "Nobody who speaks of a wrong to us, to a court or to the papers loses work or pay for having spoken.",
        "Whoever buys for us is taught each year what this text says and what it asks of those who sell to us.",
        "Every mill is seen by people from outside once in each year and the findings are printed in full.",
    )
)
PAGE = "<html><title>R</title><body><header><a href=/>Home</a></header><main><h1>Rights</h1>{main}</main>{beside}<footer><p>© 2025 Acme</p></footer></body></html>"
SAID = "Our mine in Chad gives work to four hundred people of the village below it."


def stream_of(text: str, *, main: str = PROSE, beside: str = "") -> str:
    reading = read(PAGE.format(main=main, beside=beside).encode(), content_type="text/html", url="https://a.example/")
    (place,) = (each for each in reading.places if text in each.text)
    return place.stream


@pytest.mark.parametrize(
    ("section", "text"),
    [
        (f"<section><h2>Annex</h2><p>{SAID}</p></section>", SAID),
        (f"<div><h2>Annex</h2></div><div><p>{SAID}</p></div>", SAID),
        ("<section><h2>Plants</h2><ul><li>Aba Mill, Lagos<li>Chad Spinners, Sarh</ul></section>", "Sarh"),
        ("<section><h2>Figures</h2><table><tr><td>Deaths<td>0</table></section>", "Deaths"),
        ("<section><h2>Questions</h2><h3>Do you sell to police?</h3><p>Never</p></section>", "Never"),
        ("<section><h2>Annex</h2><p>Coal exit: 31 December 2030</p></section>", "Coal exit"),
    ],
)
def test_a_section_behind_the_main_part_is_of_the_text(section: str, text: str) -> None:
    assert stream_of(text, beside=section) == "main"


@pytest.mark.parametrize(
    "section",
    [
        f"<section><h2>Related</h2><p>{SAID}</p><a href=/more>Read on</a></section>",
        f"<section><h2>Your choice</h2><p>{SAID}</p><button>Accept</button></section>",
        f"<aside><h2>News</h2><p>{SAID}</p></aside>",
        f"<div class=newsletter><h2>News</h2><p>{SAID}</p></div>",
        f"<footer><h2>Acme</h2><p>{SAID}</p></footer>",
        f"<div><p>{SAID}</p></div>",
    ],
)
def test_what_sites_put_beside_it_is_not(section: str) -> None:
    assert stream_of(SAID, beside=section) == "surroundings"


@pytest.mark.parametrize(
    "box", ["<div class=feedback>{}</div>", "<form>{}</form>", "<aside>{}</aside>", "<div role=status>{}</div>"]
)
def test_prose_amid_the_text_is_of_the_text_whatever_its_box_is_called(box: str) -> None:
    within = PROSE.replace("</p><p>", "</p>" + box.format(f"<p>{SAID}</p>") + "<p>", 1)
    assert stream_of(SAID, main=within) == "main"
    pressed = within.replace(SAID, SAID + "</p><button>Yes</button><p>")
    assert stream_of(SAID, main=pressed) == "surroundings"
