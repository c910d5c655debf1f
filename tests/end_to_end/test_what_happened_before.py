"""Shapes of what companies did before, from captures to the text of the alert: in our own words, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command import Ran, onrecord
from tests.far_side import Site, page

FILLER = "The company was founded in a small workshop near the harbour, and its shares trade on two exchanges."
LETTER = "We ask our suppliers to follow our code in every country, and we train our buyers each year."
XINJIANG = "We do not source goods or labour from the Xinjiang region, and our suppliers must not do so."
LINES = "Applications we will not pursue"
ITEMS = (
    "Weapons that are made to injure people",
    "Surveillance that violates internationally accepted norms",
    "Technologies that break human rights law",
)


class Home:
    """A home that watches pages of one site; what a check says, and the text of its alerts."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.folder, self.site = folder, site

    def watch(self, *paths: str, more: str = "") -> None:
        lines = "".join(f'      - {{url: "{self.site.url(path)}", role: policy{more}}}\n' for path in paths)
        (self.folder / "sources.yaml").write_text(
            f"companies:\n  - name: Halden Biosystems\n    topics: [dna]\n    sources:\n{lines}"
        )
        (self.folder / "settings.yaml").write_text(
            f'fetch:\n  allow_private: ["{self.site.authority}"]\n  host_gap_seconds: 0\n'
        )

    def check(self) -> Ran:
        ran = onrecord("check", "--json")
        assert ran.status == 0, ran.err
        return ran

    def alerts(self) -> list[dict[str, Any]]:
        return [alert for alert in onrecord("alerts", "list", "--json").lines if alert["kind"] == "change"]


@pytest.fixture
def home_(home: Path) -> Iterator[Home]:
    with Site() as site:
        yield Home(home, site)


def put(home: Home, path: str, *blocks: str, title: str = "Policy", link: str = "") -> None:
    home.site.pages[path] = page(*blocks, FILLER, link, title=title)


def red_lines(lead_in: str) -> str:
    """A heading with a list under it; ``lead_in`` is the heading's text."""
    return f"</p><h2>{lead_in}</h2><ul>{''.join(f'<li>{item}</li>' for item in ITEMS)}</ul><p>"


def test_a_paragraph_is_cut_from_a_page_that_stays(home_: Home) -> None:
    put(home_, "/letter.html", LETTER, XINJIANG, title="A letter to our suppliers")
    home_.watch("/letter.html")
    home_.check()
    put(home_, "/letter.html", LETTER, title="A letter to our suppliers")
    told = home_.check().err
    assert "REMOVED" in told
    assert XINJIANG in told
    assert "Last seen" in told or "last seen" in told
    [alert] = home_.alerts()
    assert alert["severity"] in ("high", "critical")


def test_red_lines_go_with_the_words_that_made_them_lines(home_: Home) -> None:
    put(home_, "/ai.html", red_lines(f"{LINES}:"), LETTER)
    home_.watch("/ai.html")
    home_.check()
    put(home_, "/ai.html", red_lines("Our applications"), LETTER)
    told = home_.check().err
    assert "will not pursue" in told
    [alert] = home_.alerts()
    assert alert["severity"] in ("medium", "high", "critical")


def test_one_red_line_of_three_is_cut(home_: Home) -> None:
    put(home_, "/ai.html", red_lines(f"{LINES}:"), LETTER)
    home_.watch("/ai.html")
    home_.check()
    home_.site.pages["/ai.html"] = page(
        f"</p><h2>{LINES}:</h2><ul><li>{ITEMS[0]}</li><li>{ITEMS[2]}</li></ul><p>", LETTER, FILLER, title="Policy"
    )
    told = home_.check().err
    assert ITEMS[1] in told
    assert "REMOVED" in told


def test_the_last_mention_of_a_place_is_gone(home_: Home) -> None:
    put(home_, "/policy.html", LETTER, "We buy no cotton from Xinjiang.")
    home_.watch("/policy.html")
    home_.check()
    put(home_, "/policy.html", LETTER, "We buy no cotton from regions of concern.")
    told = home_.check().err
    assert "Xinjiang" in told
    [alert] = home_.alerts()
    assert alert["severity"] in ("medium", "high", "critical")
    [search] = onrecord("search", "xinjiang still:no", "--json").lines
    assert search["gone_since"]


def test_the_specific_turns_general_and_is_never_called_firmer(home_: Home) -> None:
    put(home_, "/usage.html", "You must not use our service for military and warfare purposes.", LETTER)
    home_.watch("/usage.html")
    home_.check()
    put(home_, "/usage.html", "You must not use our service to harm yourself or others.", LETTER)
    told = home_.check().err
    assert "military" in told
    assert "STRENGTHENED" not in told
    assert "REWORDED" not in told
