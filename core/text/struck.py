"""Words a page strikes out: shown, and no longer said. They stay where they stand, between marks, as people would quote them.

A promise that is struck out is a promise withdrawn, so whoever asks what a passage promises leaves them out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, cast

from lxml import etree

TAGS: Final = ("del", "s", "strike")
STYLE: Final = b"line-through"
_STYLED: Final = etree.XPath(".//*[contains(@style, 'line-through')]")
_PARTS: Final = ("p", "div", "li", "tr", "br", "h1", "h2", "h3", "h4", "h5", "h6")  # a mark never spans two passages
_TEXT: Final = etree.XPath("string(.)")
_OPENS: Final = "⟨struck out: "
_CLOSES: Final = "⟩"
_STRUCK: Final = re.compile(r"⟨struck out: [^⟩]*⟩")


def mark_struck(elements: Sequence[etree._Element]) -> None:
    """Put the marks around what these elements hold; empty ones, and what stands in another, are left."""
    marked = set(elements)
    for element in elements:
        if not str(_TEXT(element)).strip() or any(each in marked for each in element.iterancestors()):
            continue
        element.text = _OPENS + (element.text or "").lstrip()
        if len(element):
            element[-1].tail = (element[-1].tail or "").rstrip() + _CLOSES
        else:
            element.text = element.text.rstrip() + _CLOSES


def struck_by_style(root: etree._Element) -> list[etree._Element]:
    """Elements whose own style attribute strikes their text out, of one passage each."""
    styled = cast("list[etree._Element]", _STYLED(root))
    return [element for element in styled if next(element.iterdescendants(*_PARTS), None) is None]


def without_struck(text: str) -> str:
    """What the text still says."""
    return " ".join(_STRUCK.sub(" ", text).split()) if _OPENS in text else text
