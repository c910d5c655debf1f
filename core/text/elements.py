"""What single elements give away of what they are for; asked by the walk where tag and names do not say it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from lxml import etree

_FIXED: Final = re.compile(r"position:\s*(?:fixed|sticky)", re.IGNORECASE)
_UNFOLDING: Final = ("aria-expanded", "aria-controls", "data-toggle", "data-bs-toggle")
_PANEL_CHARS: Final = 40
_MENUS: Final = frozenset(("ul", "ol", "nav"))


def lies_over_the_page(named: Mapping[Any, Any]) -> bool:
    """What is fixed to the window, or announced to those who listen, whatever the page shows."""
    if named.get("aria-modal") == "true" or named.get("aria-live") in ("polite", "assertive"):
        return True
    return _FIXED.search(named.get("style", "")) is not None


def unfolds(button: etree._Element, named: Mapping[Any, Any]) -> bool:
    """The title of a passage that folds away: what follows the button, or what holds it, is text and no menu."""
    if not any(key in named for key in _UNFOLDING):
        return False
    for above in (button, button.getparent()):
        panel = above.getnext() if above is not None else None
        if panel is not None and panel.tag not in _MENUS:
            first = panel[0] if len(panel) else None
            return (first is None or first.tag not in _MENUS) and _holds_text(panel)
    return False


def _holds_text(element: etree._Element) -> bool:
    """More characters inside than a label has; no more are looked at."""
    chars = 0
    for text in element.itertext():
        chars += len(str(text).strip())
        if chars > _PANEL_CHARS:
            return True
    return False


def stands_alone(element: etree._Element) -> bool:
    """No words follow it in the same line."""
    return not element.tail or element.tail.isspace()
