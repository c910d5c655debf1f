"""Text that a page shows only by script: what of its JSON is read, and what is not."""

from __future__ import annotations

import json

import pytest

from core.text.read import read


def texts_of(*scripts: str) -> list[str]:
    body = "".join(scripts)
    page = f"<html lang=en><head><title>Acme</title></head><body><div id=root></div>{body}</body></html>"
    return [
        place.text
        for place in read(page.encode(), content_type="text/html", url="https://acme.example/").places
        if place.text != "Acme"
    ]


def data(content: object) -> str:
    return f'<script type="application/json">{json.dumps(content)}</script>'


PROSE = "Suppliers must pay their workers at least the legal minimum wage for all hours worked."


def test_answers_are_read_with_their_questions() -> None:
    asked = [
        {"question": "Do you sell to the police?", "answer": "No"},
        {"question": "To any of the schools?", "answer": "Yes"},
    ]
    assert texts_of(data({"faq": asked})) == ["Do you sell to the police?", "No", "To any of the schools?", "Yes"]


def test_a_list_beside_a_heading_is_read_and_one_beside_nothing_is_not() -> None:
    found = texts_of(
        data({"heading": "We mine only in these", "items": ["Peru", "Chad"], "note": {"locales": ["En", "Fr"]}})
    )
    assert found == ["We mine only in these", "Peru", "Chad"]


def test_names_of_parts_and_addresses_are_no_text() -> None:
    config = {"type": "Page", "slug": "our-policy", "title": "Policy", "text": PROSE, "href": "/a/b", "icon": "Arrow"}
    assert texts_of(data(config)) == ["Policy", PROSE]


@pytest.mark.parametrize("text", ["[Note] Farmers are paid within thirty days.", "/ means that nobody is paid at all"])
def test_a_sentence_in_brackets_is_one(text: str) -> None:
    assert texts_of(data({"text": [PROSE, text]})) == [PROSE, text]


def test_what_is_streamed_to_scripts_is_left() -> None:
    """Error pages carry it too, and show none of it."""
    assert texts_of(f"<script>self.__next_f.push({json.dumps([1, PROSE])})</script>") == []


def test_a_page_with_words_of_its_own_is_read_by_them() -> None:
    own = "".join(
        f"<p>Passage {at} of the page itself says what the company does about audits.</p>" for at in range(12)
    )
    assert PROSE not in texts_of(own, data({"text": PROSE}))
