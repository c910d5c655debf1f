"""Pages as sites are built today: every visible word in one stream, the policy in main, the furniture around it.

The pages are our own, of an invented company; ``tests/data/reading/expected.yaml`` says what each must read as.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Comment, Doctype
from ruamel.yaml import YAML

from core.model import Reading
from core.text.read import read

FOLDER = Path(__file__).resolve().parents[2] / "data" / "reading"
EXPECTED: dict[str, dict[str, Any]] = YAML(typ="safe").load((FOLDER / "expected.yaml").read_text(encoding="utf-8"))
UNSHOWN = ("script", "style", "title", "iframe")


def reading_of(name: str) -> Reading:
    return read(
        (FOLDER / f"{name}.html").read_bytes(), content_type="text/html; charset=utf-8", url="https://n.example/"
    )


def texts_in(reading: Reading, stream: str) -> list[str]:
    return [place.text for place in reading.places if place.stream == stream]


def visible_letters(name: str) -> list[str]:
    """Letters and figures of all text nodes a browser would show, in order of the alphabet; read by another parser."""
    soup = BeautifulSoup((FOLDER / f"{name}.html").read_bytes(), "html.parser", from_encoding="utf-8")
    nodes = [
        str(node)
        for node in soup.find_all(string=True)
        if not isinstance(node, Comment | Doctype)
        and not any(
            parent.name in UNSHOWN or (parent.name == "template" and not parent.has_attr("shadowrootmode"))
            for parent in node.parents
        )
    ]
    return sorted(re.sub(r"[\W_]", "", "".join(nodes)))


def test_the_folder_and_the_table_name_the_same_pages() -> None:
    assert sorted(EXPECTED) == sorted(path.stem for path in FOLDER.glob("*.html"))
    assert len(EXPECTED) >= 60


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_shape(name: str) -> None:
    reading, expected = reading_of(name), EXPECTED[name]
    main, around = texts_in(reading, "main"), texts_in(reading, "surroundings")
    assert [text for text in expected["main"] if text not in main] == []
    assert [text for text in expected["surroundings"] if text not in around] == []
    assert [text for text in expected.get("absent", ()) if text in (*main, *around)] == []
    headings = [place.text for place in reading.places if place.kind == "heading" and place.stream == "main"]
    assert [text for text in expected.get("headings", ()) if text not in headings] == []
    lead_ins = {place.text: reading.lead_in(at) for at, place in enumerate(reading.places)}
    assert {text: lead_ins.get(text) for text in expected.get("lead_ins", {})} == expected.get("lead_ins", {})
    if "page_date" in expected:
        assert reading.page_date == expected["page_date"]


@pytest.mark.parametrize("name", sorted(name for name, expected in EXPECTED.items() if not expected.get("unseen")))
def test_every_visible_letter_is_in_one_stream(name: str) -> None:
    said = "".join(re.sub("⟨struck out: ([^⟩]*)⟩", r"\1", place.text) for place in reading_of(name).places)
    assert sorted(re.sub(r"[\W_]", "", said)) == visible_letters(name)
