"""Windows and boxes that nothing names, known by their build: a few sentences about cookies and buttons to answer with, a
field to fill in and a few words around it, a question and buttons to answer it, a line over the title that leads elsewhere.

Such a box stands beside the page's text, not in it: some neighbour, of itself or of what wraps it, holds most of the
page. A section of a policy that ends in a button stands among its like, and is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import Final, cast

from lxml import etree

MARK: Final = ("data-widget", "popup")  # what is set on a window found, and read as a name like any other
_COOKIE: Final = re.compile("cookie", re.IGNORECASE)
_FIRST: Final = 4  # so many of the start and of the end of a page are looked at
_LAST: Final = 6
_LEAST: Final = 60  # characters; less than that is a button and its label
_LONGEST: Final = 2_500
_LONGEST_BOX: Final = 600
_LONGEST_LINE: Final = 240  # of a question with its buttons, and of a line that leads elsewhere
_TO_FILL_IN: Final = frozenset(("text", "email", "search", "tel"))
_CLIMB: Final = 6
_MOST: Final = 0.5
_QUESTION: Final = re.compile("[?？]")
_SAID: Final = etree.XPath("string((descendant::text()[not(ancestor::button) and normalize-space(.)])[last()])")
_IDLE: Final = "a[not(@href) or @href='' or @href='#' or starts-with(@href, 'javascript:')]"
_BESIDES_ANSWERS: Final = etree.XPath(
    f"descendant::text()[normalize-space(.) and not(ancestor::button or ancestor::{_IDLE})]"
)
_POLL_CLIMB: Final = 4
_QUESTION_WORDS: Final = 15
_NO_POLL: Final = frozenset(("main", "article", "body", "html", "ul", "ol", "table", "tbody", "tr", "form"))
_TEXT: Final = etree.XPath("normalize-space(.)")
_CHARACTERS: Final = etree.XPath("string-length(normalize-space(.))")
_ENDS_AT: Final = frozenset(  # what is the text's own, and what is told from it anyway
    ("main", "article", "p", "li", "td", "body", "html", "nav", "header", "footer", "aside", "form", "dialog")
)


def mark_windows(
    root: etree._Element,
    buttons: Sequence[etree._Element],
    fields: Sequence[etree._Element] = (),
    links: Sequence[etree._Element] = (),
) -> None:
    """Set ``MARK`` on the windows these buttons belong to, on the boxes around these fields, and on what stands over the
    page's title with one of these links in it. Each are all of the page, in order."""
    idle = [link for link in _outermost(links) if _is_idle(link)]  # scripts made it a button
    fields = [field for field in fields if (field.get("type") or "text").lower() in _TO_FILL_IN]
    whole = 0
    wanted = (([*buttons, *idle], _LONGEST, _COOKIE), (fields, _LONGEST_BOX, None), (buttons, _LONGEST_LINE, _QUESTION))
    for anchors, longest, topic in wanted:
        seen: set[etree._Element] = set()
        for anchor in _outermost(anchors):
            box = _box_of(anchor, seen, longest, topic)
            if box is None:
                continue
            whole = whole or _all_characters(root)
            if _stands_beside_the_text(box, whole, inside=topic is not _COOKIE):
                box.set(*MARK)
    _mark_polls([*_outermost(buttons), *_outermost([link for link in links if link.get("href") and _is_idle(link)])])
    _mark_lines_over_the_title(root, links[:_FIRST], whole)


def _outermost(found: Sequence[etree._Element]) -> Sequence[etree._Element]:
    """The first and the last of them: windows stand at the page's very start or end."""
    return found if len(found) <= _FIRST + _LAST else (*found[:_FIRST], *found[-_LAST:])


def leads_nowhere(href: str | None) -> bool:
    """Whether a link leads to no other page: scripts made a button of it, or it leads to a part of this one."""
    return not href or href.startswith(("#", "javascript:"))


def _is_idle(link: etree._Element) -> bool:
    href = link.get("href")
    return not href or href == "#" or href.startswith("javascript:")


def _mark_polls(answers: Sequence[etree._Element]) -> None:
    """A question to the reader and what to answer it with, at least two such, and no other word: wherever it stands."""
    around: dict[etree._Element, int] = {}
    for answer in answers:
        if answer.get("aria-expanded") is None and answer.get("aria-controls") is None:
            for element in islice(answer.iterancestors(), _POLL_CLIMB):
                if element.tag in _NO_POLL:
                    break
                around[element] = around.get(element, 0) + 1
    for element, count in around.items():
        if count > 1 and len(str(_TEXT(element))) <= _LONGEST_LINE and _is_poll(element):
            element.set(*MARK)


def _is_poll(element: etree._Element) -> bool:
    asked = " ".join(" ".join(map(str, cast("list[str]", _BESIDES_ANSWERS(element)))).split())
    return asked.endswith(("?", "？", "؟")) and asked.count(" ") < _QUESTION_WORDS


def _mark_lines_over_the_title(root: etree._Element, links: Sequence[etree._Element], whole: int) -> None:
    """What is announced over the title: a sentence and a link to somewhere else, in a box of their own."""
    title = next(root.iter("h1", "main"), None)
    if title is None or title.tag == "main":  # what stands before a main part is told from it anyway
        return
    before, seen = set(title.iterancestors()), set[etree._Element]()
    for link in links:
        box = _box_of(link, seen, _LONGEST_LINE, None)
        if box is None or box in before or len(str(_TEXT(box))) < _LEAST or len(list(box.iter("a"))) != 1:
            continue
        over = next((each for each in (box, *box.iterancestors()) if each.getparent() in before), None)
        if over is None or not any(each is title or each in before for each in over.itersiblings()):
            continue
        whole = whole or _all_characters(root)
        if _stands_beside_the_text(box, whole, inside=False):
            box.set(*MARK)


def _box_of(
    anchor: etree._Element, seen: set[etree._Element], longest: int, topic: re.Pattern[str] | None
) -> etree._Element | None:
    """The widest element around a button or a field that is still short, and speaks of the topic if there is one."""
    found = None
    element = anchor.getparent()
    for _ in range(_CLIMB):
        if element is None or element in seen or element.tag in _ENDS_AT:
            break
        seen.add(element)
        text = str(_TEXT(element))
        if len(text) > longest:
            break
        if topic is _QUESTION:
            if topic.search(text) and _asks(element):
                found = element
        elif topic is None or (len(text) >= _LEAST and topic.search(text)):
            found = element
        element = element.getparent()
    return found


def _asks(element: etree._Element) -> bool:
    """Whether the last it says besides its buttons is a question; what a button unfolds is an answer."""
    return str(_SAID(element)).rstrip().endswith(("?", "？"))


def _stands_beside_the_text(box: etree._Element, whole: int, *, inside: bool) -> bool:
    """``inside``: whether it may do so within the page's main part as well."""
    if next(box.iter("h1", "main", "article"), None) is not None:
        return False
    element: etree._Element | None = box
    while element is not None and element.tag not in ("body", "html"):
        if element.tag in ("main", "article") and not inside:
            return False
        if any(_length(beside) > whole * _MOST for beside in _beside(element)):
            return True
        element = element.getparent()
    return False


def _beside(element: etree._Element) -> list[etree._Element]:
    return [*element.itersiblings(preceding=True), *element.itersiblings()]


def _all_characters(root: etree._Element) -> int:
    body = root.find("body")
    return sum(map(_length, root if body is None else body))


def _length(element: etree._Element) -> int:
    """Characters of text inside; none of a script or a style sheet."""
    return 0 if element.tag in ("script", "style", "noscript") else int(cast("float", _CHARACTERS(element)))
