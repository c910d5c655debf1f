"""The parts of a page that a source names, by CSS selectors and by ranges between two (BeautifulSoup applies them).

Only pages whose source names parts come here: making the soup costs 90 ms a page.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import TYPE_CHECKING, Final

from core.errors import ReadError
from core.selectors import Range, range_in

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag
    from bs4.element import PageElement

_SELECT: Final = "select"


def selected(body: bytes, charset: str | None, select: tuple[str, ...], remove: tuple[str, ...]) -> bytes:
    """A page of the parts that are named, in UTF-8. Raises ReadError("select") where an end of a range is not there."""
    soup = soup_of(body, charset, remove)
    if not select:
        return soup.encode("utf-8")
    title = soup.title.decode() if soup.title else ""
    lang = f' lang="{soup.html["lang"]}"' if soup.html and soup.html.get("lang") else ""
    parts: list[Tag | str] = []
    for selector in select:
        asked = range_in(selector)
        parts += soup.select(selector) if asked is None else [_stretch(soup, asked)]
    whole = [part for part in parts if not isinstance(part, str)]
    inside = "".join(
        part if isinstance(part, str) else part.decode()
        for part in parts
        if isinstance(part, str) or not any(other in part.parents for other in whole)
    )
    return f"<html{lang}><head>{title}</head><body>{inside}</body></html>".encode()


def soup_of(body: bytes, charset: str | None, remove: tuple[str, ...]) -> BeautifulSoup:
    """The page without what is to be left out. An end of a range that is not there leaves nothing out."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(body, "lxml", from_encoding=charset)
    ranges = [asked for selector in remove if (asked := range_in(selector)) is not None]
    bounds = [found for asked in ranges if (found := _bounds(soup, asked)) is not None]
    if bounds:
        _take_out(soup, lambda first, behind: any(start <= first and behind <= end for start, end in bounds))
    for selector in remove:
        for element in soup.select(selector) if range_in(selector) is None else ():
            element.decompose()
    return soup


def _stretch(soup: BeautifulSoup, asked: Range) -> str:
    """The markup of a range, with the elements around it as far as they reach into it."""
    bounds = _bounds(soup, asked)
    if bounds is None:
        raise ReadError(_SELECT, f"the range {asked.text} to select has an end that the page does not have")
    start, end = bounds
    if start >= end:
        raise ReadError(_SELECT, f"the range {asked.text} to select ends before it begins")
    page = copy(soup)
    _take_out(page, lambda first, behind: behind <= start or first >= end)
    return page.body.decode_contents() if page.body else page.decode_contents()


def _bounds(soup: BeautifulSoup, asked: Range) -> tuple[int, int] | None:
    """Where a range begins and ends, counted in nodes of the page; None where an end is not there."""
    start, end = soup.select_one(asked.start), soup.select_one(asked.end)
    if start is None or end is None:
        return None
    spans = _spans(soup)
    (first, behind_first), (last, behind_last) = spans[id(start)], spans[id(end)]
    return first if asked.is_start_in else behind_first, behind_last if asked.is_end_in else last


def _take_out(soup: BeautifulSoup, is_out: Callable[[int, int], bool]) -> None:
    """Take out every node of which that holds, its first number and the one behind its last given."""
    spans = _spans(soup)
    for node in list(soup.descendants):
        if is_out(*spans[id(node)]):
            node.extract()


def _spans(soup: BeautifulSoup) -> dict[int, tuple[int, int]]:
    """For each node, its number in document order and the number behind its last descendant."""
    spans: dict[int, tuple[int, int]] = {}
    opened: list[tuple[PageElement, int]] = []
    count = 0
    for count, node in enumerate(soup.descendants):
        while opened and opened[-1][0] is not node.parent:
            closed, first = opened.pop()
            spans[id(closed)] = (first, count)
        opened.append((node, count))
    for closed, first in opened:
        spans[id(closed)] = (first, count + 1)
    return spans
