"""Words a page strikes out: shown, and no longer said. They stay where they stand, between marks, as people would quote them.

A promise that is struck out is a promise withdrawn, so whoever asks what a passage promises leaves them out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from lxml import etree

TAGS: Final = ("del", "s", "strike")
_TEXT: Final = etree.XPath("string(.)")
_OPENS: Final = "⟨struck out: "
_CLOSES: Final = "⟩"
_STRUCK: Final = re.compile(r"⟨struck out: [^⟩]*⟩")


def mark_struck(elements: Sequence[etree._Element]) -> None:
    """Put the marks around what these elements (of ``TAGS``) hold; empty ones, and what stands in another, are left."""
    for element in elements:
        if next(element.iterancestors(*TAGS), None) is not None or not str(_TEXT(element)).strip():
            continue
        element.text = _OPENS + (element.text or "").lstrip()
        if len(element):
            element[-1].tail = (element[-1].tail or "").rstrip() + _CLOSES
        else:
            element.text = element.text.rstrip() + _CLOSES


def without_struck(text: str) -> str:
    """What the text still says."""
    return " ".join(_STRUCK.sub(" ", text).split()) if _OPENS in text else text
