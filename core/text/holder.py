"""Which element holds the page's text, where no ``main`` says so.

Pages of hashed class names and nested ``div`` give nothing away by name, but their build does: nearly all long runs of
words stand in one element, and beside it lie banners, chat greetings, badges, addresses and what else comes and goes. Such
an element is what ``main`` would have been. Where something long stands beside it, or something made like it, the two are
parts of one text, and what wraps both is the holder.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final, cast

from lxml import etree

from core.text.walk import proposed
from core.text.zones import HOLDS, ZoneKind

_RUN: Final = 60  # characters; most labels and headings have fewer
_RUNS: Final = etree.XPath(f"//body//text()[string-length(.) > {_RUN}]")
_NOT_TEXT: Final = frozenset(("script", "style", "noscript", "template", "title", "textarea", "option", "head"))
_SAID_BY_ROLE: Final = etree.XPath("boolean(//*[@role='main' or @role='article'])")
_OFFERS: Final = etree.XPath("boolean(.//a[@href] | .//button | .//input | .//select | .//iframe)")
_NEARLY_ALL: Final = 0.8  # of the characters in long runs
_LEAST: Final = 600  # of them on the page: below that there is no text to be held
_LONG: Final = 250  # beside the holder: a paragraph of the text, not a teaser


def mark_holder(root: etree._Element) -> None:
    """Set ``HOLDS`` on the smallest element that holds the page's title and nearly all its text, if something lies beside it.

    A box beside it that says a sentence and offers nothing to click is text as well.
    """
    if next(root.iter("main", "article"), None) is not None or _SAID_BY_ROLE(root):
        return
    held = _characters(root)
    body = root.find("body")
    whole = held.get(body, 0) if body is not None else 0
    if body is None or whole < _LEAST:
        return
    title = next(root.iter("h1"), None)
    about_the_title = set() if title is None else {title, *title.iterancestors()}
    holder = _smallest(body, held, whole)
    for within in (holder, *holder.iterancestors()):  # to the top, for more of it may stand beside what wraps a part
        above = within.getparent()
        if within is body or above is None:
            break
        if (title is not None and within not in about_the_title) or _has_more_beside(within, held):
            holder = above
    if holder is body:
        return
    beside = [holder]
    for level in (holder, *holder.iterancestors()):
        if level is body:
            break
        beside += [other for other in _beside(level) if held.get(other) and _only_says(other)]
    for element in beside:
        element.set(*HOLDS)


def _characters(root: etree._Element) -> dict[etree._Element, int]:
    """Of every element that holds long runs of words, how many characters they have."""
    direct: dict[etree._Element, int] = defaultdict(int)
    runs = cast("list[Any]", _RUNS(root))  # strings that know where they stand
    for run in runs:
        parent = run.getparent().getparent() if run.is_tail else run.getparent()
        length = len(run.strip())
        if parent is not None and parent.tag not in _NOT_TEXT and length > _RUN:
            direct[parent] += length
    held: dict[etree._Element, int] = defaultdict(int)
    pending = direct
    while pending:  # a level at a time, so that the paragraphs of one section climb together
        above: dict[etree._Element, int] = defaultdict(int)
        for element, length in pending.items():
            held[element] += length
            parent = element.getparent()
            if parent is not None:
                above[parent] += length
        pending = above
    return held


def _smallest(body: etree._Element, held: dict[etree._Element, int], whole: int) -> etree._Element:
    holder = body
    while True:
        inside = next((child for child in holder if held.get(child, 0) >= whole * _NEARLY_ALL), None)
        if inside is None or inside.tag in ("p", "li", "td", "tr", "tbody", "ul", "ol"):
            return holder
        holder = inside


def _has_more_beside(element: etree._Element, held: dict[etree._Element, int]) -> bool:
    return any(_is_part_of_the_text(element, other, held) for other in _beside(element))


def _beside(element: etree._Element) -> tuple[etree._Element, ...]:
    return (*element.itersiblings(preceding=True), *element.itersiblings())


def _only_says(element: etree._Element) -> bool:
    return not _OFFERS(element) and not _is_proposed(element)


def _is_part_of_the_text(holder: etree._Element, beside: etree._Element, held: dict[etree._Element, int]) -> bool:
    length = held.get(beside, 0)
    if not length:
        return False
    is_alike = beside.tag == holder.tag and beside.get("class") == holder.get("class")
    return (is_alike or length > _LONG) and not _is_proposed(beside)


def _is_proposed(element: etree._Element) -> bool:
    """Whether its tag, role or names say that it is something else than text."""
    kind, _ = proposed(str(element.tag), False, tuple(element.items()))
    return kind is not None and kind not in (ZoneKind.MAIN, ZoneKind.CONTENT)
